"""The command line on a terminal of a given width."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios


def on_terminal(columns, *words, rows=40, code=0):
    """What a terminal of so many columns is sent, without its styles; the exit code is `code`."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = [sys.executable, "-m", "debate", *map(str, words)]
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(command, stdout=slave, stderr=slave, env=env) as process:
        os.close(slave)
        data = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            data += piece
        os.close(master)
        assert process.wait(30) == code, data.decode()
    # Of the status line, what came last before other text.
    data = re.sub(rb"\r\x1b\[K[^\r\n]*(?=\r\x1b\[K)", b"", data).replace(b"\r\x1b[K", b"")
    return re.sub(r"\x1b\[[0-9;]*m", "", data.decode()).replace("\r\n", "\n")
