"""`yalta persona edit`, where there is no terminal to open the studio in.

In a terminal the program opens the interface before it comes here: nothing here may load it.
"""

from __future__ import annotations

import click

from debate.cli import complete
from debate.errors import UserError
from debate.library import persona_path, short_path


@click.command()
@click.argument("name", shell_complete=complete.personas)
def edit(name: str) -> None:
    """Open the persona NAME (an id, or a file) in the studio: write it, and hear it.

    \b
    yalta persona edit yang
    """
    path = short_path(persona_path(name))
    raise UserError(
        "the studio opens in a terminal, by the program `yalta`",
        hint=f"{path} is text: any editor will do, and `yalta persona lint {name}` checks it",
    )
