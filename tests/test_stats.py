"""What is counted in a transcript that a chair has steered."""

from __future__ import annotations

from worlds import closed, manifest, scenario

from debate.events import (
    AnyEvent,
    PhaseOpened,
    Profile,
    SeatChanged,
    TurnFailed,
    TurnOpened,
    TurnWithdrawn,
    Usage,
)
from debate.stats import stats

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
