"""What servers really send, over a real connection."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import aclosing, contextmanager, suppress

import pytest
from chat_server import ChatServer, Reply

from debate.errors import SpeakerError
from debate.events import Profile, Usage
from debate.prompts.layouts import Message
from debate.speakers.base import Finish, Prompt, Reading, Reasoning, Text
from debate.speakers.chat import ChatSpeaker, read_usage
from debate.speakers.endpoint import Endpoint

PROMPT = Prompt(
    (Message("system", "Be brief."), Message("user", "Who are you?")),
    seat="ada",
    max_tokens=50,
    others=("Bo",),
)


def ask(url: str, prompt: Prompt = PROMPT, sampling=None, extra=None, room=0, **endpoint):
    """All parts of one reply."""
    profile = Profile(
        model="m",
        family="openai-compatible",
        name="m-1",
        sampling=sampling or {},
        extra=extra or {},
        reasoning_room=room,
    )

    async def main():
        speaker = ChatSpeaker(profile, Endpoint(url, **endpoint))
        try:
            async with aclosing(speaker.stream(prompt)) as parts:
                return [part async for part in parts]
        finally:
            await speaker.aclose()

    return asyncio.run(main())


def said(parts) -> str:
    return "".join(p.text for p in parts if isinstance(p, Text))


def choice(delta, **more):
    return {"choices": [{"delta": delta, **more}]}


STOP = choice({}, finish_reason="stop")


@contextmanager
def raw_server(*writes: bytes, pause: float = 0.0):
    """Answers one request with these bytes, each in a write of its own, then closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with connection, suppress(ConnectionError):  # whoever asked may have broken off
            connection.recv(65536)
            for data in writes:
                connection.sendall(data)
                if pause:
                    threading.Event().wait(pause)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.close()
        thread.join(5)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def test_the_request_is_one_system_and_one_user_message_with_usage_asked_for():
    with ChatServer() as server:
        ask(server.url, sampling={"temperature": 0.5}, extra={"top_k": 3})

    (body,) = server.requests
    assert body == {
        "model": "m-1",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Who are you?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 50,
        "temperature": 0.5,
        "top_k": 3,
    }
    assert "authorization" not in server.headers[0]


def test_room_for_reasoning_and_the_field_for_limits_follow_the_endpoint():
    with ChatServer() as server:
        ask(server.url, max_tokens_field="max_completion_tokens", room=100)

    assert server.requests[0]["max_completion_tokens"] == 150
    assert "max_tokens" not in server.requests[0]


def test_parts_come_in_order_and_end_with_the_finish():
    chunks = [
        choice({"role": "assistant", "content": ""}),
        choice({"reasoning_content": "Hm."}),
        choice({"content": "I am "}),
        choice({"content": "Ada."}),
        choice({}, finish_reason="length"),
    ]
    with ChatServer(Reply(chunks=chunks)) as server:
        parts = ask(server.url)

    assert parts == [
        Reading(),
        Reasoning("Hm."),
        Text("I am "),
        Text("Ada."),
        Finish("length", Usage(), None),
    ]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_goes_by_two_names(field):
    with ChatServer(Reply(chunks=[choice({field: "Hm."}), STOP])) as server:
        assert Reasoning("Hm.") in ask(server.url)


def test_usage_sent_twice_is_counted_once():
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "cached_tokens": 5}
    chunks = [
        choice({"content": "Yes."}),
        choice({}, finish_reason="stop", usage=usage),  # as Moonshot does
        {"choices": [], "usage": usage},
    ]
    with ChatServer(Reply(chunks=chunks)) as server:
        finish = ask(server.url)[-1]

    assert finish.usage == Usage(input=7, cached=5, output=2)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (None, Usage()),
        ({}, Usage()),
        ({"prompt_tokens": 3, "completion_tokens": 1}, Usage(input=3, output=1)),
        ({"prompt_tokens": 3, "prompt_tokens_details": None}, Usage(input=3)),
        ({"prompt_tokens_details": {"cached_tokens": 0}}, Usage(cached=0)),
        ({"prompt_cache_hit_tokens": 8, "prompt_cache_miss_tokens": 1}, Usage(cached=8)),
        ({"completion_tokens_details": {"reasoning_tokens": 4}}, Usage(reasoning=4)),
    ],
)
def test_what_a_server_does_not_count_is_unknown_not_zero(sent, read):
    assert read_usage(sent) == read


@pytest.mark.parametrize("done", [True, False])
def test_the_end_is_a_finish_reason_or_done(done):
    chunks = [choice({"content": "Yes."}), *([] if done else [STOP])]
    with ChatServer(Reply(chunks=chunks, done=done)) as server:
        assert said(ask(server.url)) == "Yes."


