"""What a person is asked that is no speech: what they may choose, and how that is said.

What is sent is what `debate.forms` reads, in plain words: a choice first, then the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from debate.answers import AskKind
from debate.caucus import MOST_PARTNERS
from debate.forms import Form, form_of
from debate.scenario import HOUSE_MOTION
from debate.standing import ConferenceState
from debate.steps import ask_of
from tui.widgets.floor.blocks import plain

Words = Literal["none", "may", "must"]
"""Whether words belong to a choice."""

REASON = "a reason, if you like"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be answered."""

    key: str
    """The key that chooses it; empty if it has none."""
    label: str
    said: str
    """What is sent, before any words."""
    words: Words = "may"
    between: str = ". "
    """What stands between it and the words."""
    reads: Mapping[str, object] = field(default_factory=dict)
    """What the answer must hold, once it was read."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a person.

    Attributes:
        title: What it is about, on one line.
        choices: What there is to choose from.
        form: How an answer is read.
        words: What the words are, where a choice has any.
        most: How many may be chosen.
    """

    title: str
    choices: tuple[Choice, ...]
    form: Form
    words: str = REASON
    most: int = 1

    @property
    def draft(self) -> str:
        """Under what name its words are kept until they are in the transcript."""
        ask = self.form.ask
        return f"{ask.seat or ''}/{ask.kind}/{ask.about or ''}"

    @property
    def takes_words(self) -> bool:
        """Whether any choice has words."""
        return any(choice.words != "none" for choice in self.choices)

    def answer(self, chosen: Sequence[int], words: str) -> str | None:
        """What to send; None if it could not be read as what was chosen.

        Args:
            chosen: The choices, the most wanted first; without any, the words alone are sent.
            words: What was written.
        """
        words = words.strip()
        if not chosen:
            return words if self.form.read(words) is not None else None
        picked = [self.choices[n] for n in chosen]
        if self.most > 1:
            return self._several(picked)
        (choice,) = picked
        if choice.words == "none":
            return self._readable(choice.said, choice.reads)
        if not words:
            return None if choice.words == "must" else self._readable(choice.said, choice.reads)
        if self.form.ask.kind != "motion":  # whose title may stand on a line of its own
            words = " ".join(words.split())
        return self._readable(f"{choice.said}{choice.between}{words}", choice.reads)

    def _several(self, picked: Sequence[Choice]) -> str | None:
        seats = tuple(str(p.reads["seat"]) for p in picked if "seat" in p.reads)
        by_name = ", ".join(choice.said for choice in picked)
        # A name may hold what parts names; a seat's id does not.
        found = (self._readable(text, {"partners": seats}) for text in (by_name, ", ".join(seats)))
        return next((text for text in found if text is not None), None)

    def _readable(self, text: str, reads: Mapping[str, object]) -> str | None:
        answer = self.form.read(text)
        if answer is None or any(getattr(answer, k, None) != v for k, v in reads.items()):
            return None
        return text


def question_of(state: ConferenceState, seat: str) -> Question | None:
    """What a person is asked now for a seat, or with an empty one as who holds the conference;
    None if they are to speak."""
    opened = next((ask for ask in state.asking.values() if (ask.seat or "") == seat), None)
    if opened is None:
        return None
    return question_for(state, form_of(state, ask_of(opened)))


def question_for(state: ConferenceState, form: Form) -> Question:
    """What a person is asked by a form."""
    name = plain(state.seat(form.ask.seat).name) if form.ask.seat else ""
    return _QUESTIONS[form.ask.kind](state, form, name)


def _bid(state: ConferenceState, form: Form, name: str) -> Question:
    told = {0: "not at all (9: must answer at once)", 9: "must answer at once"}
    choices = tuple(
        Choice(str(n), told.get(n, ""), str(n), reads={"type": "bid.cast", "bid": n})
        for n in range(10)
    )
    return Question(f"How much does {name} want the floor?", choices, form)


