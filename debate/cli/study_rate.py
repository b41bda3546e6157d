"""`yalta study rate`: rate a study, blind, in the terminal interface.

What is to be rated is found here; the rating room itself is handed in by whoever has a
terminal to open it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from filelock import FileLock, Timeout

from debate.cli.rooms import Front, pass_front
from debate.errors import UserError
from debate.study.bundle import Bundle, load_bundle
from debate.study.session import Session

ELSEWHERE = "--out FILE writes the ratings to a place of your own"


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--rater", metavar="NAME", help="Who rates; only if the bundle is for several.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the ratings are written; else ratings/NAME.jsonl beside the bundle.",
)
@pass_front
def rate(front: Front, bundle: Path, rater: str | None, out: Path | None) -> None:
    """Rate the items of BUNDLE, a study's file or the folder that holds its study.json.

    Every answer is saved at once; call it again to go on where you left.

    \b
    yalta study rate for-raters --rater ann
    yalta web --rate for-raters        in a browser, a link for each rater
    """
    path = bundle_path(bundle, rater)
    if not path.exists():
        raise no_bundle(path)
    study = load_bundle(path)
    name = rater_of(study, rater)
    study.plan(name)  # that nobody of this name rates is said before there is no terminal
    if front.rooms is None:
        raise UserError(
            "the rating room opens in a terminal, by the program `yalta`",
            hint=f"run the same command there, or in a browser: yalta web --rate {bundle}",
        )
    ratings = out or ratings_path(path, name)
    with alone(ratings):
        front.rooms.rate(Session.open(study, name, ratings))


def ratings_path(bundle: Path, rater: str) -> Path:
    """Where the ratings of a bundle are written, if nothing else is said."""
    return bundle.parent / "ratings" / f"{rater}.jsonl"


@contextmanager
def alone(ratings: Path) -> Iterator[None]:
    """Rate in one window alone: two that write the same file would spoil it.

    Raises:
        UserError: if another does, or the folder cannot be written.
    """
    lock = FileLock(ratings.with_name(f".{ratings.name}.lock"), timeout=0)
    try:
        ratings.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise UserError(f"{ratings} is being written in another window") from None
    except OSError as error:
        raise UserError(f"cannot write {ratings}: {error.strerror}", hint=ELSEWHERE) from None
    try:
        yield
    finally:
        lock.release()


def no_bundle(path: Path) -> UserError:
    """There is no bundle at a path."""
    return UserError(
        f"there is no bundle at {path}",
        hint="one is written by: yalta study bundle NAME --out FOLDER",
    )


def bundle_path(given: Path, rater: str | None) -> Path:
    """The file of a bundle: the one that is named, or in a folder `study.json`, or the rater's."""
    if not given.is_dir():
        return given
    own = given / f"{rater}.json"
    return own if rater and own.exists() else given / "study.json"


def rater_of(study: Bundle, given: str | None) -> str:
    """Who rates: who is named, or the only one of the bundle.

    Raises:
        UserError: if nobody is named and there are several, or none.
    """
    if given:
        return given
    if len(study.plans) == 1:
        return next(iter(study.plans))
    if not study.plans:
        raise UserError("nobody rates in this study: its bundle has no plan")
    raise UserError(
        "who rates? this study has several raters",
        hint=f"say which with --rater: {', '.join(study.plans)}",
    )
