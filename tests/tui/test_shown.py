"""What of a record is looked at: a filter, which loses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_record import Bare, in_view
from textual.geometry import Offset
from textual.selection import Selection
from worlds import Play, manifest, scenario

from debate.events import PhaseOpened
from debate.hearing import Hearing
from debate.take import Delta
from tui.widgets.floor.blocks import Block, Room
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.shown import Shown, shows

ROOMS = tuple(Room(0, name, name) for name in ("north", "south"))
BLOCKS = st.lists(
    st.builds(
        lambda room, kind: Block(kind, room=room, phase=0 if kind == "heading" else None),
        st.sampled_from([None, *ROOMS]),
        st.sampled_from(["turn", "heading", "note"]),
    )
)
VIEWS = st.lists(st.sampled_from(["all", "public", *ROOMS]), max_size=4)


@given(BLOCKS, BLOCKS, VIEWS)
def test_whatever_is_looked_at_nothing_is_lost_and_the_order_stays(first, more, views):
    shown = Shown()
    head = Block("remark", rooms=ROOMS)
    for number, block in enumerate([*first, *more]):
        block.turn = number if block.kind == "turn" else None
    shown.load([head, *first])
    for n, view in enumerate(views):
        shown.look(view)
        if n < len(more):
            assert shown.add(more[n]) == shows(view, more[n])
        assert shown.blocks == [b for b in shown.everything if shows(view, b)]
        assert all(shown.blocks[shown.index_of(b)] is b for b in shown.blocks)
        assert all(shown.index_of(b) is None for b in shown.everything if not shows(view, b))
    shown.look("all")
    assert shown.blocks == shown.everything == [head, *first, *more[: len(views)]]
    assert shown.views == ("all", "public", *ROOMS)


@given(BLOCKS, st.sampled_from(["early", "own"]), st.booleans())
def test_who_sits_at_the_table_comes_by_no_way_of_their_own_to_what_they_may_not_know(
    blocks, seat, given_theirs
):
    own, other = ROOMS
    hearing = Hearing(
        frozenset({"own"}), frozenset({(own.phase, own.name)}), None if given_theirs else 0
    )
    for block in blocks:
        block.room = None if block.kind == "heading" else block.room
        block.opening = (0, seat) if block.kind == "turn" and block.room is None else None
    shown = Shown()
    shown.look(shown.hear(hearing))
    shown.load([Block("remark", rooms=ROOMS), *blocks])
    assert shown.view == "mine"
    assert shown.views == ("mine", "public", own, "all", other)
    for view in shown.own_views:
        shown.look(view)
        assert not shown.opens_folds
        assert other not in {block.room for block in shown.blocks}
        assert given_theirs or (0, "early") not in {block.opening for block in shown.blocks}
    assert all(block in shown.blocks for block in blocks if block.room == own)
    shown.look("all")
    assert shown.opens_folds
    assert len(shown.blocks) == len(blocks) + 1
    assert shown.hear(None) == "all"


def events():
    rooms = {"north": ["ada", "bo"], "south": ["cem", "dai"]}
    phases = [{"kind": "caucus", "rooms": rooms, "rounds": 3}]
    plan = scenario(("ada", "bo", "cem", "dai"), phases)
    return Play(manifest(plan)).run().events


async def test_the_end_of_a_room_is_followed_while_others_speak():
    async with Bare().run_test(size=(60, 12)) as pilot:
        record = pilot.app.record
        feed = Feed(record)
        for event in events():
            feed.show(event)
            if isinstance(event, PhaseOpened):
                record.look(record.views[2])
            if event.type == "turn.opened":
                feed.show(Delta(event.turn, event.seat, "text", "Something is said. " * 4))
            await pilot.pause()
            assert record.follow
            assert record.scroll_offset.y == record.max_scroll_y
        assert {b.name for b in record.blocks if b.kind == "turn"} == {"Ada", "Bo"}
        assert len(record.everything) > len(record.blocks)
        assert "┃ words of bo in turn" in in_view(record)


async def test_what_is_selected_in_private_is_copied_without_its_rule():
    async with Bare().run_test(size=(40, 30)) as pilot:
        record = pilot.app.record
        room = ROOMS[0]
        record.load([Block("turn", text="One two three. " * 8, name="Ada", seat=0, turn=1,
                           sub="in private: north", room=room)])  # fmt: skip
        await pilot.pause()
        whole = record.get_selection(Selection(Offset(0, 2), Offset(40, 9)))[0]
        assert whole.strip() == ("One two three. " * 8).strip()


async def test_where_one_has_read_to_is_kept_when_one_looks_elsewhere():
    async with Bare().run_test(size=(60, 12)) as pilot:
        record = pilot.app.record
        record.load(Feed(record).blocks_of(events()))
        await pilot.pause()
        record.scroll_to(y=record.max_scroll_y // 2, animate=False)
        await pilot.pause()
        assert not record.follow
        top = record.blocks[record.count.block_at(record.scroll_offset.y)[0]]
        record.look(top.room or "public")
        await pilot.pause()
        now = record.blocks[record.count.block_at(record.scroll_offset.y)[0]]
        height = record.scrollable_content_region.height
        y = record.count.tops[record.index_of(top)]
        assert now is top or record.scroll_offset.y <= y < record.scroll_offset.y + height
