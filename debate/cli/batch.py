"""`yalta batch`: many conferences by a plan."""

from __future__ import annotations

import asyncio
import csv
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click

from debate.batch.audit import Difference
from debate.batch.cells import Cell
from debate.batch.folder import BatchFolder
from debate.batch.run import Batch, Watch
from debate.bill import Bill, Cost
from debate.cli.batch_check import check_held, check_keys
from debate.cli.batch_forecast import foreseen, show_forecast
from debate.cli.batch_losses import losses, tell_retried, to_retry
from debate.cli.batch_progress import Progress, progress
from debate.cli.batch_told import check_budget, tell, uneven_told
from debate.cli.table import table
from debate.errors import YaltaError
from debate.library import short_path
from debate.speakers.registry import Registry
from debate.spreadsheet import Value
from debate.spreadsheet import cell as safe
from debate.text import showable

_JOBS = click.option("--jobs", type=click.IntRange(1), help="Conferences at one time.")
_CLUSTER = click.option(
    "--cluster",
    "address",
    metavar="ADDRESS",
    help="A Dask cluster, tcp://HOST:PORT, or local:N for N processes here that share the jobs.",
)
_PLAIN = click.option("--plain", is_flag=True, help="A line for each conference, and no bars.")
_BUDGET = click.option(
    "--budget",
    type=click.FloatRange(0, 1e9, min_open=True),
    help="Of all of it from here on, in place of the plan's.",
)
_OUT = click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Its folder."
)
_FIGURES = (
    *("turns", "words", "failed", "not_had", "asks", "assumed", "tabled", "carried"),
    *("input", "cached", "output", "reasoning", "seconds"),
)
_PLAN = click.argument("plan", type=click.Path(path_type=Path))
_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.group()
def batch() -> None:
    """Hold many conferences by a plan: arms, models, seeds.

    \b
    yalta batch plan tiers.yaml      what it would hold, take and cost
    yalta batch run tiers.yaml       holds it; Ctrl-C and a crash lose nothing
    yalta batch status tiers         how far it is
    yalta batch resume tiers         goes on
    yalta batch retry tiers          holds again what failed
    """


@batch.command()
@_PLAN
@_OUT
@click.option("--all", "every", is_flag=True, help="List every conference.")
def plan(plan: Path, out: Path | None, every: bool) -> None:
    """Show what the PLAN would hold, and the calls, tokens, cost and time foreseen.

    \b
    yalta batch plan tiers.yaml
    """
    folder = BatchFolder.of(plan, out)
    check_held(folder, plan)
    click.secho(showable(folder.plan.title or folder.plan.id), bold=True)
    names = list(dict.fromkeys(name for cell in folder.cells for name in cell.factors))
    rows = []
    for name in names:
        values = list(dict.fromkeys(cell.factors.get(name, "") for cell in folder.cells))
        shown = ", ".join(values[:12]) + (f", … {values[-1]}" if len(values) > 12 else "")
        rows.append([name, str(len(values)), showable(shown)])
    table(["factor", "values", ""], rows, "lrl")
    count = len(folder.cells)
    click.echo(f"{count:,} conference{'s' if count != 1 else ''}, {folder.plan.jobs} at one time")
    if every:
        table(
            ["conference", *names],
            [[c.id, *(showable(c.factors.get(n, "")) for n in names)] for c in folder.cells],
            "l" * (1 + len(names)),
        )
    show_forecast(folder)
    if (known := folder.begun()) is not None:
        ended = len(Batch(known).outcomes)
        click.echo(f"Begun already: {ended:,} ended, in {short_path(folder.path)}")


