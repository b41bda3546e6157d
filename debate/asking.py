"""Whoever is asked replies in a form: one ask from its prompt to the event of its answer.

A reply that cannot be read is asked for once more, with a word on what is wrong; a person is asked
until what they write can be read. What cannot be had then is assumed, by a rule that the event
names. So is what `ask.failed` left open, where the scenario's `failures` say to go on.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

from debate.answers import UNREADABLE, AnyAnswer
from debate.calling import Caller, Ended, Table
from debate.chair import SKIPPED
from debate.events import AskFailed, AskOpened, TurnClosed
from debate.forms import MAX_TOKENS, Form, form_of
from debate.prompts.layouts import Message, request_hash
from debate.speakers.base import Prompt
from debate.steps import Ask
from debate.take import Take

# Beside turns, asks draw from seeds of their own.
_SEEDS = 500_009


class Asking:
    """The asks of one conference.

    Args:
        table: The conference.
        caller: Who calls its voices.
    """

    def __init__(self, table: Table, caller: Caller) -> None:
        self._table = table
        self._caller = caller
        self._formless: set[tuple[str | None, str]] = set()
        """Endpoints and models that take no schema."""

    async def ask(self, step: Ask) -> None:
        """Ask a seat once; whatever comes of it is recorded."""
        state = self._table.state
        number = state.last_ask + 1
        form = form_of(state, step)
        messages = self._table.projection.messages(state, step)
        prompt = self._prompt(step, messages, number, form)
        may_begin, at_most = self._caller.may_begin(step.seat, prompt)
        if not may_begin:
            return
        self._table.record(
            AskOpened(
                ask=number,
                kind=step.kind,
                seat=step.seat,
                phase=step.phase,
                round=step.round,
                room=step.room,
                about=step.about,
                request=request_hash(messages),
                max_tokens=prompt.max_tokens,
                at_most=at_most,
            )
        )
        name = state.seat(step.seat).name if step.seat else "The chair"
        keep = state.opened.keep_reasoning
        take = Take(name, prompt, number, lambda item: None, keep_reasoning=keep)
        try:
            heard = await self._heard(form, take, number, at_most)
        except asyncio.CancelledError:
            self._table.record(_failed(take, number, Ended("aborted", "stopped by hand")))
            raise
        if isinstance(heard, Ended):
            self._table.record(_failed(take, number, heard))
            return
        self._table.record(heard)
        await self._table.sync()

    async def _heard(
        self, form: Form, take: Take, number: int, at_most: Decimal | None
    ) -> AnyAnswer | Ended:
        """The answer; asked for again as long as that may help."""
        asked, person = take.prompt.messages, self._caller.voice(form.ask.seat).is_person
        while True:
            ended = await self._caller.hear(("ask", number), take, at_most)
            if ended is not None and ended.final and take.prompt.schema is not None:
                # Not every server takes a schema; those that do not answer 400.
                take.again(ended.message, 0.0)
                take.prompt = replace(take.prompt, schema=None)
                continue
            if ended is not None:
                return ended
            if not person and take.prompt.schema is None:
                self._formless.add(self._model(form.ask.seat))
            outcome = take.outcome()
            said = outcome.text or ""
            answer = form.read(said)
            if answer is not None:
                if take.prompt.unread:
                    answer = answer.model_copy(update={"how": "repaired"})
                return _filled(answer, take, number, said)
            if not person and take.prompt.unread:
                assumed = form.assumed(self._table.state)
                return _filled(assumed, take, number, said)
            take.again(UNREADABLE, 0.0)
            again = self._table.projection.again(asked, said, person=person)
            take.prompt = self._prompt(form.ask, again, number, form, take.prompt.unread + 1)

    def _prompt(
        self, step: Ask, messages: tuple[Message, ...], number: int, form: Form, unread: int = 0
    ) -> Prompt:
        return self._caller.prompt(
            step,
            messages,
            max_tokens=MAX_TOKENS[step.kind],
            seed=_SEEDS + number,
            schema=None if self._model(step.seat) in self._formless else form.schema,
            unread=unread,
        )

    def _model(self, seat: str | None) -> tuple[str | None, str]:
        profile = self._caller.voice(seat).speaker.profile
        return profile.endpoint, profile.model


def _filled(answer: AnyAnswer, take: Take, number: int, raw: str) -> AnyAnswer:
    """An answer with what the call for it took."""
    outcome = take.outcome()
    more: dict[str, object] = {
        "ask": number,
        "raw": raw,
        "usage": outcome.usage,
        "by": take.by,
        "tries": take.tries,
    }
    if isinstance(outcome, TurnClosed):
        more |= {
            "timing": outcome.timing,
            "model": outcome.model,
            "reasoning": outcome.reasoning,
        }
    return answer.model_copy(update=more)


def _failed(take: Take, number: int, ended: Ended) -> AskFailed:
    failed = take.failed(ended.reason, ended.message, final=ended.final)
    skipped = ended.reason == "aborted" and ended.message == SKIPPED
    return AskFailed(
        ask=number,
        seat=take.prompt.seat or None,
        reason="skipped" if skipped else failed.reason,
        message=failed.message,
        final=failed.final,
        usage=failed.usage,
        by=failed.by,
        accepted=failed.accepted,
        tries=failed.tries,
    )
