"""The bars of `yalta batch run`, on terminals of several sizes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from batches import streamer, write_plan
from terminals import on_terminal

WHOLE = ["all", "━", " of 6", "turns a minute", "0 failed", "spent", " left"]


def frames(told: str) -> list[str]:
    """What stood on the screen, from one time that it was drawn to the next."""
    drawn = re.split(r"(?:\x1b\[1A|\r|\x1b\[2K)+", told)
    return [re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", each) for each in drawn if "━" in each]


@pytest.fixture(scope="module")
def model():
    with streamer(tokens=20, delay_ms=3) as name:
        yield name


def plan(folder: Path, model: str, jobs: int) -> Path:
    """Of six conferences with long names, of a model that has a price."""
    base_url = model.partition("@")[2].partition("#")[0]
    price = {"currency": "USD", "input": "1000", "output": "1000"}
    profiles = {
        "schema": "yalta/profiles/1",
        "providers": {"here": {"base_url": base_url}},
        "models": {
            "a-model-of-a-rather-long-name": {"provider": "here", "name": "m", "price": price}
        },
    }
    config = Path(os.environ["YALTA_CONFIG"])
    config.mkdir(parents=True)
    (config / "profiles.yaml").write_text(json.dumps(profiles))
    name = "a-model-of-a-rather-long-name"
    return write_plan(folder, name, seeds=6, jobs=jobs, chair=False)


@pytest.mark.parametrize("columns", [80, 60])
def test_nothing_that_is_told_of_the_whole_is_lost(tmp_path, model, columns):
    drawn = frames(on_terminal(columns, "batch", "run", plan(tmp_path, model, jobs=3)))
    told = [" ".join(each.split()) for each in drawn if "spent" in each]
    assert told
    for frame in told:
        assert all(part in frame for part in WHOLE), frame
    lines = [line for each in drawn for line in each.splitlines() if "━" in line]
    assert max(map(len, lines)) <= columns
    held = [line for line in lines if " of " in line and not line.startswith("all")]
    assert held
    assert all(line.rstrip().endswith("left") for line in held)


def test_on_a_low_terminal_the_conferences_that_do_not_fit_are_counted(tmp_path):
    with streamer(tokens=20, delay_ms=20) as slow:  # so that they are seen side by side
        told = on_terminal(80, "batch", "run", plan(tmp_path, slow, jobs=6), rows=6)
    assert any(re.search(r"… and [2-5] more are held", each) for each in frames(told))
