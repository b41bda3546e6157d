"""What a run says of its cost, of calls that broke off and of a budget that is spent."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from decimal import Decimal
from itertools import count

import pytest
from chat_server import ChatServer, Reply
from in_process import yalta

from debate.listed import read_listed
from debate.state import fold
from debate.transcript import read
from debate.verify import verify

SHORT = ("--phases", "opening,plenary,closing")
TWO = ("--seats", "altman,yang", "--rounds", "1", "--seed", "3", "--model", "priced", *SHORT)
CALL = Decimal("0.00011")  # 100 tokens read, 10 written


@pytest.fixture
def priced(tmp_path):
    """Makes `priced` the name of a server's model; a token costs a millionth of a dollar."""

    def name(server, price="{currency: USD, input: 1, output: 1}"):
        config = tmp_path / "config"
        config.mkdir()
        (config / "profiles.yaml").write_text(
            "schema: yalta/profiles/1\n"
            "providers:\n"
            f"  mine: {{base_url: '{server.url}', key_env: MINE, key_optional: true}}\n"
            f"models: {{priced: {{provider: mine, price: {price}}}}}\n"
        )

    return name


def test_a_run_ends_with_what_it_cost(priced, tmp_path):
    path = tmp_path / "c.jsonl"
    with ChatServer(Reply(["Well, ", "yes."])) as server:
        priced(server)
        done = yalta("run", "yalta", *TWO, "-o", path)
    assert done.returncode == 0, done.stderr
    assert fold(read(path)).cost == 6 * CALL
    assert "\nCost: 0.00066 USD\n" in done.stderr
    assert "Cost" not in done.stdout
    (cost,) = json.loads(yalta("stats", path, "--json").stdout)["total"]["costs"]
    assert Decimal(cost["cost"]) == 6 * CALL


def test_what_is_free_needs_no_line(priced, tmp_path):
    with ChatServer() as server:
        priced(server, "{currency: USD, input: 0, output: 0}")
        done = yalta("run", "yalta", *TWO, "-o", tmp_path / "c.jsonl")
    assert done.returncode == 0, done.stderr
    assert "Cost" not in done.stderr


def test_a_server_that_counts_nothing_leaves_the_cost_unknown(priced, tmp_path):
    with ChatServer(Reply(["So."], usage=None)) as server:
        priced(server)
        done = yalta("run", "yalta", *TWO, "-o", tmp_path / "c.jsonl")
    assert "\nCost: unknown\n" in done.stderr


def test_a_call_that_broke_off_is_void_asked_again_and_may_have_cost(priced, tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "5")
    path, calls = tmp_path / "c.jsonl", count()

    def answer(body):
        first = next(calls) == 0
        return Reply(["Half a thought. "] * 40, cut_after=30) if first else Reply(["Whole."])

    with ChatServer(answer) as server:
        priced(server)
        done = yalta("run", "yalta", *TWO, "-o", path)
    assert done.returncode == 0, done.stderr
    assert "  [broke off: " in done.stdout
    assert done.stdout.count("\nWhole.\n") == 6
    state = fold(read(path))
    assert state.cost == 6 * CALL < state.at_most
    assert "\nCost: at most " in done.stderr


def test_a_spent_budget_says_how_to_go_on(priced, tmp_path):
    path = tmp_path / "c.jsonl"
    with ChatServer() as server:
        priced(server)
        done = yalta("run", "yalta", *TWO, "-o", path, "--budget", "0.001")
        assert done.returncode == 1
        assert "Paused: " in done.stdout
        assert f"\nGo on with:  yalta resume {path} --budget N\n" in done.stderr
        more = yalta("resume", path, "--budget", "1")
        assert more.returncode == 0, more.stderr


@pytest.fixture
def killed(priced, tmp_path):
    """Kills a run with SIGKILL while a call is in the air; gives its transcript and what the call
    could cost at most."""
    path, calls = tmp_path / "c.jsonl", count()
    hold, held = threading.Event(), threading.Event()

    def answer(body):
        if next(calls) != at:
            return Reply(["So."])
        held.set()
        return Reply(["Half a thought."], hold=hold)

    at = 3
    with ChatServer(answer) as server:
        priced(server)
        words = ["run", "yalta", *TWO, "--budget", "1", "-o", str(path)]
        with subprocess.Popen(
            [sys.executable, "-m", "debate", *words], stdout=subprocess.PIPE
        ) as run:
            assert held.wait(30)
            run.kill()
        hold.set()
        (opened,) = fold(read(path)).in_air.values()
        yield path, opened.at_most


def total(path):
    """What all calls cost, and at most, as `yalta stats` has it."""
    (cost,) = json.loads(yalta("stats", path, "--json").stdout)["total"]["costs"]
    return Decimal(cost["cost"]), Decimal(cost["at_most"])


def test_a_call_in_the_air_at_a_kill_counts_as_the_most_it_can_have_cost(killed):
    path, at_most = killed
    assert at_most > CALL
    assert total(path) == (3 * CALL, 3 * CALL + at_most)
    assert "at most" in yalta("stats", path).stdout
    of_many = json.loads(yalta("stats", path, "--by", "model", "--json").stdout)
    assert Decimal(of_many["total"]["costs"][0]["at_most"]) == 3 * CALL + at_most
    assert read_listed(path, 0)[0].at_most == 3 * CALL + at_most

    more = yalta("resume", path)
    assert more.returncode == 0, more.stderr
    assert total(path) == (6 * CALL, 6 * CALL + at_most)
    assert "\nCost: at most " in more.stderr
    assert verify(path).good


def test_what_a_killed_run_may_have_cost_is_within_its_budget(killed):
    path, at_most = killed
    done = yalta("resume", path, "--budget", 3 * CALL + at_most)
    assert done.returncode == 2
    assert "it may have cost" in done.stderr
    done = yalta("resume", path, "--budget", 3 * CALL + at_most * Decimal("1.5"))
    assert done.returncode == 1, "no further call is borne"
    state = fold(read(path))
    assert len(state.record) == 3
    assert state.standing == "paused"
