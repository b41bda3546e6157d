"""A real browser before a real server: `yalta web` in a process of its own, and Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
PATIENCE = 15.0


@contextmanager
def chromium():
    """One browser; skips where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Served:
    """A server that is running."""

    process: subprocess.Popen
    text: str
    """What it said."""

    @property
    def links(self):
        """The links that it printed, by rater; under "" where it names none."""
        return {who.strip(): url for who, url in re.findall(r"(?m)^(\S+) +(http\S+)$", self.text)}

    @property
    def link(self):
        """The only link."""
        (link,) = self.links.values()
        return link

    @property
    def base(self):
        """Its address."""
        return next(iter(self.links.values())).partition("/?")[0]

    def children(self):
        """The programs behind its tabs, by process id."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listed.read_text().split()]


@contextmanager
def served(*words, cwd=None, env=None, in_order=True):
    """`yalta web` on a free port, ended as Ctrl-C ends it; nothing of it is left behind.

    Args:
        in_order: False if the test ends it otherwise.
    """
    command = [sys.executable, "-m", "tui", "web", "--port", "0", *map(str, words)]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
    ) as process:
        text = ""
        for line in process.stdout:
            text += line
            if line.startswith("Ctrl-C"):
                break
        server = Served(process, text)
        try:
            assert server.links, process.stderr.read()
            yield server
            open_ = server.children() if in_order else []
        finally:
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=PATIENCE)
        if in_order:
            assert said == ("", ""), "".join(said)
            assert process.returncode == 0
        assert not [pid for pid in open_ if Path(f"/proc/{pid}").exists()]


@dataclass
class Tab:
    """A page with a terminal, and all that it asked for."""

    page: object
    asked: list = field(default_factory=list)
    faults: list = field(default_factory=list)

    def press(self, *keys):
        """Press keys."""
        for key in keys:
            self.page.keyboard.press(key)

    def read(self):
        """What the terminal shows; its script keeps it, though it draws it as a picture."""
        return self.page.evaluate("window.yaltaText()")

    def wait_for(self, *texts, seconds=PATIENCE):
        """Wait until the terminal shows some texts."""
        end = time.monotonic() + seconds
        while not all(text in (shown := self.read()) for text in texts):
            assert time.monotonic() < end, f"{texts} not in:\n{shown}"
            self.page.wait_for_timeout(50)
        return shown

    def is_closed(self):
        """Wait until it says that it has ended; what it says."""
        self.page.wait_for_selector("body.-closed")
        return self.page.inner_text("#closed")


# Keeps the terminal, which the script that makes it keeps to itself.
_KEEP = """
Object.defineProperty(Object.prototype, "fitAddon", {
  configurable: true,
  set(addon) {
    Object.defineProperty(this, "fitAddon", {value: addon, writable: true, configurable: true});
    const made = this;
    window.yaltaText = () => {
      const buffer = made.terminal.buffer.active;
      return Array.from({length: made.terminal.rows}, (_, n) =>
        buffer.getLine(buffer.viewportY + n)?.translateToString(true) ?? "").join("\\n");
    };
  },
});
"""


def _is_fault(said):
    """Whether what a page says on its console is a fault; that the machine is busy is none."""
    return said.type in ("error", "warning") and not said.text.startswith("task queue exceeded")


@contextmanager
def tab(context, url, *, first_byte=True):
    """Open a link in a tab."""
    page = context.new_page()
    page.add_init_script(_KEEP)
    opened = Tab(page)
    page.on("request", lambda request: opened.asked.append(request.url))
    page.on("websocket", lambda socket: opened.asked.append(socket.url))
    page.on("pageerror", lambda error: opened.faults.append(str(error)))
    page.on(
        "console",
        lambda said: opened.faults.append(said.text) if _is_fault(said) else None,
    )
    page.goto(url)
    if first_byte:
        page.wait_for_selector("body.-first-byte", timeout=PATIENCE * 1000)
    try:
        yield opened
    finally:
        page.close()