@batch.command()
@_PLAN
@_OUT
@_JOBS
@_CLUSTER
@_PLAIN
def run(plan: Path, out: Path | None, jobs: int | None, address: str | None, plain: bool) -> None:
    """Hold the conferences of PLAN; goes on with them if it was begun.

    Each conference is a transcript of its own; index.jsonl tells how each ended. One that fails
    never stops the rest. Exits 1 if any failed, or is left open.

    \b
    yalta batch run tiers.yaml --jobs 4
    """
    planned = BatchFolder.of(plan, out)
    begun = planned.begun()
    check_held(planned, plan)
    if begun is None:
        _check_keys(planned, planned.cells, address)
    _hold(BatchFolder.begin(plan, out), jobs, address, plain=plain)


@batch.command()
@_FOLDER
@_JOBS
@_BUDGET
@_CLUSTER
@_PLAIN
def resume(
    folder: Path, jobs: int | None, budget: float | None, address: str | None, plain: bool
) -> None:
    """Go on with the batch in FOLDER: nothing is done twice, and nothing is lost.

    \b
    yalta batch resume runs/tiers --jobs 4
    """
    _hold(BatchFolder.open(folder), jobs, address, plain=plain, budget=budget)


@batch.command()
@_FOLDER
@_JOBS
@_BUDGET
@_CLUSTER
@_PLAIN
def retry(
    folder: Path, jobs: int | None, budget: float | None, address: str | None, plain: bool
) -> None:
    """Hold again what failed of the batch in FOLDER, from where each stands, and what is open.

    One whose transcript is missing is held anew. One whose transcript is not as the index says is
    left as it is: move it away first.

    \b
    yalta batch retry runs/tiers
    """
    _hold(BatchFolder.open(folder), jobs, address, plain=plain, again=True, budget=budget)


@batch.command()
@_FOLDER
@click.option("--all", "every", is_flag=True, help="List every conference.")
def status(folder: Path, every: bool) -> None:
    """Tell how far the batch in FOLDER is, what is spent, what failed or stands still, and what is
    not as it was recorded.

    \b
    yalta batch status runs/tiers --all
    """
    found = _looked_at(folder)
    tell(found, running=found.folder.running)
    if every:
        lost = losses(found)
        names = list(dict.fromkeys(n for cell in found.folder.cells for n in cell.factors))
        table(
            ["conference", *names, "end", "turns", "words"],
            [
                [
                    cell.id,
                    *(showable(cell.factors.get(n, "")) for n in names),
                    *_ended(found, cell, lost.get(cell.id)),
                ]
                for cell in found.folder.cells
            ],
            "l" * (2 + len(names)),
        )


