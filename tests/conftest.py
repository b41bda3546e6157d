"""Each test has its own user folders, so that nothing of this machine leaks in or out."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings

# How long a test takes is never what it asserts.
settings.register_profile("untimed", deadline=None, max_examples=30)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard():
    """A shell that starts the tests in its background has them ignore SIGINT, and so would every
    program that they start and interrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YALTA_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("YALTA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("YALTA_TRANSCRIPTS", str(tmp_path / "transcripts"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("YALTA_DATA", raising=False)
    # A fault is a fault at once, except where a test is about asking again.
    monkeypatch.setenv("YALTA_PATIENCE", "0")
