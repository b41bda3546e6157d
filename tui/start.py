"""The command `yalta`: the terminal interface if nothing more is said, else the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Open the interface, or run what the command line says."""
    words = [word for word in sys.argv[1:] if word != "--debug"]
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    match words:
        case ["persona", "edit", name] if terminal and not name.startswith("-"):
            _edit(name)
            return
        case _:
            pass
    if words or not terminal:
        from debate.cli import main as command_line
        from debate.cli.rooms import Front
        from tui.rooms import TerminalRooms
        from tui.web import WebBrowsers

        debug = "--debug" in sys.argv
        rooms = TerminalRooms(debug=debug) if terminal else None
        command_line(front=Front(rooms, WebBrowsers(debug=debug)))
        return
    _open(debug="--debug" in sys.argv)


def _open(*, debug: bool, persona: str | None = None) -> None:
    """Open the interface, on the lobby or on a persona in the studio."""
    from tui.app import YaltaApp

    if persona is None:
        app = YaltaApp(debug=debug)
    else:
        from tui.screens.studio import StudioScreen
        from tui.widgets.persona.asking import draft_of

        app = YaltaApp(StudioScreen(draft_of(persona)), debug=debug)
    app.run()
    sys.exit(app.return_code or 0)


def _edit(name: str) -> None:
    """Open a persona in the studio; that it cannot be is told as the command line tells it."""
    from debate.errors import YaltaError
    from debate.text import showable

    try:
        _open(debug="--debug" in sys.argv, persona=name)
    except YaltaError as error:
        sys.stderr.write(showable(f"yalta: {error}\n"))
        sys.exit(error.exit_code)
