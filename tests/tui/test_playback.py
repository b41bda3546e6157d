"""A transcript over again: what comes when, told what time it is."""

from __future__ import annotations

import itertools
import math
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from reading import played
from worlds import START, Play, manifest, scenario

from debate.events import Timing, TurnClosed, TurnOpened
from debate.take import Delta
from tui.widgets.reader.playback import LONGEST_GAP, Clock, Playback, offsets
from tui.widgets.reader.player import SPEEDS, Player

TIMES = st.lists(st.floats(0, 60), max_size=12).map(sorted)


def heard(items):
    """The words of each turn as they came, and the events."""
    texts, events = {}, []
    for item in items:
        if isinstance(item, Delta):
            texts[item.turn, item.kind] = texts.get((item.turn, item.kind), "") + item.text
        else:
            events.append(item)
    return texts, events


@given(TIMES, st.integers(0, 20))
def test_all_events_come_once_in_order_and_words_are_a_beginning_of_what_was_said(times, begin):
    events = played()
    begin = min(begin, len(events))
    playback = Playback(events, begin)
    items = [item for time in [*times, math.inf] for item in playback.until(time)]
    texts, came = heard(items)
    assert came == events[begin:]
    assert playback.done
    said = {e.turn: e.text for e in events if isinstance(e, TurnClosed)}
    for (turn, _), text in texts.items():
        assert said[turn].startswith(text)


@given(TIMES)
def test_what_has_come_depends_on_the_time_and_not_on_how_often_it_was_asked(times):
    events = played()
    often, once = Playback(events), Playback(events)
    last = times[-1] if times else 0.0
    seen = heard([item for time in times for item in often.until(time)])
    assert seen[1] == heard(once.until(last))[1] or not times


def test_words_come_over_the_time_that_was_recorded():
    events = Play(manifest(scenario(["ada"], [{"kind": "closing"}]))).run().events
    opened = next(n for n, e in enumerate(events) if isinstance(e, TurnOpened))
    long = " ".join(f"word{n}" for n in range(100))
    timing = Timing(first=2.0, total=12.0)
    at = START + timedelta(seconds=opened + 12)
    close = events[opened + 1].model_copy(
        update={"text": long, "reasoning": "hm " * 33, "timing": timing, "at": at}
    )
    events[opened + 1] = close
    playback = Playback(events[: opened + 2])
    begins = offsets(events)[opened]
    texts, came = heard(playback.until(begins + 1.9))
    assert not texts
    assert came[-1] == events[opened]
    texts, _ = heard(playback.until(begins + 2.5))
    assert list(texts) == [(1, "reasoning")]
    texts, came = heard(playback.until(begins + 7.0))
    assert not came
    assert 280 < len(texts[1, "text"]) < 300
    assert texts[1, "text"].endswith(" ")
    _, came = heard(playback.until(begins + 12.0))
    assert came == [close]


def test_nobody_waits_longer_than_two_seconds_for_nothing():
    events = played()
    later = [
        e.model_copy(update={"at": e.at + timedelta(days=400 * n)}) for n, e in enumerate(events)
    ]
    found = offsets(later)
    gaps = [b - a for a, b in itertools.pairwise(found)]
    assert max(gaps) <= LONGEST_GAP
    backwards = [
        e.model_copy(update={"at": e.at - timedelta(days=n)}) for n, e in enumerate(events)
    ]
    assert set(offsets(backwards)) == {0.0}
    timeless = [e.model_copy(update={"at": None}) for e in events]
    assert offsets(timeless)[-1] == 6.0  # of each of six turns, what its timing says


@given(st.lists(st.tuples(st.floats(0.01, 10), st.sampled_from(SPEEDS[:-1])), max_size=10))
def test_the_clock_runs_at_its_speed_and_never_back(steps):
    clock, now, expected, speed = Clock(), 100.0, 0.0, 1.0
    clock.start(now)
    for wait, faster in steps:
        now += wait
        expected += wait * speed
        assert math.isclose(clock.time(now), expected)
        clock.hurry(faster, now)
        speed = faster
    clock.halt(now)
    assert math.isclose(clock.time(now + 1000), expected, abs_tol=1e-9)


def test_a_paused_player_stands_still_and_instantly_is_at_once():
    now = [0.0]
    player = Player(played(), 0, SPEEDS.index(1.0), lambda: now[0])
    player.start()
    now[0] = 3.0
    first = list(player.due())
    player.pause()
    now[0] = 50.0
    assert not list(player.due())
    assert player.time == 3.0
    player.hurry(len(SPEEDS) - 1)
    assert not list(player.due())
    player.start()
    rest = [item for item in player.due() if not isinstance(item, Delta)]
    assert player.done
    assert player.time == player.duration
    assert len([i for i in first if not isinstance(i, Delta)]) + len(rest) == len(played())
