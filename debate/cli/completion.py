"""`yalta completion`: the script by which a shell completes commands and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print the script that completes commands, options and names in SHELL.

    Names of scenarios, personas, transcripts, models and studies are completed too.

    \b
    eval "$(yalta completion bash)"                       in ~/.bashrc
    yalta completion zsh > ~/.zfunc/_yalta                with fpath+=~/.zfunc before compinit
    yalta completion fish > ~/.config/fish/completions/yalta.fish
    """
    root = click.get_current_context().find_root()
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(root.command, {}, "yalta", "_YALTA_COMPLETE").source())
