"""What a machine has and lacks for this program: facts in, verdicts out. Pure.

What is looked at is gathered elsewhere (`cli/doctor.py`); of keys only the names are ever known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

#: `lack`: something that is needed is not there. `note`: it works, and could be better.
State = Literal["ok", "note", "lack"]
#: The narrowest terminal that the interface is laid out for.
COLUMNS, ROWS = 60, 20
#: Bytes that the embedded model's file needs while it is fetched.
ROOM = 2_500_000_000
EXTRAS = {
    "local": ("xllamacpp", "huggingface_hub"),
    "study": ("numpy", "scipy"),
    "web": ("textual_serve",),
    "cluster": ("distributed",),
}
"""What each extra brings, by the name under which it is imported."""
USES = {
    "local": "the embedded model",
    "study": "reports of studies",
    "web": "the interface in a browser",
    "cluster": "batches on many machines",
}


@dataclass(frozen=True, slots=True)
class Check:
    """What was found of one thing."""

    name: str
    state: State
    said: str
    todo: str = ""
    """The next command to type; empty where nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the program was called in."""

    is_terminal: bool
    columns: int
    rows: int
    encoding: str
    environment: Mapping[str, str]
    """TERM, COLORTERM, NO_COLOR, TMUX and STY, where they are set."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is written to; it may not be there yet."""

    path: str
    is_writable: bool
    free: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Machine:
    """All that is looked at."""

    versions: Mapping[str, str]
    """Of what is installed, by the name of its distribution."""
    wanted_textual: str
    missing: Mapping[str, tuple[str, ...]]
    """Of each extra, what cannot be imported."""
    terminal: Terminal
    chinese_fonts: int | None
    """How many fonts have Chinese; None where there is no telling."""
    files: tuple[str, ...]
    """Models whose files are here."""
    servers: tuple[str, ...]
    """Models that servers on this machine have."""
    keys: tuple[str, ...]
    """Variables that hold a key. Never what they hold."""
    cache: Folder
    transcripts: Folder
    trouble: str = ""
    """Why models could not be looked for, if they could not."""
    python: str = field(default="")


def checks(machine: Machine) -> list[Check]:
    """What is there and what is not, in the order in which it is told."""
    return [
        *_program(machine),
        *_extras(machine),
        *_terminal(machine.terminal),
        _fonts(machine.chinese_fonts),
        *_models(machine),
        *_folders(machine),
    ]


def is_well(found: list[Check]) -> bool:
    """Whether all that is needed is there."""
    return all(check.state != "lack" for check in found)


def _program(machine: Machine) -> Iterator[Check]:
    has = machine.versions
    yield Check("python", "ok", machine.python)
    yield Check("yalta", "ok", has.get("yalta", "not installed: run from its folder"))
    textual = has.get("textual", "")
    if machine.wanted_textual and textual != machine.wanted_textual:
        wanted = machine.wanted_textual
        said = f"{textual or 'not installed'}; the interface is made for {wanted}"
        yield Check("textual", "lack", said, f"pip install 'textual=={wanted}'")
    else:
        yield Check("textual", "ok", textual)
    if "xllamacpp" in has:
        yield Check("engine", "ok", f"xllamacpp {has['xllamacpp']}")


def _extras(machine: Machine) -> Iterator[Check]:
    for extra, missing in machine.missing.items():
        if missing:
            said = f"not installed: {', '.join(missing)}; for {USES[extra]}"
            yield Check(f"extra {extra}", "note", said, f"pip install 'yalta[{extra}]'")
        else:
            yield Check(f"extra {extra}", "ok", USES[extra])


