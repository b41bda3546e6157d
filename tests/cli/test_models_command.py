"""`yalta models list`, beside servers on this machine."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from speakers.test_discovery import LLAMA_CPP, OLLAMA, listing, playing

from debate.cli import yalta
from debate.errors import LoadError
from debate.library import config_folder

SHIPPED = ("ollama", "vllm", "llama-server", "lmstudio")


def serve(**urls: str) -> None:
    """Profiles by which each of these names is found at that address."""
    lines = [f"  {name.replace('_', '-')}: {{base_url: '{url}'}}\n" for name, url in urls.items()]
    config_folder().mkdir(parents=True, exist_ok=True)
    head = "schema: yalta/profiles/1\nproviders:\n"
    (config_folder() / "profiles.yaml").write_text(head + "".join(lines))


@pytest.fixture(autouse=True)
def nobody():
    """An address where nothing listens; all that ships is looked for there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        serve(**dict.fromkeys(SHIPPED, url))
        yield url


def listed() -> tuple[str, list[str]]:
    """What is said of the files, and the lines beneath."""
    done = CliRunner().invoke(yalta, ["models", "list"])
    assert done.exit_code == 0, done.output
    files, _, servers = done.output.partition("\nServers on this machine\n")
    return files, servers.splitlines()


def test_servers_are_listed_beneath_the_files(nobody: str) -> None:
    with playing(OLLAMA) as ollama, playing(LLAMA_CPP) as llama_cpp:
        serve(ollama=ollama.url, llama_server=llama_cpp.url, vllm=nobody, lmstudio=nobody)
        files, servers = listed()
    assert "(default)" in files
    assert servers == [
        "ollama/qwen3:8b               8.2B, window 40,960",
        "ollama/gemma3:4b              3.34 GB",
        "ollama/gpt-oss:120b-cloud     116.8B, runs at https://ollama.com:443",
        "ollama/someone/tuned:latest",
        "llama-server/qwen3-4b.gguf    4.0B, window 16,384",
    ]


def test_one_line_where_none_answers() -> None:
    files, servers = listed()
    assert "(default)" in files
    assert len(servers) == 1
    assert servers[0].startswith("none answers")


def test_names_cannot_steer_the_terminal(nobody: str) -> None:
    with listing("a\x1b]0;title\x07\u202e-model") as server:
        serve(**dict.fromkeys(SHIPPED, nobody), house=server.url)
        _, servers = listed()
    assert servers == ["house/a]0;title-model"]


def test_profiles_that_are_wrong_are_told(tmp_path: Path) -> None:
    (config_folder() / "profiles.yaml").write_text("schema: yalta/profiles/1\nprovider: {}\n")
    done = CliRunner().invoke(yalta, ["models", "list"])
    assert "(default)" in done.output
    assert isinstance(done.exception, LoadError)
