"""A family of another package: installed, it speaks; broken, it is named in one message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from debate import read_transcript, verify_transcript

GOOD = """
from debate.events import Profile, Usage
from debate.speakers.base import Finish, Reading, Text


class Speaker:
    def __init__(self, wanted):
        self.profile = Profile(
            model=wanted.model,
            family="acme",
            name=wanted.name,
            endpoint=wanted.provider.base_url if wanted.provider else None,
        )

    async def prepare(self):
        pass

    async def stream(self, prompt):
        yield Reading()
        yield Text(f"I am {self.profile.name}, round {prompt.occasion.nth}.")
        yield Finish("stop", Usage(input=9, output=3), "acme-served")

    async def aclose(self):
        print("closed")


def speaker(wanted):
    return Speaker(wanted)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages, with one in it that brings a family."""
    folder = tmp_path / "site"
    info = folder / "acme_yalta-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-yalta\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[yalta.speakers]\nacme = acme_yalta:speaker\n")
    (folder / "acme_yalta.py").write_text(GOOD)
    return folder


def run(site: Path, out: Path, model: str, *more: str) -> subprocess.CompletedProcess[str]:
    paths = [str(site), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [
            *(sys.executable, "-m", "debate", "run", "yalta", "--model", model),
            *("--seats", "altman,yang", "--rounds", "1", "--out", str(out), *more),
            *("--phases", "opening,plenary,closing"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )


def test_a_family_of_another_package_speaks(site, tmp_path):
    out = tmp_path / "talk.jsonl"
    done = run(site, out, "acme/anything")

    assert done.returncode == 0, done.stderr
    assert "I am anything, round 1." in done.stdout
    turns = [event for event in read_transcript(out) if event.type == "turn.closed"]
    assert len(turns) == 6
    assert {turn.model for turn in turns} == {"acme-served"}
    assert {turn.usage.input for turn in turns} == {9}
    assert verify_transcript(out).good


def test_a_profile_may_name_it(site, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    provider = {"family": "acme", "base_url": "https://acme.example/v1"}
    profiles = {"schema": "yalta/profiles/1", "providers": {"house": provider}}
    (config / "profiles.yaml").write_text(json.dumps(profiles))
    out = tmp_path / "talk.jsonl"
    done = run(site, out, "house/small")

    assert done.returncode == 0, done.stderr
    profile = read_transcript(out)[0].seats[0].profile
    assert (profile.model, profile.name) == ("house/small", "small")
    assert profile.endpoint == "https://acme.example/v1"


def test_where_it_is_not_installed_its_models_are_unknown(tmp_path):
    done = run(tmp_path, tmp_path / "talk.jsonl", "acme/anything")
    assert done.returncode == 2
    assert "no model named 'acme/anything'" in done.stderr


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import not_there_at_all\n", "not_there_at_all"),
        ("speaker = \n", "SyntaxError"),
        ("", "speaker"),
        ("speaker = 7\n", "TypeError"),
        ("def speaker(wanted):\n    raise RuntimeError('out of order')\n", "out of order"),
        ("def speaker(wanted):\n    pass\n", "NoneType is no speaker"),
    ],
)
def test_a_broken_package_gives_one_clear_message(site, tmp_path, source, says):
    (site / "acme_yalta.py").write_text(source)
    done = run(site, tmp_path / "talk.jsonl", "acme/anything")

    assert done.returncode == 2
    assert done.stderr.startswith("yalta: the family 'acme'")
    assert says in done.stderr
    assert "acme_yalta:speaker" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "talk.jsonl").exists()


def test_a_fault_of_it_ends_a_turn_and_is_told_as_its_own(site, tmp_path):
    source = GOOD.replace(
        "yield Reading()", "yield Reading()\n        raise ValueError('no words')"
    )
    (site / "acme_yalta.py").write_text(source)
    out = tmp_path / "talk.jsonl"
    done = run(site, out, "acme/anything")

    assert "the family 'acme' has a fault: ValueError: no words" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "fault in yalta" not in done.stderr
    failed = [event for event in read_transcript(out) if event.type == "turn.failed"]
    assert {(event.seat, event.final) for event in failed} == {("altman", True), ("yang", True)}
    assert verify_transcript(out).standing == "paused"


def test_one_that_cannot_be_made_ready_opens_nothing(site, tmp_path):
    source = GOOD.replace("        pass", "        raise OSError('no such socket')", 1)
    (site / "acme_yalta.py").write_text(source)
    done = run(site, tmp_path / "talk.jsonl", "acme/anything")
    assert done.returncode == 2
    assert "the family 'acme' has a fault: OSError: no such socket" in done.stderr
    assert not (tmp_path / "talk.jsonl").exists()


def test_its_own_error_for_the_user_is_shown_as_it_is(site, tmp_path):
    source = "from debate.errors import UserError\ndef speaker(wanted):\n"
    (site / "acme_yalta.py").write_text(source + "    raise UserError('no such model at Acme')\n")
    done = run(site, tmp_path / "talk.jsonl", "acme/anything")
    assert (done.returncode, done.stderr) == (2, "yalta: no such model at Acme\n")


def test_a_package_cannot_take_the_place_of_a_family_that_ships(site, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    marker = tmp_path / "loaded"
    (site / "acme_yalta.py").write_text(f"open({str(marker)!r}, 'w')\n")
    entries = site / "acme_yalta-1.0.dist-info" / "entry_points.txt"
    entries.write_text("[yalta.speakers]\nopenai = acme_yalta:speaker\n")
    done = run(site, tmp_path / "talk.jsonl", "openai/gpt-5.5")
    assert "OPENAI_API_KEY" in done.stderr  # asked for its key, as the one that ships does
    assert not marker.exists()
