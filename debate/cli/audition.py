"""`yalta persona audition`: a persona is heard, alone or beside another."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from debate.audition import (
    SCENE_MOTION,
    SEED,
    Candidate,
    hear,
    play_scene,
    usual_others,
)
from debate.cli import complete
from debate.cli.asker import Asker
from debate.cli.audition_printer import Columns, Flow, Lines, Printer
from debate.cli.kept import show_kept
from debate.cli.models import fetch_models
from debate.errors import SpeakerError, UserError
from debate.kept_answers import Answer
from debate.library import load_persona
from debate.persona import Persona
from debate.probes import Probe, asked, probes, read_probes
from debate.speakers.registry import DEFAULT_MODEL, Registry
from debate.take import Watch
from debate.voice_counts import voice_counts

_LONGEST = 4000  # characters of a question


def _sized(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not 0 < len(value.strip()) <= _LONGEST:
        raise click.BadParameter(f"a question has 1 to {_LONGEST:,} characters")
    return value


@click.command()
@click.argument("name", shell_complete=complete.personas)
@click.argument("other", required=False, shell_complete=complete.personas)
@click.option(
    "-m",
    "--model",
    "models",
    multiple=True,
    shell_complete=complete.models,
    help="Who speaks; two are compared.",
)
@click.option(
    "--probes",
    "probes_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Questions of your own, in place of those that ship.",
)
@click.option("--ask", "question", callback=_sized, help="Put this one question.")
@click.option("--scene", is_flag=True, help="Hear it speak with others; --ask is the motion then.")
@click.option(
    "against", "--with", multiple=True, metavar="PERSONA", help="Who is in the scene with it."
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of sampling.")
@click.option("--kept", is_flag=True, help="Show what it answered before, by version of its card.")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as they are kept.")
@click.option("--offline", is_flag=True, help="Download nothing.")
def audition(
    name: str,
    other: str | None,
    models: tuple[str, ...],
    probes_file: Path | None,
    question: str | None,
    scene: bool,
    against: tuple[str, ...],
    seed: int,
    kept: bool,
    as_json: bool,
    offline: bool,
) -> None:
    """Hear the persona NAME (an id, or a file) answer a few questions, and count how it spoke.

    Two versions of it, or of two personas, or one of it by two models, stand side by side in a
    terminal of 80 columns or more. Each answer is kept, with the card that produced it.

    \b
    yalta persona audition altman
    yalta persona audition altman drafts/altman.yaml
    yalta persona audition yang --model local --model kimi-k2.6
    yalta persona audition amodei --ask "What would change your mind?"
    yalta persona audition yang --scene --with altman --with amodei
    """
    if kept:
        show_kept(load_persona(name).id, as_json=as_json)
        return
    if against and not scene:
        raise UserError("--with says who is in a scene", hint="add --scene")
    candidates = _candidates(name, other, models)
    if scene:
        ids = against or usual_others(candidates[0].card)
        parts = [_scene([load_persona(each) for each in ids], question or SCENE_MOTION, seed)]
    else:
        parts = [_question(probe, seed) for probe in _probes(probes_file, question)]
    fetch_models({candidate.model for candidate in candidates}, offline=offline)
    printer = _printer(candidates, as_json=as_json)
    printer.head(seed)
    if not asyncio.run(_run(candidates, parts, printer)):
        sys.exit(1)


Hearing = Callable[[Candidate, Registry, Watch], Awaitable[list[Answer]]]


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing that each candidate is heard on."""

    question: str
    hear: Hearing
    scene: bool = False


def _question(probe: Probe, seed: int) -> _Part:
    async def one(candidate: Candidate, registry: Registry, watch: Watch) -> list[Answer]:
        return [await hear(candidate, probe, registry=registry, seed=seed, watch=watch)]

    return _Part(probe.question, one)


def _scene(others: Sequence[Persona], motion: str, seed: int) -> _Part:
    async def one(candidate: Candidate, registry: Registry, watch: Watch) -> list[Answer]:
        return await play_scene(
            candidate, others, motion, registry=registry, seed=seed, watch=watch
        )

    return _Part(motion, one, scene=True)


def _candidates(name: str, other: str | None, models: Sequence[str]) -> list[Candidate]:
    """Who is heard: one, or two that differ in one thing."""
    if len(models) > 2 or (other is not None and len(models) > 1):
        raise UserError(
            "two versions or two models can be heard side by side, not more",
            hint="what differs between them is then one thing",
        )
    cards = [load_persona(each) for each in (name, other) if each is not None]
    spoken_by = models or (DEFAULT_MODEL,)
    return [Candidate(card, model) for card in cards for model in spoken_by]


def _probes(file: Path | None, question: str | None) -> tuple[Probe, ...]:
    own = (asked(question),) if question else ()
    if file is not None:
        return (*read_probes(file), *own)
    return own or probes()


def _printer(candidates: Sequence[Candidate], *, as_json: bool) -> Printer:
    if as_json:
        return Lines(candidates)
    columns = shutil.get_terminal_size((Columns.LEAST, 24)).columns
    if len(candidates) == 2 and sys.stdout.isatty() and columns >= Columns.LEAST:
        return Columns(candidates, columns)
    return Flow(candidates, columns if sys.stdout.isatty() else None)


async def _run(candidates: Sequence[Candidate], parts: Sequence[_Part], printer: Printer) -> bool:
    """Hear it all, and print it. Returns False if an answer could not be had.

    One candidate after the other: words that come side by side cannot be printed as they come, and
    the embedded engine speaks for one at a time.
    """
    replies: list[list[str]] = [[] for _ in candidates]
    whole = True
    async with Registry(ask=Asker()) as registry:
        for part in parts:
            printer.question(part.question, scene=part.scene)
            for n, candidate in enumerate(candidates):
                try:
                    found = await part.hear(candidate, registry, printer.watch(n))
                except SpeakerError as error:
                    if not any(replies):  # the first: the next would most likely go no better
                        raise
                    whole = False
                    printer.failed(n, error)
                else:
                    replies[n] += [answer.reply for answer in found]
                    printer.answered(n, found)
            printer.part_over()
    voices = (candidate.card.voice for candidate in candidates)
    printer.counts([voice_counts(*each) for each in zip(replies, voices, strict=True)])
    return whole
