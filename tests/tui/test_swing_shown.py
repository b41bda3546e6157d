"""How the votes on the motion of a conference moved: in the record, beside the seats, in full."""

from __future__ import annotations

from worlds import Play, manifest, scenario

from debate.ledger import Ledger
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record
from tui.widgets.motions.in_full import motions_in_full
from tui.widgets.motions.panel import swung

HOUSE = {"kind": "vote", "vote": {"on": "house"}}
LINE = (
    "Since the first vote on it: 2 more for, 2 fewer against, as many abstaining. "
    "By the Oxford rule the side for the motion won."
)


def events():
    plan = manifest(scenario(["ada", "bo"], [HOUSE, {"kind": "plenary"}, HOUSE]))
    return Play(plan, answer=lambda form, number: "yes" if number > 2 else "no").run().events


def test_it_stands_below_the_last_count_and_nowhere_else():
    blocks = Feed(Record()).blocks_of(events())
    told = [block.text.splitlines() for block in blocks if block.name.startswith("Vote on")]
    assert [LINE in lines for lines in told] == [False, True]
    assert told[1][:2] == ["Carried, 2 for, 0 against, 0 abstaining.", LINE]


def test_so_it_does_where_motions_are_read_in_full():
    texts = [block.text for block in motions_in_full(Ledger(events()), reveal=False)]
    assert sum(LINE in text for text in texts) == 1


def test_beside_the_seats_it_is_told_in_few_characters():
    ledger = Ledger(events())
    moved = [swung(m) for poll in ledger.polls.values() if (m := ledger.swing(poll))]
    assert moved == ["swing +2 yes, -2 no: yes won"]