def _call(state: ConferenceState, form: Form, name: str) -> Question:
    asks = form.ask.seat is not None and form.ask.room is None
    words: Words = "may" if asks else "none"
    choices = tuple(
        Choice(key, plain(names[0]), names[0], words, "\n", {"type": "floor.called", "to": seat})
        for key, (seat, names) in zip(_keys(), form.among.seats.items(), strict=False)
    )
    return Question("Who has the floor next?", choices, form, "a question to them, if you like")


def _partner(state: ConferenceState, form: Form, name: str) -> Question:
    choices = tuple(
        Choice(key, plain(names[0]), names[0], "none", reads={"seat": seat})
        for key, (seat, names) in zip(_keys(), form.among.seats.items(), strict=False)
    )
    nobody = Choice("n", "nobody", "nobody", "none")
    title = f"Whom would {name} meet, the most wanted first, {MOST_PARTNERS} at most?"
    return Question(title, (*choices, nobody), form, most=MOST_PARTNERS)


def _motion(state: ConferenceState, form: Form, name: str) -> Question:
    choices = []
    if form.among.tables:
        table = {"type": "motion.tabled"}
        choices.append(Choice("t", "table a motion", "table", "must", ": ", table))
    for key, motion in zip(_keys(), form.among.motions, strict=False):
        reads = {"type": "motion.joined", "motion": motion}
        label = f"join {_titled(state, motion)}"
        choices.append(Choice(key, label, f"join {motion}", "none", reads=reads))
    choices.append(Choice("p", "pass", "pass", "none", reads={"type": "ask.waived"}))
    words = "to table one: its title, a full stop, and at most 60 words that can be signed"
    return Question(f"Does {name} table a motion, or join one?", tuple(choices), form, words)


def _amendment(state: ConferenceState, form: Form, name: str) -> Question:
    choices = []
    for key, motion in zip(_keys(), form.among.motions, strict=False):
        reads = {"type": "amendment.proposed", "motion": motion}
        label = f"amend {_titled(state, motion)}"
        choices.append(Choice(key, label, motion, "must", ": ", reads))
    choices.append(Choice("p", "pass", "pass", "none", reads={"type": "ask.waived"}))
    words = "the motion's whole text as it should read, in at most 60 words"
    return Question(f"Does {name} amend a motion?", tuple(choices), form, words)


def _ruling(state: ConferenceState, form: Form, name: str) -> Question:
    amendment = state.amendments.get(form.ask.about or "")
    what = f"{amendment.id} to {amendment.motion}" if amendment else "it"
    return Question(f"Does {name} accept amendment {what}?", _yes_or_no("accepted"), form)


def _ballot(state: ConferenceState, form: Form, name: str) -> Question:
    about = form.ask.about or ""
    what = "the motion" if about == HOUSE_MOTION else _titled(state, about)
    choices = tuple(
        Choice(vote[0], vote, vote, reads={"type": "vote.cast", "vote": vote})
        for vote in ("yes", "no", "abstain")
    )
    return Question(f"How does {name} vote on {what}?", choices, form)


def _signature(state: ConferenceState, form: Form, name: str) -> Question:
    title = f"Does {name} sign the communique?"
    return Question(title, _yes_or_no("signed"), form, "a reservation, if you have one")


def _yes_or_no(what: str) -> tuple[Choice, ...]:
    return (
        Choice("y", "yes", "yes", reads={what: True}),
        Choice("n", "no", "no", reads={what: False}),
    )


def _titled(state: ConferenceState, motion: str) -> str:
    known = state.motions.get(motion)
    return f"{motion}: {' '.join(plain(known.title).split())}" if known else motion


def _keys() -> list[str]:
    """Keys of choices that have none of their own, for as many as there are."""
    return [*"123456789", *[""] * 1000]


_QUESTIONS: dict[AskKind, Callable[[ConferenceState, Form, str], Question]] = {
    "bid": _bid,
    "call": _call,
    "partner": _partner,
    "motion": _motion,
    "amendment": _amendment,
    "ruling": _ruling,
    "ballot": _ballot,
    "signature": _signature,
}
