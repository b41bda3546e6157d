"""Who may come in, as a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from debate.cli.rooms import Place, Serving
from debate.errors import UserError
from debate.library import data_folder
from tui.web.doors import door_of, is_ours, is_same_origin, policy
from tui.web.links import doors_of


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


def rated(*raters, study="a" * 64):
    places = tuple(Place(name, Path("study.json"), Path("r.jsonl"), study) for name in raters)
    return Serving("127.0.0.1", 0, 4, places)


def tokens(serving):
    return {door.rater: door.token for door in doors_of(serving)}


def test_a_token_opens_its_own_door():
    kai, mo = doors_of(rated("kai", "mo"))
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


def test_links_hold_from_one_start_to_the_next_each_for_what_it_was_given_for(
    tmp_path, monkeypatch
):
    served = [rated("kai", "mo"), rated("kai", study="b" * 64)]
    served += [Serving("127.0.0.1", 0, 4, what) for what in ("all", "reading")]
    first = [tokens(each) for each in served]
    assert [tokens(each) for each in served] == first
    assert tokens(rated("mo")) == {"mo": first[0]["mo"]}
    monkeypatch.chdir(tmp_path)  # other transcripts; the studies are the same
    elsewhere = [tokens(each) for each in served]
    assert elsewhere[:2] == first[:2]
    known = [token for each in (*first, *elsewhere[2:]) for token in each.values()]
    assert len({*known}) == len(known) == 7


def test_new_links_make_the_old_ones_of_the_same_thing_worthless():
    study, reading = rated("kai", "mo"), Serving("127.0.0.1", 0, 4, "reading")
    before, kept = tokens(study), tokens(reading)
    after = tokens(replace(study, new_links=True))
    assert not {*before.values()} & {*after.values()}
    assert tokens(study) == after
    assert tokens(reading) == kept


def test_the_secret_of_links_is_for_its_owner_alone():
    study = rated("kai")
    (token,) = tokens(study).values()
    (path,) = (data_folder() / "links").glob("*.key")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert token.encode() not in path.read_bytes()
    for spoil, why in (
        (lambda: path.chmod(0o644), "may be read by others"),
        (lambda: path.write_bytes(b"short"), "holds no secret"),
    ):
        spoil()
        with pytest.raises(UserError, match=why):
            doors_of(study)
        assert tokens(replace(study, new_links=True)) != {"kai": token}
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_data_folder_that_cannot_be_written_is_told_with_another_way(tmp_path, monkeypatch):
    (tmp_path / "data").write_text("a file where the folder would be")
    with pytest.raises(UserError, match="cannot keep the secret of the links in") as told:
        doors_of(rated("kai"))
    assert "YALTA_DATA" in (told.value.hint or "")
    monkeypatch.setenv("YALTA_DATA", str(tmp_path / "elsewhere"))
    assert tokens(rated("kai"))
    assert [*(tmp_path / "elsewhere" / "links").glob("*.key")]
