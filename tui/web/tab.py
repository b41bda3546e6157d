"""What runs behind one tab: `python -m tui.web.tab THEME all|reading`, or `... THEME rating BUNDLE
RATER RATINGS`.

The server starts it. What it may do is settled here, by the app's mode, whatever the browser sends.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from textual.screen import Screen

from debate.errors import YaltaError
from tui.app import YaltaApp
from tui.modes import Mode


def main(words: list[str]) -> None:
    """Open the interface as the server says."""
    debug = "--debug" in words
    match [word for word in words if word != "--debug"]:
        case [theme, "all"]:
            _run(YaltaApp(debug=debug, theme=theme))
        case [theme, "reading"]:
            _run(YaltaApp(_library(), debug=debug, mode=Mode.READING, theme=theme))
        case [theme, "rating", bundle, rater, ratings]:
            made = partial(YaltaApp, debug=debug, mode=Mode.RATING, theme=theme)
            _rate(Path(bundle), rater, Path(ratings), made)
        case _:
            sys.exit(2)


def _library() -> Screen[None]:
    from tui.screens.library import LibraryScreen

    return LibraryScreen()


def _rate(
    bundle: Path, rater: str, ratings: Path, made: Callable[[Screen[None]], YaltaApp]
) -> None:
    """Open the rating room; that it cannot be opened is told in the tab."""
    from debate.cli.study_rate import alone
    from debate.study.bundle import load_bundle
    from debate.study.session import Session
    from tui.screens.rating import RatingScreen
    from tui.screens.sorry import SorryScreen

    try:
        with alone(ratings):
            session = Session.open(load_bundle(bundle), rater, ratings)
            try:
                _run(made(RatingScreen(session)))
            finally:
                session.log.close()
    except YaltaError as error:
        _run(made(SorryScreen(error)))


def _run(app: YaltaApp) -> None:
    app.run()
    if app.return_code:
        sys.exit(app.return_code)


if __name__ == "__main__":
    main(sys.argv[1:])