def test_a_stream_that_stops_in_the_middle_is_an_error_not_a_reply():
    with (
        ChatServer(Reply(["I was about to", "say"], cut_after=2)) as server,
        pytest.raises(SpeakerError),
    ):
        ask(server.url)


def test_comments_and_blank_lines_are_pings():
    with ChatServer(Reply(["Yes."], before=b": ping\n\n\n: ping\n\n")) as server:
        assert said(ask(server.url)) == "Yes."


def test_characters_may_be_split_between_writes():
    event = 'data: {"choices":[{"delta":{"content":"本质上 🙂"}}]}\n\n'.encode()
    stop = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    pieces = [event[n : n + 1] for n in range(len(event))]
    with raw_server(HEAD, *pieces, stop) as url:
        assert said(ask(url)) == "本质上 🙂"


def test_silence_is_noticed():
    with (
        raw_server(HEAD, b": hello\n\n", pause=0.8) as url,
        pytest.raises(SpeakerError, match="sent nothing for"),
    ):
        ask(url, stall=0.3)


@pytest.mark.parametrize(
    ("status", "body", "final", "says"),
    [
        (400, '{"error": {"message": "no such field"}}', True, "no such field"),
        (401, '{"error": "bad key"}', True, "wants a key"),
        (404, "not json", True, "not json"),
        (429, "{}", False, "429"),
        (500, '{"message": "oops"}', False, "oops"),
        (529, "", False, "529"),
    ],
)
def test_an_error_is_told_in_the_servers_words(status, body, final, says):
    with (
        ChatServer(Reply(status=status, body=body)) as server,
        pytest.raises(SpeakerError, match=says) as error,
    ):
        ask(server.url)
    assert error.value.final == final


def test_an_error_within_the_stream_is_told():
    chunks = [choice({"content": "I"}), {"error": {"message": "overloaded"}}]
    with (
        ChatServer(Reply(chunks=chunks)) as server,
        pytest.raises(SpeakerError, match="overloaded"),
    ):
        ask(server.url)


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"data: [1,\n\n", b"data: 7\n\n"])
def test_what_is_no_event_stream_is_an_error(body):
    with raw_server(HEAD, body) as url, pytest.raises(SpeakerError):
        ask(url)


@pytest.mark.parametrize(
    "chunk",
    [
        choice({"content": 7}),
        choice({"content": {"text": "no"}}),
        choice({"reasoning_content": [1]}),
        choice({"content": "Yes."}, finish_reason={"why": "stop"}),
        {"choices": "none", "model": {"name": 1}},
        {"choices": [7]},
        {"choices": [], "usage": "many", "prompt_progress": {"processed": "a"}},
        {"choices": [], "usage": {"prompt_tokens_details": [1], "prompt_tokens": "many"}},
    ],
)
def test_json_of_another_shape_is_an_error_or_nothing(chunk):
    with ChatServer(Reply(chunks=[chunk, choice({"content": "So."}), STOP])) as server:
        try:
            parts = ask(server.url)
        except SpeakerError:
            return
    assert isinstance(parts[-1], Finish)
    assert parts[-1].usage == Usage()


def test_content_may_come_as_a_list_of_parts():
    delta = {"content": [{"type": "text", "text": "Good "}, {"type": "text", "text": "day."}]}
    with ChatServer(Reply(chunks=[choice(delta), STOP])) as server:
        assert said(ask(server.url)) == "Good day."


def test_a_line_without_end_is_broken_off():
    with raw_server(HEAD, *[b"x" * 1_000_000] * 8) as url, pytest.raises(SpeakerError):
        ask(url)


def test_what_is_not_http_is_an_error():
    with raw_server(b"SSH-2.0-OpenSSH_9.2\r\n") as url, pytest.raises(SpeakerError):
        ask(url)


def test_a_reply_that_is_left_early_ends_the_request():
    gone = threading.Event()

    def answer(body):
        return Reply(["word "] * 500, delay=0.01)

    async def main(url):
        speaker = ChatSpeaker(Profile(model="m", family="openai", name="m"), Endpoint(url))
        async with aclosing(speaker.stream(PROMPT)) as parts:
            async for part in parts:
                if isinstance(part, Text):
                    break
        await speaker.aclose()

    with ChatServer(answer) as server:
        asyncio.run(main(server.url))
        for _ in range(200):
            if server.open_at_once == 0:
                gone.set()
                break
            threading.Event().wait(0.01)
    assert gone.is_set()
