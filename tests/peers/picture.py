"""Makes the README's picture of a run from a transcript.

    python tests/peers/picture.py transcripts/sample-yalta.jsonl tests/pictures/run.svg

Shows what `yalta show` prints on a terminal, cut to its first lines, as an SVG.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

COLUMNS = 100


def on_a_terminal(words: list[str]) -> str:
    """What a command prints when its output is a terminal."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "LINES": "50"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(words, stdout=slave, stderr=slave, env=environment):
        os.close(slave)
        printed = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # how a pty says that nobody writes any more
                break
            if not piece:
                break
            printed += piece
    os.close(master)
    return printed.decode().replace("\r\n", "\n")


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transcript", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--lines", type=int, default=34)
    arguments = parser.parse_args()
    shown = on_a_terminal([sys.executable, "-m", "debate", "show", str(arguments.transcript)])
    lines = shown.split("\n")[: arguments.lines]
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi("\n".join(lines)))
        arguments.picture.parent.mkdir(parents=True, exist_ok=True)
        # No font from elsewhere: a picture asks no other host.
        style = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
        picture = console.export_svg(title="yalta run yalta", code_format=style)
        arguments.picture.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
