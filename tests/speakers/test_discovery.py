"""What servers on this machine have, asked of stand-ins on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debate.errors import LoadError
from debate.library import config_folder
from debate.speakers.discovery import Found, discover
from debate.speakers.profiles import Provider
from debate.text import showable

PATIENT = 20.0
"""Seconds: a server that answers is never missed for being slow."""
HASTY = 0.3
"""Seconds, where a server is waited for in vain."""

OLLAMA = {
    "/v1/models": {
        "object": "list",
        "data": [
            {"id": "qwen3:8b", "object": "model", "created": 1, "owned_by": "library"},
            {"id": "gemma3:4b", "object": "model", "created": 1, "owned_by": "library"},
            {"id": "gpt-oss:120b-cloud", "object": "model", "created": 1, "owned_by": "library"},
            {"id": "nomic-embed-text:latest", "object": "model", "owned_by": "library"},
            {"id": "someone/tuned:latest", "object": "model", "owned_by": "someone"},
        ],
    },
    "/api/tags": {
        "models": [
            {"name": "qwen3:8b", "size": 5_225_388_164, "details": {"parameter_size": "8.2B"}},
            {"name": "gemma3:4b", "size": 3_338_801_804, "details": {"parameter_size": ""}},
            {
                "name": "gpt-oss:120b-cloud",
                "size": 384,
                "remote_host": "https://ollama.com:443",
                "details": {"parameter_size": "116.8B"},
            },
            {"name": "nomic-embed-text:latest", "details": {"parameter_size": "137M"}},
        ]
    },
    "/api/ps": {"models": [{"name": "qwen3:8b", "context_length": 40_960}]},
}
LLAMA_CPP = {
    "/v1/models": {
        "models": [{"name": "qwen3-4b.gguf", "details": {"parameter_size": ""}}],
        "data": [
            {
                "id": "qwen3-4b.gguf",
                "owned_by": "llamacpp",
                "meta": {"n_ctx_train": 262_144, "n_params": 4_022_468_096},
            }
        ],
    },
    "/props": {"default_generation_settings": {"n_ctx": 16_384}},
}
VLLM = {
    "/v1/models": {
        "data": [{"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 32_768}],
    }
}
LM_STUDIO = {
    "/v1/models": {
        "data": [
            {"id": "qwen/qwen3-4b", "owned_by": "organization_owner"},
            {"id": "text-embedding-nomic-embed-text-v1.5", "owned_by": "organization_owner"},
        ],
    }
}


class Asked:
    """Where a stand-in listens, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []


