"""The README's lines for scripts and notebooks, run as they stand."""

from __future__ import annotations

import ast
import asyncio
import re
import types
from pathlib import Path

from chat_server import ChatServer, Reply

import debate

README = Path(__file__).parent.parent / "README.md"


def test_the_readmes_python_runs_inside_a_running_event_loop(tmp_path, monkeypatch, capsys):
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    monkeypatch.setenv("YALTA_TRANSCRIPTS", str(tmp_path))

    async def notebook_cell(model: str) -> None:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # as notebooks compile their cells
        code = compile(source.replace('"local"', repr(model)), "README.md", "exec", flags=flags)
        await types.FunctionType(code, {})()

    with ChatServer(Reply(["Good ", "day."])) as server:
        asyncio.run(notebook_cell(server.model))

    out = capsys.readouterr().out
    assert out.count("Good day.") == 25  # six seats: opening, one round, caucus, draft, closing
    (path,) = tmp_path.glob("*.jsonl")
    assert debate.verify_transcript(path).good
    assert debate.fold(debate.read_transcript(path)).standing == "closed"
    assert debate.transcript_stats(debate.read_transcript(path)).total.turns == 25


def test_every_public_name_is_there():
    for name in debate.__all__:
        assert getattr(debate, name) is not None
