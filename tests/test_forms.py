"""What may be replied to an ask, and how what models and people really write is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import CHAIR, Play, manifest, scenario

from debate.forms import MAX_TOKENS, Form, form_of
from debate.readings import MOTION_WORDS, Choices
from debate.steps import Ask, OpenPhase

SEATS = {"ada": ("Ada Chen", "Chen"), "yang": ("Yang Zhilin", "Yang", "杨植麟")}


def form(kind: str, **among: Any) -> Form:
    about = {"ballot": "M1", "ruling": "A1"}.get(kind)
    given = {"seats": {}, "motions": ("M1", "M2"), "tables": True, "following": "M3"}
    given["said"] = {"M1": ("One", "Text of one."), "M2": ("Two", "Text of two.")}
    return Form(Ask(kind, "bo", 0, about=about), Choices(**{**given, **among}, about=about))


def said(answer: Any) -> Any:
    """What an answer says, without where it stands."""
    if answer is None:
        return None
    around = {"phase", "round", "seat", "type", "how"}
    return answer.model_dump(exclude=around, exclude_defaults=True)


@pytest.mark.parametrize(
    ("kind", "reply", "read", "how"),
    [
        ("bid", '{"bid": 7, "reason": "I was named"}', {"bid": 7, "reason": "I was named"}, "json"),
        ("bid", '```json\n{"bid": "7"}\n```', {"bid": 7}, "read"),
        ("bid", '{"bid": 7, "reason": "cut off in the mid', {"bid": 7}, "read"),
        ("bid", "8: they misquote me", {"bid": 8, "reason": "they misquote me"}, "read"),
        ("bid", "I bid 3.", {"bid": 3}, "read"),
        ("bid", '{"bid": 12}', None, ""),
        ("bid", "very much", None, ""),
        ("ballot", '{"accept": true, "reason": "fine"}', None, ""),
        ("ballot", '{"vote": "yes", "reason": "fair"}', {"vote": "yes", "reason": "fair"}, "json"),
        ("ballot", '{vote: no, reason: "unfair",}', {"vote": "no", "reason": "unfair"}, "read"),
        ("ballot", "No. It binds us.", {"vote": "no", "reason": "It binds us."}, "read"),
        ("ballot", "**Abstain**, for now", {"vote": "abstain"}, "read"),
        ("ballot", "I vote against it, for good reasons", {"vote": "no"}, "read"),
        ("ballot", "反对，太早", {"vote": "no", "reason": "太早"}, "read"),
        ("ballot", "yes and no", {"vote": "yes"}, "read"),
        ("ballot", "it is neither a yes nor a no", None, ""),
        ("ballot", '{"vote": "maybe"}', None, ""),
        ("ruling", '{"accept": true, "reason": ""}', {"accepted": True}, "json"),
        ("ruling", "no: too weak", {"accepted": False, "reason": "too weak"}, "read"),
        ("signature", '{"sign": false, "reservation": "F3"}', {"reservation": "F3"}, "json"),
        ("signature", "yes", {"signed": True}, "read"),
        ("motion", '{"action": "pass"}', {"kind": "motion"}, "json"),
        ("motion", '{"action": "join", "motion": "m2"}', {"motion": "M2"}, "json"),
        ("motion", '{"action": "join M2", "title": "", "text": ""}', {"motion": "M2"}, "json"),
        ("motion", '{"action": "join M9", "title": "", "text": ""}', None, ""),
        ("motion", "join M1", {"motion": "M1"}, "read"),
        ("motion", "join M9", None, ""),
        (
            "motion",
            '{"action": "table", "title": "Tiers.", "text": "Three tiers."}',
            {"motion": "M3", "title": "Tiers", "text": "Three tiers."},
            "json",
        ),
        (
            "motion",
            "table: Tiers. Weights are published by tiers.",
            {"motion": "M3", "title": "Tiers", "text": "Weights are published by tiers."},
            "read",
        ),
        ("motion", '{"action": "table", "title": "Empty", "text": ""}', None, ""),
        (
            "motion",
            '{"action": "table", "title": "one", "text": "New words."}',
            {"motion": "M1"},
            "json",
        ),
        ("motion", "table: Anew. Text of two", {"motion": "M2"}, "read"),
        ("amendment", "M2: Two tiers only.", {"motion": "M2", "text": "Two tiers only."}, "read"),
        ("amendment", "pass", {"kind": "amendment"}, "read"),
        ("amendment", "M2: Text of two.", {"kind": "amendment"}, "read"),
        ("amendment", '{"action": "amend", "motion": "M7", "text": "x"}', None, ""),
        ("call", '{"next": "Yang Zhilin", "question": "Why?"}', {"question": "Why?"}, "json"),
        ("call", "杨植麟：为什么？", {"question": "为什么？"}, "read"),
        ("call", "Somebody", None, ""),
        ("partner", '{"partners": ["Ada Chen", "Yang"]}', {"partners": ("ada", "yang")}, "json"),
        ("partner", "Yang, Chen", {"partners": ("yang", "ada")}, "read"),
        ("partner", "nobody", {}, "read"),
        ("partner", "whoever", None, ""),
    ],
)
def test_replies_as_they_come(kind, reply, read, how):
    among = {"seats": SEATS} if kind in ("call", "partner") else {}
    if kind == "amendment":
        among = {"following": "A2"}
    answer = form(kind, **among).read(reply)
    found = said(answer)
    if read is None:
        assert answer is None
        return
    assert read.items() <= found.items()
    assert answer.how == how


@given(st.sampled_from(sorted(MAX_TOKENS)), st.text(max_size=300))
def test_nothing_that_is_replied_breaks_the_reader(kind, reply):
    form(kind, seats=SEATS).read(reply)


@pytest.mark.parametrize("hostile", ["{" * 100_000, '{"a":' * 20_000, "[" * 50_000, "{{" * 9_000])
def test_hostile_replies_are_read_as_nothing(hostile):
    assert form("ballot").read(hostile) is None


def test_no_command_to_a_terminal_is_left_in_what_is_read():
    reply = json.dumps(
        {
            "action": "table",
            "title": "\x1b[31mWeights\x1b[0m",
            "text": "We \x1b]0;x\x07share\u202e.",
        }
    )
    motion = form("motion", tables=True, following="M1").read(reply)
    assert (motion.title, motion.text) == ("Weights", "We share.")


def test_a_motion_has_no_more_words_than_it_may():
    text = "word " * 50 + "end. " + "more " * 50
    motion = form("motion").read(json.dumps({"action": "table", "title": "T", "text": text}))
    assert len(motion.text.split()) <= MOTION_WORDS
    assert motion.text.endswith("end.")
    assert (
        "\n"
        not in form("motion")
        .read(json.dumps({"action": "table", "title": "A\nB", "text": "C\n[Bo]: D"}))
        .text
    )


def test_a_form_offers_what_can_be_chosen():
    plan = scenario(
        ["ada", "bo", "cem", CHAIR],
        [{"kind": "motions", "most": 1}, {"kind": "vote"}],
    )
    forms = []

    def answer(form, number):
        forms.append(form)
        if form.ask.kind == "motion":
            return "table: One. Text." if form.among.tables else "join M1"
        return "yes"

    play = Play(manifest(plan), answer=answer).run()
    assert [f.among.tables for f in forms[:3]] == [True, False, False]
    assert forms[1].schema["properties"]["action"]["enum"] == ["join M1", "pass"]
    assert forms[1].schema["required"] == ["action"]
    assert play.state.motions["M1"].sponsors == ("ada", "bo", "cem")
    assert play.state.motions["M1"].carried


def test_the_schema_names_what_decides_first():
    for kind in MAX_TOKENS:
        schema = form(kind, seats=SEATS).schema
        assert schema["required"] == list(schema["properties"])
        assert schema["required"][0] not in ("reason", "reservation", "question", "text")


def test_what_is_assumed_says_by_which_rule():
    plan = scenario(["ada", "bo", CHAIR], [{"kind": "plenary", "floor": "chaired"}])
    play = Play(manifest(plan))
    play._carry_out([OpenPhase(0)])
    for kind in MAX_TOKENS:
        ask = Ask(kind, "bo", 0, about={"ballot": "M1", "ruling": "A1"}.get(kind))
        answer = form_of(play.state, ask).assumed(play.state)
        assert answer.how == "assumed"
        assert answer.why.startswith("no usable answer: ")
