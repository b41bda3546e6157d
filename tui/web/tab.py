"""What runs behind one tab: `python -m tui.web.tab all|reading`, or `rating BUNDLE RATER RATINGS`.

The server starts it. What it may do is settled here, by the app's mode, whatever the browser sends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from textual.screen import Screen

from debate.errors import YaltaError
from tui.app import YaltaApp
from tui.modes import Mode


def main(words: list[str]) -> None:
    """Open the interface as the server says."""
    debug = "--debug" in words
    match [word for word in words if word != "--debug"]:
        case ["all"]:
            _run(YaltaApp(debug=debug))
        case ["reading"]:
            _run(YaltaApp(_library(), debug=debug, mode=Mode.READING))
        case ["rating", bundle, rater, ratings]:
            _rate(Path(bundle), rater, Path(ratings), debug=debug)
        case _:
            sys.exit(2)


def _library() -> Screen[None]:
    from tui.screens.library import LibraryScreen

    return LibraryScreen()


def _rate(bundle: Path, rater: str, ratings: Path, *, debug: bool) -> None:
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
                _run(YaltaApp(RatingScreen(session), debug=debug, mode=Mode.RATING))
            finally:
                session.log.close()
    except YaltaError as error:
        _run(YaltaApp(SorryScreen(error), debug=debug, mode=Mode.RATING))


def _run(app: YaltaApp) -> None:
    app.run()
    if app.return_code:
        sys.exit(app.return_code)


if __name__ == "__main__":
    main(sys.argv[1:])
