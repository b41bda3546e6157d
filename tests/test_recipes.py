"""The README's recipes, run as they are written there; Kimi is a server on loopback.

Its two commands are run by `test_engine.py`, since the second asks the embedded model.
"""

from __future__ import annotations

import re

import pytest
from chat_server import ChatServer
from providers import point_at
from recipes import copy_of_the_repository, recipe, run
from test_politics import by_form

from debate.verify import verify


@pytest.fixture(scope="module")
def kimi(tmp_path_factory):
    """Kimi, on loopback: gives the variables by which the program finds it."""
    folder = tmp_path_factory.mktemp("kimi")
    with pytest.MonkeyPatch.context() as patch, ChatServer(by_form) as server:
        patch.setenv("YALTA_CONFIG", str(folder))
        point_at(server.url)
        yield {
            "YALTA_CONFIG": str(folder),
            "YALTA_CACHE": str(folder / "cache"),
            "MOONSHOT_API_KEY": "sk-of-nobody",
        }


def asked_with_a_key(title: str) -> str:
    """A recipe's commands, with a key in the place of the dots where it sets one."""
    return recipe(title).replace("MOONSHOT_API_KEY=...", "MOONSHOT_API_KEY=sk-of-nobody")


def test_watch_a_debate(tmp_path):
    folder = copy_of_the_repository(tmp_path)
    told = run(recipe("Watch a debate"), folder, YALTA_CACHE=str(tmp_path / "cache"))
    assert "set up a conference" in told
    assert "good: " in told
    page = (folder / "talk.html").read_text(encoding="utf-8")
    assert "Simulated; not statements of the real person" in page


def test_with_kimi(tmp_path, kimi):
    folder = copy_of_the_repository(tmp_path)
    told = run(asked_with_a_key("With Kimi K2.6"), folder, **kimi)
    assert "Nothing was started, fetched or written." in told
    assert verify(folder / "kimi.jsonl").good


def test_write_a_persona(tmp_path, kimi):
    folder = copy_of_the_repository(tmp_path)
    told = run(recipe("Write a persona"), folder, YALTA_AUDITIONS=str(tmp_path / "heard"), **kimi)
    assert "Should anybody be let near the controls?" in told
    held = [path for path in (folder / "transcripts").glob("*.jsonl") if "sample" not in path.name]
    assert [verify(path).good for path in held] == [True]


def test_a_batch_with_controls_and_its_blind_rating(tmp_path, kimi):
    folder = copy_of_the_repository(tmp_path)
    told = run(recipe("Run a batch with controls"), folder, **kimi)
    assert re.search(r"^no-private-goals ", told, re.MULTILINE)
    assert all(
        verify(path).good for path in (folder / "tiers").rglob("*.jsonl") if path.stem != "index"
    )
    told = run(recipe("Rate, blind"), folder, **kimi)
    assert "The card" in told, told  # the rating room, open
    assert "Not rated" in (folder / "voices" / "report.md").read_text(encoding="utf-8")
