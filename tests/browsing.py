"""Pages in a real browser: Debian's Chromium, driven by Playwright, with no way to another host."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser. Skips where there is none."""
    playing = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium is found; `apt-get install chromium` brings one")
    with playing.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page that was opened, and what it did that no page should do."""

    def __init__(self, browser: Any, path: Path, *, hash: str = "", **how: Any) -> None:
        self.faults: list[str] = []
        how = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"} | how
        self.context = browser.new_context(**how)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda said: self.faults.append(said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        self.requests: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri() + hash)

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, kind: object, *more: object) -> None:
        ran = self.page.evaluate("window.pwned")
        self.context.close()
        if kind is None:
            away = [url for url in self.requests if not url.startswith("file://")]
            assert not away, f"it asked for {away}"
            assert not self.faults, self.faults
            assert ran is None


def comes(page: Any, holds: str, seconds: float = 10.0) -> None:
    """Wait until an expression holds. A page that evaluates nothing cannot be asked to wait."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(holds):
        assert time.monotonic() < deadline, f"{holds} never held"
        page.wait_for_timeout(20)


def accessible(page: Any) -> None:
    """That axe-core finds nothing serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    grave = [
        f"{each['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]
    assert not grave, "\n".join(grave)
