"""Which transcripts are meant: by name, or by the folder that they are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from debate.errors import UserError
from debate.factors import INDEX, PAST, count_failed, read_index
from debate.library import find_transcript, transcripts_folder
from debate.listed import transcript_files


def folder_of(name: str) -> Path | None:
    """The folder that a name is: as given, or in the transcripts folder; None if it is none."""
    return next((path for path in (Path(name), transcripts_folder() / name) if path.is_dir()), None)


def gathered(names: Iterable[str]) -> list[Path]:
    """The transcripts that are named, each once; of a folder those in it, and in the folders
    directly in it, by path. The index of a batch is none, nor is the past that all of it share.

    Raises:
        UserError: if a name is nothing, or a folder holds none.
    """
    found: dict[Path, Path] = {}
    for name in names:
        folder = folder_of(name)
        if folder is None:
            path = find_transcript(name)
            if path.name != INDEX:  # a shell may put it among the others
                found.setdefault(path.resolve(), path)
            continue
        inside = [Path(path) for path in sorted(transcript_files([folder]))]
        inside = [path for path in inside if path.name != INDEX and not _is_past(path, folder)]
        if not inside:
            raise _nothing_in(folder)
        for path in inside:
            found.setdefault(path.resolve(), path)
    if not found:
        raise UserError("no transcripts are named", hint=f"{INDEX} is the index of a batch")
    return list(found.values())


def _nothing_in(folder: Path) -> UserError:
    """What to say of a folder without transcripts: of a batch in it, how many failed."""
    if missing := len(read_index(folder / INDEX)):
        which = "1 is missing" if missing == 1 else f"{missing:,} are missing"
        return UserError(
            f"no transcripts in {folder}: {which} that ended by the index of its batch",
            hint=f"put back a copy, or hold them anew: yalta batch retry {folder}",
        )
    failed = count_failed(folder / INDEX)
    if not failed:
        return UserError(f"no transcripts in {folder}")
    which = "1 conference" if failed == 1 else f"{failed:,} conferences"
    return UserError(
        f"no transcripts in {folder}: {which} of a batch failed there before any was begun",
        hint=f"why: yalta batch status {folder}; once more: yalta batch retry {folder}",
    )


def _is_past(path: Path, folder: Path) -> bool:
    """Whether it is what the transcripts of a batch, in this folder, go on from."""
    return path.parent == folder / PAST and (folder / INDEX).is_file()


def called(paths: Sequence[Path]) -> list[str]:
    """What to call each of some transcripts: the name of its file, with its folder's, or the whole
    path, where others have the same."""
    names = [path.stem for path in paths]
    for longer in (_with_folder, _whole):
        times = Counter(names)
        names = [
            longer(path) if times[name] > 1 else name
            for path, name in zip(paths, names, strict=True)
        ]
    return names


def _with_folder(path: Path) -> str:
    return f"{path.absolute().parent.name}/{path.stem}"


def _whole(path: Path) -> str:
    return str(path.absolute())
