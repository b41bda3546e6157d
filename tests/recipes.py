"""The README's commands, to be run as they are written there.

A folder stands for a copy of the repository, and `.venv` in it for the environment that the tests
run in. Whatever opens a screen is left again by its key.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PATIENCE = 540.0
LEAVE = b"\x11"  # ctrl+q
ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"  # the screen that programs take and give back


def _is_drawn(data: bytes) -> bool:
    """Whether more has come since a screen was entered than a program sends before it draws."""
    return len(data) - data.rfind(ENTERED) > 2_000


def recipe(title: str) -> str:
    """The commands under a heading."""
    section = README.partition(f"# {title}\n")[2]
    return re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]


def copy_of_the_repository(folder: Path) -> Path:
    """What a recipe needs of a copy of the repository, with the environment in its place."""
    for name in ("personas", "transcripts"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def run(commands: str, folder: Path, **variables: str) -> str:
    """Run commands in a terminal of their own, in one shell that stops at the first that fails.

    Returns:
        All that the terminal was sent.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "EDITOR": "true", **variables}
    data, left, deadline = b"", 0, time.monotonic() + PATIENCE
    with subprocess.Popen(
        ["bash", "-euc", commands], cwd=folder, env=env, stdin=slave, stdout=slave, stderr=slave
    ) as shell:
        os.close(slave)
        try:
            while True:
                ready, _, _ = select.select([master], [], [], 0.5)
                if ready:
                    try:
                        piece = os.read(master, 65536)
                    except OSError:  # how a pty says that nobody writes any more
                        break
                    if not piece:
                        break
                    data += piece
                elif data.count(ENTERED) > max(left, data.count(LEFT)) and _is_drawn(data):
                    left += 1  # a screen has come, and stands still
                    os.write(master, LEAVE)
                assert time.monotonic() < deadline, data.decode(errors="replace")[-3000:]
        finally:
            os.close(master)
            if shell.poll() is None and time.monotonic() >= deadline:
                shell.kill()
        told = data.decode(errors="replace")
        assert shell.wait(30) == 0, told[-3000:]
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told).replace("\r\n", "\n")
