"""`yalta trace` as a user meets it."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner
from minuted import Minuted
from worlds import manifest, scenario

from debate.cli import yalta
from debate.errors import UserError, YaltaError
from debate.transcript import Transcript

SAMPLE = "tests/early-yalta.jsonl"
FACTS = [{"id": "F1", "text": "28 countries signed.", "source": "A declaration"}]
SAID = {
    1: "We release the weights in tiers [F1]. 77 of us agree. 山没有顶。",
    2: "Tiers of \x1b[31mred\x1b[0m weights, [bold]markup[/bold] and [F7].",
    3: "I agree with tiers.",
    4: "No.",
}


@pytest.fixture
def talk(tmp_path):
    """A conference of two in two rounds."""
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "rounds": 2}], facts=FACTS)
    play = Minuted(manifest(plan), lambda s, f: None, speak=lambda step, number: SAID[number])
    path = tmp_path / "talk.jsonl"
    with Transcript.create(path) as transcript:
        for event in play.run().events:
            transcript.append(event)
    return str(path)


def told(*words):
    done = CliRunner().invoke(yalta, list(words), catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def refused(*words):
    done = CliRunner().invoke(yalta, list(words))
    assert isinstance(done.exception, YaltaError)
    return done.exception


def test_all_that_a_seat_had_been_given_is_listed_by_source(talk):
    output = told("trace", talk, "--turn", "3")
    assert output.startswith("Turn 3, Ada (opened at seq 6)\n")
    assert "from the prompts of turn 1 and turn 3, by source:" in output
    for lines in (
        "\nscenario: motion\n  Small things matter.\n",
        "\nfact F1\n  F1 · 28 countries signed. · A declaration\n",
        "\nown card, private: goal 1\n  secret goal of ada\n",
        "\nown turn 1\n  We release the weights in tiers [F1]. 77 of us agree. 山没有顶。\n",
        "\nturn 2, Bo\n  Tiers of [31mred[0m weights, [bold]markup[/bold] and [F7].\n",
        "\nwording of rules.j2\n",
    ):
        assert lines in output
    assert "secret goal of bo" not in output
    assert "training is in no prompt and cannot be excluded" in " ".join(output.split())
    assert "\x1b" not in output


def test_a_turn_is_named_by_the_lines_that_open_and_close_it(talk):
    by_number = told("trace", talk, "--turn", "3")
    assert told("trace", talk, "6") == told("trace", talk, "7") == by_number


def test_the_closest_passages_are_shown_with_their_score_and_source(talk):
    output = told("trace", talk, "7", "--quote", "agree with TIER", "--terms", "山没有，zebra")
    first, second = [line for line in output.splitlines() if line[:2] in ("1.", "2.")]
    assert "own turn 1; given since turn 3" in first
    assert "turn 2, Bo; given since turn 3" in second
    assert float(first.split()[1]) > float(second.split()[1]) > 0
    assert "in «tiers» [F1]. 77 of us «agree». «山没有»顶。" in output
    assert "«Tiers» of [31mred[0m weights, [bold]markup[/bold]" in output
    whole = " ".join(output.split())
    assert "Nothing here decides that something was new" in whole
    assert "training cannot be excluded" in whole
    assert "; the closest 1:" in told("trace", talk, "7", "--terms", "tiers", "--limit", "1")


def test_what_is_not_found_is_no_verdict(talk):
    output = told("trace", talk, "7", "--quote", "zebra crossing")
    assert "None of" in output
    assert "Nothing here decides that something was new" in " ".join(output.split())


def test_what_is_traced_is_data_too(talk):
    data = json.loads(told("trace", talk, "6", "--terms", "tiers,山", "--json"))
    assert (data["turn"], data["seq"], data["seat"], data["name"]) == (3, 6, "ada", "Ada")
    assert data["prompts"] == [
        {"seq": 2, "name": "turn 1", "same": True, "traced": True},
        {"seq": 6, "name": "turn 3", "same": True, "traced": True},
    ]
    hit = data["passages"][0]
    assert (hit["kind"], hit["turn"], hit["own"], hit["since"]) == ("turn", 1, True, 6)
    assert [hit["text"][start:end] for start, end in hit["spans"]] == ["tiers", "山"]
    every = json.loads(told("trace", talk, "6", "--json"))["passages"]
    assert all("score" not in passage for passage in every)
    assert len(every) > 20
    assert "cannot be excluded" in data["note"]


def test_a_prompt_that_is_not_the_one_recorded_is_told(tmp_path):
    plan = scenario(["ada"], [{"kind": "plenary"}])
    play = Minuted(manifest(plan), lambda s, f: None).run()
    path = tmp_path / "t.jsonl"
    with Transcript.create(path) as transcript:
        for event in play.events:
            fields = {"request": "0" * 64} if event.type == "turn.opened" else {}
            transcript.append(event.model_copy(update=fields))
    assert "Not the prompt that was recorded" in told("trace", str(path), "2")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "either SEQ or --turn"),
        (["4", "--turn", "2"], "either SEQ or --turn"),
        (["1"], r"seq 1 is phase\.opened"),
        (["999"], "no line with seq 999"),
        (["--turn", "99"], "no turn 99"),
        (["4", "--quote", "—"], "no word"),
        (["4", "--terms", " , "], "no word"),
    ],
)
def test_a_mistake_is_one_message(talk, words, message):
    error = refused("trace", talk, *words)
    assert isinstance(error, UserError)
    assert re.search(message, str(error))


def test_a_real_run_is_traced():
    output = told("trace", SAMPLE, "--turn", "8", "--terms", "发布权重", "--limit", "3")
    assert "own turn 5" in output
    assert "«发布»其«权重»" in output


def test_tracing_loads_no_speakers_and_no_screen():
    check = (
        "import sys; from debate.cli import main\n"
        f"try: main(['trace', {SAMPLE!r}, '9'])\n"
        "except SystemExit: pass\n"
        "print('HEAVY', sorted({'textual', 'httpx', 'aiohttp', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
