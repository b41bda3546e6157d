"""`yalta fork`: another future of a conference."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import click

from debate.cli import complete
from debate.cli.asker import Asker
from debate.cli.seats import seat_pairs
from debate.errors import UnknownName
from debate.events import Profile
from debate.fork import Changes, profiles_of
from debate.fork import fork as begin
from debate.library import find_transcript, load_persona, read_persona
from debate.persona import Persona
from debate.speakers.registry import Registry
from debate.state import fold
from debate.text import showable
from debate.transcript import read

_SEAT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@click.command()
@click.argument("transcript", shell_complete=complete.transcripts)
@click.option("--turn", type=click.IntRange(0), help="The last turn to keep; 0 keeps none.")
@click.option("--at", type=click.IntRange(0), metavar="SEQ", help="The last line to keep instead.")
@click.option(
    "personas",
    "--persona",
    multiple=True,
    metavar="FILE",
    help="A card that takes the place of the one with its id.",
)
@click.option("--model", metavar="MODEL", help="Who speaks for every seat from there on.")
@click.option(
    "seat_models",
    "--seat",
    multiple=True,
    metavar="SEAT=MODEL",
    help="Who speaks for a seat, whatever --model says.",
)
@click.option(
    "notes",
    "--note",
    multiple=True,
    metavar="[SEAT=]TEXT",
    help="A note from the chair, to all or to one seat.",
)
@click.option("rules", "--rule", multiple=True, metavar="TEXT", help="One more rule of the house.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="File (.jsonl) or folder of the new one."
)
@click.option("--seed", type=int, help="Seed of what follows; drawn if not given.")
def fork(
    transcript: str,
    turn: int | None,
    at: int | None,
    personas: tuple[str, ...],
    model: str | None,
    seat_models: tuple[str, ...],
    notes: tuple[str, ...],
    rules: tuple[str, ...],
    out: Path | None,
    seed: int | None,
) -> None:
    """Begin another future of TRANSCRIPT, after its last finished turn or anywhere before.

    The new transcript begins with a copy of what was said up to there, byte for byte; what is to be
    otherwise from there on comes next. TRANSCRIPT stays as it is.

    \b
    yalta fork T --turn 4 --seat yang=kimi-k2.6
    yalta fork T --at 41 --persona mine/yang.yaml --note "amodei=Time presses."
    """
    source = find_transcript(transcript)
    seats = fold(read(source)).profiles
    models = dict.fromkeys(seats, model) if model else {}
    changes = Changes(
        personas=tuple(_persona(name) for name in personas),
        seats=_profiles({**models, **seat_pairs(seat_models)}, seats),
        rules=rules,
        notes=tuple(_note(note, seats) for note in notes),
    )
    path = begin(source, turn=turn, at=at, changes=changes, out=out, seed=seed)
    click.echo(showable(str(path)))
    click.echo(showable(f"Go on with:  yalta resume {path}"), err=True)


def _persona(name: str) -> Persona:
    """A card from a file, which may be called otherwise than its id: there may be several of it."""
    path = Path(name)
    return read_persona(path) if path.suffix in (".yaml", ".yml") else load_persona(name)


def _profiles(models: Mapping[str, str], seats: Collection[str]) -> Mapping[str, Profile]:
    if strange := [seat for seat in models if seat not in seats]:
        raise UnknownName("seat", strange[0], seats)
    return asyncio.run(_made_ready(models)) if models else {}


async def _made_ready(models: Mapping[str, str]) -> Mapping[str, Profile]:
    async with Registry(ask=Asker()) as registry:
        return await profiles_of(models, registry)


def _note(text: str, seats: Collection[str]) -> tuple[str | None, str]:
    """To whom a note goes: what stands before an equals sign, if that can be the id of a seat."""
    seat, equals, rest = text.partition("=")
    if not equals or not _SEAT.fullmatch(seat):
        return None, text
    if seat not in seats:
        raise UnknownName(
            "seat", seat, seats, hint=f"known: {', '.join(seats)}; to tell all, begin with a space"
        )
    return seat, rest
