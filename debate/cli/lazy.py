"""A group of commands, each loaded when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from debate.errors import UserError, nearest

#: Of each command its module, in which it stands under its own name, and one line of help.
Table = Mapping[str, tuple[str, str]]


class LazyGroup(click.Group):
    """Lists its commands from a table, so that help loads none of them.

    A command named like a Python word or builtin, as `list`, is the module's `list_`.
    """

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.table:
            return None
        module = import_module(self.table[name][0])
        command: click.Command = getattr(module, f"{name}_", None) or getattr(module, name)
        return command

    def meant(self, ctx: click.Context, word: str) -> str | None:
        """The command that a word was probably meant for, as it is typed."""
        if ctx.parent is None:
            from debate.cli.guesses import meant

            return meant(word, [*self.table])
        near = nearest(word, self.table)
        return f"{ctx.command_path} {near}" if near else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Completes from the table, so that a completion loads none of them either."""
        found = [
            CompletionItem(name, help=line)
            for name, (_, line) in self.table.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        guessing = ctx.resilient_parsing  # for a completion: nobody reads an error
        if args and not guessing and not args[0].startswith("-") and args[0] not in self.table:
            called = ctx.command_path
            near = self.meant(ctx, args[0])
            guess = f"; did you mean `{near}`?" if near else f"; see `{called} --help`"
            raise UserError(f"no command {args[0]!r}{guess}")
        return super().resolve_command(ctx, args)
