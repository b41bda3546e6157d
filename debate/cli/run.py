"""`yalta run` and `yalta resume`."""

from __future__ import annotations

import asyncio
import math
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Literal

import click

from debate.agenda import BUDGET_SPENT
from debate.cli import complete
from debate.cli.asker import Asker
from debate.cli.figures import cost_line
from debate.cli.guesses import scenario_to_run
from debate.cli.models import fetch_models
from debate.cli.printer import Printer
from debate.cli.seats import seat_pairs
from debate.cli.thinking import thinking_option
from debate.conference import Conference
from debate.errors import UnknownName, UserError
from debate.events import Cards, Event, FloorPaused, Layout, Thinking, dump
from debate.library import find_transcript
from debate.prompts.environment import load_templates
from debate.scenario import Scenario
from debate.seating import MOST_CARDS_AT_HEAD, Wishes, arrange
from debate.shortfall import Shortfall
from debate.speakers.base import Speaker
from debate.speakers.registry import DEFAULT_MODEL, Registry
from debate.state import ConferenceState, fold
from debate.take import Item
from debate.text import showable
from debate.transcript import read

_OFFLINE = click.option("--offline", is_flag=True, help="Download nothing.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the events, one a line.")
_REASONING = click.option("--reasoning", is_flag=True, help="Show the models' reasoning too.")


