"""Where personas, scenarios and transcripts are found.

A name is looked for in the working folder, then in the user's own folder, then among what ships;
the first that has it wins, so a copy can be changed without touching the program. A name that ends
in `.yaml` or holds a slash is a path.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from platformdirs import user_cache_path, user_config_path, user_data_path

from debate import yaml_file
from debate.errors import (
    LoadError,
    TranscriptError,
    TranscriptExists,
    TranscriptLocked,
    UnknownName,
    UserError,
    nearest,
)
from debate.persona import Persona
from debate.persona_file import PersonaFile
from debate.scenario import Scenario

if TYPE_CHECKING:
    from debate.transcript import Transcript

M = TypeVar("M", Persona, Scenario)
T = TypeVar("T")

_TRIES = 500
_PACKAGE = Path(__file__).parent


def config_folder() -> Path:
    """The user's own personas, scenarios, templates and settings."""
    return Path(os.environ.get("YALTA_CONFIG") or user_config_path("yalta", appauthor=False))


def cache_folder() -> Path:
    """What can be had again: model files, logs, indexes."""
    return Path(os.environ.get("YALTA_CACHE") or user_cache_path("yalta", appauthor=False))


def data_folder() -> Path:
    """What the program keeps for the user, and what cannot be had again."""
    return Path(os.environ.get("YALTA_DATA") or user_data_path("yalta", appauthor=False))


def transcripts_folder() -> Path:
    """Where runs are saved: `$YALTA_TRANSCRIPTS`, else `transcripts/` if the working folder has
    one, else the user's data folder."""
    if named := os.environ.get("YALTA_TRANSCRIPTS"):
        return Path(named)
    if (here := Path("transcripts")).is_dir():
        return here
    return data_folder() / "transcripts"


def transcript_folders() -> list[Path]:
    """Folders that may hold transcripts, and are there: the one where runs are saved, the working
    folder's `transcripts/`, the user's data folder's; none twice."""
    data = data_folder() / "transcripts"
    found: dict[Path, Path] = {}
    for folder in (transcripts_folder(), Path("transcripts"), data):
        if folder.is_dir():
            found.setdefault(folder.resolve(), folder)
    return list(found.values())


def auditions_folder() -> Path:
    """Where what personas answered in auditions is kept: `$YALTA_AUDITIONS`, else the user's data
    folder. Never beside the personas, which are shared."""
    if named := os.environ.get("YALTA_AUDITIONS"):
        return Path(named)
    return data_folder() / "auditions"


def persona_folders() -> list[Path]:
    """Folders of personas, the first to win first."""
    # In a wheel the personas lie inside the package; in a checkout, beside it.
    shipped = _PACKAGE / "personas"
    shipped = shipped if shipped.is_dir() else _PACKAGE.parent / "personas"
    return [Path("personas"), config_folder() / "personas", shipped]


def scenario_folders() -> list[Path]:
    """Folders of scenarios, the first to win first."""
    return [Path("scenarios"), config_folder() / "scenarios", _PACKAGE / "scenarios"]


def persona_files() -> dict[str, Path]:
    """Every persona that can be named, by id."""
    return _files(persona_folders())


def scenario_files() -> dict[str, Path]:
    """Every scenario that can be named, by id."""
    return _files(scenario_folders())


def load_persona(name: str | Path) -> Persona:
    """Load a persona by its id or path.

    Raises:
        UnknownName: if nothing answers to the name.
        LoadError: if the file is wrong; names every fault with its line.
    """
    path = persona_path(name)
    return _named(_read(path, _whole) or read_persona(path), path)


def persona_path(name: str | Path) -> Path:
    """The file that a persona is loaded from.

    Raises:
        UnknownName: if nothing answers to the name.
    """
    return _path(name, persona_files, "persona")


def read_persona(path: Path) -> Persona:
    """Load a persona from a file of any name. Raises LoadError as `load_persona` does."""
    return PersonaFile.read(yaml_file.read(path), path).resolved(persona_folders())


def load_scenario(name: str | Path) -> Scenario:
    """Load a scenario by its id or path. Raises as `load_persona` does."""
    path = scenario_path(name)
    return _named(_read(path, _scenario), path)


