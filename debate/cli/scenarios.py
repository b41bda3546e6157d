"""`yalta scenario`."""

from __future__ import annotations

import click

from debate.cli.wrapping import paragraph
from debate.errors import YaltaError
from debate.library import load_scenario, scenario_files
from debate.text import showable


@click.group()
def scenario() -> None:
    """List and show scenarios."""


@scenario.command("list")
def list_() -> None:
    """List every scenario that can be run."""
    for name, path in scenario_files().items():
        try:
            loaded = load_scenario(name)
        except YaltaError:
            click.echo(f"{name:<14} cannot be read; see `yalta scenario show {name}`  ({path})")
            continue
        phases = ", ".join(phase.id for phase in loaded.phases)
        click.echo(f"{name:<14} {showable(loaded.title)} - {len(loaded.seats)} seats; {phases}")


@scenario.command()
@click.argument("name")
def show(name: str) -> None:
    """Show the scenario NAME (an id, or a file)."""
    loaded = load_scenario(name)
    click.secho(showable(loaded.title), bold=True)
    paragraph(f"Motion: {loaded.motion}")
    paragraph(loaded.background)
    for heading, lines in (
        ("Rules", list(loaded.rules)),
        ("Facts", [f"[{f.id}] {f.text} ({f.source})" for f in loaded.facts]),
        ("Seats", [", ".join(s.id or s.persona for s in loaded.seats)]),
    ):
        if lines:
            click.secho(f"\n{heading}", bold=True)
        for line in lines:
            paragraph(line)
    click.secho("\nPhases", bold=True)
    for phase in loaded.phases:
        rounds = f", {phase.rounds} rounds" if phase.rounds > 1 else ""
        paragraph(
            f"{phase.title} ({phase.kind}, {phase.floor.rule}{rounds}, "
            f"{phase.words.from_}-{phase.words.to} words): {phase.instructions}"
        )
