"""One call to whoever speaks for a seat: what it may cost, whether it fits, how it may end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import Literal, Protocol

from pydantic import JsonValue

from debate.chair import Chair, Dropped, Key
from debate.clerk import Clerk
from debate.cost_wording import amount, plain
from debate.errors import NotRecorded, SpeakerError
from debate.events import AnyEvent
from debate.money import most
from debate.names import called
from debate.occasion import occasion_of
from debate.patience import Patience
from debate.prompts.environment import neutral
from debate.prompts.layouts import Message, Projection, label
from debate.speakers.base import Prompt
from debate.speakers.labels import Everyone, Others
from debate.speaking import Voice, have_spoken
from debate.state import ConferenceState
from debate.steps import BUDGET_SPENT, Calling, GiveFloor
from debate.take import Item, Take

# The longest a turn may take, whatever the server sends meanwhile. A small machine that reads a
# long record for the first time needs minutes.
TURN_SECONDS = 1800

# How much longer a prompt may prove to be than it is thought to be.
SURELY = 1.3


class Table(Protocol):
    """What a call needs of a conference."""

    @property
    def chair(self) -> Chair:
        """Who may end it."""
        ...

    @property
    def state(self) -> ConferenceState:
        """The state as it stands now."""
        ...

    @property
    def projection(self) -> Projection:
        """Its prompts, as it stands now."""
        ...

    def record(self, event: AnyEvent) -> None:
        """Write an event."""
        ...

    def watch(self, item: Item) -> None:
        """Show an item."""
        ...

    async def sync(self) -> None:
        """See that what was recorded is on the disk."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """Why a call came to nothing."""

    reason: Literal["aborted", "error"]
    message: str
    final: bool = False


class Caller:
    """Calls the voices of one conference.

    Args:
        table: The conference.
        voices: Who speaks for each seat, as it stands whenever a seat is called; None is the
            person who holds the conference.
        clerk: Who knows how its models count.
    """

    def __init__(self, table: Table, voices: Mapping[str | None, Voice], clerk: Clerk) -> None:
        self.patience = Patience()
        self._table = table
        self._voices = voices
        self._clerk = clerk
        self._called = called(table.state.opened)
        self._everyone = Everyone(name for names in self._called.values() for name in names)

    def voice(self, seat: str | None) -> Voice:
        """Who speaks for a seat now."""
        return self._voices[seat]

    def prompt(
        self,
        step: Calling,
        messages: tuple[Message, ...],
        *,
        max_tokens: int,
        seed: int,
        schema: Mapping[str, JsonValue] | None = None,
        unread: int = 0,
    ) -> Prompt:
        """What is asked of whoever speaks for a seat.

        Args:
            step: What for.
            messages: What it reads.
            max_tokens: Room for the reply.
            seed: Differs from call to call, so that one made again is not the same again.
            schema: Of a reply that is to be JSON.
            unread: Replies to it that could not be read.
        """
        seat, opened = step.seat, self._table.state.opened
        voice, layout = self._voices[seat], opened.layout
        names = self._called.get(seat or "", ("The chair",))
        # A person knows who they are, and may call on another by name; so may a person's words that
        # are said again.
        alone = voice.is_person or (voice.says_again and isinstance(step, GiveFloor))
        return Prompt(
            messages=messages,
            seat=seat or "",
            max_tokens=max_tokens,
            others=() if alone else Others(self._everyone, frozenset(names)),
            aliases=names[1:],
            label=label(neutral(names[0])) if schema is None and layout == "shared" else "",
            seed=(self._table.state.seed * 1_000_003 + seed) % 2**31,
            tokens=self._clerk.tokens(voice.speaker.profile, messages),
            schema=None if voice.is_person else schema,
            occasion=occasion_of(opened, step),
            unread=unread,
        )

    def may_begin(self, seat: str | None, prompt: Prompt) -> tuple[bool, Decimal | None]:
        """Whether a call can be made now, and what it can cost, where that is known. Where it
        cannot, and nothing else is under way, the conference is ordered to pause."""
        voice = self._voices[seat]
        if why := self._too_long(voice, prompt):
            self._table.chair.pause_for(why)
            return False, None
        at_most = self._at_most(voice, prompt)
        if self.affords(at_most):
            return True, at_most
        # Beside others that may prove cheaper it waits for them; alone it has to be paid for.
        if not self._table.state.busy:
            self._table.chair.pause_for(self.unpaid("the next turn", at_most), at_most)
        return False, None

    async def hear(self, key: Key, take: Take, at_most: Decimal | None) -> Ended | None:
        """Have a reply taken in. Returns why it could not be had, or None.

        Args:
            key: What the chair may end.
            take: What is taken in.
            at_most: What one call can cost.

        Raises:
            asyncio.CancelledError: if the conference is stopped.
        """
        seat = take.prompt.seat or None
        voice = self._voices[seat]
        may_ask = partial(self._may_ask, take, at_most)
        try:
            async with self._table.chair.floor(key, seat) as floor:
                if not voice.is_person:
                    take.on_sent = partial(floor, TURN_SECONDS)
                await have_spoken(take, voice, self.patience, may_ask)
        except Dropped as dropped:
            return Ended("aborted", str(dropped))
        except TimeoutError:
            late = f"the reply had not ended after {TURN_SECONDS // 60} minutes"
            return Ended("error", late)
        except NotRecorded as error:
            # What a scenario passes over when a model fails is no fault of a model here.
            self._table.chair.pause_for(error.in_a_line)
            return Ended("aborted", "the replay does not hold it")
        except SpeakerError as error:
            why = f"{error.message} ({error.hint})" if error.hint else error.message
            return Ended("error", why, final=error.final)
        return None

    def affords(self, at_most: Decimal | None) -> bool:
        """Whether another call can be paid for, if all that are in the air cost the most."""
        budget = self._table.state.budget
        return budget is None or (at_most or 0) <= self._left(budget)

    def _left(self, budget: Decimal) -> Decimal:
        """What is left of a budget, if all calls that are in the air cost the most."""
        state = self._table.state
        return budget - state.at_most - state.under_way

    def unpaid(self, what: str, at_most: Decimal | None) -> str:
        """Why a call is not made that cannot be paid for."""
        budget = self._table.state.budget or Decimal(0)
        # Rounded away from each other, so that the one never looks like the other.
        most = amount(at_most or Decimal(0), None, ROUND_CEILING)
        left = amount(max(self._left(budget), Decimal(0)), None, ROUND_FLOOR)
        return (
            f"{BUDGET_SPENT}: {what} may cost up to {most}, and {left} of {plain(budget)} is left"
        )

    def _too_long(self, voice: Voice, prompt: Prompt) -> str | None:
        """Why a prompt is not sent that its model cannot hold, even with what minutes spare."""
        profile = voice.speaker.profile
        # Until a server has counted, the estimate may be off by so much.
        sure = 1.0 if self._clerk.gauge(profile).reports else SURELY
        needed = prompt.tokens + prompt.max_tokens + profile.reasoning_room
        if profile.window is None or needed <= profile.window * sure:
            return None
        return (
            f"the prompt, about {prompt.tokens:,} tokens, and room for the reply do not fit the "
            f"window of {profile.model}, {profile.window:,} tokens, and minutes do not make room "
            "enough; let another model speak, with a larger window"
        )

    def _at_most(self, voice: Voice, prompt: Prompt) -> Decimal | None:
        """What one call for a turn can cost, whoever of its voice speaks."""
        read = round(prompt.tokens * SURELY)
        costs = [
            most(read, prompt.max_tokens + profile.reasoning_room, profile.price)
            for profile in voice.profiles
        ]
        return None if None in costs else max(cost for cost in costs if cost is not None)

    def _may_ask(self, take: Take, at_most: Decimal | None) -> bool:
        """Whether a turn that broke off can be asked for once more. Its first call is among those
        in the air; the calls that brought words are billed as well."""
        return self.affords((at_most or Decimal(0)) * take.billed)


def most_for_minutes(voice: Voice) -> Decimal | None:
    """What one call for minutes can cost: the clerk reads and writes what a window holds."""
    profile = voice.speaker.profile
    return most(profile.window or 0, profile.reasoning_room, profile.price)
