"""`yalta run --dry-run`, and `--layout auto`."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from chat_server import ChatServer, Reply
from click.testing import CliRunner

from debate import read_transcript
from debate.cli import yalta
from debate.errors import UnknownName, UserError
from debate.library import config_folder

SHORT = ("--phases", "opening,plenary,closing")
THREE = ("--seats", "altman,yang,amodei", "--rounds", "1", "--seed", "3", *SHORT)


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    monkeypatch.delenv("MOONSHOT_API_KEY", raising=False)


def dry_run(*words: str) -> str:
    done = CliRunner().invoke(
        yalta, ["run", "yalta", *THREE, "--dry-run", *words], catch_exceptions=False
    )
    assert done.exit_code == 0
    return done.output


def told(*words: str) -> dict:
    return json.loads(dry_run("--json", *words))


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_it_says_who_speaks_how_often_and_what_each_layout_costs():
    out = dry_run("--model", "kimi-k2.6")

    assert "The AI Yalta Conference" in out
    for name in ("Sam Altman", "Yang Zhilin", "Dario Amodei"):
        row = next(line for line in out.splitlines() if line.startswith(name))
        assert row.removeprefix(name).split()[:2] == ["kimi-k2.6", "3"]
    for layout in ("* shared, cards at the head", "  shared, cards at the tail", "  perspective"):
        row = next(line for line in out.splitlines() if line.startswith(layout))
        assert row.removeprefix(layout).split()[0] == "9"
        assert row.count(" USD") == 3
    assert "auto takes " in out
    assert "How much is thought is unknown, and only counted at worst: kimi-k2.6." in out


@pytest.mark.parametrize("model", ["local", "kimi-k2.6", "server"])
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_nothing_is_asked_fetched_or_written_and_no_key_is_needed(
    model, as_json, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = everything(tmp_path)
    with ChatServer() as server:
        name = server.model if model == "server" else model
        dry_run("--model", name, "--layout", "auto", "--out", str(tmp_path / "talks"), *as_json)
        assert server.requests == []
    assert everything(tmp_path) == before


def test_json_is_one_object_with_exact_amounts():
    found = told("--model", "kimi-k2.6")

    assert [phase["turns"] for phase in found["phases"]] == [3, 3, 3]
    assert (found["layout"], found["cards"]) == ("shared", "head")
    assert [(one["layout"], one["cards"]) for one in found["layouts"]] == [
        ("shared", "head"),
        ("shared", "tail"),
        ("perspective", "head"),
    ]
    for one in found["layouts"]:
        total = one["total"]
        assert total["new"] + total["cached"] == total["input"]
        assert list(one["seats"]) == ["altman", "yang", "amodei"]
        with_cache, without, worst = (
            Decimal(total[name]["USD"]) for name in ("with_cache", "without_cache", "at_worst")
        )
        assert 0 < with_cache < without < worst
        assert with_cache == sum(
            Decimal(seat["with_cache"]["USD"]) for seat in one["seats"].values()
        )


def test_an_unknown_price_is_unknown_and_never_zero():
    out = dry_run("--model", "ollama/nobody-knows")
    row = next(line for line in out.splitlines() if line.startswith("* shared"))

    assert row.split()[-3:] == ["unknown"] * 3
    assert "The price is unknown: ollama/nobody-knows." in out
    total = told("--model", "ollama/nobody-knows")["layouts"][0]["total"]
    assert total["with_cache"] is total["without_cache"] is total["at_worst"] is None


@pytest.mark.parametrize(
    ("budget", "suffices", "at_worst", "says"),
    [
        ("1000", True, True, "it suffices, even at worst"),
        ("0.5", True, False, "it should suffice, but not at worst"),
        ("0.0001", False, False, "it does not suffice"),
    ],
)
def test_a_budget_is_weighed(budget, suffices, at_worst, says):
    asked = ("--model", "kimi-k2.6", "--budget", budget)

    assert says in dry_run(*asked)
    weighed = told(*asked)["budget"]
    assert (weighed["suffices"], weighed["suffices_at_worst"]) == (suffices, at_worst)


def test_mistakes_are_told_as_in_a_real_run():
    with pytest.raises(UserError, match="price of ollama/x is not known"):
        dry_run("--model", "ollama/x", "--budget", "1")
    with pytest.raises(UnknownName, match="did you mean"):
        dry_run("--model", "kimmi-k2.6")
    with pytest.raises(UserError, match="cannot be asked to think"):
        dry_run("--model", "local", "--thinking", "high")


def test_a_person_and_several_models_each_have_their_row():
    found = told("--model", "kimi-k2.6", "--seat", "yang=me", "--seat", "amodei=ollama/x")
    seats = found["layouts"][0]["seats"]

    assert [seat["model"] for seat in seats.values()] == ["kimi-k2.6", "me", "ollama/x"]
    assert (seats["yang"]["turns"], seats["yang"]["input"]) == (3, 0)
    assert seats["yang"]["at_worst"] == {}
    assert seats["amodei"]["at_worst"] is None


def test_names_cannot_steer_the_terminal():
    out = dry_run("--model", "ollama/a\x1b]0;title\x07", "--motion", "Be \x1b[2J gone.")

    assert "\x1b" not in out
    assert "\x07" not in out


def test_auto_takes_what_the_dry_run_says_it_takes(tmp_path):
    config_folder().mkdir(parents=True, exist_ok=True)
    with ChatServer(Reply(["Well, ", "yes."])) as server:
        (config_folder() / "profiles.yaml").write_text(
            "schema: yalta/profiles/1\n"
            f"providers:\n  plain: {{base_url: '{server.url}', caches: false}}\n"
        )
        auto = told("--model", "plain/any", "--layout", "auto")
        path = tmp_path / "talk.jsonl"
        words = ["--model", "plain/any", "--layout", "auto", "--out", str(path)]
        done = CliRunner().invoke(yalta, ["run", "yalta", *THREE, *words], catch_exceptions=False)

    assert done.exit_code == 0
    opened = read_transcript(path)[0]
    taken = {"layout": opened.layout, "cards": opened.cards}
    assert taken == {"layout": auto["layout"], "cards": auto["cards"]}
    assert taken.items() <= auto["auto"].items()
    assert taken != {"layout": "shared", "cards": "head"}  # long cards, and nothing cached
