"""`yalta study`."""

from __future__ import annotations

import click

from debate.cli.lazy import LazyGroup

#: Each command of the group and where it is.
COMMANDS = {
    "rate": ("debate.cli.study_rate", "Rate a study's items, blind, in the terminal."),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def study() -> None:
    """Have people judge style, and bargaining, blind."""
