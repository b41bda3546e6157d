"""What commands open: screens in a terminal, or in browsers. Nothing here loads them: whoever has
them hands them in."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import click

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


@dataclass(frozen=True, slots=True)
class Place:
    """Where one rater rates."""

    rater: str
    bundle: Path
    ratings: Path
    study: str
    """Tells the study from all others: the sha256 of its key."""


#: The whole interface, the library and the reader alone, or the rating room of some raters.
Served = Literal["all", "reading"] | tuple[Place, ...]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what is bound to a host."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served to browsers, and where."""

    host: str
    port: int
    """0: any that is free."""
    sessions: int
    """How many tabs may be open at once."""
    what: Served = "all"
    url: str | None = None
    """Under which address others reach it, if it is another than its own."""
    new_links: bool = False
    """Whether links that were given away before are to open nothing any more."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way in: whoever has it may enter."""

    rater: str | None
    url: str


class Browsers(Protocol):
    """Serves the interface to browsers."""

    def serve(self, serving: Serving, opened: Callable[[Sequence[Link]], None]) -> None:
        """Serve it until Ctrl-C; the links are told once they can be opened."""


@dataclass(frozen=True, slots=True)
class Front:
    """Where commands can show something; where the command line is all there is, nowhere."""

    rooms: Rooms | None = None
    browsers: Browsers | None = None


pass_front = click.make_pass_decorator(Front, ensure=True)
