"""`yalta study collect`, `status`, `adjudicate`, `close` and `report`: a study once it is rated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import click

from debate.cli import complete
from debate.cli.extras import study_extra
from debate.cli.rooms import Front, Rooms, pass_front
from debate.cli.table import table
from debate.cli.wrapping import paragraph
from debate.errors import UserError
from debate.library import short_path
from debate.study.adjudication import Difference, differences
from debate.study.bundle import Bundle, CodingItem
from debate.study.folder import ADJUDICATED, StudyFolder
from debate.study.ratings import Head, RatingsFile, RatingsLog, subject
from debate.study.session import Answered
from debate.text import showable

if TYPE_CHECKING:
    from debate.study.results.analyses import Results


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
@click.argument("returned", nargs=-1, required=True, type=click.Path(path_type=Path))
def collect(name: Path, returned: Sequence[Path]) -> None:
    """Take ratings into the study NAME: files that raters RETURNED, or a folder they shared.

    All are looked at first; if one is not of this study, none is taken. What was taken before is
    kept, and goes on from there.

    \b
    yalta study collect kimi for-raters
    """
    folder = StudyFolder(name)
    files = [path for each in returned for path in _files(each)]
    taken = folder.collect(files)
    for path, ratings in taken:
        count = len(ratings.standing)
        click.echo(f"{ratings.rater}: {_counted(count, 'rating')} from {short_path(path)}")
    if not taken:
        click.echo("nothing new")
    _progress(folder.bundle(), folder.ratings())


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = path / "ratings"
    found = sorted((inside if inside.is_dir() else path).glob("*.jsonl"))
    if not found:
        raise UserError(f"there are no ratings in {path}")
    return found


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
def status(name: Path) -> None:
    """Tell how far each rater of the study NAME is, without opening its key.

    \b
    yalta study status kimi
    """
    folder = StudyFolder(name)
    if not folder.sealed:
        folder.key()
        click.echo("drawn, and not sealed yet")
        return
    if folder.key_path.exists() and folder.key().id != folder.bundle().id:
        raise UserError(f"{folder.bundle_path} is the bundle of another study")
    click.echo("closed" if folder.closed else "sealed, and open for ratings")
    _progress(folder.bundle(), folder.ratings())


def _progress(bundle: Bundle, files: Iterable[RatingsFile]) -> None:
    turns = {i.id: len(i.turns) if isinstance(i, CodingItem) else 1 for i in bundle.items}
    given = {each.rater: each for each in files}
    rows = []
    for rater, plan in bundle.plans.items():
        asked = sum(turns[place.item] for place in plan)
        file = given.get(rater)
        done = {subject(each) for each in file.standing} if file else set()
        seconds = median(r.seconds for r in file.standing) if file and file.standing else None
        flags = sum(bool(r.flags) for r in file.standing) if file else 0
        told = f"{seconds:.1f} s" if seconds is not None else "–"
        rows.append([rater, f"{len(done)} of {asked}", told, str(flags)])
    table(["rater", "rated", "median time", "flagged"], rows, "l")


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
@pass_front
def adjudicate(front: Front, name: Path) -> None:
    """List where raters of the study NAME differ; in a terminal, opens them to be settled.

    Agreement is computed from what raters said alone; answers that are agreed on are kept beside.

    \b
    yalta study adjudicate kimi
    """
    folder = StudyFolder(name)
    bundle, files = folder.bundle(), folder.ratings()
    _agreement(folder, files)
    found = differences(bundle, files)
    if front.rooms is not None and found and not folder.closed:
        _settle(front.rooms, folder, bundle, found)
    settled = {subject(each) for each in folder.adjudicated()}
    for each in found:
        turn = f", turn {each.turn}" if each.turn else ""
        done = "settled" if (each.item, each.turn) in settled else "open"
        click.echo(f"{each.item}{turn}: {showable(each.about)} ({done})")
    if not found:
        click.echo("raters differ nowhere" if files else "not rated")


def _settle(rooms: Rooms, folder: StudyFolder, bundle: Bundle, found: Sequence[Difference]) -> None:
    """Open what raters differ in, and keep what they agree on."""
    head = Head(study=bundle.id, key_sha256=bundle.key_sha256, rater=ADJUDICATED)
    settled = folder.adjudicated()
    log = RatingsLog(folder.adjudicated_path, head)

    def agreed(item: str, turn: int, answer: Answered) -> None:
        log.rate(item, answer, seconds=0)

    try:
        rooms.adjudicate(bundle, found, agreed, settled)
    finally:
        log.close()


def _agreement(folder: StudyFolder, files: Sequence[RatingsFile]) -> None:
    """Tell agreement before anything is talked over."""
    unfinished = [r for r, plan in folder.bundle().plans.items() if not _whole(r, plan, files)]
    if unfinished:
        paragraph(f"Not done yet: {', '.join(unfinished)}. What they have not rated is not here.")
    if not files or not folder.key_path.exists():
        return
    rows = []
    for each in _results(folder, files).main.agreement:
        if each.among == "all":
            ends = each.alpha.interval
            rows.append(
                [
                    each.task,
                    each.of,
                    _figure(each.alpha.value),
                    f"{ends.low:.2f} to {ends.high:.2f}" if ends else "",
                    _figure(each.gwet.value),
                    _figure(each.percent.value),
                ]
            )
    table(["agreement on", "", "alpha", "95 %", "AC", "same"], rows, "ll")


def _figure(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _results(folder: StudyFolder, files: Sequence[RatingsFile], seed: int = 1) -> Results:
    """What the ratings show so far; of it, only what tells nothing of the key may be shown before
    the study is closed."""
    with study_extra():
        from debate.study.results.analyses import results_of
    return results_of(folder.bundle(), folder.key(), files, folder.adjudicated(), seed=seed)


def _whole(rater: str, plan: Sequence[object], files: Sequence[RatingsFile]) -> bool:
    file = next((each for each in files if each.rater == rater), None)
    return file is not None and len({each.item for each in file.standing}) >= len(plan)


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
def close(name: Path) -> None:
    """Close the study NAME: no more ratings are taken, and its key may be read.

    The key must be the one that the study was sealed with, which its hash tells.

    \b
    yalta study close kimi
    """
    folder = StudyFolder(name)
    closed = folder.close()
    rated = sum(len(each.standing) for each in folder.ratings())
    click.echo(f"closed with {_counted(rated, 'rating')}; the key is as it was sealed")
    for rater, digest in closed.ratings.items():
        click.echo(f"  {rater}  {digest}")
    click.echo(f"next: yalta study report {name}")


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the intervals.")
def report(name: Path, out: Path | None, seed: int) -> None:
    """Write the report of the closed study NAME: one HTML file, Markdown and CSV beside it.

    Where nobody has rated it says so, and shows no number.

    \b
    yalta study report kimi --out kimi/report
    """
    folder = StudyFolder(name)
    changed = folder.unchanged()
    if changed:
        raise UserError(
            f"changed since the study was closed: {', '.join(changed)}",
            hint="put back what was there; a report of anything else would say what is not so",
        )
    results = _results(folder, folder.ratings(), seed)
    from debate.study.report import write_report

    for path in write_report(results, folder.bundle(), folder.key(), out or folder.path):
        click.echo(f"wrote {short_path(path)}")


def _counted(n: int, noun: str) -> str:
    return f"1 {noun}" if n == 1 else f"{n:,} {noun}s"
