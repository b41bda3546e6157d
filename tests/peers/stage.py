"""What the stage costs as a conference grows, beside the naive way of showing one.

    python tests/peers/stage.py [--seconds 6] [--repeats 3] [--engine MODEL]

A server in a process of its own streams 60 tokens a second (`streamer.py`). The interface runs in
a process of its own in a real pty of 120x40, so that all it writes to a terminal is written. Each
case resumes a transcript of so many turns of 200 words, then measures while the next turn comes:

    frames/s         frames written to the terminal
    token to frame   from the moment a delta is shown to the end of the frame that has it
    loop lag         how late a ticker of 5 ms is: how long a key would wait
    load             from the start of the screen to the first frame with the record in it
    RSS              memory of the interface's process
    CPU a frame      processor time of that process for each frame written

Textual writes 60 frames a second at most, so a fast machine cannot show by frames alone how far two
ways lie apart: CPU a frame can.

`openings` is three speakers at once. `naive` mounts a `Markdown` a turn, and streams into the last.
With turns ended, `settle` is the time from an action (another theme, another size, focus) to the
last frame that it causes. `--engine local` has the embedded engine write on the same cores instead.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import pty
import resource
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
STREAMER = HERE.with_name("streamer.py")
SEATS = ("altman", "yang", "amodei")
WORDS = 200  # a turn
TOKENS = 1200  # of the turn that is measured
CASES = {  # turns behind the speaker, kind of phase, way of showing
    "empty": (0, "plenary", "stage"),
    "200": (200, "plenary", "stage"),
    "2000": (2000, "plenary", "stage"),
    "openings": (0, "opening", "stage"),
    "naive 200": (200, "plenary", "naive"),
}


# -- the interface's side


def write_transcript(path: Path, turns: int, kind: str, model: str) -> None:
    """A conference of so many turns that has been cut short."""
    sys.path.insert(0, str(HERE.parents[1]))
    from streamer import words
    from worlds import Play, manifest, scenario

    from debate.events import FloorPaused, Profile
    from debate.transcript import Transcript

    phase = {"kind": kind, "words": {"from": 100, "to": 2000}}
    if kind == "plenary":
        phase["rounds"] = turns // len(SEATS) + 2
    opened = manifest(scenario(SEATS, [phase]))
    profile = Profile(model=model, family="openai")
    seats = tuple(s.model_copy(update={"profile": profile}) for s in opened.seats)
    said = "".join(words(WORDS))
    play = Play(opened.model_copy(update={"seats": seats}), speak=lambda step, n: f"{n}. {said}")
    with contextlib.suppress(AssertionError):  # cut short, as it is meant to be
        play.run(most=turns + 1 if turns else 0)
    with Transcript.create(path) as transcript:
        for event in play.events:
            transcript.append(event)
        transcript.append(FloorPaused(reason="measured from here"))


class Meter:
    """Counts frames and how long each delta waits for one."""

    def __init__(self) -> None:
        self.frames: list[float] = []
        self.waits: list[float] = []
        self.lags: list[float] = []
        self._pending: list[float] = []
        self.counting = False

    def delta(self) -> None:
        """Words were handed to the screen."""
        if self.counting:
            self._pending.append(time.perf_counter())

    def frame(self) -> None:
        """A frame has been written."""
        now = time.perf_counter()
        self.frames.append(now)
        if self.counting:
            self.waits += [now - at for at in self._pending]
        self._pending.clear()

    async def tick(self) -> None:
        """How late a ticker is."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            if self.counting:
                self.lags.append(time.perf_counter() - before - 0.005)


def _naive_screen(path: Path, meter: Meter) -> Any:
    """Every turn a mounted `Markdown`; the last one streams."""
    from textual.containers import VerticalScroll
    from textual.screen import Screen
    from textual.widgets import Markdown

    from debate.events import TurnClosed, TurnOpened
    from debate.transcript import read
    from tui.session import Resuming, Session

    class Naive(Screen[None]):
        def __init__(self) -> None:
            super().__init__()
            self.session = Session(Resuming(path), self.hear, lambda: None, None)  # type: ignore[arg-type]
            self.words: asyncio.Queue[str] = asyncio.Queue()

        def compose(self):  # type: ignore[no-untyped-def]
            with VerticalScroll():
                for event in read(path):
                    if isinstance(event, TurnClosed):
                        yield Markdown(f"**{event.seat}**\n\n{event.text}")

        async def on_mount(self) -> None:
            self.run_worker(self.session.hold())
            self.run_worker(self.stream())

        def hear(self, item: Any) -> None:
            if isinstance(item, TurnOpened):
                self.words.put_nowait("")
            elif item.type == "delta":
                meter.delta()
                self.words.put_nowait(item.text)

        async def stream(self) -> None:
            scroll = self.query_one(VerticalScroll)
            live = Markdown()
            await scroll.mount(live)
            scroll.anchor()
            stream = Markdown.get_stream(live)
            try:
                while True:
                    await stream.write(await self.words.get())
            finally:
                await stream.stop()

        async def leave(self) -> None:
            self.workers.cancel_all()

    return Naive()


