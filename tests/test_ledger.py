"""Motions, votes and communiques as they are looked up."""

from __future__ import annotations

import json

from worlds import Play, manifest, scenario

from debate.events import MotionTabled, TurnWithdrawn
from debate.ledger import Ledger

PHASES = [
    {"kind": "motions"},
    {"kind": "amendments"},
    {"kind": "vote", "vote": {"secret": True}},
    {"kind": "communique"},
    {"kind": "closing"},
]


def answer(form, number):
    """Ada moves, Bo amends, Cem votes against it and does not sign."""
    seat = form.ask.seat
    said = {
        ("motion", "ada"): {"action": "table", "title": "Tiers", "text": "By tiers."},
        ("amendment", "bo"): {"action": "amend", "motion": "M1", "text": "By three tiers."},
        ("ruling", "ada"): {"accept": True, "reason": ""},
        ("ballot", "cem"): {"vote": "no", "reason": "Too soon."},
        ("signature", "cem"): {"sign": False, "reservation": "Not I."},
    }
    usual = {
        "motion": {"action": "pass"},
        "amendment": {"action": "pass"},
        "ballot": {"vote": "yes", "reason": ""},
        "signature": {"sign": True, "reservation": ""},
    }
    return json.dumps(said.get((form.ask.kind, seat)) or usual[form.ask.kind])


def play():
    return Play(manifest(scenario(["ada", "bo", "cem"], PHASES)), answer=answer, order=reversed_)


def reversed_(numbers):
    return list(reversed(numbers))


def test_all_that_became_of_a_motion_is_known_to_the_end():
    ledger = Ledger(play().run().events)
    assert ledger.state.motions["M1"].text == "By three tiers."
    assert ledger.state.motions["M1"].carried is True
    assert [a.accepted for a in ledger.amendments_to("M1")] == [True]
    (poll,) = ledger.polls_on("M1")
    assert (poll.of, poll.plan.secret) == (3, True)
    assert list(poll.cast) == ["ada", "bo", "cem"]  # as they sit, not as they came
    assert poll.cast["cem"].reason == "Too soon."
    assert poll.decided is not None
    assert (poll.decided.yes, poll.decided.no) == (2, 1)
    (communique,) = ledger.communiques
    assert (communique.seat, communique.of) == ("ada", 3)
    signed = {seat: each.signed for seat, each in communique.signatures.items()}
    assert signed == {"ada": True, "bo": True, "cem": False}


def test_a_draft_that_is_struck_is_gone_and_what_makes_no_sense_changes_nothing():
    events = play().run().events
    drafted = next(n for n, e in enumerate(events) if e.type == "turn.closed")
    ledger = Ledger(events[: drafted + 1])
    assert len(ledger.communiques) == 1
    again = MotionTabled(
        seat="bo", phase=0, round=1, how="json", motion="M1", title="Mine", text="Other words."
    )
    assert ledger.take(again) is False
    assert ledger.state.motions["M1"].title == "Tiers"
    assert ledger.take(TurnWithdrawn(turn=ledger.communiques[0].turn)) is True
    assert ledger.communiques == []
    assert Ledger().is_empty
