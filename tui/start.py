"""The command `yalta`: the terminal interface if nothing more is said, else the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Open the interface, or run what the command line says."""
    words = [word for word in sys.argv[1:] if word != "--debug"]
    if words or not (sys.stdin.isatty() and sys.stdout.isatty()):
        from debate.cli import main as command_line

        command_line()
        return
    from tui.app import YaltaApp

    app = YaltaApp(debug="--debug" in sys.argv)
    app.run()
    sys.exit(app.return_code or 0)
