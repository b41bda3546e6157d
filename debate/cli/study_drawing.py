"""`yalta study new`, `mask`, `check`, `seal` and `bundle`: a study until it is rated."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from debate.cli import complete
from debate.cli.extras import study_extra
from debate.cli.rooms import Front, pass_front
from debate.cli.study_asked import conferences_asked, raters_asked, references_asked
from debate.cli.table import table
from debate.cli.wrapping import paragraph
from debate.errors import UserError
from debate.library import short_path
from debate.study.bundle import Exclusions
from debate.study.drawing.assignment import assign
from debate.study.drawing.blinding import opened
from debate.study.drawing.check import Finding
from debate.study.drawing.check import check as checked
from debate.study.drawing.excerpts import speakers
from debate.study.drawing.plan import StudyPlan
from debate.study.folder import StudyFolder, write_bundle
from debate.study.key import IN_SPITE, Key, SourceKey
from debate.study.rubric import find_rubric
from debate.text import showable, unbroken

_AROUND = 34
"""Characters told on either side of a mask."""


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
@click.argument("transcripts", nargs=-1, shell_complete=complete.transcripts)
@click.option(
    "--arm",
    "arms",
    metavar="NAME=TRANSCRIPT",
    multiple=True,
    help="A transcript, or a folder of them, of an arm or system. `no-persona` and"
    " `shuffled-personas` are foils. Those given without are of the arm that the index of"
    " their batch tells, else `full`.",
)
@click.option(
    "--rubric", default="style", show_default=True, help="`style`, `emergence`, or a file."
)
@click.option(
    "--rater",
    "raters",
    metavar="NAME[:PERSONA,…]",
    multiple=True,
    required=True,
    help="Who rates, and whose cards they wrote, which they will not be given.",
)
@click.option("--title", help="What raters see as its title.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the drawing.")
@click.option("--most", type=click.IntRange(1), help="Excerpts to use; all if not said.")
@click.option("--each", type=click.IntRange(1), help="Raters an item; all up to five, else three.")
@click.option("--term", "terms", multiple=True, help="Something more to be masked.")
@click.option(
    "--reference",
    "references",
    metavar="PERSONA=FILE",
    multiple=True,
    help="A text by a person's hand in a persona's voice, to be rated among the others.",
)
@click.option(
    "--exclude-checks",
    type=click.FloatRange(0, 1),
    default=0.25,
    show_default=True,
    help="A rater who misses more of the attention checks is left out in a second analysis.",
)
@click.option(
    "--exclude-faster",
    type=click.FloatRange(0),
    default=3.0,
    show_default=True,
    help="So is one whose median item takes fewer seconds,",
)
@click.option(
    "--exclude-unjudged",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="and one who says of more than this part that it cannot be judged.",
)
@click.option("--no-held-out", is_flag=True, help="Show every persona's card in identification.")
def new(
    name: Path,
    transcripts: Sequence[str],
    arms: Sequence[str],
    rubric: str,
    raters: Sequence[str],
    title: str | None,
    seed: int,
    most: int | None,
    each: int | None,
    terms: Sequence[str],
    references: Sequence[str],
    exclude_checks: float,
    exclude_faster: float,
    exclude_unjudged: float,
    no_held_out: bool,
) -> None:
    """Draw the study NAME, a folder, from TRANSCRIPTS.

    Excerpts of two to four turns become items: identification, pairs and scales, with foils,
    repeats and attention checks. Names and biography are masked; look at the masks before you seal
    it. Nothing of the folder goes to raters but what `yalta study bundle` writes.

    \b
    yalta study new kimi --arm full=runs/full --rater ann --rater ben:yang
    """
    from debate.study.drawing.conferences import draw_coding

    asked = find_rubric(rubric)
    found = conferences_asked(transcripts, arms)
    plan = StudyPlan(
        title=title or asked.title,
        rubric=asked,
        conferences=found,
        raters=raters_asked(raters, speakers(found)),
        seed=seed,
        most=most,
        each=each,
        hold_out=not no_held_out,
        references=references_asked(references),
        terms=terms,
        exclusions=Exclusions(
            checks=exclude_checks, seconds=exclude_faster, unjudged=exclude_unjudged
        ),
    )
    secret = secrets.token_hex(32)
    key = draw_coding(plan, secret=secret) if asked.kind == "emergence" else _drawn(plan, secret)
    folder = StudyFolder.begin(name, key)
    _tell(key, folder)


def _drawn(plan: StudyPlan, secret: str) -> Key:
    with study_extra():
        from debate.study.drawing.style import draw
    return draw(plan, secret=secret)


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
@click.option("--approve", metavar="WHO", help="Say who has looked at all of them.")
@click.option("--add", metavar="TEXT", multiple=True, help="Mask a text wherever it stands.")
@click.option("--as", "shown", default="term", show_default=True, help="What is shown for it.")
@click.option("--keep", metavar="TEXT", multiple=True, help="Mask a text nowhere.")
@pass_front
def mask(
    front: Front,
    name: Path,
    approve: str | None,
    add: Sequence[str],
    shown: str,
    keep: Sequence[str],
) -> None:
    """List the masks of the study NAME; in a terminal, `yalta study mask NAME` opens them.

    \b
    yalta study mask kimi
    yalta study mask kimi --add "Moonshot" --as company
    yalta study mask kimi --approve ann
    """
    from debate.study.drawing.masks import masking_everywhere, unmasking_everywhere

    folder = StudyFolder(name)
    key = folder.key()
    if front.rooms is not None and not folder.sealed and not (approve or add or keep):
        front.rooms.mask(key, folder.save)
        return
    before = key
    for text in add:
        key = masking_everywhere(key, text, f"[{shown.strip('[]')}]")
    for text in keep:
        key = unmasking_everywhere(key, text)
    if approve:
        key = key.model_copy(update={"masks_checked_by": approve})
    if key != before:
        folder.save(key)
    _list_masks(key)
    if key.masks_checked_by:
        click.echo(f"looked at by {showable(key.masks_checked_by)}")
    else:
        click.echo(f"when all is well: yalta study mask {name} --approve YOUR-NAME")


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
def check(name: Path) -> None:
    """Find what breaks the blindness of the study NAME; exits 2 if anything does.

    Of a sealed study, also whether its key and its bundle are as they were sealed.

    \b
    yalta study check kimi
    """
    folder = StudyFolder(name)
    key = folder.key()
    if folder.sealed:
        opened(folder.bundle(), key)
    found = checked(key, assign(key))
    _tell_findings(found)
    faults = sum(each.fault for each in found)
    if faults:
        raise UserError(f"{faults} to mend before it is sealed")
    click.echo("nothing breaks its blindness, as far as a program can tell")


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
@click.option("--each", type=click.IntRange(1), help="Raters an item; all up to five, else three.")
@click.option("--anyway", is_flag=True, help="In spite of what `check` finds; the report says so.")
def seal(name: Path, each: int | None, anyway: bool) -> None:
    """Fix the study NAME: assign its items, make the bundle, and bind the key to it by its hash.

    \b
    yalta study seal kimi --each 3
    """
    folder = StudyFolder(name)
    key = folder.key()
    if each and not folder.sealed:
        key = key.model_copy(update={"each": each})
    faults = [f for f in checked(key, assign(key)) if f.fault]
    if faults and not folder.sealed:
        _tell_findings(faults)
        if not anyway:
            raise UserError(
                f"{len(faults)} to mend before it is sealed",
                hint="`yalta study mask` masks what is left; --anyway seals it as it is",
            )
        told = tuple(f"{IN_SPITE}{f.where}: {f.what}" for f in faults)
        key = key.model_copy(update={"left_out": (*key.left_out, *told)})
    if not folder.sealed:
        folder.save(key)
    bundle = folder.seal()
    click.echo(f"sealed; the key's sha256 is {bundle.key_sha256}")
    for rater, plan in bundle.plans.items():
        click.echo(f"  {rater}: {_counted(len(plan), 'item')}")
    click.echo(f"next: yalta study bundle {name} --out FOLDER")


@click.command()
@click.argument("name", type=click.Path(path_type=Path), shell_complete=complete.studies)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    required=True,
    help="Where it is written.",
)
@click.option("--each-apart", is_flag=True, help="A file for each rater, with their items alone.")
def bundle(name: Path, out: Path, each_apart: bool) -> None:
    """Write what raters of the study NAME get: one folder to share, or a file for each.

    \b
    yalta study bundle kimi --out for-raters
    """
    sealed = StudyFolder(name).bundle()
    if out.resolve() == name.resolve():
        raise UserError(f"{out} holds the key", hint="give a folder of its own with --out")
    paths = write_bundle(sealed, out, tuple(sealed.plans) if each_apart else ())
    for path in paths:
        click.echo(f"wrote {short_path(path)}")
    first = paths[0] if each_apart else out
    rater = next(iter(sealed.plans))
    click.echo(f"raters do: yalta study rate {first}{'' if each_apart else f' --rater {rater}'}")


# -- what is told


def _tell(key: Key, folder: StudyFolder) -> None:
    click.secho(showable(key.title), bold=True)
    arms: dict[str, list[SourceKey]] = {}
    for source in key.sources:
        arms.setdefault(source.arm, []).append(source)
    told = [
        [showable(arm), str(len(of)), ", ".join(sorted({m for each in of for m in each.models}))]
        for arm, of in arms.items()
    ]
    table(["arm", "transcripts", "models"], told, "lrl")
    kinds = Counter((i.task, i.kind, i.repeats is not None) for i in key.items)
    rows = [
        [task, "repeated" if repeat else kind.replace("-", " "), str(number)]
        for (task, kind, repeat), number in kinds.items()
    ]
    table(["task", "items", "number"], rows, "ll")
    click.echo(f"raters: {', '.join(rater.id for rater in key.raters)}")
    if key.foreseen:
        seen = key.foreseen
        paragraph(
            f"Foreseen: identification accuracy to within ± {seen.half_width:.2f} with"
            f" {_counted(seen.items, 'item')} and {_counted(seen.raters, 'rater')} each (95 %,"
            " simulated). Add items before raters."
        )
    for said in key.left_out:
        paragraph(f"Left out: {said}.")
    masks = sum(len(o.masks) for i in key.items for o in i.origins)
    click.echo(f"{_counted(masks, 'mask')} proposed; a person is to look at them:")
    click.echo(f"  yalta study mask {folder.path}")


def _tell_findings(found: Iterable[Finding]) -> None:
    for each in found:
        advice = "" if each.fault else "advice: "
        paragraph(f"{each.where}: {advice}{each.what}")


def _list_masks(key: Key) -> None:
    """Every mask with the words around it."""
    for item in key.items:
        if item.repeats is not None:
            continue
        for origin in item.origins:
            for n, turn in enumerate(origin.turns):
                for each in (m for m in origin.masks if m.turn == n):
                    before = unbroken(turn[max(0, each.start - _AROUND) : each.start])
                    after = unbroken(turn[each.end : each.end + _AROUND])
                    what = showable(turn[each.start : each.end])
                    click.echo(
                        f"{item.id}  {showable(before)} "
                        + click.style(what, bold=True)
                        + f" → {each.shown} {showable(after)}"
                    )


def _counted(n: int, noun: str) -> str:
    return f"1 {noun}" if n == 1 else f"{n:,} {noun}s"
