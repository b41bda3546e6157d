"""Copying to the clipboard.

By OSC 52 the terminal does it, even from afar, if it knows how; several do not. So the desktop's
own command is asked as well, where there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from textual.app import App

#: Commands that take the clipboard's new content on stdin, and the variable they need, if any.
COMMANDS = (
    (("pbcopy",), None),
    (("wl-copy",), "WAYLAND_DISPLAY"),
    (("xclip", "-selection", "clipboard"), "DISPLAY"),
    (("xsel", "--clipboard", "--input"), "DISPLAY"),
)
#: Set where the interface is served to a browser: the desktop here is not the reader's.
SERVED = "YALTA_SERVED"
_PATIENCE = 2.0  # seconds


def copy(app: App[object], text: str) -> None:
    """Copy a text by the terminal. `copy_natively` is the other half, and may block."""
    # A lone half of a character has no bytes in UTF-8.
    app.copy_to_clipboard(text.encode(errors="replace").decode())


def copy_natively(text: str) -> bool:
    """Copy a text by the desktop's own command. Blocks: from a coroutine, call it in a thread.

    Returns:
        Whether there is such a command and it took the text.
    """
    if os.environ.get(SERVED):
        return False
    for command, needs in COMMANDS:
        found = shutil.which(command[0])
        if found is None or (needs and not os.environ.get(needs)):
            continue
        try:
            # These stay behind to serve the text, so their output must not be waited for.
            subprocess.run(
                [found, *command[1:]],
                input=text.encode(errors="replace"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return True
    return False
