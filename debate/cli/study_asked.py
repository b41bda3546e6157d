"""What `yalta study new` is asked to draw from: transcripts by arm, raters, texts of reference."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from debate.batch.known import Batches
from debate.errors import UnknownName, UserError
from debate.factors import INDEX
from debate.library import find_transcript
from debate.study.drawing.excerpts import Held, held
from debate.study.drawing.plan import FULL
from debate.study.key import RaterKey

_ID = re.compile(r"(?=.{1,64}\Z)[a-z0-9]+(-[a-z0-9]+)*\Z")


def conferences_asked(transcripts: Iterable[str], arms: Iterable[str]) -> list[Held]:
    """Every transcript with its arm: as is said, else as the index of its batch knows, else
    `full`."""
    named: list[tuple[str | None, str]] = [(None, each) for each in transcripts]
    for said in arms:
        arm, _, name = said.partition("=")
        if not name or not arm.strip():
            raise UserError(f"--arm {said!r} is not NAME=TRANSCRIPT")
        named.append((arm.strip(), name))
    batches = Batches()
    found: dict[str, Held] = {}
    for given, name in named:
        for path in _paths(name):
            one = held(path, given or batches.factors(path).get("arm") or FULL)
            if one.head in found:
                raise UserError(f"{path} is given twice, or is the same as another")
            found[one.head] = one
    if not found:
        raise UserError("a study is drawn from transcripts", hint="name some behind NAME")
    return [*found.values()]


def _paths(name: str) -> list[Path]:
    """The transcripts of a name: itself, or those in a folder. The index of a batch is none."""
    folder = Path(name)
    paths = sorted(folder.glob("*.jsonl")) if folder.is_dir() else [find_transcript(name)]
    paths = [path for path in paths if path.name != INDEX]
    if not paths and folder.is_dir():
        raise UserError(f"there is no transcript in {folder}")
    return paths


def raters_asked(given: Iterable[str], personas: Collection[str]) -> list[RaterKey]:
    found: dict[str, RaterKey] = {}
    for said in given:
        name, _, wrote = said.partition(":")
        if not _ID.match(name) or name == "adjudicated":
            raise UserError(
                f"{name!r} cannot be a rater's name",
                hint="up to 64 small letters, figures, single hyphens; it becomes a file's name",
            )
        if name in found:
            raise UserError(f"there are two raters called {name!r}")
        cards = tuple(each.strip() for each in wrote.split(",") if each.strip())
        if strange := [each for each in cards if each not in personas]:
            raise UnknownName("persona in these transcripts", strange[0], personas)
        found[name] = RaterKey(id=name, wrote=cards)
    return [*found.values()]


def references_asked(given: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for said in given:
        persona, _, name = said.partition("=")
        if not name:
            raise UserError(f"--reference {said!r} is not PERSONA=FILE")
        try:
            text = Path(name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot read {name}: {error}") from None
        if not text:
            raise UserError(f"{name} is empty")
        found.setdefault(persona, []).append(text)
    return found