async def _measure(app: Any, meter: Meter, seconds: float, began: float) -> dict[str, Any]:
    screen = app.screen
    while not (meter.frames and screen.is_mounted and _speaking(screen)):
        await asyncio.sleep(0.01)
    found: dict[str, Any] = {}
    await asyncio.sleep(1.0)
    meter.counting = True
    start, used = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    span = time.perf_counter() - start
    found["frames"] = sum(at > start for at in meter.frames) / span
    found["cpu"] = (time.process_time() - used) / span
    meter.counting = False
    found["load"] = app.loaded - began if app.loaded else None
    found["wait"] = meter.waits
    found["lag"] = meter.lags
    found["rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["widgets"] = len(list(screen.query("*")))
    if hasattr(screen, "record"):
        screen.session.conference.chair.halt()
        while screen.session.standing != "held":
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        found["settle"] = await _settle(app, meter)
    return found


def _speaking(screen: Any) -> bool:
    conference = screen.session.conference
    return conference is not None and bool(conference.state.in_air)


async def _settle(app: Any, meter: Meter) -> dict[str, float]:
    """Milliseconds from an action to the last frame that it causes."""
    from textual import events

    def resize(columns: int) -> None:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.kill(os.getpid(), signal.SIGWINCH)

    def theme(name: str) -> None:
        app.theme = name

    actions = {
        "theme": [lambda: theme("nord"), lambda: theme("yalta-paper"), lambda: theme("gruvbox")],
        "resize": [lambda: resize(100), lambda: resize(84), lambda: resize(120)],
        "focus": [
            lambda: app.post_message(events.AppBlur()),
            lambda: app.post_message(events.AppFocus()),
        ],
    }
    found = {}
    for name, each in actions.items():
        times = []
        for action in each:
            start = time.perf_counter()
            action()
            await asyncio.sleep(0.45)  # nothing else draws now but the clock, twice a second
            after = [at - start for at in meter.frames if at > start]
            times.append(max(after, default=0.0))
        found[name] = statistics.median(times) * 1000
    return found


def child(case: str, path: Path, report: Path, seconds: float) -> None:
    """Run one case in this process, whose terminal is a pty."""
    _, _, way = CASES.get(case, (0, "", "stage"))
    from tui.app import YaltaApp
    from tui.screens.stage import StageScreen
    from tui.session import Resuming

    meter = Meter()

    class Metered(YaltaApp):
        loaded: float | None = None
        found: dict[str, Any] | None = None

        def _display(self, screen: Any, renderable: Any) -> None:
            super()._display(screen, renderable)
            if renderable is None:
                return  # nothing had to be drawn
            meter.frame()
            if self.loaded is None and self._is_loaded():
                self.loaded = time.perf_counter()

        def _is_loaded(self) -> bool:
            record = getattr(self.screen, "record", None)
            return record is None or len(record.blocks) > 1

        async def measure(self) -> None:
            try:
                async with asyncio.timeout(90 + seconds):
                    self.found = await _measure(self, meter, seconds, began)
            finally:
                self.exit()

        def on_mount(self) -> None:
            super().on_mount()
            self.run_worker(meter.tick(), exit_on_error=False)
            self.run_worker(self.measure(), exit_on_error=False)

    class MeteredStage(StageScreen):
        def _watch(self, item: Any) -> None:
            if item.type == "delta":
                meter.delta()
            super()._watch(item)

    began = time.perf_counter()
    screen = _naive_screen(path, meter) if way == "naive" else MeteredStage(Resuming(path))
    app = Metered(screen)
    app.run()
    if app.found:
        report.write_text(json.dumps(app.found))


# -- the measuring side


@contextlib.contextmanager
def streamer() -> Iterator[str]:
    """The model to ask, while its server runs."""
    command = [sys.executable, str(STREAMER), "--tokens", str(TOKENS), "--delay-ms", str(1000 / 60)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        port = json.loads(server.stdout.readline())["port"]
        yield f"openai-compatible@http://127.0.0.1:{port}/v1#m"
    finally:
        server.stdin.close()
        server.wait()


def run(case: str, model: str, seconds: float) -> dict[str, Any]:
    """Run one case in a pty, and read what it found."""
    turns, kind, _ = CASES.get(case, (0, "plenary", "stage"))
    with tempfile.TemporaryDirectory() as folder:
        path, report = Path(folder) / "t.jsonl", Path(folder) / "report.json"
        write_transcript(path, turns, kind, model)
        own = {"YALTA_CONFIG": f"{folder}/config", "TERM": "xterm-256color"}
        own["COLORTERM"] = "truecolor"
        if not model.startswith("local"):
            own["YALTA_CACHE"] = f"{folder}/cache"
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(own)
            arguments = ["--child", case, str(path), str(report), "--seconds", str(seconds)]
            os.execv(sys.executable, [sys.executable, str(HERE), *arguments])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        last = _drain(terminal)
        os.waitpid(pid, 0)
        if not report.exists():
            raise SystemExit(f"the case {case!r} ended without a report:\n{last.decode()[-2000:]}")
        found: dict[str, Any] = json.loads(report.read_text())
        return found


def _drain(terminal: int) -> bytes:
    """Read what the interface writes, as a terminal would, until it has gone; returns the end."""
    last = b""
    while True:
        select.select([terminal], [], [])
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:
            return last
        if not data:
            return last
        last = (last + data)[-4000:]


def quantile(values: list[float], share: float) -> float:
    """Milliseconds below which a share of the values lie."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def together(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Several runs of a case as one: medians of the figures, all waits and lags."""

    def median(values: list[Any]) -> Any:
        known = [value for value in values if value is not None]
        return statistics.median(known) if known else None

    merged = {key: median([r[key] for r in results]) for key in ("load", "frames", "cpu", "rss")}
    merged["widgets"] = results[0]["widgets"]
    for key in ("wait", "lag"):
        merged[key] = [value for r in results for value in r[key]]
    if "settle" in results[0]:
        merged["settle"] = {
            name: median([r["settle"][name] for r in results]) for name in results[0]["settle"]
        }
    return merged


def line(case: str, found: dict[str, Any]) -> str:
    """One row of the table."""
    load = "-" if found["load"] is None else f"{found['load']:.2f}"
    row = (
        f"{case:<12}{found['widgets']:>8}{found['frames']:>9.1f}"
        f"{quantile(found['wait'], 0.5):>9.0f} / {quantile(found['wait'], 0.95):<6.0f}"
        f"{quantile(found['lag'], 0.5):>6.1f} / {quantile(found['lag'], 0.95):<7.1f}"
        f"{load:>6}{found['rss']:>7.0f}{found['cpu']:>7.0%}"
        f"{1000 * found['cpu'] / found['frames']:>10.1f}"
    )
    if settle := found.get("settle"):
        row += "   " + "  ".join(f"{name} {ms:.0f}" for name, ms in settle.items())
    return row


def main() -> None:
    """Measure every case, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=6.0, help="measured in each case")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each case, by turns")
    parser.add_argument("--only", nargs="*", choices=list(CASES), help="these cases alone")
    parser.add_argument("--engine", metavar="MODEL", help="an embedded model that writes meanwhile")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        case, path, report = given.child
        child(case, Path(path), Path(report), given.seconds)
        return
    print(
        f"{'case':<12}{'widgets':>8}{'frames/s':>9}{'token-frame ms':>17} {'loop lag ms':>14}"
        f"{'load s':>8}{'MB':>6}{'CPU':>7}{'ms/frame':>10}   settle ms"
    )
    if given.engine:
        print(line("engine", run("engine", given.engine, given.seconds)))
        return
    found: dict[str, list[dict[str, Any]]] = {}
    with streamer() as model:
        for _ in range(given.repeats):  # in turn, so that all see the same noise
            for case in given.only or CASES:
                found.setdefault(case, []).append(run(case, model, given.seconds))
    for case, results in found.items():
        print(line(case, together(results)), flush=True)


if __name__ == "__main__":
    main()
