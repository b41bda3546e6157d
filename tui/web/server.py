"""The server: pages, files and websockets, for those who have a link."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path

import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web
from jinja2 import Environment, PackageLoader, select_autoescape
from textual_serve.download_manager import DownloadManager

from debate.cli.rooms import Link, Serving
from debate.errors import UserError
from tui.themes import DEFAULT_THEME, PREFERRED
from tui.web import doors
from tui.web.doors import Door
from tui.web.links import doors_of
from tui.web.tabs import NoRoom, Places, Tab, key_names

LOG = logging.getLogger("yalta.web")
#: What a close of a websocket says that was refused: 4000 and up are for the program's own use.
REFUSED = 4001
#: Columns and rows that a tab may ask for.
MOST_CELLS = 1000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Serves the interface.

    Args:
        serving: What is served, and where.
        port: The port that it was bound to.
        ways: The ways in: of each rater, if some rate, else one.
        debug: Whether tabs show tracebacks where the server was started.
    """

    def __init__(
        self, serving: Serving, port: int, ways: Sequence[Door], *, debug: bool = False
    ) -> None:
        self.serving, self.port, self._debug = serving, port, debug
        places = serving.what if isinstance(serving.what, tuple) else ()
        self._ratings = {each.rater: each for each in places}
        self.doors = ways
        self._places = Places(serving.sessions)
        self._tabs: set[Tab] = set()
        self._downloads = DownloadManager()
        # A page that only reads or rates needs no key, so what runs behind it has none.
        self._withheld = key_names() if serving.what != "all" else []
        self._pages = Environment(
            loader=PackageLoader("tui.web", "pages"), autoescape=select_autoescape(default=True)
        )

    @property
    def links(self) -> list[Link]:
        """What opens each door."""
        host = self.serving.host
        host = f"[{host}]" if ":" in host else host
        host = socket.gethostname() if host in ("0.0.0.0", "[::]") else host
        base = (self.serving.url or f"http://{host}:{self.port}").rstrip("/")
        return [door.link(base) for door in self.doors]

    def application(self) -> web.Application:
        """The application of aiohttp."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/", self._index)
        app.router.add_get("/d/{door}/", self._terminal)
        app.router.add_get("/d/{door}/ws", self._websocket)
        app.router.add_get("/d/{door}/download/{key}", self._download)
        app.router.add_get("/static/{file}", _static)
        app.on_shutdown.append(self._end)
        return app

    # -- who may come in

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse foreign names, and say with every answer what a browser may do with it."""
        if not doors.is_ours(request.host, self.serving.host, self.serving.url):
            return self._page("refused.html", request, 421, said="No server of this name is here.")
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = self._page("refused.html", request, error.status, said=error.reason)
        if not response.prepared:
            self._head(response, request)
        return response

    def _head(self, response: web.StreamResponse, request: web.Request) -> None:
        response.headers.update(doors.HEADERS)
        response.headers["Content-Security-Policy"] = doors.policy(request.host)

    def _door(self, request: web.Request) -> Door | None:
        """The door in a request's address, if the request has the cookie that opens it."""
        id_ = request.match_info["door"]
        door = doors.door_of(self.doors, request.cookies.get(doors.cookie_of(id_), ""))
        return door if door is not None and door.id == id_ else None

    # -- pages

    def _page(
        self, name: str, request: web.Request, status: int = 200, **facts: object
    ) -> web.Response:
        text = self._pages.get_template(name).render(facts)
        response = web.Response(text=text, status=status, content_type="text/html")
        self._head(response, request)
        return response

    async def _index(self, request: web.Request) -> web.StreamResponse:
        """The page that puts a link's token into a cookie, and goes on to its door."""
        door = doors.door_of(self.doors, request.query.get("token", ""))
        if door is None:
            return self._not_yours(request)
        # A page that goes on by itself, and no redirection: where a link was followed from
        # another site, a strict cookie would not be sent along on the way.
        response = self._page("enter.html", request, path=door.path)
        response.set_cookie(
            door.cookie,
            door.token,
            path=door.path,
            httponly=True,
            samesite="Strict",
            secure=(self.serving.url or "").startswith("https:"),
        )
        return response

    async def _terminal(self, request: web.Request) -> web.StreamResponse:
        """The page of the terminal."""
        door = self._door(request)
        if door is None:
            return self._not_yours(request)
        what = "rating" if door.rater else self.serving.what
        return self._page("terminal.html", request, what=what, rater=door.rater or "")

    def _not_yours(self, request: web.Request) -> web.Response:
        said = "This page opens by the whole link only, as it was printed where yalta was started."
        return self._page("refused.html", request, 403, said=said)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file that a program hands to its browser; to nobody else's."""
        door, key = self._door(request), request.match_info["key"]
        if door is None:
            return self._not_yours(request)
        try:
            download = await self._downloads.get_download_metadata(key)
        except KeyError:
            raise web.HTTPNotFound(reason="There is no such file.") from None
        tab = download.app_service
        if not isinstance(tab, Tab) or tab.rater != door.rater:
            raise web.HTTPNotFound(reason="There is no such file.")
        response = web.StreamResponse()
        # Never shown as a page of this server, whatever it holds.
        response.content_type = "application/octet-stream"
        name = "".join(c for c in download.file_name if c.isalnum() or c in "-_.") or "file"
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(name)}"
        self._head(response, request)
        await response.prepare(request)
        async for chunk in self._downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    # -- tabs

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        """One tab: from its opening to its close, with a program behind it."""
        door = self._door(request)
        if door is None or not doors.is_same_origin(request.headers.get("Origin"), request.host):
            return self._not_yours(request)
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=2**20)
        await socket.prepare(request)
        try:
            await self._places.take(door.rater)
        except NoRoom as error:
            await socket.close(code=REFUSED, message=str(error).encode())
            return socket
        try:
            await self._serve_tab(socket, door, request)
        finally:
            await self._places.give_back(door.rater)
        return socket

    async def _serve_tab(
        self, socket: web.WebSocketResponse, door: Door, request: web.Request
    ) -> None:
        async def close() -> None:
            listening.cancel()

        tab = Tab(
            self._words(door, request.query.get("prefers", "")),
            keys=self._withheld,
            rater=door.rater,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            downloads=self._downloads,
        )
        self._tabs.add(tab)
        try:
            await tab.start(_cells(request, "width", 80), _cells(request, "height", 24))
            listening = asyncio.ensure_future(_listen(socket, tab))
            try:
                await asyncio.wait([listening])
            finally:
                listening.cancel()
            if not listening.cancelled():
                listening.result()
        finally:
            try:
                await tab.stop()
            finally:
                self._tabs.remove(tab)
                # Only where nothing reads any more does a close wait for its answer.
                code = WSCloseCode.GOING_AWAY if tab.last_words else WSCloseCode.OK
                await socket.close(code=code, message=tab.last_words.encode())

    def _words(self, door: Door, prefers: str) -> list[str]:
        """What the program behind a tab is called with."""
        debug = ["--debug"] if self._debug else []
        theme = PREFERRED.get(prefers, DEFAULT_THEME)
        if door.rater is not None:
            place = self._ratings[door.rater]
            return [theme, "rating", str(place.bundle), place.rater, str(place.ratings), *debug]
        return [theme, "all" if self.serving.what == "all" else "reading", *debug]

    async def _end(self, app: web.Application) -> None:
        """End every tab: the programs behind them leave, as if their users had."""
        async with asyncio.TaskGroup() as group:
            for tab in self._tabs:
                tab.last_words = "yalta was ended where it was started."
                group.create_task(tab.stop())