@batch.command("table")
@_FOLDER
def table_(folder: Path) -> None:
    """Print the index of the batch in FOLDER as CSV: each conference, its factors, end and figures.

    The cost is `unknown` where that of any finished call is, and a cell is empty where a figure is
    not known, or was not noted yet. Of everything that was said, `yalta stats FOLDER --by arm`
    tells more: `model` is there what it is here, the plan's, and `speaker` the model that spoke.

    \b
    yalta batch table runs/tiers
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    found = Batch(BatchFolder.open(folder, to_hold=False))
    if uneven := uneven_told(found):
        click.echo(uneven, err=True)
    names = list(dict.fromkeys(n for cell in found.folder.cells for n in cell.factors))
    said = ("transcript", "end", "reason", *_FIGURES)
    writer.writerow(["cell", *names, *said, "cost", "currency", "at_most", "head"])
    for cell in found.folder.cells:
        factors = [cell.factors.get(name, "") for name in names]
        ended = found.outcomes.get(cell.id)
        if ended is None:
            told = _open(found, cell, len(said))
        else:
            costs = _costs(ended.bill) if ended.transcript else [None] * 3
            told = [*(getattr(ended, name) for name in said), *costs, ended.head]
        writer.writerow(map(safe, [cell.id, *factors, *told]))


def _open(found: Batch, cell: Cell, said: int) -> list[Value]:
    """What is told of a conference that has not ended, with room for so many figures."""
    if (begun := found.underway.get(cell.id)) is None:
        return ["", "open", *[None] * (said + 2)]
    why = f"it stands still: {begun.why}" if begun.why else None
    told: list[Value] = [f"{cell.id}.jsonl", "begun", why, *[None] * (said - 3)]
    return [*told, *_costs(begun.bill), None]


def _costs(bill: Bill) -> list[Value]:
    """Cost, currency and the most that it can be; of several currencies, each its own, in a row."""
    lines = bill.costs or (Cost(None),)

    def listed(values: Iterable[object]) -> Value:
        told = list(map(str, values))
        return told[0] if len(told) == 1 else "; ".join(told)

    return [
        listed("unknown" if each.cost is None else f"{each.cost:f}" for each in lines),
        listed(each.currency or "" for each in lines),
        listed("" if each.at_most is None else f"{each.at_most:f}" for each in lines),
    ]


def _ended(found: Batch, cell: Cell, lost: Difference | None) -> list[str]:
    if outcome := found.outcomes.get(cell.id):
        end = {"missing": "missing", "cut": "cut off"}.get(lost.kind, "changed") if lost else None
        return [end or outcome.end, f"{outcome.turns:,}", f"{outcome.words:,}"]
    if begun := found.underway.get(cell.id):
        return ["stands still" if begun.why else "begun", f"{begun.turns:,}", ""]
    return ["open", "", ""]


def _looked_at(path: Path) -> Batch:
    """A batch as it stands, with what is foreseen of it where a budget limits it, if it can be."""
    folder = BatchFolder.open(path, to_hold=False)
    found = Batch(folder)
    if folder.budget is not None and found.open():
        with suppress(YaltaError):
            return Batch(folder, foreseen=foreseen(folder))
    return found


def _hold(
    folder: BatchFolder,
    jobs: int | None,
    address: str | None,
    *,
    plain: bool,
    again: bool = False,
    budget: float | None = None,
) -> None:
    from debate.cli.models import fetch_models

    with folder.held():
        if budget is not None:
            folder.keep_budget(budget)
        held = Batch(folder, jobs, foreseen=None if folder.budget is None else foreseen(folder))
        if again:
            lost = losses(held)
            tell_retried(lost)
            held.forget(to_retry(held, lost))
        check_budget(held)
        _check_keys(folder, held.able(), address)
        if address is None:
            fetch_models(_models(held), offline=False)
        try:
            with progress(held, plain=plain) as shown:
                asyncio.run(_run(held, address, shown))
        finally:
            held.look()
            with suppress(OSError):
                tell(held)
    if held.failed() or held.open() or losses(held):
        sys.exit(1)


def _check_keys(folder: BatchFolder, cells: Iterable[Cell], address: str | None) -> None:
    """See that the keys are there for what is to be held. Another machine may have its own."""
    if address is None or address.startswith("local"):
        check_keys(folder, cells)


def _models(held: Batch) -> set[str]:
    """The models that speak in what is still to be held; what cannot be held names none."""
    found: set[str] = set()
    seen = set()
    for cell in held.open():
        if (kind := (cell.arm, cell.model, cell.cast)) not in seen:
            seen.add(kind)
            with suppress(YaltaError):
                found |= held.folder.job(cell).speaks()
    return found


async def _run(held: Batch, address: str | None, shown: Progress) -> None:
    """Hold it; a signal stops it, and every conference is left as it can go on."""
    running = asyncio.ensure_future(_driven(held, address, shown.watch))
    loop = asyncio.get_running_loop()
    signals = [s for n in ("SIGTERM", "SIGHUP") if (s := getattr(signal, n, None))]
    with suppress(NotImplementedError):  # no such handlers on Windows
        for number in signals:
            loop.add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        raise


async def _driven(held: Batch, address: str | None, watch: Watch) -> None:
    if address is None:
        async with Registry() as registry:
            await held.run(registry, watch)
        return
    from debate.batch.cluster import cluster, run_on

    async with cluster(address, jobs=held.jobs) as client:
        await run_on(client, held, watch)
