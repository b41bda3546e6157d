"""The command line: one module per command group, loaded when its command is called."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from debate.cli.lazy import LazyGroup
from debate.errors import CannotWrite, YaltaError
from debate.text import showable

if TYPE_CHECKING:
    from debate.cli.rooms import Front

#: Each command and where it is, so that `yalta --help` loads none of them.
COMMANDS = {
    "run": ("debate.cli.run", "Hold a conference and save its transcript."),
    "resume": ("debate.cli.run", "Go on with a conference that was cut short."),
    "fork": ("debate.cli.forks", "Begin another future of a conference, from any line."),
    "compare": ("debate.cli.compare", "Show where two conferences part, side by side."),
    "library": ("debate.cli.shelf", "List and search transcripts."),
    "show": ("debate.cli.transcripts", "Read a transcript in the terminal."),
    "stats": ("debate.cli.counting", "Count turns, words, tokens and cost, in one or many."),
    "export": (
        "debate.cli.export",
        "Write transcripts as pages, a site, text, Markdown, tables or chats.",
    ),
    "trace": ("debate.cli.trace", "Show what the speaker of a turn had been given."),
    "facts": ("debate.cli.facts", "List citations, and figures that are not in the record."),
    "verify": ("debate.cli.transcripts", "Check a transcript: chain, schema, prompts."),
    "persona": ("debate.cli.personas", "List, show, write, hear and share personas."),
    "scenario": ("debate.cli.scenarios", "List, show and check scenarios."),
    "batch": ("debate.cli.batch", "Hold many conferences by a plan: arms, models, seeds."),
    "study": ("debate.cli.study", "Have people rate style and code bargaining, blind."),
    "web": ("debate.cli.web", "Serve the interface in a browser, by a link."),
    "models": ("debate.cli.models", "List, fetch and remove local models; check any model."),
    "doctor": ("debate.cli.doctor", "Tell what this machine has and lacks, and what to do."),
    "completion": ("debate.cli.completion", "Print what completes commands in a shell."),
}

#: What the system says only of a disk that takes no more, whatever was written.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


@click.command(
    cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="yalta", prog_name="yalta")
@click.option("--debug", is_flag=True, help="Show a traceback where something fails.")
def yalta(debug: bool) -> None:
    """Hold role-play debates between language models, and keep transcripts that can be checked.

    \b
    yalta                              opens the terminal interface
    yalta run yalta                    the AI Yalta Conference, on the embedded model
    yalta run yalta --model kimi-k2.6  on another model
    yalta show TRANSCRIPT              read one again
    """


def main(args: list[str] | None = None, front: Front | None = None) -> None:
    """Run the command line; exits 0, 1 (failure), 2 (the user's mistake) or 130 (Ctrl-C).

    Args:
        args: What the command line says; what the program was called with if None.
        front: Opens screens, in a terminal or in browsers.
    """
    words = sys.argv[1:] if args is None else args
    debug = "--debug" in words
    _replace_what_cannot_be_written()
    try:
        code = yalta.main(args=words, prog_name="yalta", standalone_mode=False, obj=front)
        sys.exit(code if isinstance(code, int) else 0)
    except YaltaError as error:
        _fail(error.exit_code, f"yalta: {error}", debug, error)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, asyncio.CancelledError, click.Abort) as error:
        _fail(130, "", debug, error)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does. Nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _fail(1, f"yalta: {CannotWrite(error.filename or 'its files', error)}", debug, error)
        hint = "this is a fault in yalta; `yalta --debug ...` shows where"
        _fail(1, f"yalta: {type(error).__name__}: {error}\n  {hint}", debug, error)


def _replace_what_cannot_be_written() -> None:
    """Have an output that holds fewer characters than a text show `?` for the others."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


def _fail(code: int, message: str, debug: bool, error: BaseException) -> Any:
    if message:
        # Names from files stand in messages, and files may come from strangers.
        click.echo(showable(message), err=True)
    if debug:
        raise error
    sys.exit(code)
