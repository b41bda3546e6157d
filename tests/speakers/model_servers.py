"""A stand-in hub and a stand-in package index on loopback, with one small model file to have."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import random
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from debate.speakers.catalog import ModelFile
from debate.speakers.sources import WheelSource

CONTENT = random.Random(1).randbytes(300_000)
NOT_CONTENT = random.Random(2).randbytes(300_000)
PARTS = 3
SHARE = len(CONTENT) // PARTS
ENTRY = ModelFile(
    name="tiny",
    description="for tests",
    repo="maker/tiny-GGUF",
    revision="0123456789abcdef0123456789abcdef01234567",
    filename="tiny.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="Apache-2.0",
    window=4096,
    wheels=WheelSource("tiny-part{n}", "0.2.0", PARTS, "tiny_part{n}/data/part{n:02d}.bin"),
)
HUB_ONLY = replace(ENTRY, wheels=None)


@dataclass
class Hub:
    """What the stand-in hub has, how it behaves, and what it was asked."""

    content: bytes = CONTENT
    etag: str = ENTRY.sha256
    cut_at: int | None = None
    """The next transfer ends at this byte."""
    pause: float = 0.0
    """Seconds after each tenth of a transfer."""
    asked: list[str] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    """The range of each transfer of the file itself."""
    url: str = ""


@dataclass
class Index:
    """What the stand-in package index has, by file name, and what it was asked for."""

    wheels: dict[str, bytes] = field(default_factory=dict)
    held: str = ""
    """This file is announced, and not sent."""
    holding: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    """Set once the client of the held file has gone."""
    sent: list[str] = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def hub_handler(hub: Hub) -> type[Handler]:
    class HubHandler(Handler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            hub.asked.append(f"{self.command} {self.path}")
            if self.path == f"/{ENTRY.repo}/resolve/{ENTRY.revision}/{ENTRY.filename}":
                self.answer(
                    302,
                    Location=f"{hub.url}/blob".replace("127.0.0.1", "localhost"),
                    ETag='"of-the-redirect"',
                    X_Repo_Commit=ENTRY.revision,
                    X_Linked_ETag=f'"{hub.etag}"',
                    X_Linked_Size=str(len(hub.content)),
                )
            elif self.path == "/blob":
                self.transfer()
            else:
                self.answer(404)

        def transfer(self) -> None:
            asked = self.headers["Range"]
            hub.ranges.append(asked)
            size = len(hub.content)
            start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            end, hub.cut_at = hub.cut_at or size, None
            span = {"Content_Range": f"bytes {start}-{size - 1}/{size}"}
            self.answer(206, Content_Length=str(size - start), **span)
            with contextlib.suppress(ConnectionError):
                for at in range(start, end, size // 10):
                    self.wfile.write(hub.content[at : min(at + size // 10, end)])
                    time.sleep(hub.pause)
            self.close_connection = True

    return HubHandler


def index_handler(index: Index) -> type[Handler]:
    class IndexHandler(Handler):
        def do_GET(self) -> None:
            name = self.path.strip("/").split("/")[-1]
            if self.path.startswith("/simple/"):
                wheels = [w for w in index.wheels if w.startswith(f"{name.replace('-', '_')}-")]
                links = "".join(f'<a href="/files/{w}">{w}</a>' for w in wheels)
                self.answer(200, f"<html>{links}</html>".encode(), Content_Type="text/html")
            elif name == index.held:
                self.hold()
            elif name in index.wheels:
                index.sent.append(name)
                self.answer(200, index.wheels[name])
            else:
                self.answer(404)

        def hold(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            index.holding.set()
            with contextlib.suppress(ConnectionError):
                self.connection.recv(1)  # returns when the client hangs up
            index.left.set()
            self.close_connection = True

    return IndexHandler


@contextlib.contextmanager
def serving(handler: type[Handler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def wheel(n: int, part: bytes, member: str | None = None, *extra: str) -> tuple[str, bytes]:
    """A wheel that pip accepts, holding a part."""
    info = f"tiny_part{n}-0.2.0.dist-info"
    files = {
        f"tiny_part{n}/__init__.py": b"raise SystemExit('imported')",
        member or f"tiny_part{n}/data/part{n:02d}.bin": part,
        **dict.fromkeys(extra, b"x"),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny-part{n}\nVersion: 0.2.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return f"tiny_part{n}-0.2.0-py3-none-any.whl", packed.getvalue()


def wheels_of(content: bytes) -> dict[str, bytes]:
    parts = [content[at : at + SHARE] for at in range(0, len(content), SHARE)]
    return dict(wheel(n, part) for n, part in enumerate(parts, 1))