@contextlib.contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Asked]:
    """A server that answers each question so."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            asked.paths.append(self.path)
            asked.headers.append({k.lower(): v for k, v in self.headers.items()})
            with contextlib.suppress(OSError):  # whoever asked has gone
                answer(self)

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.block_on_close = False
    asked = Asked(http.server_port)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield asked
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def sending(body: bytes, *, status: int = 200, **headers: str) -> Callable[..., None]:
    """An answer to whatever is asked."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def playing(pages: dict[str, Any]) -> contextlib.AbstractContextManager[Asked]:
    """A server with these pages, and no others."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.path in pages
        body = json.dumps(pages[handler.path]).encode() if known else b'{"error": "not found"}'
        sending(body, status=200 if known else 404)(handler)

    return answering(answer)


def listing(*names: object) -> contextlib.AbstractContextManager[Asked]:
    return playing({"/v1/models": {"data": [{"id": name} for name in names]}})


async def found_at(asked: Asked, *, seconds: float = PATIENT) -> list[Found]:
    return await discover({"box": Provider(base_url=asked.url)}, seconds=seconds)


# Servers as they are.


async def test_ollama() -> None:
    with playing(OLLAMA) as server:
        found = await discover({"ollama": Provider(base_url=server.url)}, seconds=PATIENT)
    assert found == [
        Found("ollama", "ollama/qwen3:8b", "qwen3:8b", 40_960, "8.2B"),
        Found("ollama", "ollama/gemma3:4b", "gemma3:4b", None, "3.34 GB"),
        Found(
            "ollama",
            "ollama/gpt-oss:120b-cloud",
            "gpt-oss:120b-cloud",
            None,
            "116.8B, runs at https://ollama.com:443",
        ),
        Found("ollama", "ollama/someone/tuned:latest", "someone/tuned:latest", None, ""),
    ]
    assert [f.text for f in found[:2]] == ["8.2B, window 40,960", "3.34 GB"]


async def test_ollama_without_models() -> None:
    with playing({"/v1/models": {"object": "list", "data": None}}) as server:
        assert await found_at(server) == []


async def test_llama_cpp_says_how_it_was_started() -> None:
    with playing(LLAMA_CPP) as server:
        (found,) = await found_at(server)
    assert found == Found("box", "box/qwen3-4b.gguf", "qwen3-4b.gguf", 16_384, "4.0B")
    assert server.paths == ["/v1/models", "/props"]


async def test_llama_cpp_that_keeps_its_settings_to_itself() -> None:
    with playing({"/v1/models": LLAMA_CPP["/v1/models"]}) as server:
        (found,) = await found_at(server)
    assert found.window == 262_144


async def test_settings_are_not_those_of_several_models() -> None:
    cards = [{"id": name, "meta": {"n_ctx_train": 8192}} for name in ("a", "b")]
    with playing({**LLAMA_CPP, "/v1/models": {"data": cards}}) as server:
        assert [f.window for f in await found_at(server)] == [8192, 8192]


async def test_vllm() -> None:
    with playing(VLLM) as server:
        (found,) = await found_at(server)
    assert (found.model, found.text) == ("box/Qwen/Qwen3-8B", "window 32,768")
    assert server.paths == ["/v1/models"]


async def test_lm_studio() -> None:
    with playing(LM_STUDIO) as server:
        (found,) = await found_at(server)
    assert (found.model, found.text) == ("box/qwen/qwen3-4b", "")
    assert server.paths == ["/v1/models"]


# Which are asked, and how.


async def test_all_that_profiles_name_on_loopback_are_asked() -> None:
    with playing(OLLAMA) as ollama, playing(VLLM) as vllm, listing("own-model") as own:
        config_folder().mkdir(parents=True)
        (config_folder() / "profiles.yaml").write_text(
            "schema: yalta/profiles/1\n"
            "providers:\n"
            f"  ollama: {{base_url: '{ollama.url}'}}\n"
            f"  vllm: {{base_url: '{vllm.url}/'}}\n"
            f"  llama-server: {{base_url: '{own.url}'}}\n"
            f"  lmstudio: {{base_url: '{own.url}'}}\n"
            f"  house: {{base_url: '{own.url}'}}\n"
        )
        found = await discover(seconds=PATIENT)
    models = [f.model for f in found]
    assert models.count("house/own-model") == 1
    assert {"ollama/qwen3:8b", "vllm/Qwen/Qwen3-8B"} < set(models)
    assert not any(f.provider in ("llama-server", "lmstudio") for f in found)
    assert own.paths.count("/v1/models") == 1


async def test_profiles_that_are_wrong_are_told() -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "profiles.yaml").write_text("schema: yalta/profiles/1\nprovider: {}\n")
    with pytest.raises(LoadError):
        await discover()


async def test_no_question_holds_a_key_or_goes_to_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_KEY", "secret-key")
    with playing(OLLAMA) as server, answering(sending(b"{}")) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        provider = Provider(base_url=server.url, key_env="HOUSE_KEY")
        assert await discover({"house": provider}, seconds=PATIENT)
    assert proxy.paths == []
    assert sorted(server.paths) == ["/api/ps", "/api/tags", "/v1/models"]
    assert "authorization" not in {name for headers in server.headers for name in headers}
    assert "secret-key" not in str(server.headers)


@pytest.mark.parametrize(
    "address",
    [
        "http://user:password@127.0.0.1:{port}/v1",
        "http://127.0.0.1:{port}/v1?key=secret",
        "ftp://127.0.0.1:{port}/v1",
        "127.0.0.1:{port}/v1",
        "http://0.0.0.0:{port}/v1",
        "http://localhost.example.invalid:{port}/v1",
        "http://[::1/v1",
    ],
)
async def test_other_addresses_are_not_asked(address: str) -> None:
    with listing("a-model") as server:
        port = server.url.split(":")[2].removesuffix("/v1")
        # Such as stands in no file: those are refused when they are read.
        provider = Provider.model_construct(base_url=address.replace("{port}", port))
        assert await discover({"box": provider}, seconds=HASTY) == []
    assert server.paths == []


async def test_localhost_is_here() -> None:
    with listing("a-model") as server:
        provider = Provider(base_url=server.url.replace("127.0.0.1", "localhost"))
        assert [f.model for f in await discover({"box": provider}, seconds=PATIENT)] == [
            "box/a-model"
        ]


# Servers that do no good.


async def test_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert await found_at(Asked(taken.getsockname()[1])) == []


async def test_a_server_that_hangs_keeps_nobody_from_being_found() -> None:
    with socket.socket() as mute, listing("a-model") as server:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        providers = {
            "mute": Provider(base_url=Asked(mute.getsockname()[1]).url),
            "box": Provider(base_url=server.url),
        }
        found = await discover(providers, seconds=3.0)
    assert [f.model for f in found] == ["box/a-model"]


async def test_what_hangs_after_the_list_costs_only_what_it_would_have_said() -> None:
    over = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path != "/v1/models":
            over.wait(PATIENT)
        sending(json.dumps(LLAMA_CPP["/v1/models"]).encode())(handler)

    with answering(answer) as server:
        (found,) = await found_at(server, seconds=3.0)
        over.set()
    assert server.paths == ["/v1/models", "/props"]
    assert found.window == 262_144


async def test_no_more_is_read_than_a_list_may_have() -> None:
    sent = 0

    def answer(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b'{"data": [{"id": "a-model"}], "more": "')
        for _ in range(1000):
            sent += handler.wfile.write(b"x" * 10_000)
        handler.wfile.write(b'"}')

    with answering(answer) as server:
        assert await found_at(server) == []
    assert sent < 10_000_000


async def test_a_redirect_is_not_followed() -> None:
    with (
        listing("elsewhere") as other,
        answering(sending(b"", status=302, Location=f"{other.url}/models")) as server,
    ):
        assert await found_at(server) == []
    assert other.paths == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"<html>It works!</html>",
        pytest.param(b"[" * 500_000, id="deep"),
        pytest.param(b'{"data": ' + b"9" * 10_000 + b"}", id="large"),
        b'"data"',
        b"[]",
        b'{"data": {"id": "a-model"}}',
        b'{"data": [null, 3, "x", [], {}, {"id": 7}, {"id": ""}, {"id": ["a"]}]}',
    ],
)
async def test_what_is_no_list_of_models(body: bytes) -> None:
    with answering(sending(body)) as server:
        assert await found_at(server) == []


@pytest.mark.parametrize("status", [201, 401, 404, 500])
async def test_only_a_plain_answer_counts(status: int) -> None:
    body = b'{"data": [{"id": "a-model"}]}'
    with answering(sending(body, status=status)) as server:
        assert await found_at(server) == []


async def test_what_is_not_even_http() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")

    with answering(answer) as server:
        assert await found_at(server) == []
    assert server.paths == ["/v1/models"]


async def test_a_packed_answer_is_not_unpacked() -> None:
    body = gzip.compress(b'{"data": [{"id": "a-model"}]}')
    with answering(sending(body, Content_Encoding="gzip")) as server:
        assert await found_at(server) == []
    assert server.headers[0]["accept-encoding"] == "identity"


# What they say is data.


async def test_names_are_cleared_of_what_could_steer_a_terminal() -> None:
    with listing("a\x1b[31m\u202e-\nmodel\x07", "\x1b\x07", "[red]b[/]") as server:
        found = await found_at(server)
    assert [f.name for f in found] == ["a[31m- model", "[red]b[/]"]


async def test_long_names_and_long_lists_are_cut_short() -> None:
    names = ["x" * 10_000, *(f"model-{n}" for n in range(5000))]
    with listing(*names) as server:
        found = await found_at(server)
    assert [f.name for f in found] == [f"model-{n}" for n in range(200)]


@pytest.mark.parametrize("odd", [10**400, -1, 0, True, 1.5, float("nan"), "8192", [8192], None])
async def test_odd_figures_are_left_out(odd: object) -> None:
    card = {"id": "a", "max_model_len": odd}
    tag = {"name": "a", "size": odd, "context_length": odd, "details": {"parameter_size": 8}}
    ollama = {"models": [tag]}
    meta = {"id": "b", "meta": {"n_ctx": odd, "n_ctx_train": odd, "n_params": odd}}
    props = {"default_generation_settings": {"n_ctx": odd}}
    with (
        playing({"/v1/models": {"data": [card]}, "/api/tags": ollama, "/api/ps": ollama}) as one,
        playing({"/v1/models": {"data": [meta]}, "/props": props}) as other,
    ):
        assert [f.text for f in await found_at(one)] == [""]
        assert [f.text for f in await found_at(other)] == [""]


async def test_the_same_name_is_found_once() -> None:
    with listing("a-model", "a-model") as server:
        assert len(await found_at(server)) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
CARD = st.fixed_dictionaries(
    {"id": st.text(min_size=1) | JSON},
    optional={
        "owned_by": JSON,
        "max_model_len": JSON,
        "meta": JSON
        | st.fixed_dictionaries({"n_ctx": JSON, "n_ctx_train": JSON, "n_params": JSON}),
    },
)
TAG = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b"])},
    optional={
        "size": JSON,
        "details": JSON | st.fixed_dictionaries({"parameter_size": JSON}),
        "remote_host": JSON,
        "context_length": JSON,
    },
)


@given(
    cards=st.lists(CARD, max_size=3),
    tags=st.lists(TAG, max_size=3),
    props=JSON | st.fixed_dictionaries({"default_generation_settings": JSON}),
)
def test_whatever_they_say_it_is_fit_to_be_shown(cards: Any, tags: Any, props: Any) -> None:
    pages = {
        "/v1/models": {"data": [*cards, {"id": "a"}]},
        "/api/tags": {"models": tags},
        "/api/ps": {"models": tags},
        "/props": props,
    }
    with playing(pages) as server:
        found = asyncio.run(found_at(server))
    assert "box/a" in [f.model for f in found]
    for each in found:
        assert each.model == f"box/{each.name}"
        assert 0 < len(each.name) <= 200
        shown = each.name + each.text
        assert showable(shown) == shown
        assert "\n" not in shown
        assert each.window is None or each.window > 0
