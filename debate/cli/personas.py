"""`yalta persona`."""

from __future__ import annotations

import click

from debate.cli import complete
from debate.cli.lazy import LazyGroup
from debate.cli.wrapping import paragraph
from debate.errors import YaltaError
from debate.library import load_persona, persona_files
from debate.persona import Persona
from debate.persona_file import as_yaml
from debate.text import showable

#: Each command of the group and where it is.
COMMANDS = {
    "list": (__name__, "List every persona that can be seated."),
    "show": (__name__, "Show a persona, an id or a file."),
    "new": ("debate.cli.persona_files", "Begin one: a commented file."),
    "edit": ("debate.cli.edit", "Write one in the studio, and hear it."),
    "lint": ("debate.cli.persona_files", "Check: what is wrong, what may not be meant."),
    "diff": ("debate.cli.persona_files", "Show where two differ, field by field."),
    "fmt": ("debate.cli.persona_files", "Put a file's fields in order, comments kept."),
    "audition": ("debate.cli.audition", "Hear a persona answer a few questions."),
    "import": ("debate.cli.sharing", "Make a persona of a character card."),
    "export": ("debate.cli.sharing", "Write a persona as a character card."),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def persona() -> None:
    """List, show, write, hear and share personas."""


@click.command("list")
def list_() -> None:
    """List every persona that can be seated.

    \b
    yalta persona list
    """
    files = persona_files()
    width = max(map(len, files), default=0)
    for name, path in files.items():
        try:
            card = load_persona(name)
        except YaltaError:
            click.echo(f"{name:<{width}} cannot be read; see `yalta persona lint {name}`  ({path})")
            continue
        of = f", {card.organisation}" if card.organisation else ""
        click.echo(f"{name:<{width}} {showable(card.name)} - {showable(card.role + of)}")


@click.command()
@click.argument("name", shell_complete=complete.personas)
@click.option("--resolved", is_flag=True, help="As YAML, with what it extends.")
def show(name: str, resolved: bool) -> None:
    """Show the persona NAME (an id, or a file).

    \b
    yalta persona show yang
    yalta persona show yang-plain --resolved
    """
    card = load_persona(name)
    if resolved:
        click.echo(showable(as_yaml(card)), nl=False)
        return
    click.secho(
        showable(card.name + (f" {card.native_name}" if card.native_name else "")), bold=True
    )
    click.echo(showable(card.role + (f", {card.organisation}" if card.organisation else "")))
    if card.notice:
        click.secho(card.notice, dim=True)
    for heading, lines in _sections(card):
        if lines:
            click.secho(f"\n{heading}", bold=True)
        for line in lines:
            paragraph(line)


def _sections(card: Persona) -> list[tuple[str, list[str]]]:
    voice = card.voice
    switching = voice.code_switching
    return [
        ("Who", [card.summary]),
        ("Stances", [f"{s.topic} ({s.firmness}/5): {s.position}" for s in card.stances]),
        ("Wants, and says so", list(card.goals.public)),
        ("Wants, and does not say so", list(card.goals.private)),
        ("Will not agree to", list(card.red_lines)),
        ("Voice", [voice.register_, voice.rhythm, *voice.devices]),
        ("Says", [", ".join(voice.prefers)] if voice.prefers else []),
        ("Turns of phrase", list(voice.catchphrases)),
        (
            "Mixes languages",
            [f"{', '.join(switching.languages)} ({switching.share:.0%}): {switching.when}"]
            if switching
            else [],
        ),
        ("Keeps away from", [", ".join(voice.avoids)] if voice.avoids else []),
        ("Never", list(voice.never)),
        ("In this voice (invented)", [f"“{e.heard}” → {e.reply}" for e in card.examples]),
        ("Sources", [f"{s.id} {s.title}{f' ({s.year})' if s.year else ''}" for s in card.sources]),
    ]
