"""Who has the floor speaks: one turn from its prompt to its event, and the minutes before it.

What it costs is known beforehand to be within the budget; what goes wrong becomes an event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from debate.calling import Caller, Table, most_for_minutes
from debate.chair import Dropped
from debate.clerk import Clerk
from debate.errors import SpeakerError
from debate.events import TurnClosed, TurnFailed, TurnOpened
from debate.forms import MAX_TOKENS
from debate.prompts.layouts import request_hash
from debate.scenario import Phase
from debate.speakers.base import Prompt
from debate.state import last_held
from debate.steps import Ask, Calling, GiveFloor
from debate.take import Minuting, Take

# Room for languages that need more tokens a word than English, and for a reply that runs over.
TOKENS_A_WORD = 2.5
TOKENS_MORE = 48


class Floor:
    """The floor of one conference.

    Args:
        table: The conference.
        caller: Who calls its voices.
        clerk: Who takes its minutes.
    """

    def __init__(self, table: Table, caller: Caller, clerk: Clerk) -> None:
        self._table = table
        self._caller = caller
        self._clerk = clerk

    async def hold(self, step: GiveFloor) -> None:
        """Let a seat speak once; whatever comes of it is recorded."""
        state = self._table.state
        number = state.last_turn + 1
        messages = self._table.projection.messages(state, step)
        prompt = self._caller.prompt(step, messages, max_tokens=self._max_tokens(step), seed=number)
        may_begin, at_most = self._caller.may_begin(step.seat, prompt)
        if not may_begin:
            return
        self._table.record(
            TurnOpened(
                turn=number,
                seat=step.seat,
                phase=step.phase,
                round=step.round,
                room=step.room,
                part=step.part,
                to=step.to,
                why=step.why,
                request=request_hash(messages),
                max_tokens=prompt.max_tokens,
                at_most=at_most,
            )
        )
        take = Take(
            state.seat(step.seat).name,
            prompt,
            number,
            self._table.watch,
            keep_reasoning=state.opened.keep_reasoning,
        )
        try:
            ended = await self._caller.hear(("turn", number), take, at_most)
        except asyncio.CancelledError:
            self._table.record(take.failed("aborted", "stopped by hand"))
            raise
        if ended is not None:
            self._table.record(take.failed(ended.reason, ended.message, final=ended.final))
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

    async def take_minutes(self, steps: Sequence[Calling]) -> bool:
        """Take the minutes that are due before these steps. Returns False if they are not there."""
        while call := self._clerk.due(self._table.state, steps, self._max_tokens):
            self._table.watch(Minuting(call.through))
            voice = self._caller.voice(call.seat)
            at_most = most_for_minutes(voice)
            if not self._caller.affords(at_most):
                self._table.chair.pause_for(self._caller.unpaid("minutes", at_most), at_most)
                return False
            try:
                async with self._table.chair.floor(("minutes", call.through), call.seat):
                    minutes = await self._clerk.take(
                        self._table.state, call, voice.speaker, patience=self._caller.patience
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

    def _max_tokens(self, step: Calling) -> int:
        if isinstance(step, Ask):
            return MAX_TOKENS[step.kind]
        return max_tokens(self._table.state.opened.scenario.phases[step.phase])


def max_tokens(plan: Phase) -> int:
    """Room for a turn's words, in tokens."""
    return round(plan.words.to * TOKENS_A_WORD) + TOKENS_MORE
