"""The rating room on a bundle that was written and read, and raters with opinions."""

from __future__ import annotations

from contextlib import asynccontextmanager

from pilot import wait_until
from scripted_raters import begin
from studies import save

from debate.study.bundle import load_bundle
from debate.study.ratings import (
    Coded,
    CodedTurn,
    Identified,
    Preferred,
    Scored,
    read_ratings,
)
from debate.study.session import Session
from tui.app import YaltaApp
from tui.screens.rating import RatingScreen


def policy(asked):
    """An answer that depends on the item alone."""
    match asked.item.task:
        case "identification":
            return Identified(card=sorted(asked.item.cards)[0], confidence=3)
        case "pairs":
            return Preferred(choice="a")
        case "likert":
            points = {each: n % 5 + 1 for n, each in enumerate(asked.item.dimensions)}
            return Scored(points=points | {"overall": None})
        case _:
            return coded(asked)


def coded(asked):
    """Some turns do nothing; the others propose or concede, with all that belongs to it."""
    if asked.turn % 3 != 2:
        return Coded(turn=asked.turn, codes=(CodedTurn(turn=asked.turn, code="NONE"),))
    said = {"gist": "open tiers below a threshold", "terms": ("tiers", "threshold")}
    cites = {"evidence": (1,)}
    codes = (
        CodedTurn(turn=asked.turn, code="PROPOSE", **said, label="NOVEL"),
        CodedTurn(turn=asked.turn, code="CONCEDE", **said, **cites, label="ECHO", passages=(1,)),
        CodedTurn(turn=asked.turn, code="HOLD", **cites),
    )
    return Coded(turn=asked.turn, codes=codes)


@asynccontextmanager
async def room(bundle, tmp_path, size=(120, 40)):
    """The rating room on a bundle that was written and read, past its instructions."""
    bundle = load_bundle(save(bundle, tmp_path / "study"))
    path = tmp_path / "study" / "ratings" / "kai.jsonl"
    screen = RatingScreen(Session.open(bundle, "kai", path))
    async with YaltaApp(screen).run_test(size=size) as pilot:
        await begin(pilot, screen)
        yield pilot, screen
    screen.session.log.close()


def given(screen):
    """The ratings that stand, read from the disk."""
    return read_ratings(screen.session.log.path).standing


async def press(pilot, screen, *keys):
    """Press keys that answer, and wait for what comes next."""
    before = screen.shown
    await pilot.press(*keys)
    await wait_until(pilot, lambda: screen.shown > before)


def place(screen):
    return str(screen._place.render())
