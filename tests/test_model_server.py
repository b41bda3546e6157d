"""The stand-in for models' servers does what its replies say, byte by byte."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from asking import ASK, SAID, all_bytes, answer, client, post, raw, spoken, until
from dialects import DIALECTS, Said, Tokens
from faults import (
    ByClose,
    CrLf,
    CutClean,
    Drop,
    Endless,
    Gzip,
    HangUp,
    Huge,
    Redirect,
    Refuse,
    Slow,
    SplitUtf8,
    Stall,
    Status,
    WrongType,
    wait_seconds,
    wait_until,
)
from model_server import ModelServer, Reply, nobody

# -- statuses


async def test_retry_after_is_a_number_or_a_date():
    seconds = await answer(Status(429, headers=wait_seconds(7)))
    assert seconds.headers["retry-after"] == "7"
    date = await answer(Status(429, "busy", wait_until(60)))
    assert date.headers["retry-after"].endswith(" GMT")
    until_then = parsedate_to_datetime(date.headers["retry-after"]) - datetime.now(UTC)
    assert timedelta(0) < until_then <= timedelta(seconds=60)
    assert date.text == "busy"


@pytest.mark.parametrize("code", [307, 308])
async def test_a_redirect_leads_to_another_server(code: int):
    async with (
        ModelServer() as other,
        ModelServer(Reply("openai", Redirect(other.url + "/chat/completions", code))) as server,
    ):
        assert (await post(server)).status_code == code
        assert other.asked == []
        async with client(follow_redirects=True) as asker:
            followed = await asker.post(server.url, json=ASK)
        assert followed.status_code == 200
        assert other.asked[0].body == ASK


async def test_a_page_is_no_stream():
    response = await answer(WrongType())
    assert response.headers["content-type"].startswith("text/html")


# -- connections


async def test_a_refused_connection_is_closed_before_the_request():
    replies = [Reply("openai", Refuse()), Reply("openai")]
    async with ModelServer(replies, refusing=1) as server:
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                await post(server)
        assert server.asked == []
        assert (await post(server)).status_code == 200
        assert server.connections == 3
    async with client() as asker:
        with pytest.raises(httpx.ConnectError):
            await asker.get(nobody())


async def test_a_server_may_hang_up_on_a_request():
    async with ModelServer(Reply("openai", HangUp())) as server:
        assert await all_bytes(server) == b""
        assert len(server.asked) == 1


async def test_a_dropped_connection_is_reset_after_what_was_said():
    async with ModelServer(Reply("openai", Drop(2))) as server:
        reader, writer = await raw(server)
        seen = await reader.readuntil(b'"A plain "')
        assert seen.count(b"data: ") == 2
        with pytest.raises(ConnectionResetError):
            await reader.readuntil(b"never said")
        writer.close()


@pytest.mark.parametrize("terminated", [True, False])
async def test_a_clean_cut_has_its_terminator_or_not(terminated: bool):
    replies = [Reply("openai", CutClean(2, terminated)), Reply("openai", HangUp())]
    async with ModelServer(replies) as server:
        reader, writer = await raw(server)
        if terminated:
            seen = await asyncio.wait_for(reader.readuntil(b"\r\n0\r\n\r\n"), 5)
        else:
            seen = await asyncio.wait_for(reader.read(), 5)
            assert b"\r\n0\r\n" not in seen
        assert seen.count(b"data: ") == 2
        writer.close()


async def test_a_stalled_stream_stays_open_until_the_client_goes():
    async with ModelServer(Reply("openai", Stall(2))) as server:
        reader, writer = await raw(server)
        await asyncio.wait_for(reader.readuntil(b'"A plain "'), 5)
        await asyncio.sleep(0.05)
        assert not reader.at_eof()
        assert server.open_at_once == 1
        writer.close()
        await until(lambda: server.left == server.asked)
        assert server.open_at_once == 0


async def test_a_stream_may_end_with_its_connection():
    async with ModelServer(Reply("openai", ByClose())) as server:
        head, _, body = (await all_bytes(server)).partition(b"\r\n\r\n")
        assert b"chunked" not in head
        assert b"Content-Length" not in head
        assert body == b"".join(DIALECTS["openai"].frames(Said(usage=Tokens())))


async def test_a_connection_serves_one_request_after_another():
    async with ModelServer() as server, client() as asker:
        for _ in range(3):
            await asker.post(server.url, json=ASK)
        assert [asked.connection for asked in server.asked] == [0, 0, 0]


# -- bytes


async def chunks_of(*parts) -> list[bytes]:
    """The chunks that were written, each by itself."""
    async with ModelServer(Reply("openai", *parts)) as server:
        reader, writer = await raw(server)
        await reader.readuntil(b"\r\n\r\n")
        chunks = []
        while size := int(await reader.readline(), 16):
            chunks.append((await reader.readexactly(size + 2))[:-2])
        writer.close()
        return chunks


async def test_characters_are_cut_into_bytes():
    whole = await chunks_of(SAID)
    cut = await chunks_of(SAID, SplitUtf8())
    assert b"".join(cut) == b"".join(whole)
    assert sum(len(piece) == 1 and piece[0] >= 0x80 for piece in cut) == len("你好🌍".encode())
    assert all(len(piece) == 1 or piece.isascii() for piece in cut)
    async with (
        ModelServer(Reply("openai", SAID, SplitUtf8())) as server,
        client() as asker,
        asker.stream("POST", server.url) as response,
    ):
        read = [piece async for piece in response.aiter_raw()]
    assert sum(len(piece) == 1 for piece in read) > 1


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_frames_are_cut_and_joined_at_odd_places(size: int):
    cut = await chunks_of(SAID, SplitUtf8(size, pause=0))
    assert b"".join(cut) == b"".join(await chunks_of(SAID))
    assert all(len(piece) == size for piece in cut[:-1])


async def test_lines_may_end_with_both_characters():
    cut = b"".join(await chunks_of(SAID, CrLf()))
    assert cut.replace(b"\r\n", b"\n") == b"".join(await chunks_of(SAID))
    assert cut.count(b"\r\n") == cut.count(b"\n")


async def test_a_slow_stream_comes_whole():
    response = await answer(SAID, Slow(0.001))
    assert spoken(response.content, "content") == "你好 🌍"


async def test_a_stream_may_be_compressed():
    response = await answer(SAID, Gzip())
    assert response.headers["content-encoding"] == "gzip"
    assert spoken(response.content, "content") == "你好 🌍"
    packed = b"".join(await chunks_of(SAID, Gzip()))
    assert gzip.decompress(packed) == response.content


async def test_a_bomb_is_small_until_it_is_unpacked():
    packed = b"".join(await chunks_of(Gzip(bomb=64)))
    assert len(packed) < 200_000
    unpacked = zlib.decompressobj(wbits=31).decompress(packed, 80 * 1024 * 1024)
    assert unpacked.count(b"a" * 1024) == 64 * 1024


# -- without measure


@pytest.mark.parametrize("name", ["openai", "anthropic"])
@pytest.mark.parametrize("one_line", [True, False])
async def test_text_without_end_ends_when_the_client_goes(name: str, one_line: bool):
    async with ModelServer(Reply(name, Endless(one_line))) as server:
        async with client() as asker, asker.stream("POST", server.url) as response:
            seen = b""
            async for piece in response.aiter_bytes():
                seen += piece
                if len(seen) > 300_000:
                    break
        await until(lambda: server.left == server.asked)
    rest = seen[seen.index(b"word ") :]
    assert (b"\n" not in rest) is one_line


async def test_a_body_of_a_size_comes_whole():
    error = await answer(Huge(500, 1_000_000))
    assert error.status_code == 500
    assert len(error.content) >= 1_000_000
    stream = await answer(Huge(200, 1_000_000), dialect="anthropic")
    assert len(spoken(stream.content, "text")) >= 1_000_000


async def test_a_huge_body_costs_nothing_until_it_is_read():
    async with ModelServer(Reply("openai", Huge(200))) as server:
        reader, writer = await raw(server)
        await reader.readexactly(1_000_000)
        writer.close()
        await until(lambda: len(server.left) == 1)


# -- the server


async def test_it_keeps_what_was_asked():
    async with ModelServer() as server, client(headers={"X-Key": "k"}) as asker:
        await asker.post(server.url + "/messages", json=ASK)
        assert (await asker.get(server.url + "/models")).status_code == 404
    (post,) = server.asked
    assert (post.method, post.path, post.body) == ("POST", "/v1/messages", ASK)
    assert post.headers["x-key"] == "k"


async def test_a_list_gives_each_request_the_next_reply_and_the_last_stays():
    replies = [Reply("openai", Status(503)), Reply("openai")]
    async with ModelServer(replies) as server:
        assert [(await post(server)).status_code for _ in range(3)] == [503, 200, 200]


async def test_a_function_may_be_of_what_was_asked_and_may_wait():
    async def echo(asked) -> Reply:
        await asyncio.sleep(0)
        return Reply("openai", Said([asked.body["model"]]))

    async with ModelServer(echo) as server:
        assert spoken((await post(server)).content, "content") == "m-1"


async def test_an_error_in_the_tests_function_is_the_tests():
    with pytest.raises(LookupError):  # noqa: PT012
        async with ModelServer(lambda asked: {}[asked.path]) as server:
            with pytest.raises(httpx.TransportError):
                await post(server)


async def test_hundreds_are_served_at_once():
    everyone = asyncio.Event()

    async def together(asked) -> Reply:
        if server.open_at_once == 200:
            everyone.set()
        await everyone.wait()
        return Reply("openai", CutClean(99, terminated=False))

    async with ModelServer(together) as server, asyncio.timeout(20):
        bodies = await asyncio.gather(*(all_bytes(server) for _ in range(200)))
    assert server.most_at_once == 200
    assert all(body.count(b"data: ") == bodies[0].count(b"data: ") > 4 for body in bodies)


def test_a_thread_of_its_own_serves_a_test_without_a_loop():
    with ModelServer(Reply("anthropic", SAID, SplitUtf8())).in_thread() as server:
        response = httpx.post(server.url + "/messages", json=ASK)
        assert spoken(response.content, "text") == "你好 🌍"
        assert server.asked[0].body == ASK
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_leaving_does_not_wait_for_a_client_that_hangs():
    with (
        ModelServer(Reply("openai", Stall(1))).in_thread() as server,
        pytest.raises(httpx.ReadTimeout),
    ):
        httpx.post(server.url, json=ASK, timeout=0.2)
