"""`yalta persona import` and `yalta persona export`: personas from other programs, and for them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

from debate.cards import Finding, exported, import_card, persona_yaml, read_card
from debate.cards.card_file import Format, kind_of
from debate.cards.character_card import Version
from debate.cards.png_chunks import MAX_BYTES
from debate.cli import complete
from debate.cli.wrapping import paragraph
from debate.errors import UserError
from debate.library import config_folder, load_persona, persona_files, short_path
from debate.persona import Identifier, Persona
from debate.text import one_line, showable

_FATES = {
    "mapped": "What the persona says now",
    "kept": "Kept in its file; in no prompt; goes back into the card on export",
    "lost": "Not kept",
}
_SUFFIXES = {"json": ".card.json", "png": ".png", "charx": ".charx"}


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "id_", "--id", metavar="ID", help="The persona's id; made from its name if not given."
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Where it is written."
)
@click.option(
    "--real-person/--invented",
    default=None,
    help="Whether it portrays a real person; a card does not say, so it is invented if you do not.",
)
@click.option(
    "--picture", type=click.Path(path_type=Path), metavar="FILE", help="Save the card's picture."
)
@click.option("--force", is_flag=True, help="Write over files, and over a persona's name.")
def import_(
    file: Path,
    id_: str | None,
    out: Path | None,
    real_person: bool | None,
    picture: Path | None,
    force: bool,
) -> None:
    """Make a persona of the character card in FILE: JSON, PNG or .charx, of V1, V2 or V3.

    Says what of the card became of the persona and what did not. Nothing in a card is ever run.

    \b
    yalta persona import yang.png --id yang-2
    """
    found = read_card(file)
    done = import_card(found.card, id_=_checked_id(id_), real_person=real_person, path=str(file))
    persona = done.persona
    folder = out if out is not None else _folder()
    path = folder / f"{persona.id}.yaml"
    _check_name(persona, path, force)
    if picture is not None and (found.picture is None or kind_of(found.picture) is None):
        held = "no picture" if found.picture is None else "as its picture what is none"
        raise UserError(f"{file} holds {held}", hint="leave --picture out")
    text = persona_yaml(persona)
    _write([(path, text.encode()), *([(picture, found.picture or b"")] if picture else [])], force)
    click.secho(
        showable(f"{one_line(persona.name)} is {persona.id}, in {short_path(path)}"), bold=True
    )
    if picture is not None:
        click.echo(showable(f"the picture is in {picture}"))
    _show_portrayal(persona, real_person)
    _show([*found.findings, *done.findings])


@click.command()
@click.argument("name", shell_complete=complete.personas)
@click.option(
    "to",
    "--to",
    type=click.Choice(["json", "png", "charx"]),
    required=True,
    help="The file's format.",
)
@click.option(
    "--version",
    type=click.Choice(["2", "3"]),
    help="Of the Character Card specification; 3, or that of the card it was imported from.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A picture to go with it: PNG, or for .charx JPEG or WebP too.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes.")
@click.option("--force", is_flag=True, help="Write over a file.")
def export(
    name: str, to: Format, version: str | None, picture: Path | None, out: Path | None, force: bool
) -> None:
    """Write the persona NAME (an id, or a file) as a character card.

    Whoever has the file has all of the persona, its private goals and red lines too.

    \b
    yalta persona export yang --to png -o yang.png
    """
    persona = load_persona(name)
    wanted: Version | None = None if version is None else 2 if version == "2" else 3
    shown = _picture(picture) if picture is not None else None
    data = exported(persona, to, wanted, shown, path=str(picture))
    path = out if out is not None else Path(persona.id + _SUFFIXES[to])
    _write([(path, data)], force)
    click.echo(showable(f"{one_line(persona.name)} is in {short_path(path)}"))
    if to == "png" and picture is None:
        click.echo("its picture is of one plain colour; --picture FILE gives it another")


def _checked_id(id_: str | None) -> str | None:
    from pydantic import TypeAdapter, ValidationError

    try:
        return None if id_ is None else TypeAdapter(Identifier).validate_python(id_)
    except ValidationError:
        raise UserError(
            f"{id_!r} is no id", hint="an id is of a-z, 0-9 and single hyphens: yang-zhilin"
        ) from None


def _folder() -> Path:
    here = Path("personas")
    return here if here.is_dir() else config_folder() / "personas"


def _check_name(persona: Persona, path: Path, force: bool) -> None:
    """A card from anywhere shall not take the place of a persona unnoticed."""
    other = persona_files().get(persona.id)
    if other is not None and other.resolve() != path.resolve() and not force:
        raise UserError(
            f"there is a persona {persona.id!r} already, in {short_path(other)}",
            hint="--id gives this one another name; --force lets it go first",
        )


def _picture(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UserError(f"{path} is larger than {MAX_BYTES // 1024**2} MiB")
    return data


def _write(files: list[tuple[Path, bytes]], force: bool) -> None:
    """Write files, all of them or none that is there already."""
    for path, _ in files:
        if not force and (path.exists() or path.is_symlink()):
            raise UserError(f"{path} is there already", hint="--force writes over it")
    news = [(path.with_name(f".{path.name}.{os.getpid()}"), path, data) for path, data in files]
    try:
        for new, path, data in news:
            path.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(data)
        for new, path, _ in news:
            new.replace(path)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
    finally:
        for new, _, _ in news:
            if new.is_file():
                new.unlink()


def _show_portrayal(persona: Persona, told: bool | None) -> None:
    who = "a real person" if persona.real_person else "nobody real"
    why = "" if told is not None else "; --real-person and --invented say otherwise"
    paragraph(f"It counts as portraying {who}{why}.")


def _show(findings: Iterable[Finding]) -> None:
    findings = list(findings)
    for fate, heading in _FATES.items():
        of_it = [f for f in findings if f.fate == fate]
        if of_it:
            click.secho(f"\n{heading}", bold=True)
        for finding in of_it:
            paragraph(f"{one_line(finding.part)}: {one_line(finding.message)}")