def _terminal(terminal: Terminal) -> Iterator[Check]:
    env = terminal.environment
    term, within = env.get("TERM", ""), "tmux" if env.get("TMUX") else ""
    within = within or ("screen" if env.get("STY") else "")
    inside = f", inside {within}" if within else ""
    if not terminal.is_terminal:
        said = "none here: the command line works, the interface does not open"
        yield Check("terminal", "note", said, "yalta web")
        return
    size = f"{terminal.columns}x{terminal.rows}"
    if term in ("", "dumb"):
        said = f"TERM is {term or 'not set'}: the interface cannot draw"
        yield Check("terminal", "lack", said, "export TERM=xterm-256color")
    elif terminal.columns < COLUMNS or terminal.rows < ROWS:
        said = f"{term}, {size}{inside}; the interface wants {COLUMNS}x{ROWS}"
        yield Check("terminal", "note", said, "make the window larger")
    else:
        yield Check("terminal", "ok", f"{term}, {size}{inside}")
    yield _colours(env, within)
    if terminal.encoding.lower().replace("-", "") == "utf8":
        yield Check("text", "ok", "UTF-8")
    else:
        said = f"{terminal.encoding}: Chinese and lines cannot be drawn"
        yield Check("text", "lack", said, "export LANG=C.UTF-8 PYTHONUTF8=1")


def _colours(env: Mapping[str, str], within: str) -> Check:
    if env.get("NO_COLOR"):
        return Check("colours", "note", "NO_COLOR is set: shown without", "unset NO_COLOR")
    if env.get("COLORTERM", "") in ("truecolor", "24bit"):
        return Check("colours", "ok", "16 million (COLORTERM)")
    if within == "tmux":
        said = "256: tmux does not say that its terminal has more"
        todo = "tmux set -as terminal-features ',*:RGB' && export COLORTERM=truecolor"
        return Check("colours", "note", said, todo)
    said = "few, as far as can be told: COLORTERM is not set"
    return Check("colours", "note", said, "export COLORTERM=truecolor")


def _fonts(count: int | None) -> Check:
    if count is None:
        said = "no telling here (no fontconfig): see whether the line below is Chinese"
        return Check("Chinese", "ok", said)
    if not count:
        said = "no font of this machine has it; over ssh, those of yours count"
        return Check("Chinese", "note", said, "sudo apt-get install fonts-noto-cjk")
    return Check("Chinese", "ok", "1 font has it" if count == 1 else f"{count} fonts have it")


def _models(machine: Machine) -> Iterator[Check]:
    engine = not machine.missing.get("local", ())
    if machine.trouble:
        yield Check("models", "lack", machine.trouble, "correct that file, then: yalta models list")
        return
    if machine.files:
        said = ", ".join(machine.files)
        state: State = "ok" if engine else "note"
        told = said if engine else f"{said}; but what runs them is not installed"
        yield Check("model files", state, told, "" if engine else "pip install 'yalta[local]'")
    else:
        yield Check("model files", "note", "none here", "yalta models pull")
    shown = ", ".join(machine.servers[:6]) + (", ..." if len(machine.servers) > 6 else "")
    yield Check("servers", "ok", shown or "none answers on this machine")
    yield Check("keys", "ok", f"in {', '.join(machine.keys)}" if machine.keys else "none is set")
    if machine.keys or machine.servers or (machine.files and engine):
        yield Check("a model", "ok", "at least one can speak")
        return
    todo = "yalta models pull" if engine else "pip install 'yalta[local]'"
    yield Check("a model", "lack", "none can speak yet: no file, no server, no key", todo)


def _folders(machine: Machine) -> Iterator[Check]:
    for name, folder, variable in (
        ("cache", machine.cache, "YALTA_CACHE"),
        ("transcripts", machine.transcripts, "YALTA_TRANSCRIPTS"),
    ):
        free = f"{folder.free / 1e9:.1f} GB free"
        if folder.is_writable:
            yield Check(name, "ok", f"{folder.path}, {free}")
        else:
            said = f"{folder.path} cannot be written"
            yield Check(name, "lack", said, f"export {variable}=FOLDER")
    if not machine.files and machine.cache.free < ROOM:
        said = f"less than the {ROOM / 1e9:.1f} GB that fetching a model needs"
        yield Check("room", "note", said, "export YALTA_CACHE=FOLDER, on another disk")
