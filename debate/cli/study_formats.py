"""`yalta study export` and `import`: a study in the formats of other tools, and their results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from debate.study.bundle import Bundle
    from debate.study.formats.taking import Taken
    from debate.study.ratings import Rating

FORMATS = click.Choice(["label-studio", "potato", "csv", "jsonl"])
FILE = click.Path(path_type=Path)


@click.command("export")
@click.argument("study", type=FILE, metavar="STUDY-BUNDLE")
@click.option("--to", "to", type=FORMATS, required=True, help="The tool, or form, to write for.")
@click.option("--rater", help="Of one rater alone: their items, in their order.")
@click.option(
    "--ratings", type=FILE, help="Folder of the ratings, for csv and jsonl; else beside the bundle."
)
@click.option("--out", type=FILE, required=True, help="Folder to write into, which is made.")
def export_(study: Path, to: str, rater: str | None, ratings: Path | None, out: Path) -> None:
    """Write the study STUDY-BUNDLE for another tool, or its ratings as a table.

    \b
    label-studio  a project a task: config.xml and tasks.json
    potato        a project a task: config.yaml and data/items.jsonl
    csv, jsonl    the ratings that were given so far, one judgement or rating a line

    All of it is blind. Order and sides are a rater's own, so give each their own export.

    \b
    yalta study export for-raters/study.json --to label-studio --rater ann --out ann
    yalta study export for-raters/study.json --to csv --out tables
    """
    from debate.cli.study_rate import bundle_path
    from debate.errors import UserError
    from debate.study.bundle import load_bundle

    study = bundle_path(study, rater)
    bundle = load_bundle(study)
    if to in ("csv", "jsonl"):
        folder = ratings or study.parent / "ratings"
        files = {f"ratings.{to}": _table(to, _given(bundle, folder, rater))}
    else:
        files = dict(_projects(bundle, to, rater))
    if not files:
        raise UserError("there is nothing to export: the study has no items")
    _write(files, out)
    for name in files:
        click.echo(out / name)


def _projects(bundle: Bundle, to: str, rater: str | None) -> Iterator[tuple[str, str]]:
    """Every file of an export, by its name."""
    from debate.study.formats import asking, label_studio, potato

    if to == "label-studio":
        for n, studio in enumerate(label_studio.export(bundle, rater), 1):
            yield f"{n}-{studio.task}/config.xml", studio.config
            tasks = json.dumps(studio.tasks, ensure_ascii=False, indent=1)
            yield f"{n}-{studio.task}/tasks.json", tasks + "\n"
    else:
        for n, project in enumerate(potato.export(bundle, rater), 1):
            yield f"{n}-{project.task}/config.yaml", project.config
            yield f"{n}-{project.task}/data/items.jsonl", project.items
    yield "instructions.txt", asking.instructions(bundle)
    for pool in asking.pools(bundle, rater):
        yield f"passages-{pool}.txt", asking.passages(bundle, pool)


def _given(bundle: Bundle, folder: Path, rater: str | None) -> list[Rating]:
    """The ratings that stand, of one rater or all."""
    from debate.errors import UserError
    from debate.study.ratings import read_ratings

    raters = [rater] if rater is not None else list(bundle.plans)
    found: list[Rating] = []
    paths = [folder / f"{each}.jsonl" for each in raters if bundle.plan(each) is not None]
    if not any(path.exists() for path in paths):
        raise UserError(
            f"{folder} holds no ratings of this study", hint="say where they are with --ratings"
        )
    for path in paths:
        if path.exists():
            file = read_ratings(path)
            if file.head.study != bundle.id or file.rater != path.stem:
                raise UserError(f"{path} holds the ratings of another study or rater")
            found += file.standing
    return found


def _table(to: str, ratings: list[Rating]) -> str:
    from debate.study.formats import lines, tidy

    return tidy.write(ratings) if to == "csv" else lines.write(ratings)


def _write(files: dict[str, str], out: Path) -> None:
    from debate.errors import UserError

    try:
        if out.exists() and any(out.iterdir()):
            raise UserError(f"{out} is not empty", hint="give a new folder with --out")
        for name, text in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror}") from None


@click.command("import")
@click.argument("study", type=FILE, metavar="STUDY-BUNDLE")
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--from", "of", type=FORMATS, required=True, help="What wrote them.")
@click.option(
    "--rater", "raters", multiple=True, metavar="NAME=ID", help="Which rater an annotator is."
)
@click.option(
    "--out", type=FILE, required=True, help="Folder of the study; `ratings` is made in it."
)
def import_(
    study: Path, files: tuple[Path, ...], of: str, raters: tuple[str, ...], out: Path
) -> None:
    """Take results from another tool into ratings of STUDY-BUNDLE: all of them, or none.

    Of Label Studio give its export as JSON, of Potato the folder of its output or single files. A
    folder of a rater's ratings is begun, never added to.

    \b
    yalta study import for-raters/study.json done.json --from label-studio --out kimi
    """
    from debate.cli.study_rate import bundle_path
    from debate.errors import UserError
    from debate.study.bundle import load_bundle
    from debate.study.formats.taking import write_ratings
    from debate.text import one_line

    bundle = load_bundle(bundle_path(study, None))
    taken = _taken(bundle, files, of, raters)
    for note in taken.notes:
        click.echo(one_line(note), err=True)
    if not taken.ratings:
        raise UserError("there is no rating in what was given")
    for path in write_ratings(bundle, taken, out / "ratings"):
        click.echo(f"{path}: {len(taken.ratings[path.stem])} ratings")


def _taken(bundle: Bundle, files: tuple[Path, ...], of: str, raters: tuple[str, ...]) -> Taken:
    from debate.errors import UserError
    from debate.study.formats import label_studio, lines, potato_output, tidy
    from debate.study.formats.raters import by_id
    from debate.study.formats.taking import sources

    people = by_id(bundle, raters)
    names = potato_output.FILES if of == "potato" else ()
    read = [source for each in files for source in sources(each, names)]
    if of == "label-studio":
        return label_studio.read(bundle, read, raters=people)
    if of == "potato":
        return potato_output.read(bundle, read, raters=people)
    if people:
        raise UserError(f"--rater says nothing of {of}, which names its raters itself")
    return tidy.read(bundle, read) if of == "csv" else lines.read(bundle, read)