def _finite(context: click.Context, option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("it is no amount")
    return value


_SEAT = click.option(
    "seat_models",
    "--seat",
    multiple=True,
    metavar="SEAT=MODEL",
    help="Model of one seat; `me` is you.",
)


def _names(listed: str | None) -> list[str]:
    """Names with commas between them."""
    return [name.strip() for name in (listed or "").split(",") if name.strip()]


@click.command()
@click.argument("scenario", default="yalta", shell_complete=complete.scenarios)
@click.option(
    "-m",
    "--model",
    shell_complete=complete.models,
    help="Model of every seat: local, kimi-k2.6, ollama/NAME, ...",
)
@_SEAT
@click.option(
    "--seats",
    shell_complete=complete.seats,
    metavar="A,B,C",
    help="Who sits at the table, in this order.",
)
@click.option(
    "fallbacks",
    "--fallback",
    multiple=True,
    metavar="[SEAT=]MODEL",
    help="Speaks where the seat's own model, or any seat's, cannot be had.",
)
@thinking_option("How much the models think before they speak.")
@click.option("--no-reasoning", is_flag=True, help="Leave models' reasoning out of the transcript.")
@click.option("--rounds", type=click.IntRange(1, 10_000), help="Rounds of the plenary.")
@click.option("--phases", metavar="A,B,C", help="Hold only these phases of the scenario.")
@click.option("--motion", help="Debate this motion instead.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 1e9, min_open=True),
    callback=_finite,
    help="Pause before a turn that could pass this cost, in the currency of the models' prices.",
)
@click.option("--seed", type=int, help="Seed of orders, and of sampling on the embedded engine.")
@click.option(
    "--layout",
    type=click.Choice(["shared", "perspective", "auto"]),
    default="shared",
    help="How the record is laid out in prompts; auto takes what costs least, and sets --cards.",
)
@click.option(
    "--cards",
    type=click.Choice(["head", "tail", "auto"]),
    default="auto",
    help=(
        "Where the shared layout holds the speaker's full card; auto is the head, or the tail at a "
        f"table of more than {MOST_CARDS_AT_HEAD}."
    ),
)
@click.option(
    "--templates",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of prompt templates that replace the shipped ones.",
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="File (.jsonl) or folder to save in."
)
@click.option("--dry-run", is_flag=True, help="Say what it would take, and hold nothing.")
@_JSON
@_REASONING
@_OFFLINE
def run(
    scenario: str,
    model: str | None,
    seat_models: tuple[str, ...],
    seats: str | None,
    fallbacks: tuple[str, ...],
    thinking: Thinking | None,
    no_reasoning: bool,
    rounds: int | None,
    phases: str | None,
    motion: str | None,
    budget: float | None,
    seed: int | None,
    layout: Layout | Literal["auto"],
    cards: Cards | Literal["auto"],
    templates: Path | None,
    out: Path | None,
    dry_run: bool,
    as_json: bool,
    reasoning: bool,
    offline: bool,
) -> None:
    """Hold a conference on SCENARIO (a name or a file) and save its transcript.

    \b
    yalta run yalta --seats altman,yang,amodei --rounds 2
    yalta run yalta --model kimi-k2.6 --seat amodei=ollama/qwen3:8b
    yalta run yalta --model kimi-k2.6 --seat yang=me
    yalta run my.yaml --motion "Weights should be public." --seed 7
    yalta run yalta --model kimi-k2.6 --dry-run
    """
    loaded = scenario_to_run(scenario)
    if seats is not None and not seats.replace(",", "").strip():
        raise UserError("--seats names nobody", hint="as in: --seats altman,yang,amodei")
    wishes = Wishes(
        model=model,
        seat_models=seat_pairs(seat_models),
        fallbacks=_fallbacks(fallbacks),
        thinking=thinking,
        keep_reasoning=not no_reasoning,
        seats=_names(seats),
        phases=_names(phases),
        rounds=rounds,
        motion=motion,
        budget=budget,
        seed=seed,
        layout=layout,
        cards=cards,
        templates=load_templates(templates),
    )
    if dry_run:
        from debate.cli.forecast import dry_run as forecast

        forecast(loaded, wishes, as_json=as_json)
        return
    # Names are checked before a large file is fetched for them.
    _, places = arrange(loaded, wishes, DEFAULT_MODEL)
    named = {m for place in places for m in (place.model, place.fallback) if m}
    fetch_models(named, offline=offline)
    alone = {place.model for place in places if place.model and not place.fallback}
    registry = Registry()
    asyncio.run(_check_running(registry.speaker(model, thinking) for model in sorted(alone)))
    if not asyncio.run(_run(loaded, wishes, out, _viewer(as_json, reasoning))):
        sys.exit(1)


@click.command()
@click.argument("transcript", shell_complete=complete.transcripts)
@_SEAT
@_JSON
@_REASONING
@_OFFLINE
@click.option(
    "--budget",
    type=click.FloatRange(0, 1e9, min_open=True),
    callback=_finite,
    help="What it may cost in all from here on.",
)
@click.option("--with-key", is_flag=True, help="Send a key to addresses that TRANSCRIPT names.")
def resume(
    transcript: str,
    seat_models: tuple[str, ...],
    as_json: bool,
    reasoning: bool,
    offline: bool,
    budget: float | None,
    with_key: bool,
) -> None:
    """Go on with TRANSCRIPT from its last finished turn; --seat has another speak from now on.

    An openai-compatible address in a transcript may be anybody's: OPENAI_COMPATIBLE_API_KEY is sent
    to it only --with-key. One that you name by --seat is yours.

    \b
    yalta resume 2026-01-02-yalta
    yalta resume transcripts/a.jsonl --seat yang=me --budget 2
    """
    path = find_transcript(transcript)
    changes = seat_pairs(seat_models)
    profiles = fold(read(path)).profiles
    if strange := [seat for seat in changes if seat not in profiles]:
        raise UnknownName("seat", strange[0], profiles)
    models = {profile.model for seat, profile in profiles.items() if seat not in changes}
    fetch_models(models | set(changes.values()), offline=offline)
    trusted = {*changes.values(), *(models if with_key else ())}
    if not asyncio.run(_resume(path, changes, budget, trusted, _viewer(as_json, reasoning))):
        sys.exit(1)


async def _check_running(speakers: Iterable[Speaker]) -> None:
    """See that the servers on this machine are running, before anything is asked of them.

    Raises:
        SpeakerError: for the first that is not.
    """
    from debate.speakers.http import HttpSpeaker

    for speaker in speakers:
        if isinstance(speaker, HttpSpeaker):
            await speaker.check_running()


async def _run(scenario: Scenario, wishes: Wishes, out: Path | None, viewer: _Viewer) -> bool:
    async with Registry(ask=Asker()) as registry:
        viewer.status("Starting the model")
        async with Conference.begin(scenario, wishes, out=out, registry=registry) as conference:
            return await _drive(conference, viewer)


async def _resume(
    path: Path,
    changes: Mapping[str, str],
    budget: float | None,
    trusted: set[str],
    viewer: _Viewer,
) -> bool:
    async with Registry(ask=Asker()) as registry:
        registry.trust(*trusted)
        viewer.status("Starting the model")
        cost = None if budget is None else Decimal(str(budget))
        async with Conference.resume(
            path, models=changes, budget=cost, registry=registry
        ) as conference:
            await _check_running(_alone(conference.state, changes, registry))
            # The printer needs to know who is who; the record so far is in `yalta show`.
            viewer.watch(conference.state.opened)
            viewer.catch_up(conference.state)
            return await _drive(conference, viewer)


def _alone(state: ConferenceState, changes: Mapping[str, str], registry: Registry) -> list[Speaker]:
    """Who speaks from here on, and has no fallback."""
    covered = {card.id for card in state.opened.seats if card.fallback}
    speak = {seat: (p.model, p.thinking) for seat, p in state.profiles.items()}
    speak |= {seat: (model, None) for seat, model in changes.items()}
    wanted = {which for seat, which in speak.items() if seat not in covered}
    return [registry.speaker(*which) for which in sorted(wanted, key=str)]


async def _drive(conference: Conference, viewer: _Viewer) -> bool:
    """Run a conference before a viewer; a signal or a viewer that left pauses it.

    Returns:
        True if it ran to its end; False if it paused, since a turn could not be had, or ended
        without a word.
    """
    driving = asyncio.ensure_future(conference.drive(viewer.watch))
    loop = asyncio.get_running_loop()
    signals = [s for n in ("SIGTERM", "SIGHUP") if (s := getattr(signal, n, None))]
    with suppress(NotImplementedError):  # no such handlers on Windows
        for number in signals:
            loop.add_signal_handler(number, driving.cancel)
    viewer.on_gone = driving.cancel
    try:
        await driving
    except asyncio.CancelledError:
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)
        raise
    finally:
        viewer.status("")
        closed = conference.state.standing == "closed"
        with suppress(OSError):  # a terminal that has gone hears nothing
            click.echo(f"\nTranscript: {conference.path}", err=True)
            if cost := cost_line(conference.state):
                click.echo(cost, err=True)
            if not closed:
                more = " --budget N" if viewer.paused.startswith(BUDGET_SPENT) else ""
                click.echo(f"Go on with:  yalta resume {conference.path}{more}", err=True)
            else:
                _tell_lacks(conference)
    return closed and not _silent(conference.state)


