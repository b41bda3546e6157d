"""Who may come in, as a table."""

from __future__ import annotations

import pytest

from tui.web.doors import Door, door_of, is_ours, is_same_origin, policy


@pytest.mark.parametrize(
    ("host", "bound", "url", "ours"),
    [
        ("127.0.0.1:8000", "127.0.0.1", None, True),
        ("localhost:9999", "127.0.0.1", None, True),  # a tunnel's end
        ("[::1]:8000", "::1", None, True),
        ("evil.example:8000", "127.0.0.1", None, False),  # DNS rebinding
        ("127.0.0.1.evil.example", "127.0.0.1", None, False),
        ("192.168.0.7:8000", "127.0.0.1", None, False),
        ("192.168.0.7:8000", "0.0.0.0", None, True),
        ("evil.example:8000", "0.0.0.0", None, False),
        ("rate.example.org", "127.0.0.1", "https://rate.example.org", True),
        ("rate.example.org.evil.example", "127.0.0.1", "https://rate.example.org", False),
        ("127.0.0.1:80; script-src *", "127.0.0.1", None, False),
        ("", "127.0.0.1", None, False),
    ],
)
def test_only_its_own_names_reach_the_server(host, bound, url, ours):
    assert is_ours(host, bound, url) is ours


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://127.0.0.1:8000", True),
        ("http://127.0.0.1:8001", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        (None, False),
    ],
)
def test_a_websocket_is_for_the_servers_own_pages(origin, same):
    assert is_same_origin(origin, "127.0.0.1:8000") is same


def test_a_token_opens_its_own_door():
    kai, mo = Door("kai"), Door("mo")
    assert kai.token != mo.token
    assert len(kai.token) >= 43  # 256 bits
    assert door_of([kai, mo], mo.token) is mo
    for wrong in ("", kai.token[:-1], f"{kai.token} ", "é" * 43, "\ud800"):
        assert door_of([kai, mo], wrong) is None
    assert kai.token not in repr(kai)


def test_pages_load_nothing_from_elsewhere_and_run_no_script_of_their_own():
    rules = dict(rule.split(" ", 1) for rule in policy("127.0.0.1:8000").split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "http" not in "".join(rules.values())