async def _listen(socket: web.WebSocketResponse, tab: Tab) -> None:
    """Pass on what a browser sends, until it is gone."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            match message.json():
                case ["stdin", str(text)]:
                    await tab.send_bytes(text.encode(errors="replace"))
                case ["resize", {"width": int(width), "height": int(height)}]:
                    await tab.set_terminal_size(_bounded(width), _bounded(height))
                case ["ping", data]:
                    await socket.send_json(["pong", data])
                case ["blur"]:
                    await tab.blur()
                case ["focus"]:
                    await tab.focus()
                case _:
                    pass
        except (ValueError, ConnectionError):
            continue


def _cells(request: web.Request, name: str, default: int) -> int:
    try:
        return _bounded(int(request.query.get(name, "")))
    except ValueError:
        return default


def _bounded(cells: int) -> int:
    return min(max(cells, 1), MOST_CELLS)


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")


# -- files

_THEIRS = Path(textual_serve.__file__).parent / "static"
_OURS = resources.files("tui.web") / "pages"
#: Every file there is to be had, its kind and its home.
FILES = {
    "textual.js": ("text/javascript", _THEIRS / "js" / "textual.js"),
    "xterm.css": ("text/css", _THEIRS / "css" / "xterm.css"),
    "mono.ttf": ("font/ttf", _THEIRS / "fonts" / "RobotoMono-VariableFont_wght.ttf"),
    "mono-italic.ttf": ("font/ttf", _THEIRS / "fonts" / "RobotoMono-Italic-VariableFont_wght.ttf"),
    "tab.js": ("text/javascript", _OURS / "tab.js"),
    "yalta.css": ("text/css", _OURS / "yalta.css"),
}


async def _static(request: web.Request) -> web.StreamResponse:
    kind, file = FILES.get(request.match_info["file"], ("", None))
    if file is None:
        raise web.HTTPNotFound(reason="There is no such page.")
    body = await asyncio.to_thread(file.read_bytes)
    return web.Response(body=body, content_type=kind)


# -- its life


def run(serving: Serving, opened: Callable[[Sequence[Link]], None], *, debug: bool = False) -> None:
    """Serve until Ctrl-C, then end every tab in order.

    Raises:
        UserError: if the port cannot be had, or the links' secret cannot be kept.
    """
    bound = _bind(serving.host, serving.port)
    with bound:
        asyncio.run(_serve(serving, bound, doors_of(serving), opened, debug=debug))


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        number = error.errno if isinstance(error, OSError) else None
        why = os.strerror(number) if number and number > 0 else str(error)
        raise UserError(
            f"cannot listen on {host}:{port}: {why}",
            hint="`--port 0` takes any port that is free",
        ) from None


async def _serve(
    serving: Serving,
    bound: socket.socket,
    ways: Sequence[Door],
    opened: Callable[[Sequence[Link]], None],
    *,
    debug: bool,
) -> None:
    server = Server(serving, bound.getsockname()[1], ways, debug=debug)
    # No access log: it would hold the tokens.
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=15.0)
    await runner.setup()
    ended = asyncio.Event()
    with suppress(NotImplementedError):
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, ended.set)
    try:
        await web.SockSite(runner, bound).start()
        opened(server.links)
        await ended.wait()
    finally:
        await runner.cleanup()