def scenario_path(name: str | Path) -> Path:
    """The file that a scenario is loaded from.

    Raises:
        UnknownName: if nothing answers to the name.
    """
    return _path(name, scenario_files, "scenario")


def new_transcript_path(scenario: str, out: Path | None = None) -> Path:
    """Where a new conference is saved: `out` if it is a file's name, else a new name in it, or in
    the transcripts folder if it is None."""
    if out is not None and out.suffix == ".jsonl":
        return out
    folder = transcripts_folder() if out is None else out
    stamp = datetime.now().strftime("%Y-%m-%d_%H%M%S")
    names = (f"{stamp}_{scenario}{n}.jsonl" for n in ("", *(f"-{i}" for i in range(2, 10_000))))
    return next(folder / name for name in names if not (folder / name).exists())


def begin_transcript(scenario: str, out: Path | None = None, *, begins: bytes = b"") -> Transcript:
    """Begin a transcript where `new_transcript_path` says; under the next name, if another program
    takes that one first.

    Raises:
        TranscriptError: if it cannot be made.
    """
    from debate.transcript import Transcript

    for _ in range(_TRIES):
        path = new_transcript_path(scenario, out)
        try:
            return Transcript.create(path, begins=begins)
        except (TranscriptExists, TranscriptLocked):
            if path == out:
                raise
            time.sleep(0.01)  # the other has the lock, and makes its file
    raise TranscriptError(f"cannot begin a transcript in {path.parent}: each name is taken")


def short_path(path: Path) -> str:
    """A path as short as it can be said: from the working folder, or from home."""
    for base, sign in ((Path.cwd(), "."), (Path.home(), "~")):
        if path.is_relative_to(base):
            return str(Path(sign) / path.relative_to(base))
    return str(path)


def find_transcript(name: str | Path) -> Path:
    """The path of a transcript: as given, or in the transcripts folder, `.jsonl` left out or not.

    Raises:
        UserError: if there is none.
    """
    folder = transcripts_folder()
    for candidate in (Path(name), folder / name, folder / f"{name}.jsonl"):
        if candidate.is_file():
            return candidate
    near = nearest(Path(name).stem, [path.stem for path in folder.glob("*.jsonl")])
    guess = f"; did you mean {near!r}?" if near else ""
    raise UserError(
        f"no transcript at {name}{guess}",
        hint=f"runs are saved in {folder}; what is there: yalta library list",
    )


def _files(folders: list[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in _yaml_in(folder):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def _yaml_in(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (p for p in sorted(folder.glob("*.yaml")) if p.is_file())


def _path(name: str | Path, files: Callable[[], dict[str, Path]], kind: str) -> Path:
    text = str(name)
    if isinstance(name, Path) or text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text:
        return Path(name)
    known = files()
    if text not in known:
        raise UnknownName(kind, text, known)
    return known[text]


def _scenario(path: Path) -> Scenario:
    return yaml_file.load(path, Scenario)


def _whole(path: Path) -> Persona | None:
    """A persona; None of one that extends another, which may change as well."""
    file = PersonaFile.read(yaml_file.read(path), path)
    return file.resolved(()) if file.extends is None else None


@lru_cache(maxsize=512)
def _once(folder: Path, path: Path, changed: int, size: int, read: Callable[[Path], T]) -> T:
    """A file, read once for as long as it stays as it is: a batch seats the same people often."""
    return read(path)


def _read(path: Path, read: Callable[[Path], T]) -> T:
    try:
        seen, folder = path.stat(), Path.cwd()
    except OSError:
        return read(path)  # which says what is wrong with it
    return cast(T, _once(folder, path, seen.st_mtime_ns, seen.st_size, read))


def _named(loaded: M, path: Path) -> M:
    """What was loaded from a file that is named by its id.

    Raises:
        LoadError: if its id is another.
    """
    if loaded.id != path.stem:
        message = f"the id is {loaded.id!r}, but the file is named {path.name!r}"
        raise LoadError(str(path), yaml_file.problems_at(path, [(("id",), message)]))
    return loaded
