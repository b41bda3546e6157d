"""The server as a program that is no browser meets it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from debate.cli.rooms import Place, Serving
from tui.web.links import doors_of
from tui.web.server import Server


@pytest.fixture
async def server():
    serving = Serving("127.0.0.1", 0, 1, "reading")
    return Server(serving, 8000, doors_of(serving))


@pytest.fixture
def door(server):
    return server.doors[0]


@pytest.fixture
async def client(server):
    jar = aiohttp.CookieJar(unsafe=True)
    async with TestClient(TestServer(server.application()), cookie_jar=jar) as client:
        yield client


async def enter(client, server):
    """Open the link; what is answered."""
    return await client.get("/", params={"token": server.doors[0].token})


async def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_has(
    client, server, door
):
    said = await enter(client, server)
    cookie = said.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert server.doors[0].token not in await said.text()
    assert 'content="0;url=/d/' in await said.text()
    assert f"Path={door.path};" in cookie
    assert door.token not in door.path
    assert (await client.get("/")).status == 403  # it is sent to its own door alone
    page = await client.get(door.path)
    assert page.status == 200
    assert server.doors[0].token not in await page.text()
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("origin", [None, "http://evil.example", "http://127.0.0.1:1"])
async def test_a_websocket_of_another_page_is_refused(client, server, door, origin):
    await enter(client, server)
    headers = {"Origin": origin} if origin else {}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(f"{door.path}ws", headers=headers)
    assert refused.value.status == 403


async def test_a_websocket_without_the_cookie_is_refused(client, door):
    origin = {"Origin": str(client.make_url("/")).rstrip("/")}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(f"{door.path}ws", headers=origin)
    assert refused.value.status == 403


async def test_a_foreign_name_gets_nothing_even_with_the_token(client, server):
    said = await client.get(
        "/", params={"token": server.doors[0].token}, headers={"Host": "evil.example"}
    )
    assert said.status == 421
    assert "Set-Cookie" not in said.headers


async def test_links_stand_side_by_side_in_one_browser(client, server, door):
    places = tuple(Place(name, Path("study.json"), Path("r.jsonl"), "a" * 64) for name in "ab")
    serving = Serving("127.0.0.1", 0, 2, places)
    ways = server.doors = doors_of(serving)
    for way in ways:
        await client.get("/", params={"token": way.token})
    for way in (*ways, *ways):  # as often as a page is loaded again
        said = await client.get(way.path)
        assert f"rating as {way.rater}<" in await said.text()
    # No door is opened by the token of another, under whatever name it is sent.
    a, b = ways
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as other:
        for name, token, status in (
            (a.cookie, a.token, 403),
            (b.cookie, a.token, 403),
            (b.cookie, b.token, 200),
        ):
            held = {"Cookie": f"{name}={token}"}
            async with other.get(client.make_url(b.path), headers=held) as said:
                assert said.status == status
    assert (await client.get(door.path)).status == 403  # of what is not served


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/x", "/static", "/../etc/passwd"])
async def test_no_other_file_is_to_be_had(client, path):
    assert (await client.get(path)).status == 404


async def test_what_is_no_message_of_a_terminal_does_no_harm(client, server, door):
    await enter(client, server)
    origin = {"Origin": str(client.make_url("/")).rstrip("/")}
    async with client.ws_connect(f"{door.path}ws?width=x&height=9999999", headers=origin) as socket:
        for text in ("", "{", "[]", '["stdin"]', '["resize", {"width": "a"}]', "[1, 2, 3]"):
            await socket.send_str(text)
        await socket.send_str('["ping", "here"]')
        async with asyncio.timeout(20):
            while (message := await socket.receive()).type is not aiohttp.WSMsgType.TEXT:
                pass
        assert message.json() == ["pong", "here"]
