"""A reply in words, for people who talk over where they differ. Places, and nothing that names."""

from __future__ import annotations

from debate.study.ratings import CodedTurn
from debate.study.rubric import Rubric
from tui.widgets.study.questions import (
    CANNOT,
    CardPicked,
    PointsGiven,
    Reply,
    Shown,
    SidePicked,
    TurnCoded,
)


def worded(reply: Reply, shown: Shown, rubric: Rubric) -> str:
    """What somebody answered to what is shown."""
    match reply:
        case CardPicked(None) | SidePicked(None):
            return CANNOT
        case CardPicked(card, confidence):
            sure = rubric.identification.confidence if rubric.identification else ()
            said = f"Card {card}" if card else "None of them"
            return f"{said} ({sure[confidence - 1]})" if confidence and sure else said
        case SidePicked(side):
            return {"left": "The first", "right": "The second", "tie": "No difference"}[str(side)]
        case PointsGiven(points):
            given = zip(shown.scales, points, strict=True)
            return ", ".join(f"{scale.id} {'x' if p is None else p}" for scale, p in given)
        case TurnCoded(codes):
            return "; ".join(map(_coded, codes))


def _coded(code: CodedTurn) -> str:
    said = code.code
    if code.evidence:
        said += f" of turn {', '.join(map(str, code.evidence))}"
    if code.gist:
        said += f", “{code.gist}”"
    return f"{said}, {code.label}" if code.label else said
