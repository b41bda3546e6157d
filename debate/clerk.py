"""The clerk: minutes of the older record, taken before a prompt outgrows its model's window.

Minutes are taken rarely and hold much: all but about a quarter of what a window has room for, so
that the prefix of every prompt stays as it is for long. Until they are needed nothing is lost, and
what they replace stays in the transcript.

    clerk = Clerk(projection)
    while call := clerk.due(state, floors, max_tokens):            # before turns open
        record(await clerk.take(state, call, speakers[call.seat]))
    warning = clerk.heard(profile, messages, closed.usage)        # after a turn
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from debate.errors import SpeakerError
from debate.estimate import Gauge, estimate, estimate_prompt
from debate.events import MinutesTaken, Profile, TurnClosed, TurnFailed, Usage
from debate.patience import Patience
from debate.prompts.heard import beginning
from debate.prompts.layouts import Message, Projection, request_hash
from debate.prompts.minutes import clerk_messages, words_of
from debate.speakers.base import Prompt, Speaker
from debate.standing import settled_in_public
from debate.state import ConferenceState, Minutes, Turn
from debate.steps import Calling
from debate.take import Take

CLERK = "The clerk"

# Of a window: estimates are rough, and a model at the edge of its window writes badly.
SHARE = 0.85
MARGIN = 64  # tokens for what a server adds by itself
KEPT_TURNS = 2
# Of the room that the record has: what stays word for word.
KEPT_SHARE = 0.25
TOKENS_A_WORD = 2.5
TOKENS_MORE = 48
TAKE_SECONDS = 1800
LEAST_WINDOW = 512


def room_of(words: int) -> int:
    """The most tokens that minutes of so many words may take."""
    return round(words * TOKENS_A_WORD) + TOKENS_MORE


def due(
    state: ConferenceState,
    projection: Projection,
    step: Calling,
    window: int | None,
    max_tokens: int,
    gauge: Gauge,
) -> int | None:
    """The last turn that minutes should hold before this step is taken; None if none are needed,
    or none would help.

    Args:
        state: The conference as it stands.
        projection: Its prompts.
        step: Who would be given the floor.
        window: Of the model that speaks, in tokens; None if unknown.
        max_tokens: Room for the words of the turn.
        gauge: How the model counts.
    """
    if window is None or state.busy or step.seat is None:
        return None
    limit = round(window * SHARE)
    reply = max_tokens + state.profiles[step.seat].reasoning_room + MARGIN

    def needed(state: ConferenceState) -> int:
        return gauge.tokens(estimate_prompt(projection.messages(state, step))) + reply

    now = needed(state)
    turns = _open_to_minutes(state)
    if now <= limit or len(turns) <= KEPT_TURNS:
        return None
    room = room_of(words_of(state.profiles.values()))

    def held(turn: Turn) -> int:
        """What would be needed if minutes held this turn and all before it."""
        minutes = Minutes(turn.number, "", turn.phase)
        return needed(replace(state, minutes=minutes)) + room

    least = held(turns[-1])
    most = least + round(max(0, limit - least) * KEPT_SHARE)
    older = turns[:-KEPT_TURNS]
    n = min(bisect_left(older, True, key=lambda turn: held(turn) <= most), len(older) - 1)
    then = held(older[n])
    # Between the limit and the window there is still room for this turn: only what brings it well
    # below is worth the words that are lost.
    helps = then <= limit if now <= window else then <= window
    return older[n].number if helps else None


def _open_to_minutes(state: ConferenceState) -> list[Turn]:
    """The turns that all have heard and that no minutes hold yet."""
    return list(settled_in_public(state)[beginning(state)[0] :])


async def take_minutes(
    state: ConferenceState,
    through: int,
    speaker: Speaker,
    *,
    projection: Projection,
    gauge: Gauge,
    window: int | None = None,
    seed: int | None = None,
    patience: Patience | None = None,
    may_ask: Callable[[], bool] = lambda: True,
) -> MinutesTaken:
    """Ask a speaker for minutes.

    Where what they should hold does not fit into its window, the oldest portion that fits is held:
    ask again, with the state that holds these.

    Args:
        state: The conference as it stands.
        through: The last turn that they should hold; see `due`.
        speaker: Who takes them.
        projection: The conference's prompts.
        gauge: How the speaker's model counts; it learns from this call.
        window: In tokens; None takes the window of the speaker's profile, if that is known.
        seed: Of the sampling.
        patience: How long the same is asked for again; the usual if None.
        may_ask: Whether another call can be paid for.

    Raises:
        SpeakerError: if they cannot be had, or were written from half of what was sent.
    """
    window = window or speaker.profile.window
    room = room_of(words_of([*state.profiles.values(), speaker.profile]))
    through, messages = _portion(
        state, through, speaker.profile, projection, gauge, window=window, room=room
    )
    estimated = estimate_prompt(messages)
    prompt = Prompt(
        messages=messages,
        seat="clerk",
        max_tokens=room,
        aliases=("Clerk", "Minutes"),
        seed=seed,
        tokens=gauge.tokens(estimated),
    )
    outcome = await _reply(prompt, through, speaker, patience or Patience(), may_ask)
    if warning := cut_warning(estimated, outcome.usage.input, window, gauge):
        raise SpeakerError(f"no minutes can be taken: {warning}", final=True)
    return MinutesTaken(
        through=through,
        text=_bounded(outcome.text, gauge, room, whole=outcome.finish != "length"),
        request=request_hash(messages),
        by=speaker.profile,
        usage=outcome.usage,
        timing=outcome.timing,
        tries=outcome.tries,
    )


async def _reply(
    prompt: Prompt, through: int, speaker: Speaker, patience: Patience, may_ask: Callable[[], bool]
) -> TurnClosed:
    """What a speaker says, made fit for the record like any turn. Nobody watches it."""
    take = Take(CLERK, prompt, through, lambda item: None)
    try:
        async with asyncio.timeout(TAKE_SECONDS):
            await patience.hear(take, speaker, may_ask)
    except TimeoutError:
        late = f"the minutes had not ended after {TAKE_SECONDS // 60} minutes"
        raise SpeakerError(late) from None
    outcome = take.outcome()
    if isinstance(outcome, TurnFailed):
        raise SpeakerError(f"no minutes were taken: {outcome.message}")
    return outcome


def _portion(
    state: ConferenceState,
    through: int,
    by: Profile,
    projection: Projection,
    gauge: Gauge,
    *,
    window: int | None,
    room: int,
) -> tuple[int, tuple[Message, ...]]:
    """The last turn, of those up to `through`, that can be held at once, and the prompt for it.

    Raises:
        SpeakerError: if the first turn is too long by itself.
    """

    def asked(turn: Turn) -> tuple[Message, ...]:
        return clerk_messages(state, turn.number, by, projection)

    def too_long(turn: Turn) -> bool:
        if window is None:
            return False
        sent = gauge.tokens(estimate_prompt(asked(turn)))
        return sent + room + by.reasoning_room + MARGIN > round(window * SHARE)

    turns = [turn for turn in _open_to_minutes(state) if turn.number <= through]
    n = bisect_left(turns, True, key=too_long)
    if n == 0:
        raise SpeakerError(
            f"no minutes can be taken: not even one more turn fits into the window of {by.model}",
            final=True,
        )
    return turns[n - 1].number, asked(turns[n - 1])


def _bounded(text: str, gauge: Gauge, room: int, *, whole: bool) -> str:
    """Minutes up to the end of their last whole sentence that is within the room for them; not
    every server keeps to a limit."""
    tokens = gauge.tokens(estimate(text))
    if tokens > room:
        text, whole = text[: len(text) * room // tokens], False
    if whole:
        return text
    end = max(text.rfind(mark) for mark in ("\n", ". ", "。", "! ", "? "))
    return text[: end + 1].rstrip() if end > len(text) // 2 else text


def cut_warning(
    estimated: int, counted: int | None, window: int | None, gauge: Gauge
) -> str | None:
    """Teach a gauge what a server counted; what to say if it cannot have read all that was sent.

    Some servers, Ollama among them, cut a prompt that is longer than the window they were started
    with, and say nothing.

    Args:
        estimated: Tokens of the prompt by the rule of thumb, not gauged.
        counted: What the server says it read; None if it does not say.
        window: What is known of the model's window.
        gauge: How the model counts.
    """
    if counted is None:
        return None
    sent = gauge.tokens(estimated)
    # No server is started with so small a window: one that counts less leaves something out, such
    # as what its cache held.
    if gauge.learn(estimated, counted) or counted < LEAST_WINDOW:
        return None
    than = (
        "the prompt" if window is None or window < sent else f"the {window:,} that it should have"
    )
    return (
        f"the server read {counted:,} of about {sent:,} tokens: its window is smaller than {than}; "
        "for Ollama set num_ctx (OLLAMA_CONTEXT_LENGTH)"
    )


@dataclass(frozen=True, slots=True)
class Call:
    """Minutes that are due."""

    seat: str
    """Before whose turn; the model that speaks for it takes them."""
    through: int
    """The last turn that they should hold."""


class Clerk:
    """The clerk of one conference. Decides by the state, and learns how each model counts.

    Args:
        projection: The conference's prompts.
    """

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self._gauges: dict[tuple[str | None, str | None], Gauge] = {}

    def gauge(self, profile: Profile) -> Gauge:
        """How a model counts, as far as is known."""
        key = (profile.endpoint, profile.name or profile.model)
        return self._gauges.setdefault(key, Gauge())

    def tokens(self, profile: Profile, messages: Iterable[Message]) -> int:
        """About how many tokens a prompt is to a model."""
        return self.gauge(profile).tokens(estimate_prompt(messages))

    def due(
        self,
        state: ConferenceState,
        steps: Sequence[Calling],
        max_tokens: Callable[[Calling], int],
    ) -> Call | None:
        """The minutes that are to be taken before any of these steps; None if none are due.

        Ask again once they were taken, until none are due: they may come in portions.
        """
        for step in steps:
            if step.seat is None:  # a person, who reads what they want to
                continue
            profile = state.profiles[step.seat]
            through = due(
                state,
                self.projection,
                step,
                profile.window,
                max_tokens(step),
                self.gauge(profile),
            )
            if through is not None:
                return Call(step.seat, through)
        return None

    async def take(
        self,
        state: ConferenceState,
        call: Call,
        speaker: Speaker,
        *,
        patience: Patience | None = None,
        may_ask: Callable[[], bool] = lambda: True,
    ) -> MinutesTaken:
        """Minutes that are due. Arguments as of `take_minutes`.

        What the chair does meanwhile may leave no place for them: see that `state.last_held` still
        knows their last turn before they are recorded.

        Raises:
            SpeakerError: if they cannot be had.
        """
        return await take_minutes(
            state,
            call.through,
            speaker,
            projection=self.projection,
            gauge=self.gauge(speaker.profile),
            window=state.profiles[call.seat].window,
            seed=(state.seed * 1_000_003 + call.through) % 2**31,
            patience=patience,
            may_ask=may_ask,
        )

    def heard(self, profile: Profile, messages: Iterable[Message], usage: Usage) -> str | None:
        """Learn from a finished turn; what is to be said of it if the server cut its prompt."""
        return cut_warning(
            estimate_prompt(messages), usage.input, profile.window, self.gauge(profile)
        )
