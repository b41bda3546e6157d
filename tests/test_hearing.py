"""What a person at the table hears: their rooms, and openings once theirs is given."""

from __future__ import annotations

import pytest
from worlds import Play, manifest, scenario

from debate.events import SeatChanged, TurnOpened
from debate.hearing import Hearing
from debate.speakers.human import PROFILE
from debate.state import ConferenceState, apply

FOUR = ("ada", "bo", "cem", "dai")
ROOMS = {"north": ["ada", "bo"], "south": ["cem", "dai"]}


def states(phases, seat):
    """The state after each event of a conference, in which a person has a seat from the start."""
    events = Play(manifest(scenario(FOUR, phases))).run().events
    state = ConferenceState()
    for event in events:
        state = apply(state, event)
        if event is events[0] and seat:
            state = apply(state, SeatChanged(seat=seat, profile=PROFILE))
        yield event, state


def test_where_nobody_sits_at_the_table_nothing_is_kept_from_anybody():
    assert all(Hearing.of(s) is None for _, s in states([{"kind": "opening"}], None))


@pytest.mark.parametrize("seat", FOUR)
def test_they_hear_the_rooms_that_they_are_in_then_and_later(seat):
    phases = [{"kind": "caucus", "rooms": ROOMS}, {"kind": "closing"}]
    *_, (_, last) = states(phases, seat)
    heard = {room for room in ROOMS if Hearing.of(last).room(0, room)}
    assert heard == {room for room, seats in ROOMS.items() if seat in seats}
    assert not Hearing.of(last).room(1, "north")


def test_they_hear_the_openings_of_others_once_their_own_is_given():
    for event, state in states([{"kind": "opening"}, {"kind": "plenary"}], "bo"):
        hearing = Hearing.of(state)
        if isinstance(event, TurnOpened):
            given = any(turn.seat == "bo" for turn in state.record)
            assert hearing.opening(event.phase, event.seat) == (
                given or event.seat == "bo" or event.phase == 1
            )
