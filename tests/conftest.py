"""Each test has its own user folders, so that nothing of this machine leaks in or out."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YALTA_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("YALTA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("YALTA_TRANSCRIPTS", str(tmp_path / "transcripts"))
