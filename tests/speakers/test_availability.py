"""Whether a model can be used now, against real servers on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from debate.library import config_folder
from debate.speakers import catalog
from debate.speakers.availability import Availability, availability, model_choices
from debate.speakers.registry import Registry

KEYS = ("MOONSHOT_API_KEY", "OPENAI_COMPATIBLE_API_KEY", "VLLM_API_KEY", "HOUSE_KEY")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


class Server:
    """Answers every GET with one status, and notes what it was asked."""

    def __init__(self, status: int) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.02,))

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()


@pytest.fixture
def nobody() -> Iterator[str]:
    """A base URL where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


@pytest.mark.parametrize("status", [200, 401, 404, 501])
async def test_a_server_that_answers_is_ready(status: int) -> None:
    with Server(status) as server:
        found = await availability(f"openai-compatible@{server.url}#some-model")
    assert found == Availability("ready", "server answers")
    assert server.asked == ["/v1/models"]


async def test_a_server_in_trouble_is_not_ready() -> None:
    with Server(503) as server:
        found = await availability(f"openai-compatible@{server.url}#some-model")
    assert found == Availability("unreachable", "server answers with error 503")


async def test_where_nobody_listens(nobody: str) -> None:
    found = await availability(f"openai-compatible@{nobody}#some-model")
    assert found == Availability("unreachable", f"no server at {nobody.removesuffix('/v1')}")


async def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        base = f"http://127.0.0.1:{mute.getsockname()[1]}"
        found = await availability(f"openai-compatible@{base}/v1#some-model")
    assert found == Availability("unreachable", f"no server at {base}")


@pytest.mark.parametrize("named", [True, False])
async def test_no_question_holds_a_key(named: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "secret-key")
    with Server(401) as server:
        found = await availability(f"openai-compatible@{server.url}#some-model", named=named)
    assert found.state == "ready"
    assert "authorization" not in server.headers[0]
    assert "secret-key" not in str(server.headers)


async def test_a_service_far_away_is_judged_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await availability("kimi-k2.6") == Availability(
        "key-missing", "MOONSHOT_API_KEY is not set"
    )
    monkeypatch.setenv("MOONSHOT_API_KEY", "secret-key")
    assert await availability("kimi-k2.6") == Availability("ready", "key in MOONSHOT_API_KEY")
    assert (await availability("moonshot/another")).state == "ready"


async def test_a_key_for_a_compatible_server_far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "secret-key")
    found = await availability("openai-compatible@https://models.example.invalid/v1#some-model")
    assert found == Availability("ready", "key in OPENAI_COMPATIBLE_API_KEY")


async def test_a_server_near_by_is_asked_even_with_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Server(200) as server:
        config_folder().mkdir(parents=True)
        (config_folder() / "profiles.yaml").write_text(
            "schema: yalta/profiles/1\n"
            f"providers: {{house: {{base_url: '{server.url}', key_env: HOUSE_KEY}}}}\n"
            "models: {house-model: {provider: house}}\n"
        )
        assert "house-model" in model_choices()
        assert (await availability("house-model")).text == "HOUSE_KEY is not set"
        monkeypatch.setenv("HOUSE_KEY", "secret-key")
        assert (await availability("house-model")).text == "server answers"
        assert "authorization" not in server.headers[0]


async def test_names_that_mean_nothing() -> None:
    found = await availability("kimi-k2.7")
    assert found.state == "unknown"
    assert found.text == "no model named 'kimi-k2.7'; did you mean 'kimi-k2.6'?"
    assert (await availability("openai-compatible@http://127.0.0.1/v1")).state == "unknown"
    assert (await availability("openai-compatible@ftp://host/v1#m")).state == "unknown"
    assert (await availability("")).state == "unknown"


@pytest.mark.parametrize(
    "name",
    [
        "openai-compatible@http://[::1/v1#m",
        "openai-compatible@http://127.0.0.1:99999/v1#m",
        "local:~nobody-of-that-name/x.gguf",
        "local:" + "x" * 5000,
        "replay:a\0b",
    ],
)
async def test_names_that_nothing_can_be_made_of(name: str) -> None:
    assert (await availability(name)).state in ("unknown", "unreachable")


async def test_broken_profiles_are_told() -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "profiles.yaml").write_text("schema: yalta/profiles/1\nprovider: {}\n")
    found = await availability("kimi-k2.6")
    assert found.state == "unknown"
    assert "profiles.yaml:2" in found.text


async def test_a_person() -> None:
    assert await availability("me") == Availability("ready", "you")


async def test_local_files(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    entry = catalog.DEFAULT
    assert await availability("local") == Availability(
        "download", "1.12 GB to download", fetch=entry
    )
    path = catalog.path_of(entry)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(entry.size)  # a hole: takes no room
    assert await availability("local") == Availability("ready", "on disk")
    assert (await availability("local/qwen3-4b")).text == "2.50 GB to download"
    assert (await availability("local/qwen3")).state == "unknown"
    own = tmp_path / "own.gguf"
    assert (await availability(f"local:{own}")).text == f"no model file at {own}"
    own.touch()
    assert (await availability(f"local:{own}")).state == "ready"


async def test_a_file_of_the_catalogue_is_known_wherever_it_lies(tmp_path):
    entry, own = catalog.DEFAULT, tmp_path / "own.gguf"
    elsewhere = tmp_path / entry.filename
    for path in (own, elsewhere):
        path.touch()
    async with Registry() as registry:
        known = registry.speaker(f"local:{elsewhere}").profile
        assert (known.grammar, known.prefill) == (entry.grammar, entry.prefill)
        assert registry.speaker(f"local:{own}").profile.grammar is None


async def test_replays(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    assert (await availability(f"replay:{path}")).state == "unknown"
    path.touch()
    assert await availability(f"replay:{path}") == Availability("ready", "on disk")


def test_what_is_offered() -> None:
    assert model_choices() == [
        "local",
        "local/qwen2.5-1.5b",
        "local/qwen3-4b",
        "kimi-k2.6",
        "me",
    ]
