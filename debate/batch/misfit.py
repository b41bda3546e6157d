"""A part of a plan that does not fit what it is about, such as a seat that is not at the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from debate.errors import LoadError, UnknownName, UserError
from debate.expected import Loc


class Misfit(UserError):
    """What a plan says and what it names do not go together.

    Args:
        message: What is wrong.
        at: Fields that lead to the part of the plan in which it stands.
        of_key: Whether the name of the last of them is at fault, and not what is said of it.
        hint: What to do about it.
    """

    def __init__(
        self, message: str, at: Loc, *, of_key: bool = False, hint: str | None = None
    ) -> None:
        self.at = at
        self.of_key = of_key
        super().__init__(message, hint=hint)


@contextmanager
def standing(*at: int | str, among: Sequence[str] = (), of_key: bool = False) -> Iterator[None]:
    """Tell what goes wrong in here at a place of the plan. A file that is wrong tells its own.

    Args:
        at: Fields that lead to it.
        among: Where it is a list of names, these: one that is unknown is told at its own place.
        of_key: As of `Misfit`.

    Raises:
        Misfit: for any error of the user's.
    """
    try:
        yield
    except (Misfit, LoadError):
        raise
    except UserError as error:
        if isinstance(error, UnknownName) and error.name in among:
            at = (*at, among.index(error.name))
        raise Misfit(error.message, at, of_key=of_key, hint=error.hint) from None
