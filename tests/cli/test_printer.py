"""What a viewer sees of a conference in a terminal or a pipe."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import Play, closed, manifest, scenario

from debate.cli import yalta
from debate.cli.printer import Printer
from debate.columns import Wrapper, cells
from debate.events import (
    BudgetSet,
    ConferenceClosed,
    ConferenceForked,
    FloorPaused,
    FloorResumed,
    MinutesTaken,
    NotePassed,
    PhaseOpened,
    Profile,
    SeatChanged,
    Timing,
    Try,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.take import Again, Delta, Item
from debate.text import showable
from debate.transcript import Transcript

HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x1b[2J \u202etxt\u2066 \x9b1m\x00\x08"

# Wrapping


def wrapped(*parts: str, width: int) -> str:
    wrapper = Wrapper(width)
    return "".join([wrapper.feed(part) for part in parts]) + wrapper.finish()


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("山没有顶", 8), ("K2 模型。", 9), ("e\u0301", 1), ("😀", 2), ("が", 2)],
)
def test_a_wide_character_takes_two_cells_and_a_mark_none(text, columns):
    assert cells(text) == columns


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 6, ["one", "two", "three"]),
        ("one  two", 20, ["one  two"]),
        ("one\n\ntwo", 20, ["one", "", "two"]),
        ("  one", 20, ["one"]),
        ("a\ttab", 20, ["a tab"]),
        ("山没有顶", 5, ["山没", "有顶"]),
        ("we climb 山没有顶", 12, ["we climb 山", "没有顶"]),
        ("一two三", 5, ["一two", "三"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("a abcdefghij b", 4, ["a", "abcd", "efgh", "ij b"]),
    ],
)
def test_lines_break_at_spaces_and_between_wide_characters(text, width, lines):
    assert wrapped(text, width=width).split("\n") == lines


PROSE = st.text(
    st.one_of(
        st.sampled_from("ab,。山没😀　 \n\t\u0301\u3099\u200d\ufe0f"),
        st.characters(codec="utf-8"),
    ),
    max_size=80,
).map(showable)


@settings(max_examples=300)
@given(PROSE, st.integers(2, 30), st.lists(st.integers(0, 80), max_size=6))
def test_no_line_is_wider_than_asked_nothing_is_lost_however_it_streams(text, width, cuts):
    whole = wrapped(text, width=width)
    assert all(cells(line) <= width for line in whole.split("\n"))
    assert "".join(whole.split()) == "".join(text.split())

    at = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    parts = [text[a:b] for a, b in pairwise(at)]
    assert wrapped(*parts, width=width) == whole


def test_a_words_end_is_waited_for_and_no_longer():
    wrapper = Wrapper(10)
    assert [wrapper.feed(part) for part in ("on", "e t", "wo ", "山")] == ["", "one", " two", " 山"]


# Conferences

SMALL = scenario(["ada", "bo"])
RECORD = Play(manifest(SMALL)).run().events


def shown(items: list[Item], capsys: pytest.CaptureFixture[str], **how: object) -> str:
    printer = Printer(**how)  # type: ignore[arg-type]
    for item in items:
        printer(item)
    out, err = capsys.readouterr()
    assert err == "", "no status line where standard error is no terminal"
    return out


def turn(number: int, seat: str) -> TurnOpened:
    return TurnOpened(turn=number, seat=seat, phase=0, round=1, request="0" * 64)


def text(number: int, seat: str, words: str) -> Delta:
    return Delta(number, seat, "text", words)


BEGUN: list[Item] = [manifest(SMALL), PhaseOpened(phase=0, kind="opening", title="Openings")]


def test_a_transcript_reads_as_a_script(capsys):
    out = shown(list(RECORD), capsys)

    assert out.startswith("A small conference\nSmall things matter.\n\n  Ada  test\n  Bo  test\n")
    assert "Simulated;" in out
    headings = re.findall(r"^── (.*) ──$", out, re.MULTILINE)
    assert headings == ["Phase 0", "Phase 1", "Phase 2"]
    speakers = re.findall(r"^(Ada|Bo)\n(words of \w+ in turn \d)$", out, re.MULTILINE)
    assert [words for _, words in speakers] == [
        f"words of {'ada' if n % 2 else 'bo'} in turn {n}" for n in range(1, 9)
    ]
    assert out.endswith("The agenda is done.\n")


def test_a_live_turn_reads_as_it_will_from_its_transcript(capsys):
    words = "We climb. 山没有顶, and so on.\n\nThat is all."
    live = [*BEGUN, turn(1, "ada"), *(text(1, "ada", c) for c in words), closed(1, "ada", words)]
    again = [*BEGUN, turn(1, "ada"), closed(1, "ada", words)]
    for width in (12, 40, None):
        assert shown(live, capsys, width=width) == shown(again, capsys, width=width)


def test_openings_side_by_side_are_shown_one_at_a_time(capsys):
    out = shown(
        [
            *BEGUN,
            *(turn(1, "ada"), turn(2, "bo")),
            *(text(2, "bo", "I am "), text(1, "ada", "I am "), text(2, "bo", "Bo.")),
            closed(2, "bo", "I am Bo."),
            *(text(1, "ada", "Ada."), closed(1, "ada", "I am Ada.")),
            PhaseOpened(phase=1, kind="plenary", title="Plenary"),
        ],
        capsys,
    )
    assert out.split("── Openings ──")[1] == "\n\nAda\nI am Ada.\n\nBo\nI am Bo.\n\n── Plenary ──\n"


@given(st.permutations([1, 1, 1, 2, 2, 2, 3, 3, 3]))
def test_whatever_the_order_in_which_their_words_come(order):
    seats = {1: "ada", 2: "bo", 3: "cem"}
    left = {
        n: [text(n, s, f"I am {s}, "), text(n, s, "I said."), closed(n, s, "")]
        for n, s in seats.items()
    }
    begun = [manifest(scenario(seats.values())), *(turn(n, s) for n, s in seats.items())]
    items = [*begun, *(left[n].pop(0) for n in order)]
    runner = CliRunner()
    with runner.isolation() as (out, _, _):
        printer = Printer()
        for item in items:
            printer(item)
        told = out.getvalue().decode()
    assert re.findall(r"^I am (\w+), I said\.$", told, re.MULTILINE)[0] == "ada"
    for seat in seats.values():
        assert told.count(f"\n{seat.title()}\nI am {seat}, I said.\n") == 1


def test_hundreds_that_ended_in_the_opposite_order_are_shown_one_after_another(capsys):
    seats = [f"seat-{n}" for n in range(400)]
    opened = [turn(n, seat) for n, seat in enumerate(seats, 1)]
    ended = [closed(n, seat, f"Word {n}.") for n, seat in enumerate(seats, 1)]
    out = shown([*BEGUN[:1], *opened, *reversed(ended)], capsys)
    assert re.findall(r"^Word (\d+)\.$", out, re.MULTILINE) == [str(n) for n in range(1, 401)]


def test_reasoning_is_shown_only_if_asked_for(capsys):
    thought = Delta(1, "ada", "reasoning", "Hm.")
    end = TurnClosed(
        turn=1, seat="ada", text="Yes.", reasoning="Hm.", finish="stop", timing=Timing(total=1)
    )
    live = [*BEGUN, turn(1, "ada"), thought, text(1, "ada", "Yes."), end]
    again = [*BEGUN, turn(1, "ada"), end]
    for items in (live, again):
        assert shown(items, capsys).endswith("\nAda\nYes.\n")
        assert shown(items, capsys, reasoning=True).endswith("\nAda\nHm.\n\nYes.\n")


def test_what_became_of_a_turn_or_a_pause_is_told(capsys):
    failed = TurnFailed(turn=1, seat="ada", reason="error", message="the server said 500")
    short = closed(2, "bo", "And so").model_copy(update={"finish": "length"})
    paused = FloorPaused(reason="interrupted")
    out = shown([*BEGUN, turn(1, "ada"), failed, turn(2, "bo"), short, paused], capsys)
    assert "  [Ada: error: the server said 500]\n" in out
    assert "\nBo\nAnd so\n  [ended by the token limit]\n" in out
    assert out.endswith("Paused: interrupted.\n")


def test_what_the_chair_does_is_told(capsys):
    model = Profile(model="kimi-k2.6", family="openai")
    out = shown(
        [
            *BEGUN,
            NotePassed(text="Shorter, please."),
            NotePassed(to="bo", text="Be kind."),
            TurnSkipped(seat="ada", phase=0, round=1),
            TurnWithdrawn(turn=3),
            SeatChanged(seat="bo", profile=model),
            ConferenceForked(origin="old.jsonl", head="0" * 64, seed=1),
            FloorResumed(),
            ConferenceClosed(reason="stopped"),
        ],
        capsys,
    )
    assert out.split("── Openings ──")[1].split("\n\n") == [
        "",
        "Note from the chair to all: Shorter, please.",
        "Note from the chair to Bo alone: Be kind.",
        "Ada was passed over in round 1.",
        "Turn 3 is struck from the record, and asked for again.",
        "From here on, kimi-k2.6 speaks for Bo.",
        "Forked from old.jsonl; what follows is another future.",
        "The chair ended the conference.\n",
    ]


def test_a_note_waits_until_the_turn_in_the_air_has_been_shown(capsys):
    note = NotePassed(text="Shorter.")
    first = [
        turn(1, "ada"),
        text(1, "ada", "I "),
        note,
        text(1, "ada", "am."),
        closed(1, "ada", ""),
    ]
    out = shown([*BEGUN, *first, turn(2, "bo"), closed(2, "bo", "So am I.")], capsys)
    told = out.split("── Openings ──")[1]
    assert told == "\n\nAda\nI am.\n\nNote from the chair to all: Shorter.\n\nBo\nSo am I.\n"


def minutes(through: int, words: str, model: str = "kimi-k2.6") -> MinutesTaken:
    by = Profile(model=model, family="openai")
    return MinutesTaken(
        through=through, text=words, request="0" * 64, by=by, timing=Timing(total=1)
    )


def test_minutes_are_a_block_of_their_own(capsys):
    out = shown([*BEGUN, minutes(1, "Ada spoke."), minutes(12, "Ada spoke.\nBo did not.")], capsys)
    assert out.split("── Openings ──")[1] == (
        "\n\nMinutes, turn 1 (by the clerk, kimi-k2.6)\nAda spoke.\n"
        "\nMinutes, turns 1–12 (by the clerk, kimi-k2.6)\nAda spoke.\nBo did not.\n"
    )
    waits = [*BEGUN, turn(1, "ada"), text(1, "ada", "I "), minutes(1, "M."), closed(1, "ada", "")]
    assert shown(waits, capsys).endswith(
        "\nAda\nI\n\nMinutes, turn 1 (by the clerk, kimi-k2.6)\nM.\n"
    )


def test_what_is_wrong_with_a_turn_is_told_after_it(capsys):
    wrong = closed(1, "ada", "So.").model_copy(
        update={"warning": "the server read 2,048 tokens", "finish": "length"}
    )
    assert shown([*BEGUN, turn(1, "ada"), wrong], capsys).endswith(
        "\nAda\nSo.\n  [ended by the token limit]\n  [the server read 2,048 tokens]\n"
    )


def test_a_turn_that_broke_off_is_void_and_its_head_begins_anew(capsys):
    out = shown(
        [
            *BEGUN,
            *(turn(1, "ada"), text(1, "ada", "We hold that ")),
            Again(1, "ada", "the server\nwent away\x1b[2J", 3.2),
            *(text(1, "ada", "We hold "), text(1, "ada", "it.")),
            *(Again(2, "bo", "no such turn", 1.0), closed(1, "ada", "We hold it.")),
        ],
        capsys,
    )
    assert out.split("── Openings ──")[1] == (
        "\n\nAda\nWe hold that\n"
        "  [broke off: the server went away[2J; asked again in 3 s]\n"
        "\nAda\nWe hold it.\n"
    )


def test_a_call_that_brought_no_word_names_its_seat_and_waits_for_its_turn(capsys):
    again = Again(2, "bo", "busy", 0.2)
    first = [turn(1, "ada"), turn(2, "bo"), text(1, "ada", "I "), again, closed(1, "ada", "I ")]
    out = shown([*BEGUN, *first, closed(2, "bo", "Am.")], capsys)
    assert out.split("── Openings ──")[1] == (
        "\n\nAda\nI\n  [Bo: broke off: busy; asked again at once]\n\nBo\nAm.\n"
    )


def test_who_spoke_instead_is_told_and_why(capsys):
    by = Profile(model="kimi-k2.6", family="openai")
    tries = (Try(why="busy", waited=1.0), Try(why="the server said 500"))
    spoken = closed(1, "ada", "So.").model_copy(update={"by": by, "tries": tries})
    assert shown([*BEGUN, turn(1, "ada"), spoken], capsys).endswith(
        "\nAda\nSo.\n  [spoken by kimi-k2.6, since the server said 500]\n"
    )
    unsaid = spoken.model_copy(update={"tries": ()})
    assert shown([*BEGUN, turn(1, "ada"), unsaid], capsys).endswith("\n  [spoken by kimi-k2.6]\n")


def test_a_budget_is_told_in_plain_digits(capsys):
    out = shown([*BEGUN, BudgetSet(cost=Decimal("1E+2"))], capsys)
    assert out.endswith("\nFrom here on, it may cost 100 in all.\n")


# Hostile text


def harmless(out: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in out)


@pytest.mark.parametrize(
    "command",
    [
        ["show"],
        ["show", "--reasoning"],
        ["verify"],
        ["stats"],
        ["stats", "--by-turn"],
        ["stats", "--csv"],
        ["stats", "--json"],
        ["library", "list"],
        ["library", "search", "red"],
        ["library", "tree"],
    ],
    ids=" ".join,
)
def test_hostile_text_in_a_transcript_is_shown_harmlessly(tmp_path: Path, monkeypatch, command):
    opened = manifest(SMALL.model_copy(update={"title": HOSTILE, "motion": HOSTILE}))
    profile = opened.seats[0].profile.model_copy(update={"model": HOSTILE})
    seat = opened.seats[0].model_copy(update={"name": HOSTILE, "profile": profile})
    opened = opened.model_copy(update={"seats": (seat, opened.seats[1]), "notice": HOSTILE})
    failed = TurnFailed(turn=2, seat="bo", reason="error", message=HOSTILE)
    said = closed(1, "ada", HOSTILE).model_copy(update={"reasoning": HOSTILE, "warning": HOSTILE})
    path = tmp_path / "t.jsonl"
    with Transcript.create(path) as transcript:
        transcript.append(opened)
        transcript.append(PhaseOpened(phase=0, kind="opening", title=HOSTILE))
        passed = NotePassed(text=HOSTILE)
        changed = SeatChanged(seat="bo", profile=profile)
        ended = (turn(2, "bo"), failed, passed, changed, minutes(1, HOSTILE, HOSTILE))
        for event in (turn(1, "ada"), said, *ended, FloorPaused(reason=HOSTILE)):
            transcript.append(event)

    monkeypatch.setenv("YALTA_TRANSCRIPTS", str(tmp_path))
    words = command if command[0] == "library" else [*command, str(path)]
    done = CliRunner().invoke(yalta, words)
    assert done.exit_code in (0, 1)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert harmless(done.output), done.output


def test_hostile_text_in_a_persona_or_scenario_is_shown_harmlessly(tmp_path: Path):
    evil = r'"\e]0;owned\a\e[2J red \u202etxt"'
    persona = tmp_path / "evil.yaml"
    persona.write_text(
        f"schema: yalta/persona/1\nid: evil\nname: {evil}\nrole: {evil}\nreal_person: true\n"
        f"organisation: {evil}\nnative_name: {evil}\nsummary: {evil}\nred_lines: [{evil}]\n"
        f"voice: {{register: {evil}, rhythm: {evil}, prefers: [{evil}]}}\n"
        f"examples: [{{heard: {evil}, reply: {evil}, invented: true}}]\n"
        f"sources: [{{id: S1, title: {evil}}}]\n"
    )
    done = CliRunner().invoke(yalta, ["persona", "show", str(persona)])
    assert (done.exit_code, harmless(done.output)) == (0, True), done.output
    assert "red txt" in done.output

    mine = tmp_path / "mine.yaml"
    mine.write_text(
        f"schema: yalta/scenario/1\nid: mine\ntitle: {evil}\nmotion: {evil}\nbackground: {evil}\n"
        f"rules: [{evil}]\nfacts: [{{id: F1, text: {evil}, source: {evil}}}]\n"
        "seats: [{persona: evil}]\n"
        f"phases: [{{id: p, kind: closing, title: {evil}, instructions: {evil}}}]\n"
    )
    done = CliRunner().invoke(yalta, ["scenario", "show", str(mine)])
    assert (done.exit_code, harmless(done.output)) == (0, True), done.output
