"""The screens of a study, as commands open them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.screen import Screen

    from debate.study.adjudication import Difference
    from debate.study.bundle import Bundle
    from debate.study.key import Key
    from debate.study.ratings import Rating
    from debate.study.session import Answered, Session


class TerminalRooms:
    """Opens each in this terminal.

    Args:
        debug: Whether a fault shows its traceback.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug

    def rate(self, session: Session) -> None:
        """One rater rates; afterwards it is said how far they are, and where it is."""
        from tui.screens.rating import RatingScreen

        try:
            self._open(RatingScreen(session))
        finally:
            session.log.close()
        done, of = session.done, len(session.asked)
        sys.stdout.write(f"{done} of {of} rated, in {session.log.path}\n")

    def mask(self, key: Key, save: Callable[[Key], None]) -> None:
        """A person looks at every mask."""
        from tui.screens.masking import MaskingScreen

        self._open(MaskingScreen(key, save))

    def adjudicate(
        self,
        bundle: Bundle,
        differences: Sequence[Difference],
        agreed: Callable[[str, int, Answered], None],
        settled: Sequence[Rating],
    ) -> None:
        """Raters settle where they differ."""
        from tui.screens.adjudicating import AdjudicatingScreen

        self._open(AdjudicatingScreen(bundle, differences, agreed, settled))

    def _open(self, screen: Screen[None]) -> None:
        from tui.app import YaltaApp

        app = YaltaApp(screen, debug=self._debug)
        app.run()
        if app.return_code:
            sys.exit(app.return_code)
