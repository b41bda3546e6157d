"""Screens whose commands may ask something first: one question at a time, and no command meanwhile.

A dialog takes a moment to appear, and keys come faster than that. What is pressed while one is
being opened, is up, or is being acted on does nothing; that is seen to here, for every command.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, cast

from textual.screen import Screen

from tui.modes import Mode, may_do

if TYPE_CHECKING:
    from tui.app import YaltaApp

Result = TypeVar("Result")
P = ParamSpec("P")
S = TypeVar("S", bound="AskingScreen[Any]")


class AskingScreen(Screen[Result], Generic[Result]):
    """A screen with commands that are marked with `asks`."""

    is_asking = False
    """Whether such a command is under way."""
    modes: ClassVar[frozenset[Mode]] = frozenset()
    """In which it opens, where the interface may not do everything."""
    reads: ClassVar[frozenset[str]] = frozenset()
    """Its commands that neither run a model nor write anything."""

    @property
    def yalta(self) -> YaltaApp:
        """The app."""
        return cast("YaltaApp", self.app)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No command of this screen can be given while one asks."""
        if not may_do(self.yalta.mode, self, action):
            return False
        if self.is_asking and not hasattr(Screen, f"action_{action}"):
            return None
        return super().check_action(action, parameters)


def asks(
    command: Callable[Concatenate[S, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[S, P], None]:
    """Make a coroutine method a command that may ask: it runs as a worker, and none beside it."""

    @wraps(command)
    def begin(self: S, /, *args: P.args, **more: P.kwargs) -> None:
        if self.is_asking:
            return
        self.is_asking = True

        async def run() -> None:
            try:
                await command(self, *args, **more)
            finally:
                self.is_asking = False
                self.refresh_bindings()

        self.run_worker(run(), name=command.__name__, group="asking")

    return begin
