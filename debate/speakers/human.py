"""A person who speaks for a seat."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from decimal import Decimal

from debate.errors import UserError
from debate.events import Price, Profile
from debate.speakers.base import Finish, Part, Prompt, Reading, Text

#: What `--model` and `--seat` call a person.
MODEL = "me"

#: Gets a person's words for a prompt. Cancelled if the turn is ended before they come.
Ask = Callable[[Prompt], Awaitable[str]]

PROFILE = Profile(
    model=MODEL,
    family="human",
    price=Price(currency="USD", input=Decimal(0), output=Decimal(0)),
)


class HumanSpeaker:
    """Asks whoever sits at the screen.

    Args:
        ask: How they are asked; None where nobody is there.
    """

    def __init__(self, ask: Ask | None) -> None:
        self._ask = ask

    @property
    def profile(self) -> Profile:
        return PROFILE

    async def prepare(self) -> None:
        if self._ask is None:
            raise UserError(
                "a person is to speak for a seat, but there is nobody to ask here",
                hint="open it in the terminal interface: yalta",
            )

    async def aclose(self) -> None:
        """Nothing to let go of."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        assert self._ask is not None
        yield Reading()
        yield Text(await self._ask(prompt))
        yield Finish("stop")
