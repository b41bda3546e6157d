"""A file is there as it was before, or as it is to be."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from debate.whole_file import whole, write_whole


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    with whole(path) as file:
        file.write("开放权重\r\n")
        assert not path.exists()
    assert path.read_bytes() == "开放权重\r\n".encode()
    assert _names(tmp_path) == ["page.html"]


def test_what_breaks_off_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("before")

    def half() -> Iterator[str]:
        yield "a half" * 10_000
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), whole(path) as file:
        file.writelines(half())
    assert path.read_text() == "before"
    assert _names(tmp_path) == ["page.html"]


def test_half_a_character_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    with pytest.raises(UnicodeEncodeError), whole(path) as file:
        file.write("\ud83d")
    assert _names(tmp_path) == []


def test_an_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "none" / "page.html"
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(path, b"")
    assert caught.value.filename == str(path)


def test_permissions_stay_or_are_those_that_are_asked_for(tmp_path: Path) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    kept, secret, new = tmp_path / "kept", tmp_path / "secret", tmp_path / "new"
    kept.touch()
    kept.chmod(0o640)
    before = os.umask(0o027)
    try:
        write_whole(kept, b"k")
        write_whole(secret, b"s", mode=0o600)
        write_whole(new, b"n")
    finally:
        os.umask(before)
    assert (mode(kept), mode(secret), mode(new)) == (0o640, 0o600, 0o640)


def test_what_a_killed_program_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / f".page.{os.getpid()}.new").write_text("a part")
    write_whole(tmp_path / "page", b"all")
    assert (tmp_path / "page").read_bytes() == b"all"
    assert _names(tmp_path) == ["page"]
