"""How many of the differences among raters were talked over and settled, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from debate.study.adjudication import differences
from debate.study.bundle import Bundle
from debate.study.key import Key
from debate.study.ratings import Rating, RatingsFile, subject
from debate.study.rubric import Task


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of the differences in one task; of conferences, turns are counted."""

    task: Task
    differences: int
    settled: int
    """Those of them on which an answer was agreed."""


def settlements(
    bundle: Bundle, key: Key, files: Sequence[RatingsFile], adjudicated: Sequence[Rating]
) -> tuple[Settlement, ...]:
    """Of each task in which raters differ. Attention checks are not judged, so not in it."""
    tasks = {each.id: each.task for each in key.items if not each.checked}
    agreed = {subject(each) for each in adjudicated}
    differ = [(d.item, d.turn) for d in differences(bundle, files) if d.item in tasks]
    found = []
    for task in bundle.rubric.tasks:
        of = [place for place in differ if tasks[place[0]] == task]
        if of:
            found.append(Settlement(task, len(of), sum(place in agreed for place in of)))
    return tuple(found)
