"""Transcripts by name and by folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from debate.errors import UserError
from debate.gathering import called, folder_of, gathered


def test_a_folder_is_what_is_in_it_and_in_the_folders_in_it(tmp_path):
    for name in ("b.jsonl", "a.jsonl", "index.jsonl", "in/c.jsonl", "in/deep/d.jsonl", ".e.jsonl"):
        path = tmp_path / "runs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    runs = tmp_path / "runs"
    assert gathered([str(runs)]) == [runs / "a.jsonl", runs / "b.jsonl", runs / "in" / "c.jsonl"]
    again = gathered([str(runs / "b.jsonl"), str(runs / "index.jsonl"), str(runs)])
    assert [path.name for path in again] == ["b.jsonl", "a.jsonl", "c.jsonl"]


def test_what_a_batch_goes_on_from_is_none_of_it(tmp_path):
    (tmp_path / "past").mkdir()
    for name in ("a.jsonl", "past/past.jsonl"):
        (tmp_path / name).touch()
    assert len(gathered([str(tmp_path)])) == 2
    (tmp_path / "index.jsonl").touch()
    assert gathered([str(tmp_path)]) == [tmp_path / "a.jsonl"]
    assert gathered([str(tmp_path / "past")]) == [tmp_path / "past" / "past.jsonl"]


def test_names_are_looked_for_where_runs_are_saved(tmp_path):
    saved = tmp_path / "transcripts" / "batch"
    saved.mkdir(parents=True)
    (saved / "a.jsonl").touch()
    (saved.parent / "one.jsonl").touch()
    assert folder_of("batch") == saved
    assert folder_of("one") is None
    assert gathered(["batch", "one"]) == [saved / "a.jsonl", saved.parent / "one.jsonl"]
    with pytest.raises(UserError, match="no transcript at two"):
        gathered(["one", "two"])


def test_each_is_called_by_as_little_as_tells_it_apart():
    paths = [Path("/x/a.jsonl"), Path("/x/b.jsonl"), Path("/y/b.jsonl"), Path("/z/y/b.jsonl")]
    assert called(paths) == ["a", "x/b", "/y/b.jsonl", "/z/y/b.jsonl"]
