"""Who has the floor speaks: one turn from its prompt to its event, and the minutes before it.

What it costs is known beforehand to be within the budget; what goes wrong becomes an event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Protocol

from debate.agenda import BUDGET_SPENT, GiveFloor
from debate.chair import Chair, Dropped
from debate.clerk import Clerk
from debate.errors import SpeakerError
from debate.events import AnyEvent, TurnClosed, TurnFailed, TurnOpened
from debate.money import most
from debate.patience import Patience
from debate.prompts.layouts import Message, Projection, request_hash
from debate.scenario import Phase
from debate.seating import called
from debate.speakers.base import Prompt
from debate.speaking import Voice, have_spoken
from debate.state import ConferenceState, last_held
from debate.take import Item, Minuting, Take

# Room for languages that need more tokens a word than English, and for a reply that runs over.
TOKENS_A_WORD = 2.5
TOKENS_MORE = 48

# The longest a turn may take, whatever the server sends meanwhile. A small machine that reads a
# long record for the first time needs minutes.
TURN_SECONDS = 1800

# How much longer a prompt may prove to be than it is thought to be.
SURELY = 1.3


class Table(Protocol):
    """What the floor needs of a conference."""

    @property
    def chair(self) -> Chair:
        """Who may end a turn."""
        ...

    @property
    def state(self) -> ConferenceState:
        """The state as it stands now."""
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


class Floor:
    """The floor of one conference.

    Args:
        table: The conference.
        voices: Who speaks for each seat, as it stands whenever a seat is given the floor.
        projection: The conference's prompts.
    """

    def __init__(self, table: Table, voices: Mapping[str, Voice], projection: Projection) -> None:
        self._table = table
        self._voices = voices
        self._patience = Patience()
        self._projection = projection
        self._clerk = Clerk(projection)
        self._called = called(table.state.opened)

    async def hold(self, step: GiveFloor) -> None:
        """Let a seat speak once; whatever comes of it is recorded."""
        number = self._table.state.last_turn + 1
        messages = self._projection.messages(self._table.state, step)
        prompt = self._prompt(step, number, messages)
        voice = self._voices[step.seat]
        if why := self._too_long(voice, prompt):
            self._table.chair.pause_for(why)
            return
        at_most = self._at_most(voice, prompt)
        if not self._affords(at_most):
            # Beside others that may prove cheaper it waits for them; alone it has to be paid for.
            if not self._table.state.in_air:
                self._table.chair.pause_for(
                    f"{BUDGET_SPENT}: the next turn may cost up to {at_most:.4f}"
                )
            return
        self._table.record(
            TurnOpened(
                turn=number,
                seat=step.seat,
                phase=step.phase,
                round=step.round,
                room=step.room,
                request=request_hash(messages),
                max_tokens=prompt.max_tokens,
                at_most=at_most,
            )
        )
        take = Take(
            self._table.state.seat(step.seat).name,
            prompt,
            number,
            self._table.watch,
            keep_reasoning=self._table.state.opened.keep_reasoning,
        )
        may_ask = partial(self._may_ask, take, at_most)
        try:
            async with self._table.chair.floor(number) as floor:
                if not voice.is_person:
                    take.on_sent = partial(floor, TURN_SECONDS)
                await have_spoken(take, voice, self._patience, may_ask)
        except asyncio.CancelledError:
            self._table.record(take.failed("aborted", "stopped by hand"))
            raise
        except Dropped as dropped:
            self._table.record(take.failed("aborted", str(dropped)))
            return
        except TimeoutError:
            late = f"the reply had not ended after {TURN_SECONDS // 60} minutes"
            self._table.record(take.failed("error", late))
            return
        except SpeakerError as error:
            why = f"{error.message} ({error.hint})" if error.hint else error.message
            self._table.record(take.failed("error", why, final=error.final))
            return
        self._table.record(self._weighed(take.outcome(), prompt))
        await self._table.sync()

    def _weighed(self, event: TurnClosed | TurnFailed, prompt: Prompt) -> TurnClosed | TurnFailed:
        """Learn from what the server counted; say so if it did not read the whole prompt."""
        if isinstance(event, TurnFailed) or event.usage.input is None:
            return event
        profile = event.by or self._table.state.profiles[event.seat]
        warning = self._clerk.heard(profile, prompt.messages, event.usage)
        return event.model_copy(update={"warning": warning}) if warning else event

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

    def _affords(self, at_most: Decimal | None) -> bool:
        """Whether another call can be paid for, if all that are in the air cost the most."""
        state = self._table.state
        if state.budget is None:
            return True
        in_air = sum((turn.at_most or Decimal(0) for turn in state.in_air.values()), Decimal(0))
        return state.at_most + in_air + (at_most or 0) <= state.budget

    def _may_ask(self, take: Take, at_most: Decimal | None) -> bool:
        """Whether a turn that broke off can be asked for once more. Its first call is among those
        in the air; the calls that brought words are billed as well."""
        return self._affords((at_most or Decimal(0)) * take.billed)

    def _prompt(self, step: GiveFloor, number: int, messages: tuple[Message, ...]) -> Prompt:
        voice = self._voices[step.seat]
        own = set(self._called[step.seat])
        return Prompt(
            messages=messages,
            seat=step.seat,
            nth=self._table.state.spoken.get(step.seat, 0),
            max_tokens=self._max_tokens(step),
            others=tuple(
                name
                for seat_, names in self._called.items()
                if seat_ != step.seat and not voice.is_person  # a person knows who they are
                for name in names
                if name not in own
            ),
            aliases=self._called[step.seat][1:],
            # By the number of the turn, so that a turn run again is not the same again.
            seed=(self._table.state.seed * 1_000_003 + number) % 2**31,
            tokens=self._clerk.tokens(voice.speaker.profile, messages),
        )

    async def take_minutes(self, floors: list[GiveFloor]) -> bool:
        """Take the minutes that are due before these turns. Returns False if they are not there."""
        while call := self._clerk.due(self._table.state, floors, self._max_tokens):
            self._table.watch(Minuting(call.through))
            speaker = self._voices[call.seat].speaker
            # The clerk reads and writes no more than a window holds.
            profile = speaker.profile
            at_most = most(profile.window or 0, profile.reasoning_room, profile.price)
            if not self._affords(at_most):
                self._table.chair.pause_for(f"{BUDGET_SPENT}: minutes may cost up to {at_most:.4f}")
                return False
            try:
                async with self._table.chair.floor(call.through):
                    minutes = await self._clerk.take(
                        self._table.state, call, speaker, patience=self._patience
                    )
            except Dropped:
                return False
            except SpeakerError as error:
                self._table.chair.pause_for(error.message)
                return False
            if last_held(self._table.state, minutes.through) is None:
                return False  # the chair withdrew what they hold
            self._table.record(minutes.model_copy(update={"at_most": at_most}))
            await self._table.sync()
        return True

    def _max_tokens(self, step: GiveFloor) -> int:
        return max_tokens(self._table.state.opened.scenario.phases[step.phase])


def max_tokens(plan: Phase) -> int:
    """Room for a turn's words, in tokens."""
    return round(plan.words.to * TOKENS_A_WORD) + TOKENS_MORE
