"""The app as a program: how it opens, how it ends, what it never shows."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pytest
from studies import save, style_bundle

from debate.errors import LoadError
from debate.study.ratings import read_ratings
from tui.app import YaltaApp
from tui.settings import load_keymap

ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


class Terminal:
    """A program in a terminal of 100x30."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.output = b""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", **environment)
            os.execv(words[0], words)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))

    def until(self, text: str, seconds: float = 30) -> None:
        """Read until a text has been written."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, f"no {text!r} in {self.text[-2000:]}"
            self._read(0.1)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._terminal, keys.encode())

    def ended(self) -> int:
        """Read to the end; returns the exit code."""
        while self._read(30):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self, seconds: float) -> bool:
        if not select.select([self._terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError:
            return False
        self.output += data
        return bool(data)

    @property
    def text(self) -> str:
        """All that was written, without what moves and colours it."""
        return ESCAPES.sub(b"", self.output).decode(errors="replace")


def python(code: str, **environment: str) -> Terminal:
    return Terminal(sys.executable, "-c", code, **environment)


def test_yalta_alone_opens_the_lobby_and_quits():
    terminal = Terminal(sys.executable, "-m", "tui")
    terminal.until("The AI Yalta Conference")
    terminal.press("\x11")
    assert terminal.ended() == 0
    assert "Traceback" not in terminal.text


def test_without_a_terminal_yalta_says_what_it_can_do():
    done = subprocess.run(
        [sys.executable, "-m", "tui"], capture_output=True, text=True, check=False
    )
    assert "Usage: yalta" in done.stdout + done.stderr


def test_no_color_is_honoured():
    terminal = Terminal(sys.executable, "-m", "tui", NO_COLOR="1")
    terminal.until("The AI Yalta Conference")
    terminal.press("\x11")
    assert terminal.ended() == 0
    colours = re.findall(rb"\x1b\[[0-9;]*?38;2;(\d+);(\d+);(\d+)", terminal.output)
    assert colours
    assert all(len(set(colour)) == 1 for colour in colours)  # greys alone


FAULT = """
from tui.app import YaltaApp
class Faulty(YaltaApp):
    def on_ready(self):
        secret = "sk-hidden"
        raise RuntimeError("broken\\x1b[31m [b]here[/b]")
app = Faulty()
app.run()
raise SystemExit(app.return_code)
"""


def test_a_fault_ends_with_one_line_and_its_traceback_is_in_the_log(tmp_path):
    terminal = python(FAULT)
    assert terminal.ended() == 1
    assert "yalta: RuntimeError: broken[31m [b]here[/b]" in terminal.text.replace("\r\n", "")
    assert "Traceback" not in terminal.text
    assert "sk-hidden" not in terminal.text
    log = (tmp_path / "cache" / "logs" / "tui.log").read_text()
    assert "Traceback" in log
    assert "sk-hidden" not in log


@pytest.mark.parametrize("code", ["import debate", "import tui.start", "import debate.cli"])
def test_what_does_not_need_the_interface_does_not_load_it(code):
    check = (
        f"import sys; {code}; print({{'textual', 'rich', 'numpy', 'xllamacpp'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


async def test_a_mistake_in_the_keys_is_told_with_its_line(tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "keys.yaml").write_text("key:\n  stage.pause: p\n")
    with pytest.raises(LoadError, match=r"keys.yaml:1:1: key: unknown field; did you mean 'keys'"):
        load_keymap()
    app = YaltaApp()
    async with app.run_test():
        assert any("did you mean 'keys'" in n.message for n in app._notifications)


async def test_settings_that_cannot_be_read_are_as_good_as_none(tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "interface.json").write_bytes(b"\xff{nonsense")
    async with YaltaApp().run_test() as pilot:
        assert pilot.app.theme == "yalta-night"


async def test_the_help_of_a_screen_is_shown_and_hidden():
    async with YaltaApp().run_test(size=(120, 40)) as pilot:
        await pilot.press("f1")
        assert pilot.app.screen.query("HelpPanel")
        await pilot.press("f1")
        assert not pilot.app.screen.query("HelpPanel")


async def test_a_key_in_the_line_of_keys_can_be_clicked():
    async with YaltaApp().run_test(size=(120, 40)) as pilot:
        line = pilot.app.screen.query_one("KeyLine")
        text = str(line.render())
        await pilot.click("KeyLine", offset=(text.index("Help") + 1, 0))
        await pilot.pause()
        assert pilot.app.screen.query("HelpPanel")
        await pilot.click("KeyLine", offset=(line.size.width - 2, 0))
        await pilot.pause()
        assert type(pilot.app.screen).__name__ == "CommandPalette"


def test_a_study_is_rated_in_a_terminal_and_left(tmp_path):
    path = save(style_bundle(gold=False), tmp_path)
    terminal = Terminal(sys.executable, "-m", "tui", "study", "rate", str(path))
    terminal.until("simulated debates")
    terminal.press("\r")
    terminal.until("0 of 6 done")
    terminal.press("11")
    terminal.until("1 of 6 done")
    terminal.press("q")
    assert terminal.ended() == 0
    assert "1 of 6 rated, in" in terminal.text
    assert len(read_ratings(tmp_path / "ratings" / "kai.jsonl").standing) == 1
