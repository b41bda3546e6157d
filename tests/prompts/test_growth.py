"""What a turn takes does not grow with the turns before it: counted, never timed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from minuted import BY, Minuted
from worlds import PHASES, SEATS, Play, manifest, replier, scenario, worlds

from debate.agenda import GiveFloor
from debate.clerk import due
from debate.estimate import Gauge
from debate.events import NotePassed, Profile
from debate.prompts.layouts import Projection, paragraph
from debate.prompts.minutes import clerk_messages
from debate.state import ConferenceState

LONG = scenario(["ada", "bo", "cem"], [{"kind": "plenary", "rounds": 400}])


def laid_out(projection: Projection, state: ConferenceState, seat: str = "ada") -> int:
    """How many paragraphs of turns a prompt takes to be laid out."""
    before = paragraph.cache_info()
    projection.messages(state, GiveFloor(seat, 0, 1))
    after = paragraph.cache_info()
    return after.hits + after.misses - before.hits - before.misses


def test_a_prompt_lays_out_what_was_said_since_the_last_one():
    play = Play(manifest(LONG)).run()
    projection = Projection(play.states[1].opened)
    ended = [state for state in play.states[2:] if state.standing == "open" and not state.busy]
    assert [laid_out(projection, state) for state in ended] == [0, *[1] * 1200]
    # Asked for the same again, whoever asks, it lays out nothing.
    assert laid_out(projection, ended[-1], "bo") == 0


def test_a_record_shares_the_turns_of_the_one_before_it():
    play = Play(manifest(LONG)).run()
    pairs = zip(play.states[4:], play.states[5:], strict=False)
    grown = [two.record.every.grew_from(one.record.every) for one, two in pairs]
    assert len(grown) > 2000
    assert all(grown)


def test_what_minutes_hold_is_not_gone_through_again():
    """Turns are found by their place: the clerk lays out those that no minutes hold, and so does
    the first prompt after them."""
    profile = Profile(model="test", family="openai", window=2000)
    opened = manifest(LONG)
    seats = tuple(s.model_copy(update={"profile": profile}) for s in opened.seats)
    opened = opened.model_copy(update={"seats": seats})
    projection, gauge = Projection(opened), Gauge()
    steps: list[int] = []

    def when(state: ConferenceState, floors: list[GiveFloor]) -> int | None:
        before = paragraph.cache_info()
        through = due(state, projection, floors[0], 2000, 50, gauge) if floors else None
        if through is not None:
            clerk_messages(state, through, BY, projection)
        after = paragraph.cache_info()
        steps.append(after.hits + after.misses - before.hits - before.misses)
        return through

    play = Minuted(opened, when, text=lambda through: f"Minutes through {through}.")
    play.run()
    assert len(play.state.record) == 1200
    early, late = steps[100:600], steps[-500:]
    assert max(early) > 100  # minutes are taken there
    assert sum(late) < sum(early) * 1.5
    assert max(late) < max(early) * 1.5


@settings(max_examples=60, deadline=None)
@given(SEATS, PHASES, st.integers(0, 2**16), st.sampled_from(["shared", "perspective"]))
def test_prompts_are_the_same_whatever_was_laid_out_before(seats, phases, seed, layout):
    opened = manifest(worlds(seats, phases, ends={"turns": 25}), seed=seed, layout=layout)
    play = Play(opened, answer=replier(seed))

    def between(play: Play) -> None:
        if len(play.events) % 5 == 0:
            to = None if len(play.events) % 2 else seats[0]
            play.put(NotePassed(to=to, text=f"note {len(play.events)}"))

    play.run(between=between)
    kept = Projection(opened)
    # Forth, and back again: a state that was before is no longer what the last one grew to.
    for state in [*play.states[2:], *play.states[:1:-3]]:
        step = GiveFloor(seats[-1], state.phase.index if state.phase else 0, 1)
        assert kept.messages(state, step) == Projection(opened).messages(state, step)
