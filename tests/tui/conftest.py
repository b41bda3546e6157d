"""A scripted speaker behind a real server, for all that happens on a stage."""

from __future__ import annotations

import pytest
from chat_server import ChatServer
from staging import Scripted


@pytest.fixture
def script():
    return Scripted()


@pytest.fixture
def server(script):
    with ChatServer(script) as server:
        yield server


@pytest.fixture(autouse=True)
def _fast_fingers(monkeypatch):
    """Keys of a script come faster than a held one does."""
    monkeypatch.setattr("tui.widgets.study.held.REPEAT", 0)
