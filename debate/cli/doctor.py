"""`yalta doctor`: what this machine has and lacks, and what to do about it.

Nothing is written, and no other machine is asked.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import click

from debate.doctor import EXTRAS, Check, Folder, Machine, Terminal, checks, is_well
from debate.errors import LoadError
from debate.library import cache_folder, short_path, transcripts_folder
from debate.text import one_line

#: A line to look at: simplified and traditional characters, and their punctuation.
CHINESE = "开放权重，一点点来。黃仁勳說：「是」"
_MARKS = {"ok": "ok", "note": "note", "lack": "LACK"}
_SHOWN = ("TERM", "COLORTERM", "NO_COLOR", "TMUX", "STY")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def doctor(as_json: bool) -> None:
    """Tell what this machine has and lacks, and the next command to type for each lack.

    Exits 0 if all that is needed is there, else 1. Nothing is written, no other machine is asked,
    and of keys only the names are shown.

    \b
    yalta doctor
    yalta doctor --json | jq '.checks[] | select(.state == "lack")'
    """
    found = checks(look())
    if as_json:
        told = {"ok": is_well(found), "checks": [asdict(check) for check in found]}
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
    else:
        for line in _lines(found):
            click.echo(line)
    if not is_well(found):
        sys.exit(1)


def _lines(found: list[Check]) -> Iterator[str]:
    width = max(len(check.name) for check in found)
    for check in found:
        yield f"{_MARKS[check.state]:<5} {check.name:<{width}}  {one_line(check.said)}"
        if check.todo:
            yield f"{'':<5} {'':<{width}}  do: {check.todo}"
        if check.name == "Chinese":
            yield f"{'':<5} {'':<{width}}  {CHINESE}"
    lacks = sum(check.state == "lack" for check in found)
    if lacks:
        yield f"{lacks} of what is needed {'is' if lacks == 1 else 'are'} not there"
    else:
        yield "all that is needed is there: yalta run yalta"


def look() -> Machine:
    """Look at this machine."""
    files, servers, keys, trouble = _models()
    return Machine(
        python=f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        versions=_versions("yalta", "textual", "xllamacpp"),
        wanted_textual=_wanted_textual(),
        missing={
            extra: tuple(name for name in names if find_spec(name) is None)
            for extra, names in EXTRAS.items()
        },
        terminal=_terminal(),
        chinese_fonts=_chinese_fonts(),
        files=files,
        servers=servers,
        keys=keys,
        trouble=trouble,
        cache=_folder(cache_folder()),
        transcripts=_folder(transcripts_folder()),
    )


def _versions(*names: str) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _wanted_textual() -> str:
    try:
        required = metadata.requires("yalta") or []
    except metadata.PackageNotFoundError:
        return ""
    pins = (re.match(r"textual==([\w.]+)", each) for each in required)
    return next((pin[1] for pin in pins if pin), "")


def _terminal() -> Terminal:
    columns, rows = shutil.get_terminal_size()
    return Terminal(
        is_terminal=sys.stdin.isatty() and sys.stdout.isatty(),
        columns=columns,
        rows=rows,
        encoding=sys.stdout.encoding or "ascii",
        environment={name: os.environ[name] for name in _SHOWN if name in os.environ},
    )


def _chinese_fonts() -> int | None:
    command = shutil.which("fc-list")
    if command is None:
        return None
    try:
        done = subprocess.run([command, ":lang=zh"], capture_output=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return len(done.stdout.splitlines())


def _models() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]:
    """Files, models of servers and names of keys; or why they cannot be told."""
    from debate.speakers import catalog
    from debate.speakers.discovery import discover
    from debate.speakers.profiles import load_profiles
    from debate.speakers.registry import COMPATIBLE_KEY

    files = tuple(entry.name for entry in catalog.CATALOG if catalog.installed(entry))
    try:
        providers = load_profiles().providers
        servers = tuple(each.model for each in asyncio.run(discover(providers)))
    except LoadError as error:
        return files, (), (), str(error)
    named = {each.key_env for each in providers.values() if each.key_env} | {COMPATIBLE_KEY}
    keys = tuple(name for name in sorted(named) if os.environ.get(name, "").strip())
    return files, servers, keys, ""


def _folder(path: Path) -> Folder:
    """A folder as it is, or as it would be made."""
    there = path.expanduser().absolute()
    while not there.exists():
        there = there.parent
    can = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return Folder(short_path(path), can, shutil.disk_usage(there).free)
