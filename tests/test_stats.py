"""What is counted in a transcript that a chair has steered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import closed, manifest, scenario

from debate.events import (
    AnyEvent,
    MinutesTaken,
    PhaseOpened,
    Profile,
    SeatChanged,
    Timing,
    Try,
    TurnFailed,
    TurnOpened,
    TurnWithdrawn,
    Usage,
)
from debate.stats import Lengths, stats

PLAN = scenario(["ada", "bo"], [{"kind": "plenary"}])
SPENT = Usage(input=100, cached=60, output=10)


def asked(number: int, seat: str) -> TurnOpened:
    return TurnOpened(turn=number, seat=seat, phase=0, round=1, request="0" * 64)


def said(number: int, seat: str, text: str) -> list[AnyEvent]:
    return [asked(number, seat), closed(number, seat, text).model_copy(update={"usage": SPENT})]


def failed(number: int, seat: str, reason: str, usage: Usage) -> list[AnyEvent]:
    event = TurnFailed(turn=number, seat=seat, reason=reason, message="no", usage=usage)
    return [asked(number, seat), event]


def counted(*events: AnyEvent):
    opened = PhaseOpened(phase=0, kind="plenary", title="Plenary")
    return stats([manifest(PLAN), opened, *events])


def test_a_withdrawn_turn_was_paid_for_but_its_words_are_not_in_the_record():
    figures = counted(*said(1, "ada", "One two."), TurnWithdrawn(turn=1), *said(2, "ada", "Three."))
    for one in (figures.seats[0], figures.total):
        assert (one.turns, one.withdrawn, one.words) == (1, 1, 1)
        assert (one.input, one.cached, one.new, one.output) == (200, 120, 80, 20)
        assert one.seconds == 2.0
    assert [(t.turn, t.withdrawn) for t in figures.turns] == [(1, True), (2, False)]


def test_a_turn_is_withdrawn_once_and_one_that_is_not_there_never():
    figures = counted(*said(1, "ada", "One."), *[TurnWithdrawn(turn=n) for n in (9, 1, 1)])
    assert (figures.total.turns, figures.total.withdrawn) == (0, 1)


def test_what_was_broken_off_is_no_failure_and_its_tokens_count_where_known():
    figures = counted(
        *failed(1, "ada", "aborted", SPENT),
        *failed(2, "ada", "interrupted", Usage()),
        *failed(3, "ada", "empty", SPENT),
        *failed(4, "ada", "error", Usage()),
        *said(5, "ada", "One."),
    )
    ada, bo = figures.seats
    assert (ada.failed, bo.failed, figures.total.failed) == (2, 0, 2)
    assert (ada.input, ada.output) == (300, 30)
    assert ada.turns == 1


def test_a_seat_names_every_model_it_had():
    change = SeatChanged(seat="bo", profile=Profile(model="kimi-k2.6", family="openai"))
    assert [f.model for f in counted(change).seats] == ["test", "test, kimi-k2.6"]


def changed(event: AnyEvent, **fields) -> AnyEvent:
    return event.model_copy(update=fields)


def test_calls_that_came_to_nothing_are_counted_and_their_tokens_where_known():
    tries = (Try(why="busy"), Try(why="broke off", text="Half", usage=SPENT))
    spoken = changed(closed(1, "ada", "Whole."), usage=SPENT, tries=tries)
    error = TurnFailed(turn=2, seat="bo", reason="error", message="no", tries=(Try(why="busy"),))
    figures = counted(asked(1, "ada"), spoken, asked(2, "bo"), error)
    ada, bo = figures.seats
    assert (ada.tries, bo.tries, figures.total.tries) == (2, 1, 3)
    assert (ada.input, ada.output, ada.words) == (200, 20, 1)
    assert (bo.input, bo.failed) == (0, 1)
    assert figures.turns[0].tries == 2


def test_turns_of_a_fallback_and_warnings_are_counted():
    other = Profile(model="kimi-k2.6", family="openai")
    figures = counted(
        *(asked(1, "ada"), changed(closed(1, "ada", "One."), by=other)),
        *(asked(2, "ada"), changed(closed(2, "ada", "Two."), warning="not all was read")),
        *(asked(3, "bo"), closed(3, "bo", "Three.")),
    )
    assert [(f.fallback, f.warnings) for f in figures.seats] == [(1, 1), (0, 0)]
    assert (figures.total.fallback, figures.total.warnings) == (1, 1)
    assert [t.by for t in figures.turns] == ["kimi-k2.6", None, None]
    assert [t.warning for t in figures.turns] == [None, "not all was read", None]


def test_tokens_newly_cached_are_summed_where_a_server_counts_them():
    wrote = [Usage(input=100, output=10, cache_written=n) for n in (40, None, 2)]
    turns = [changed(closed(n, "ada", "So."), usage=usage) for n, usage in enumerate(wrote, 1)]
    ada, bo = counted(*turns).seats
    assert (ada.cache_written, bo.cache_written) == (42, None)


def test_the_clerk_has_a_row_of_its_own_and_no_words_in_the_record():
    minutes = MinutesTaken(
        through=1,
        text="Ada spoke at length.",
        request="0" * 64,
        by=Profile(model="clerk-model", family="openai"),
        usage=SPENT,
        timing=Timing(total=2.0),
        tries=(Try(why="busy"),),
    )
    figures = counted(*said(1, "ada", "One two."), minutes)
    assert figures.clerk is not None
    clerk = figures.clerk
    assert (clerk.name, clerk.model, clerk.minutes) == ("clerk", "clerk-model", 1)
    assert (clerk.turns, clerk.words, clerk.input, clerk.tries) == (0, 0, 100, 1)
    total = figures.total
    assert (total.turns, total.words, total.input, total.seconds) == (1, 2, 200, 3.0)
    assert [f.tries for f in figures.seats] == [0, 0]
    assert counted(*said(1, "ada", "One.")).clerk is None


def test_lengths_are_told_beside_what_was_asked_for():
    plan = [
        {"kind": "opening", "words": {"from": 2, "to": 3}},
        {"kind": "plenary", "words": {"from": 1, "to": 5}},
        {"kind": "closing"},
    ]
    events = [
        manifest(scenario(["ada", "bo"], plan)),
        PhaseOpened(phase=0, kind="opening", title=""),
    ]
    for number, words in enumerate([1, 2, 3, 4, 9, 40], 1):
        events += said(number, "ada", "word " * words)
    events += [TurnWithdrawn(turn=6), changed(asked(7, "bo"), phase=1), closed(7, "bo", "山没有顶")]
    opening, plenary = stats(events).lengths
    assert (opening.title, opening.least, opening.most) == ("Phase 0", 2, 3)
    assert opening.words == (1, 2, 3, 4, 9), "the withdrawn turn is left out"
    assert opening.quartiles == (2, 3, 4)
    assert opening.shares == (0.2, 0.4, 0.4)
    assert (plenary.words, plenary.quartiles, plenary.shares) == ((4,), (4, 4, 4), (0, 1, 0))


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 30), st.integers(0, 20))
def test_quartiles_lie_in_order_and_shares_are_whole(words, least, more):
    lengths = Lengths("Plenary", least, least + more, tuple(sorted(words)))
    marks = [lengths.words[0], *lengths.quartiles, lengths.words[-1]]
    assert marks == sorted(marks)
    assert sum(lengths.shares) == pytest.approx(1)
    assert sum(w <= lengths.quartiles[1] for w in words) >= len(words) / 2
