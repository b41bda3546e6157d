"""What a viewer sees of motions, votes and what nobody hears."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from people import hold
from worlds import Play, manifest, scenario

from debate.answers import AskFailed, BidCast
from debate.cli import yalta
from debate.cli.printer import Printer
from debate.events import PersonaChanged, PhaseOpened, RuleAdded, TurnClosed, VoteCast
from debate.forms import Form
from debate.state import fold
from debate.take import Delta
from debate.transcript import read


def shown(items, capsys, **how):
    printer = Printer(**how)
    for item in items:
        printer(item)
    return capsys.readouterr().out.partition("── Phase 0 ──\n")[2]


def played(phases, replies=lambda form, number: "", seats=("ada", "bo")):
    """The events of a conference in which asks are answered so."""
    plan = scenario(seats, phases, failures={"retries": 0, "endpoint": "skip"})
    return Play(manifest(plan), answer=replies).run().events


def of_seat(**replies):
    """What each seat answers, whatever it is asked."""

    def answer(form: Form, number: int) -> str:
        said = replies[form.ask.seat]
        return said if isinstance(said, str) else json.dumps(said)

    return answer


def test_bids_are_one_line_before_the_turn_they_were_for(capsys):
    events = played(
        [{"kind": "plenary", "floor": {"rule": "bidding", "all_heard": False, "most": 1}}],
        of_seat(ada={"bid": 3, "reason": "Hm."}, bo="who knows"),
    )
    assert shown(events, capsys).startswith(
        "\nBids: Ada 3, Bo 0 (no usable answer).\n\n"
        "Ada (bid 3, the highest)\nwords of ada in turn 1\n\n"
        "Bo (nobody else may have it)\nwords of bo in turn 2\n"
    )


def test_a_cross_examination_says_who_asks_whom(capsys):
    events = played([{"kind": "cross", "pairs": [["bo", "ada"]]}])
    heads = re.findall(r"^(\w+ \(.*\))$", shown(events, capsys), re.MULTILINE)
    assert heads == ["Bo (question to Ada)", "Ada (answer to Bo)"]


def test_rooms_side_by_side_are_shown_one_turn_at_a_time_and_marked(capsys):
    rooms = {"garden": ["ada", "bo"], "hall": ["cem", "dai"]}
    events = played([{"kind": "caucus", "rooms": rooms}], seats=("ada", "bo", "cem", "dai"))
    words = [
        delta
        for event in events
        if isinstance(event, TurnClosed)
        for delta in (Delta(event.turn, event.seat, "text", part) for part in ("w", "ords"))
    ]
    live = []
    for event in events:  # the words of turns side by side come mixed, before either has ended
        if isinstance(event, TurnClosed):
            mine = sorted((d for d in words if d.turn <= event.turn), key=lambda d: -d.turn)
            live += mine
            words = [d for d in words if d not in mine]
        live.append(event)
    out = shown(live, capsys)
    assert out.startswith("\nIn private: garden (Ada, Bo); hall (Cem, Dai).\n")
    turns = re.findall(r"^(\w+) \(in private: (\w+)\)\n(.*)$", out, re.MULTILINE)
    assert turns == [
        ("Ada", "garden", "words"),
        ("Cem", "hall", "words"),
        ("Bo", "garden", "words"),
        ("Dai", "hall", "words"),
    ]


def test_choices_and_the_rooms_that_come_of_them_are_told(capsys):
    phase = {"kind": "caucus", "rooms": "choice"}
    both = played([phase], of_seat(ada={"partners": ["Bo"]}, bo={"partners": ["Ada"]}))
    out = shown(both, capsys)
    assert out.startswith("\nAda would meet Bo.\nBo would meet Ada.\n\nIn private: Ada and Bo.\n")
    none = played([phase], of_seat(ada="nobody", bo="nobody"))
    assert "\nNobody meets in private.\n" in shown(none, capsys)
    for rooms in ("pairs", "choice"):
        alone = played([{"kind": "caucus", "rooms": rooms}], seats=("ada",))
        assert not any(event.type == "ask.opened" for event in alone)
        assert shown(alone, capsys).startswith("\nNobody meets in private.\n")


MOVED = [{"kind": "motions"}, {"kind": "amendments"}, {"kind": "vote"}]


def moving(form: Form, number: int) -> str:
    ada = form.ask.seat == "ada"
    said = {
        "motion": {"action": "table", "title": "Tea", "text": "We drink tea."}
        if ada
        else {"action": "join", "motion": "M1"},
        "amendment": {"action": "pass"}
        if ada
        else {"action": "amend", "motion": "M1", "text": "We drink."},
        "ruling": {"accept": False, "reason": "Tea it is."},
        "ballot": {"vote": "yes" if ada else "never", "reason": "Tea."},
    }
    return json.dumps(said[form.ask.kind])


def test_motions_amendments_and_votes_are_told_as_they_come(capsys):
    out = shown(played(MOVED), capsys)
    assert out.startswith(
        "\nAda tables no motion and joins none. (no usable answer: it is passed over)\n"
        "Bo tables no motion and joins none. (no usable answer: it is passed over)\n"
    )
    assert shown(played(MOVED, moving), capsys) == (
        "\nMotion M1, tabled by Ada: Tea. We drink tea.\n"
        "Bo joins motion M1.\n"
        "\n── Phase 1 ──\n"
        "\nAda proposes no amendment.\n"
        "Amendment A1 to M1, proposed by Bo: We drink.\n"
        "Ada refuses amendment A1: Tea it is.\n"
        "\n── Phase 2 ──\n"
        "\nAda votes yes on motion M1: Tea.\n"
        "Bo abstains on motion M1. (no usable answer: it counts as an abstention)\n"
        "\nMotion M1, Tea: carried, 1 for, 0 against, 1 abstaining.\n"
        "\nThe agenda is done.\n"
    )


def test_a_vote_on_nothing_says_so(capsys):
    house = {"kind": "vote", "vote": {"on": "house"}}
    plan = scenario(["ada", "bo"], [{"kind": "vote"}, house, {"kind": "amendments"}])
    out = shown(Play(manifest(plan), answer=lambda form, number: "yes").run().events, capsys)
    assert out.startswith("\nNo motion is open: there is nothing to vote on.\n")
    assert "── Phase 2 ──\n\nNo motion is open: there is nothing to amend.\n" in out
    assert out.count("No motion is open") == 2


def test_a_phase_of_nobody_says_that_all_members_take_part(capsys):
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "seats": ["audience", "chair"]}])
    out = shown(Play(manifest(plan)).run().events, capsys)
    assert out.startswith("\nNobody at the table is audience or chair: all members take part.\n")
    assert "\nBo\n" in out


def test_who_amends_their_own_motion_is_not_waited_for(capsys):
    own = {"action": "amend", "motion": "M1", "text": "We drink."}

    def reply(form: Form, number: int) -> str:
        ada = form.ask.seat == "ada" and form.ask.kind == "amendment"
        return json.dumps(own) if ada else moving(form, number)

    assert "A1 to M1, proposed by Ada, to its own motion, and so accepted: We drink.\n" in shown(
        played(MOVED, reply), capsys
    )


SECRET = [{"kind": "vote", "vote": {"on": "house", "secret": True}}]


def test_of_a_secret_vote_only_the_count_is_told(capsys):
    votes = of_seat(ada={"vote": "yes", "reason": "It is time."}, bo={"vote": "no"})
    events = played(SECRET, votes)
    count = "\nThe motion of the conference: not carried, 1 for, 1 against, 0 abstaining.\n"
    assert shown(events, capsys) == count + "\nThe agenda is done.\n"
    revealed = shown(events, capsys, ballots=True)
    assert "Ada votes yes on the motion of the conference: It is time.\nBo votes no" in revealed
    assert count in revealed


def test_a_draft_and_who_signs_it(capsys):
    replies = of_seat(
        ada={"sign": True, "reservation": "With care."}, bo={"sign": False, "reservation": ""}
    )
    out = shown(played([{"kind": "communique"}], replies), capsys)
    assert out.startswith(
        "\nAda (draft of the communique)\nwords of ada in turn 1\n\n"
        "Ada signs with a reservation: With care.\nBo does not sign.\n"
    )


def test_a_call_is_told_with_its_question_and_an_answer_that_failed(capsys):
    plan = scenario(
        ["ada", "bo", {"persona": "cem", "role": "chair"}],
        [{"kind": "plenary", "floor": "chaired"}],
        failures={"retries": 0, "endpoint": "skip"},
    )
    said = {"next": "Bo", "question": "And you?"}
    events = Play(manifest(plan), answer=lambda form, n: json.dumps(said)).run().events
    out = shown(events, capsys)
    assert out.startswith("\nCem gives the floor to Bo and asks: And you?\n\nBo (called)\nwords ")

    def fails(form: Form, number: int) -> AskFailed:
        return AskFailed(ask=number, seat="cem", reason="error", message="the server said 500")

    out = shown(Play(manifest(plan), answer=fails).run().events, capsys)
    assert out.startswith(
        "\n[Cem was asked for who has the floor next: error: the server said 500]\n"
        "Cem gives the floor to Ada. (no usable answer: the longest silent)\n\nAda ("
    )


def test_what_a_fork_changed_is_told(capsys):
    opened = manifest(scenario(["ada", "bo"]))
    begun = [opened, PhaseOpened(phase=0, kind="opening", title="Phase 0")]
    card = opened.personas["ada"].model_copy(update={"role": "Guest"})
    assert shown([*begun, PersonaChanged(persona=card), RuleAdded(text="Be brief.")], capsys) == (
        "\nFrom here on, the card of Ada reads otherwise.\n"
        "\nFrom here on, one more rule of the house: Be brief.\n"
    )


def test_a_vote_that_ends_during_a_turn_is_told_after_it(capsys):
    events = played([{"kind": "opening"}])
    bid = BidCast(seat="bo", phase=0, round=1, how="json", bid=3)
    vote = VoteCast(seat="bo", phase=0, round=1, how="json", motion="M0", vote="no")
    first = next(n for n, event in enumerate(events) if isinstance(event, TurnClosed))
    out = shown([*events[:first], bid, vote, *events[first:]], capsys)
    assert out.startswith("\nAda\nwords of ada in turn 1\n")
    assert "\nBo\nwords of bo in turn 2\n\nBo votes no on the motion of the conference.\n" in out


@pytest.fixture
async def saved(tmp_path):
    return await hold(tmp_path / "every.jsonl")


async def test_show_tells_every_event_of_every_kind_of_talk(saved):
    out = CliRunner().invoke(yalta, ["show", str(saved)]).output
    state = fold(read(saved))
    for turn in state.record:
        assert out.count(f"\n{turn.text}\n") == 1
    for motion in state.motions.values():
        assert f"Motion {motion.id}, tabled by {state.seat(motion.sponsors[0]).name}" in out
    house = state.decisions[-1]
    assert house.secret
    assert f"The motion of the conference: {'' if house.carried else 'not '}carried, " in out
    assert " on the motion of the conference" not in out

    revealed = CliRunner().invoke(yalta, ["show", str(saved), "--ballots"]).output
    assert revealed.count(" on the motion of the conference") == len(house.ballots)
