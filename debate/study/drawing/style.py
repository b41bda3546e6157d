"""Drawing a study: which excerpts become items of which task, with their foils and repeats.

    key = draw(plan, secret=secrets.token_hex(32))

All is decided by the plan's seed but the ids, which are drawn with the secret. No excerpt is used
twice, but where an item is repeated on purpose, so that no item gives another away. What cannot be
drawn, for want of a second system, of a foil, of a third persona, is left out, and the key says so.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from debate.errors import UserError
from debate.study.bundle import Card, Foreseen
from debate.study.drawing.excerpts import Stretch, sources, speakers, stretches
from debate.study.drawing.masking import Masker, people
from debate.study.drawing.plan import NO_PERSONA, SHUFFLED, StudyPlan, raters_each
from debate.study.drawing.precision import foresee
from debate.study.drawing.unnamed import card_text, traits
from debate.study.key import ItemKey, Key, Kind, Origin, opaque
from debate.study.rubric import Task

PAIRED = 0.4
"""Part of the excerpts that goes into pairs, where other tasks are asked too."""
SCENE = 240
"""Characters of a motion that are shown as the scene."""
CHECK = (
    "The delegates had been talking for some time when the lights went out and came on again."
    " This text is no speech: it shows that it is being read. {}"
)
_TOLD: dict[Task, tuple[str, str]] = {
    "identification": ("Please answer that it is none of the cards.", "none"),
    "pairs": ("Please answer that there is no difference.", "tie"),
    "likert": ("Please answer 2 on every scale.", "2"),
}


def draw(plan: StudyPlan, *, secret: str) -> Key:
    """Draw a style study.

    Raises:
        UserError: if nothing can be drawn from the transcripts.
    """
    return _Drawing(plan, secret).key()


class _Drawing:
    """One drawing. Everything random comes of one generator, in a fixed order."""

    def __init__(self, plan: StudyPlan, secret: str) -> None:
        self._plan, self._secret = plan, secret
        self._random = random.Random(f"{plan.seed} study")
        self._personas = speakers(plan.conferences)
        names = [n for c in plan.conferences for each in c.called.values() for n in each]
        self._masker = Masker.of(self._personas.values(), names, plan.terms)
        self._left_out: list[str] = []
        self._count = 0
        texts = [each for held in plan.conferences for each in stretches(held)]
        self._random.shuffle(texts)
        texts = texts[: plan.most]
        self._genuine = [s for s in texts if s.held.arm not in (NO_PERSONA, SHUFFLED)]
        self._plain = [s for s in texts if s.held.arm == NO_PERSONA]
        self._shuffled = [s for s in texts if s.held.arm == SHUFFLED]
        if not self._genuine:
            raise UserError(
                "there is no excerpt to rate in these transcripts",
                hint="a speaker is rated by two to four turns that all could hear",
            )
        self._rated = sorted({each.persona for each in self._genuine})
        self._card_of = {p: opaque(secret, "card", p) for p in self._rated}

    def key(self) -> Key:
        plan, asked = self._plan, self._plan.rubric.tasks
        pairs = self._pairs() if "pairs" in asked else []
        known, scaled = self._split("identification" in asked, "likert" in asked)
        items: dict[Task, list[ItemKey]] = {
            "identification": self._identification(known),
            "pairs": pairs,
            "likert": self._scaled(scaled) if "likert" in asked else [],
        }
        drawn: list[ItemKey] = []
        for task, found in items.items():
            if found:
                drawn += [*found, *self._repeats(found), *self._checks(task, found)]
            elif task in asked and not any(task in said for said in self._left_out):
                self._left_out.append(f"{task}: too few excerpts")
        if not drawn:
            raise UserError("nothing could be drawn: " + "; ".join(self._left_out))
        cards = tuple(
            Card(
                id=self._card_of[p],
                text=card_text(self._personas[p].voice, self._masker),
                traits=traits(self._personas[p]),
            )
            for p in self._rated
        )
        return Key(
            id=opaque(self._secret, "study"),
            secret=self._secret,
            seed=plan.seed,
            title=plan.title,
            rubric=plan.rubric,
            raters=tuple(plan.raters),
            sources=sources(plan.conferences),
            each=plan.each,
            people=people(self._personas.values()),
            cards={self._card_of[p]: p for p in self._rated},
            shown=tuple(sorted(cards, key=lambda card: card.id)),
            items=tuple(drawn),
            exclusions=plan.exclusions,
            foreseen=self._foreseen(drawn),
            left_out=tuple(self._left_out),
        )

    def _foreseen(self, items: Sequence[ItemKey]) -> Foreseen | None:
        counted = [i for i in items if i.task == "identification" and not i.checked]
        counted = [i for i in counted if i.repeats is None]
        each = raters_each(len(self._plan.raters), self._plan.each)
        return foresee(len(counted), each, seed=self._plan.seed) if counted else None

    # -- tasks

    def _pairs(self) -> list[ItemKey]:
        """Texts of two systems on one occasion; what is paired is used for nothing else."""
        systems = self._plan.systems
        others = [*systems[1:], *([NO_PERSONA] if self._plain and len(systems) == 1 else [])]
        if not others:
            self._left_out.append("pairs: there is but one system")
            return []
        by_occasion: dict[tuple[str, str, int], dict[str, list[Stretch]]] = {}
        for each in [*self._genuine, *self._plain]:
            arms = by_occasion.setdefault(each.occasion, defaultdict(list))
            arms[each.held.arm].append(each)
        found: list[ItemKey] = []
        used: set[int] = set()
        alone = self._plan.rubric.tasks == ("pairs",)
        most = len(self._genuine) if alone else max(1, round(len(self._genuine) * PAIRED / 2))
        occasions = sorted(by_occasion)
        self._random.shuffle(occasions)
        while len(found) < most:
            # Once round all occasions before any comes again.
            before = len(found)
            for occasion in occasions[: most - len(found)]:
                here = [arm for arm in [*systems, *others] if by_occasion[occasion].get(arm)]
                here = list(dict.fromkeys(here))
                if len(here) > 1:
                    arms_ = self._random.sample(here, 2)
                    two = [by_occasion[occasion][arm].pop() for arm in arms_]
                    used |= {id(each) for each in two}
                    found.append(self._paired(two))
            if len(found) == before:
                break
        self._genuine = [each for each in self._genuine if id(each) not in used]
        self._plain = [each for each in self._plain if id(each) not in used]
        if not found:
            self._left_out.append("pairs: no two systems spoke on one occasion")
        return found

    def _paired(self, two: list[Stretch]) -> ItemKey:
        self._random.shuffle(two)
        persona = next((e.persona for e in two if e.persona in self._card_of), two[0].persona)
        cluster = " ".join(str(part) for part in two[0].occasion)
        origins = [self._origin(each) for each in two]
        return self._item("pairs", "genuine", two[0], origins, against=persona, cluster=cluster)

    def _split(self, known: bool, scaled: bool) -> tuple[list[Stretch], list[Stretch]]:
        """The genuine excerpts that are left, halved between two tasks, evenly by persona."""
        if not (known and scaled):
            return (self._genuine, []) if known else ([], self._genuine)
        halves: tuple[list[Stretch], list[Stretch]] = ([], [])
        turn = 0
        for persona in self._rated:
            for each in [each for each in self._genuine if each.persona == persona]:
                halves[turn % 2].append(each)
                turn += 1
        return halves

    def _identification(self, texts: Sequence[Stretch]) -> list[ItemKey]:
        asks = self._plan.rubric.identification
        if asks is None or not texts:
            return []
        if len(self._rated) < 2:
            self._left_out.append("identification: there is but one persona")
            return []
        shown = list(self._rated)
        held_out = None
        if self._plan.hold_out and len(self._rated) > 2:
            written = sorted({each.persona for each in texts})
            held_out = self._random.choice(written)
            shown.remove(held_out)
        elif self._plan.hold_out:
            self._left_out.append("held-out persona: there are fewer than three")
        found = []
        half = len(self._plain) // 2
        plain, self._plain = self._plain[:half], self._plain[half:]
        for each in [*texts, *plain]:
            kind: Kind = "genuine"
            if each.held.arm == NO_PERSONA:
                kind = "no-persona"
            elif each.persona == held_out:
                kind = "held-out"
            right = kind == "genuine"
            cards = [p for p in shown if p != each.persona] if right else list(shown)
            self._random.shuffle(cards)
            cards = cards[: asks.cards - right] + ([each.persona] if right else [])
            self._random.shuffle(cards)
            item = self._item("identification", kind, each, [self._origin(each)])
            answer = self._card_of[each.persona] if right else "none"
            ids = tuple(self._card_of[p] for p in cards)
            found.append(item.model_copy(update={"cards": ids, "answer": answer}))
        return found

    def _scaled(self, texts: Sequence[Stretch]) -> list[ItemKey]:
        foils = round(len(texts) * self._plan.shares.shuffled) if len(self._rated) > 1 else 0
        found = []
        for n, each in enumerate(self._random.sample(list(texts), len(texts))):
            kind: Kind = "shuffled" if n < foils else "genuine"
            found.append(self._against(kind, each, [self._origin(each)]))
        for each in self._shuffled:
            found.append(self._against("shuffled", each, [self._origin(each)]))
        for n, each in enumerate(each for each in self._plain if self._named(each)):
            pasted = n % 2 == 1
            origin = self._with_catchphrases(each) if pasted else self._origin(each)
            kind = "catchphrases" if pasted and origin.turns != each.turns else "no-persona"
            found.append(self._against(kind, each, [origin]))
        for persona, texts_of in sorted(self._plan.references.items()):
            if persona not in self._card_of:
                raise UserError(f"{persona!r} has a reference text, but speaks in no transcript")
            for text in texts_of:
                turns = tuple(text.split("\n\n"))
                origin = Origin(turns=turns, masks=self._masker.propose(turns))
                found.append(self._reference(persona, origin))
        if not self._plain:
            self._left_out.append("foils without a persona: no arm called no-persona")
        return found

    def _named(self, each: Stretch) -> bool:
        """Whether a seat without a persona sits where a rated persona would."""
        return each.seat in self._card_of or each.persona in self._card_of

    def _against(self, kind: Kind, each: Stretch, origins: list[Origin]) -> ItemKey:
        own = each.persona if each.persona in self._card_of else each.seat
        against = own
        if kind == "shuffled":
            against = self._random.choice([p for p in self._rated if p != own])
        return self._item("likert", kind, each, origins, against=against)

    def _reference(self, persona: str, origin: Origin) -> ItemKey:
        return ItemKey(
            id=self._id(),
            task="likert",
            kind="reference",
            scene=self._scene(self._plan.conferences[0].motion),
            cluster=f"reference {self._count}",
            origins=(origin,),
            against=persona,
        )

    # -- parts of items

    def _item(
        self,
        task: Task,
        kind: Kind,
        of: Stretch,
        origins: Iterable[Origin],
        *,
        against: str | None = None,
        cluster: str | None = None,
    ) -> ItemKey:
        return ItemKey(
            id=self._id(),
            task=task,
            kind=kind,
            scene=self._scene(of.held.motion),
            cluster=cluster or f"{of.held.name} {of.seat}",
            origins=tuple(origins),
            against=against,
        )

    def _id(self) -> str:
        self._count += 1
        return opaque(self._secret, "item", self._count)

    def _scene(self, motion: str) -> str:
        shown = self._masker.masked(motion)
        return shown if len(shown) <= SCENE else f"{shown[:SCENE].rsplit(' ', 1)[0]} …"

    def _origin(self, of: Stretch) -> Origin:
        return Origin(
            arm=of.held.arm,
            transcript=of.held.name,
            head=of.held.head,
            seat=of.seat,
            persona=of.persona,
            seqs=of.seqs,
            turns=of.turns,
            masks=self._masker.propose(of.turns),
        )

    def _with_catchphrases(self, of: Stretch) -> Origin:
        """The excerpt with two catchphrases of the seat's card set between its sentences."""
        own = of.persona if of.persona in self._card_of else of.seat
        phrases = list(self._personas[own].voice.catchphrases)
        self._random.shuffle(phrases)
        turns = list(of.turns)
        for phrase in phrases[:2]:
            at = self._random.randrange(len(turns))
            sentences = re.split(r"(?<=[.!?。！？])\s*", turns[at])
            sentences.insert(self._random.randint(0, len(sentences) - 1), phrase)
            turns[at] = " ".join(each for each in sentences if each)
        origin = self._origin(of)
        return origin.model_copy(
            update={"turns": tuple(turns), "masks": self._masker.propose(turns)}
        )

    def _repeats(self, items: Sequence[ItemKey]) -> list[ItemKey]:
        number = round(len(items) * self._plan.shares.repeats)
        chosen = self._random.sample(list(items), min(len(items), number))
        return [each.model_copy(update={"id": self._id(), "repeats": each.id}) for each in chosen]

    def _checks(self, task: Task, items: Sequence[ItemKey]) -> list[ItemKey]:
        told, answer = _TOLD[task]
        number = max(1, round(len(items) * self._plan.shares.checks))
        found = []
        for _ in range(number):
            like = self._random.choice(list(items))
            origin = Origin(turns=(CHECK.format(told),))
            two = 2 if task == "pairs" else 1
            update = {
                "id": self._id(),
                "kind": "check",
                "cluster": f"check {self._count}",
                "origins": (origin,) * two,
                "answer": answer,
            }
            found.append(like.model_copy(update=update))
        return found
