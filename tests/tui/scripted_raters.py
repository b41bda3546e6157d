"""Raters by script: whole bundles rated through the real screen, by the keys that a person presses.

    path = await rate_all(bundle, "kai", tmp_path / "kai.jsonl", policy)

A policy says what is answered to an item; which keys say so is worked out here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from pilot import wait_until
from textual.events import Key
from textual.pilot import Pilot as Keyboard

from debate.study.bundle import Bundle, IdentificationItem, LikertItem
from debate.study.coding import stages
from debate.study.ratings import Coded, CodedTurn, Identified, Preferred, Scored
from debate.study.rubric import Gold
from debate.study.session import Answered, Asked, LastQuestion, Pilot, Session
from tui.app import YaltaApp
from tui.screens.rating import RatingScreen
from tui.screens.rating_pages import InstructionsPage
from tui.widgets.study.coding import CodingTask
from tui.widgets.study.ending import LastWords
from tui.widgets.study.feedback import Feedback

Policy = Callable[[Asked], Answered]


async def rate_all(
    bundle: Bundle,
    rater: str,
    path: Path,
    policy: Policy,
    *,
    closing: str = "one of them",
    size: tuple[int, int] = (120, 40),
    most: int | None = None,
    flags: Callable[[Asked], bool] = lambda asked: False,
) -> Path:
    """Rate a bundle to its end, or so many items of it; pilot items are answered right, and what
    shows who speaks is flagged.

    Returns:
        The ratings file.
    """
    screen = RatingScreen(Session.open(bundle, rater, path))
    async with YaltaApp(screen).run_test(size=size) as pilot:
        await begin(pilot, screen)
        rated = 0
        while (now := screen.now) is not None and rated != most:
            match now:
                case Pilot():
                    _press(pilot, keys_of_gold(now.gold))
                    await _until(lambda: screen.query_one(Feedback).is_shown)
                    await _on(pilot, screen, ("enter",))
                case Asked():
                    rated += 1
                    if flags(now):
                        _press(pilot, ("l",))
                        await _until(lambda: screen.flags)
                    await give(pilot, screen, policy(now))
                case LastQuestion():
                    screen.query_one(LastWords).words.text = closing
                    await _on(pilot, screen, ("ctrl+s",))
        await screen.leave()
    return path


async def begin(pilot: Keyboard[None], screen: RatingScreen) -> None:
    """Read the instructions, and go on."""
    await wait_until(pilot, lambda: screen.shown and isinstance(pilot.app.screen, InstructionsPage))
    await pilot.press("enter")
    await wait_until(pilot, lambda: pilot.app.screen is screen)


async def give(pilot: Keyboard[None], screen: RatingScreen, answer: Answered) -> None:
    """Answer what is asked, by keys, and wait for what comes then."""
    assert isinstance(screen.now, Asked)
    if isinstance(answer, Coded):
        await _code(pilot, screen, answer)
    else:
        await _on(pilot, screen, keys_of(screen.now, answer))


async def _on(pilot: Keyboard[None], screen: RatingScreen, keys: Iterable[str]) -> None:
    """Press keys, and wait for what is shown then."""
    before = screen.shown
    _press(pilot, keys)
    await _until(lambda: screen.shown != before)


def _press(pilot: Keyboard[None], keys: Iterable[str]) -> None:
    """Press keys without waiting for each: the screen takes them one after the other."""
    for key in keys:
        character = " " if key == "space" else key if len(key) == 1 else None
        pilot.app.post_message(Key(key, character))


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.001)


def keys_of(asked: Asked, answer: Answered) -> tuple[str, ...]:  # noqa: PLR0911
    """The keys that give an answer."""
    match answer, asked.item:
        case Identified(card=None), _:
            return ("x",)
        case Identified(card="none", confidence=sure), _:
            return ("0", str(sure or 1))
        case Identified(card=str(card), confidence=sure), IdentificationItem(cards=cards):
            return (str(cards.index(card) + 1), str(sure or 1))
        case Preferred(choice=None), _:
            return ("x",)
        case Preferred(choice="tie"), _:
            return ("0",)
        case Preferred(), _:
            return ("1" if answer == asked.chosen("left") else "2",)
        case Scored(points=points), LikertItem(dimensions=scales):
            given = (points[each] for each in scales)
            return (*("x" if point is None else str(point) for point in given), "enter")
        case _:
            raise AssertionError(f"{answer} answers no {asked.item.task}")


def keys_of_gold(gold: Gold) -> tuple[str, ...]:
    """The keys that answer a pilot item right."""
    key = str(gold.answer)
    return {"identification": (key, "4"), "pairs": (key,), "likert": (key, "enter")}[gold.task]


async def _code(pilot: Keyboard[None], screen: RatingScreen, answer: Coded) -> None:
    rubric = screen.session.bundle.rubric
    by_id = {each.code: each for each in answer.codes}
    codes = [each for each in rubric.codes if each.id in by_id]
    if [each.id for each in codes] == ["NONE"]:
        await _on(pilot, screen, (codes[0].key,))
        return
    shown, task = screen.shown, screen.query_one(CodingTask)

    async def press(keys: Iterable[str]) -> None:
        before = task.now
        _press(pilot, keys)
        await _until(lambda: task.now != before or screen.shown != shown)

    await press((*(each.key for each in codes), "enter"))
    for code in codes:
        needed, said = stages(code), by_id[code.id]
        if "cite" in needed:
            await press((*(k for turn in said.evidence for k in (*str(turn), "space")), "enter"))
        for text in (said.gist, ", ".join(said.terms)) if "gist" in needed else ():
            await _until(lambda: task.written.has_focus)
            task.written.value = text
            await press(("enter",))
        if "label" in needed:
            await _until(lambda: task.conference.has_focus)
            await press(_keys_of_label(screen, said))
    await _until(lambda: screen.shown != shown)


def _keys_of_label(screen: RatingScreen, said: CodedTurn) -> tuple[str, ...]:
    """The keys that mark passages, as far as they were found, and the label's."""
    refs = [each.ref for each in screen.query_one(CodingTask).passages]
    marks = (str(refs.index(each) + 1) for each in said.passages if each in refs)
    label = next(e for e in screen.session.bundle.rubric.labels if e.id == said.label)
    return (*marks, label.key)