def _tell_lacks(conference: Conference) -> None:
    """Say what a conference that is over lacks; nothing if it lacks nothing."""
    short = Shortfall.of(read(conference.path)).told
    for said in filter(None, (short, _silent(conference.state))):
        click.echo(said, err=True)


def _silent(state: ConferenceState) -> str:
    """What to say of a conference in which turns were asked for and none was had; else nothing."""
    if state.record or not state.last_turn:
        return ""
    models = dict.fromkeys(p.model for p in state.profiles.values() if p.family != "human")
    look = " and ".join(f"yalta models check {showable(model)}" for model in models)
    return f"No turn holds a word. See what is wrong:  {look}" if look else "No turn holds a word."


class _Viewer:
    """Passes items on; notes when nobody reads them any more."""

    def __init__(self, show: Callable[[Item], None], printer: Printer) -> None:
        self._show = show
        self.status = printer.status
        self.catch_up = printer.catch_up
        self.on_gone: Callable[[], object] = lambda: None
        self.paused = ""
        """Why it stands still, by the last pause."""
        self._gone = False

    def watch(self, item: Item) -> None:
        """Show an item. A reader that has gone ends the conference, not the transcript."""
        if isinstance(item, FloorPaused):
            self.paused = item.reason
        if self._gone:
            return
        try:
            self._show(item)
        except OSError:
            self._gone = True
            self.on_gone()


def _viewer(as_json: bool, reasoning: bool) -> _Viewer:
    printer = Printer(reasoning=reasoning, live=True)
    if not as_json:
        return _Viewer(printer, printer)

    def show(item: Item) -> None:
        if isinstance(item, Event):
            sys.stdout.buffer.write(dump(item) + b"\n")
            sys.stdout.buffer.flush()

    return _Viewer(show, printer)


def _fallbacks(given: tuple[str, ...]) -> dict[str, str]:
    """By seat; one that names no seat is every seat's. An address may hold an equals sign."""
    pairs = {}
    for text in given:
        seat, equals, model = text.partition("=")
        named = equals and "@" not in seat and ":" not in seat and "/" not in seat
        pairs[seat.strip() if named else ""] = (model if named else text).strip()
    return pairs
