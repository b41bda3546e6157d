"""What commands open in a terminal. Nothing here loads it: whoever has a terminal hands it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from debate.study.adjudication import Difference
    from debate.study.bundle import Bundle
    from debate.study.key import Key
    from debate.study.ratings import Rating
    from debate.study.session import Answered, Session


class Rooms(Protocol):
    """The screens of a study. Each returns when it is left."""

    def rate(self, session: Session) -> None:
        """One rater rates."""

    def mask(self, key: Key, save: Callable[[Key], None]) -> None:
        """A person looks at every mask; each change is saved."""

    def adjudicate(
        self,
        bundle: Bundle,
        differences: Sequence[Difference],
        agreed: Callable[[str, int, Answered], None],
        settled: Sequence[Rating],
    ) -> None:
        """Raters settle where they differ; what they agree on is told by item and turn."""
