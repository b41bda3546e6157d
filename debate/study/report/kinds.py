"""What texts are called: kinds in plain words, and arms where a kind has several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from debate.study.results.identification import Accuracy
from debate.study.results.scales import Contrast

KINDS = {
    "genuine": "genuine texts",
    "no-persona": "texts without a persona",
    "shuffled": "texts written from another card",
    "catchphrases": "texts with catchphrases pasted on",
    "reference": "texts by a person's hand",
    "held-out": "texts whose card is not shown",
    "check": "attention checks",
    "repeat": "texts shown once more",
    "every kind": "texts of every kind",
}
#: Kinds of which no card is right, or another, where there is little room.
SHORT = {
    "no-persona": "no persona",
    "shuffled": "another card",
    "catchphrases": "pasted on",
    "reference": "by a person",
    "held-out": "card absent",
}
#: What tasks are called.
TASKS = {
    "identification": "identification",
    "pairs": "pairs",
    "likert": "scales",
    "coding": "codes",
}


def kind_said(kind: str) -> str:
    """A kind in plain words."""
    return KINDS.get(kind, kind)


def begun(said: str) -> str:
    """It, as a line begins."""
    return said[:1].upper() + said[1:]


def groups_said(groups: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """What each kind and arm is called; the arm is told where its kind has several."""
    of = list(dict.fromkeys(groups))
    kinds = [kind for kind, _ in of]
    return {
        (kind, arm): kind_said(kind) if kinds.count(kind) == 1 else f"{kind_said(kind)}, {arm}"
        for kind, arm in of
    }


def accuracy_of(of: Accuracy) -> str:
    """Of what a share of right answers is."""
    if of.by in ("all", "kind"):
        return kind_said(of.name)
    return of.name if of.by == "settled" else f"{of.by} {of.name}"


def contrasted(of: Contrast, name: str) -> str:
    """One of two things that are compared: a kind, or an arm's genuine texts."""
    return kind_said(name) if of.between == "kinds" else f"genuine texts of {name}"
