"""Windows that servers on this machine were started with, found out before a conference opens."""

from __future__ import annotations

import pytest
from chat_server import ChatServer
from held import SEATS, small
from providers import point_at

from debate import Conference, Wishes

LISTED = {"object": "list", "data": [{"id": "any", "max_model_len": 4096}]}
LLAMA = {"object": "list", "data": [{"id": "any", "meta": {"n_ctx_train": 131072}}]}
PROPS = {"default_generation_settings": {"n_ctx": 8192}}


@pytest.mark.parametrize(
    ("model", "pages", "window"),
    [
        ("vllm/any", {"/v1/models": LISTED}, 4096),
        ("llama-server/any", {"/v1/models": LLAMA, "/props": PROPS}, 8192),
        ("vllm/another", {"/v1/models": LISTED}, None),
        ("vllm/any", {}, None),
    ],
)
async def test_a_server_is_asked_for_its_window(tmp_path, model, pages, window):
    with ChatServer() as server:
        server.pages = pages
        point_at(server.url)
        async with Conference.begin(small(), Wishes(model=model), out=tmp_path) as conference:
            profiles = conference.state.profiles
            assert {profiles[seat].window for seat in SEATS} == {window}
        assert server.requests == []


async def test_what_the_user_says_of_a_window_counts(tmp_path):
    with ChatServer() as server:
        server.pages = {"/v1/models": LISTED}
        point_at(server.url, models={"mine": {"provider": "vllm", "name": "any", "window": 2000}})
        async with Conference.begin(small(), Wishes(model="mine"), out=tmp_path) as conference:
            assert conference.state.profiles[SEATS[0]].window == 2000
