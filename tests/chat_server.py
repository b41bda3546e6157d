"""A chat-completions server on loopback that does what a test tells it to.

    with ChatServer(lambda request: Reply(["Hello", " there."])) as server:
        model = server.model

The test's function is called for every request, with its JSON body, in a thread of its own.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

USAGE = {"prompt_tokens": 100, "completion_tokens": 10}


@dataclass
class Reply:
    """What the server does with one request."""

    words: Sequence[str] = ("A plain answer.",)
    status: int = 200
    body: str = ""
    """Sent in place of a stream where the status is not 200."""
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Sequence[dict[str, Any]] | None = None
    """Sent in place of the chunks that the words make."""
    delay: float = 0.0
    """Seconds before each word."""
    usage: dict[str, Any] | None = field(default_factory=lambda: dict(USAGE))
    finish: str | None = "stop"
    done: bool = True
    """Whether `[DONE]` is sent."""
    cut_after: int | None = None
    """Drop the connection after so many chunks."""
    before: bytes = b""
    """Bytes sent before the first event."""
    hold: threading.Event | None = None
    """Wait for this before the last word."""


class ChatServer:
    """Serves until the block is left; keeps every request's body and headers."""

    def __init__(self, answer: Callable[[dict[str, Any]], Reply] | Reply | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.pages: dict[str, Any] = {}
        """What is answered to a GET, as JSON, by path."""
        self.open_at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        if answer is None:
            answer = Reply()
        self._answer = (lambda _: answer) if isinstance(answer, Reply) else answer
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        # A client that hangs up between two requests is no news.
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """The base URL, up to and with the version."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def model(self) -> str:
        """The name by which `--model` asks for it."""
        return f"openai-compatible@{self.url}#test-model"

    def __enter__(self) -> ChatServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each chunk waits for the one before to be heard

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                page = outer.pages.get(self.path)
                data = json.dumps(page).encode()
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.requests.append(body)
                    outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                    outer.open_at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.open_at_once)
                try:
                    self._reply(outer._answer(body), body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    with outer._lock:
                        outer.open_at_once -= 1

            def _reply(self, reply: Reply, body: dict[str, Any]) -> None:
                if reply.status != 200:
                    data = reply.body.encode()
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self._chunk(reply.before)
                chunks = list(reply.chunks) if reply.chunks is not None else _chunks(reply, body)
                for n, chunk in enumerate(chunks):
                    if n == reply.cut_after:
                        self.close_connection = True
                        self.connection.shutdown(2)
                        return
                    if reply.delay:
                        time.sleep(reply.delay)
                    if reply.hold and n == len(chunks) - 1:
                        reply.hold.wait(20)
                    self._chunk(f"data: {json.dumps(chunk)}\n\n".encode())
                if reply.done:
                    self._chunk(b"data: [DONE]\n\n")
                self.wfile.write(b"0\r\n\r\n")

            def _chunk(self, data: bytes) -> None:
                if data:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
                    self.wfile.flush()

        return Handler


def _chunks(reply: Reply, body: dict[str, Any]) -> list[dict[str, Any]]:
    def choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {"model": "served-model", "choices": [{"delta": delta, "finish_reason": finish}]}

    chunks = [choice({"role": "assistant"}), *(choice({"content": w}) for w in reply.words)]
    if reply.finish:
        chunks.append(choice({}, reply.finish))
    if reply.usage and body.get("stream_options", {}).get("include_usage"):
        chunks.append({"model": "served-model", "choices": [], "usage": reply.usage})
    return chunks


def speaker_of(body: dict[str, Any], names: Sequence[str]) -> str:
    """Whose turn a request of the shared layout asks for: the name that its brief names last."""
    brief = body["messages"][-1]["content"].rpartition("---")[2]
    return max(names, key=brief.rfind)
