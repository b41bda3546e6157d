"""What the stage shows where a server breaks off, or cannot be had at all."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import count

from chat_server import ChatServer, Reply
from pilot import wait_until
from worlds import closed, manifest, scenario

from debate import Wishes
from debate.events import PhaseOpened, Price, Profile, Try, TurnFailed, TurnOpened, Usage
from debate.take import Again, Delta
from debate.verify import verify
from tui.app import YaltaApp
from tui.screens.stage import StageScreen
from tui.session import Opening
from tui.widgets.floor.blocks import Block
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record
from tui.widgets.floor.roster import charged
from tui.widgets.floor.table import Table
from tui.widgets.reader.book import Book
from tui.widgets.reader.details import described

DEAR = Price(currency="USD", input=Decimal(2), output=Decimal(8))
PLAN = scenario(["altman", "yang"], [{"kind": "plenary"}])
OPENED = TurnOpened(
    turn=1,
    seat="altman",
    phase=0,
    round=1,
    request="0" * 64,
    max_tokens=348,
    at_most=Decimal("0.005"),
)
BEGUN = [manifest(PLAN, price=DEAR), PhaseOpened(phase=0, kind="plenary", title="P"), OPENED]
COUNTED = Usage(input=1000, cached=0, output=100)
BROKEN = Try(why="the reply broke off\x1b[2J", waited=2.5, text="Half a \x1b[31mthought")


@asynccontextmanager
async def staged(path, wishes):
    """A stage on which a conference of two seats has begun."""
    app = YaltaApp(StageScreen(Opening(PLAN, wishes, path)))
    async with app.run_test(size=(120, 40)) as pilot:
        stage = app.screen
        await wait_until(pilot, lambda: stage.session.conference)
        yield pilot, stage


def turn_blocks(stage):
    return [block for block in stage.record.blocks if block.turn is not None]


def details_of(path, turn):
    book = Book.read(path)
    return "\n".join(f"{b.name}\n{b.text}" for b in described(book, Block("turn", turn=turn), 90))


async def test_a_turn_that_breaks_off_is_said_again_from_its_start(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "5")
    calls, go_on = count(1), threading.Event()

    def answer(body):
        call = next(calls)
        if call == 1:
            return Reply(["Half a thought. "] * 40, cut_after=30)
        if call == 2:
            go_on.wait(20)
        return Reply(["A whole thought."])

    path = tmp_path / "c.jsonl"
    with ChatServer(answer) as server:
        async with staged(path, Wishes(model=server.model, seed=1)) as (pilot, stage):
            try:
                await wait_until(
                    pilot, lambda: any("broke off" in b.aside for b in turn_blocks(stage))
                )
                (block,) = turn_blocks(stage)
                assert (block.text, block.live) == ("", True)
                assert "; asked again " in block.aside
                assert stage._table.rows["altman"].doing in ("waiting", "reading")
            finally:
                go_on.set()
            await wait_until(pilot, lambda: stage.session.standing == "over")
            assert [b.text for b in turn_blocks(stage)] == ["A whole thought."] * 2
            assert [b.aside for b in turn_blocks(stage)] == ["", ""]
            assert stage._table.rows["altman"].figures.tries == 1
            assert stage._table.rows["yang"].figures.tries == 0
    assert verify(path).good
    assert "call 1      broke off: " in details_of(path, 1)
    assert "void, " in details_of(path, 1)
    assert "Half a thought. Half a thought." in details_of(path, 1)
    assert "broke off" not in details_of(path, 2)


async def test_who_spoke_instead_is_told_and_why(tmp_path):
    path = tmp_path / "c.jsonl"
    with (
        ChatServer(Reply(status=503, body="busy")) as away,
        ChatServer(Reply(["I speak instead."])) as there,
    ):
        wishes = Wishes(model=away.model, fallbacks={"": there.model}, seed=1)
        async with staged(path, wishes) as (pilot, stage):
            await wait_until(pilot, lambda: stage.session.standing == "over")
            for block in turn_blocks(stage):
                assert block.text == "I speak instead."
                assert block.aside.startswith(f"[spoken by {there.model}, since ")
                assert "speaks instead" not in block.aside
            assert stage._table.rows["yang"].figures.fallback == 1
    assert f"spoken by   {there.model}, since " in details_of(path, 1)


def test_what_was_shown_of_a_turn_that_broke_off_is_gone():
    def block(*items):
        return Feed(Record()).blocks_of([*BEGUN, *items])[-1]

    half = (Delta(1, "altman", "reasoning", "Hm."), Delta(1, "altman", "text", "Ha"))
    again = Again(1, "altman", "the server\nsaid 500\x1b[2J", 3.2)
    assert (block(*half).text, block(*half).reasoning) == ("Ha", "Hm.")
    empty = block(*half, again)
    assert (empty.text, empty.reasoning) == ("", "")
    assert empty.aside == "broke off: the server said 500[2J; asked again in 3 s"
    whole = block(*half, again, Delta(1, "altman", "text", "Whole."))
    assert (whole.text, whole.aside) == ("Whole.", "")


def test_the_table_adds_what_broke_off_and_what_the_fallback_cost():
    told = closed(1, "altman", "So.").model_copy(update={"usage": COUNTED, "tries": (BROKEN,)})
    table = Table()
    table.take_all([*BEGUN, told])
    assert [cost.cost for cost in table.bill.costs] == [Decimal("0.0028")]
    assert charged(table.rows["altman"].figures.bill) == "≤ $0.0078"
    assert charged(table.rows["yang"].figures.bill) == "free"

    by = Profile(model="dearer", family="openai", price=DEAR.model_copy(update={"output": 80}))
    table.take_all(
        [
            OPENED.model_copy(update={"turn": 2}),
            told.model_copy(update={"turn": 2, "by": by, "tries": ()}),
        ]
    )
    assert [cost.cost for cost in table.bill.costs] == [Decimal("0.0028") + Decimal("0.01")]

    failed = TurnFailed(turn=3, seat="yang", reason="empty", message="nothing", usage=COUNTED)
    table.take_all([OPENED.model_copy(update={"turn": 3, "seat": "yang"}), failed])
    assert charged(table.rows["yang"].figures.bill) == "$0.0028"
    assert table.rows["yang"].doing == "failed"
