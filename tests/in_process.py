"""The command line to its end within the process of the tests: what starts no interpreter is soon
done. For signals, terminals and people at standard input there are real processes elsewhere.

    done = yalta("stats", path, "--json")
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from click.testing import CliRunner

from debate.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, in the words of `subprocess`."""

    returncode: int
    stdout: str
    stderr: str


def yalta(*words: object) -> Done:
    """Run a command, with nothing at its standard input."""
    with CliRunner().isolation() as (out, err, _):
        try:
            main([*map(str, words)])
        except SystemExit as ended:
            code = ended.code
        sys.stdout.flush()
        sys.stderr.flush()
        assert isinstance(code, int)
        return Done(code, out.getvalue().decode(), err.getvalue().decode())
