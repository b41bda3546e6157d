"""The index of transcripts: what it lists, what it finds, and that no file can harm it."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import Play, manifest, scenario

from debate.events import ConferenceOpened, NotePassed, TurnWithdrawn, dump
from debate.fork import fork
from debate.library import cache_folder, transcript_folders
from debate.query import snippet
from debate.shelf import SORTS, Shelf
from debate.transcript import GENESIS, line_hash

PLAN = scenario(["ada", "bo"], [{"kind": "plenary"}])
SAID = {"ada": "We release the weights 开源 in tiers.", "bo": 'No: 100% of "open" is *closed*_.'}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "transcripts"
    path.mkdir()
    return path


@pytest.fixture
def shelf(folder: Path):
    with Shelf.open([folder]) as opened:
        yield opened


def played(said=SAID, seed=1, first=None, **changes) -> list:
    plan = PLAN.model_copy(update=changes)
    return Play(manifest(plan, seed=seed), lambda step, _: said[step.seat]).run().events[:first]


def save(path: Path, events: list) -> Path:
    """Write events as a transcript, chained as the program would."""
    prev, lines = GENESIS, []
    for seq, event in enumerate(events):
        line = dump(event.model_copy(update={"seq": seq, "prev": prev}))
        prev = line_hash(line)
        lines.append(line + b"\n")
    path.write_bytes(b"".join(lines))
    return path


def found(shelf: Shelf, query: str, **how) -> list[tuple[str, int]]:
    return [(f.kind, f.turn) for f in shelf.search(query, **how)]


def names(listed) -> list[str]:
    return [entry.path.name for entry in listed]


# What is listed


def test_a_transcript_is_listed_with_what_it_holds(shelf, folder):
    path = save(folder / "a.jsonl", played())
    assert shelf.listing() == []
    assert shelf.refresh() == 1

    (listed,) = shelf.listing()
    assert listed.path == path
    assert (listed.title, listed.scenario) == ("A small conference", "small")
    assert listed.motion == "Small things matter."
    assert (listed.turns, listed.words) == (2, 14)
    assert (listed.standing, listed.ended, listed.state) == ("closed", "agenda", "complete")
    assert (listed.seats, listed.models) == (("Ada", "Bo"), ("test", "test"))
    assert (listed.seconds, listed.cost) == (6.0, None)
    assert listed.opened_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert listed.size == path.stat().st_size
    assert listed.genesis == line_hash(path.read_bytes().split(b"\n")[0])
    assert (listed.forked_from, listed.forked_at, listed.error) == (None, None, None)


def test_what_is_not_at_its_end_says_so(shelf, folder):
    save(folder / "cut.jsonl", played(first=4))
    torn = save(folder / "torn.jsonl", played())
    torn.write_bytes(torn.read_bytes()[:-20])
    shelf.refresh()
    assert [(e.path.name, e.state) for e in shelf.listing("path")] == [
        ("cut.jsonl", "cut short, or under way"),
        ("torn.jsonl", "cut short, or under way"),
    ]
    assert [e.error for e in shelf.listing()] == [None, None]
    assert found(shelf, "weights") == [("turn", 1)] * 2


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty", b"", "no whole line"),
        ("text", b"hello\n", "line 1"),
        ("zeros", b"\0" * 500 + b"\n", "line 1"),
        ("latin", "caf\xe9\n".encode("latin-1"), "line 1"),
        ("other", b'{"type":"floor.resumed"}\n', "does not begin"),
        ("deep", b"[" * 100_000 + b"\n", "line 1"),
    ],
)
def test_what_is_no_transcript_is_listed_with_the_reason(shelf, folder, name, data, says):
    (folder / f"{name}.jsonl").write_bytes(data)
    save(folder / "good.jsonl", played())
    shelf.refresh()
    bad, good = shelf.listing("path", reverse=name > "good")
    bad, good = (bad, good) if bad.path.stem == name else (good, bad)
    assert says in (bad.error or "")
    assert bad.state == "unreadable"
    assert good.error is None


def test_a_damaged_transcript_keeps_what_could_be_read(shelf, folder):
    path = save(folder / "a.jsonl", played())
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b"turn", b"t\xffrn", 1)
    path.write_bytes(b"".join(lines))
    shelf.refresh()
    (listed,) = shelf.listing()
    assert listed.state == "damaged"
    assert "line 5" in (listed.error or "")
    assert listed.turns == 1
    assert found(shelf, "weights") == [("turn", 1)]


def test_a_forged_number_too_large_for_the_index_is_taken(shelf, folder):
    huge = 10**40
    events = [
        e.model_copy(update={"turn": huge}) if getattr(e, "turn", 0) == 2 else e for e in played()
    ]
    save(folder / "a.jsonl", events)
    shelf.refresh()
    assert found(shelf, "closed") == [("turn", huge)]


def test_nothing_in_it_can_steer_a_screen(shelf, folder):
    hostile = "\x1b[31mred\x1b]0;x\x07 \u202elow end \x9b1m"
    opened, *rest = played(dict.fromkeys(SAID, f"{hostile}\n."), title=hostile, motion=hostile)
    seat = opened.seats[0].model_copy(update={"name": hostile})
    save(folder / "a.jsonl", [opened.model_copy(update={"seats": (seat, opened.seats[1])}), *rest])
    shelf.refresh()
    hits = shelf.search("red")
    (listed,) = shelf.listing()
    assert {h.kind for h in hits} == {"motion", "turn"}
    for text in (listed.title, listed.motion, *listed.seats, *(h.snippet for h in hits)):
        assert text.isprintable()


# Keeping up


def test_new_changed_and_vanished_files_are_taken_up_and_nothing_else_is_read(shelf, folder):
    one = save(folder / "one.jsonl", played())
    save(folder / "two.jsonl", played(seed=2))
    told = []
    assert shelf.refresh(lambda done, total: told.append((done, total))) == 2
    assert told == [(0, 2), (1, 2)]
    assert shelf.refresh(lambda *_: pytest.fail("read again")) == 0

    save(one, played({"ada": "Something new.", "bo": "Newer."}))
    (folder / "two.jsonl").unlink()
    assert shelf.refresh() == 2
    assert names(shelf.listing()) == ["one.jsonl"]
    assert found(shelf, "weights") == []
    assert found(shelf, "something") == [("turn", 1)]


def test_a_change_of_the_same_size_is_seen(shelf, folder):
    path = save(folder / "a.jsonl", played())
    shelf.refresh()
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"weights ", b"wEIGHTZ "))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert shelf.refresh() == 1
    assert found(shelf, "weightz") == [("turn", 1)]


def test_only_jsonl_files_of_the_folder_and_of_those_in_it_are_taken(shelf, folder):
    for place in (".", "study", "study/deeper", ".hidden"):
        (folder / place).mkdir(exist_ok=True)
        save(folder / place / "a.jsonl", played())
    save(folder / ".b.jsonl", played())
    save(folder / "c.json", played())
    (folder / "folder.jsonl").mkdir()
    (folder / "nowhere.jsonl").symlink_to(folder / "gone")
    shelf.refresh()
    assert [e.path for e in shelf.listing("path")] == [
        folder / "a.jsonl",
        folder / "study" / "a.jsonl",
    ]


def test_shelves_of_other_folders_share_the_index_and_see_only_their_own(shelf, folder, tmp_path):
    save(folder / "a.jsonl", played())
    other = tmp_path / "other"
    other.mkdir()
    save(other / "b.jsonl", played())
    shelf.refresh()
    with Shelf.open([other]) as second:
        assert second.refresh() == 1
        assert names(second.listing()) == ["b.jsonl"]
        assert [f.path.name for f in second.search("weights")] == ["b.jsonl"]
    assert shelf.refresh() == 0
    assert names(shelf.listing()) == ["a.jsonl"]


def test_folders_are_the_saved_runs_then_the_working_folders_none_twice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert transcript_folders() == []
    for name in ("transcripts", "saved", "data/yalta/transcripts"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("YALTA_TRANSCRIPTS", str(tmp_path / "saved"))
    here, data = Path("transcripts"), tmp_path / "data" / "yalta" / "transcripts"
    assert transcript_folders() == [tmp_path / "saved", here, data]
    monkeypatch.setenv("YALTA_TRANSCRIPTS", str(tmp_path / "transcripts"))
    assert [f.resolve() for f in transcript_folders()] == [here.resolve(), data]


# The index is never the truth


def test_an_index_that_is_deleted_is_made_again(shelf, folder):
    save(folder / "a.jsonl", played())
    shelf.refresh()
    for file in cache_folder().glob("shelf.sqlite*"):
        file.unlink()
    assert names(shelf.listing()) == ["a.jsonl"]
    save(folder / "b.jsonl", played())
    shelf.refresh()
    assert names(shelf.listing("path")) == ["a.jsonl", "b.jsonl"]
    with Shelf.open([folder]) as again:
        again.refresh()
        assert names(again.listing("path")) == ["a.jsonl", "b.jsonl"]


def test_an_index_that_is_broken_is_made_again(folder):
    save(folder / "a.jsonl", played())
    file = cache_folder() / "shelf.sqlite"
    file.parent.mkdir()
    for data in (b"not a database, but long enough to be taken for one" * 99, b"SQLite format 3\0"):
        file.write_bytes(data)
        with Shelf.open([folder]) as shelf:
            assert shelf.refresh() == 1
            assert found(shelf, "weights") == [("turn", 1)]


def test_an_index_that_breaks_in_use_is_made_again(folder):
    for n in range(40):
        save(folder / f"{n}.jsonl", played({"ada": f"weights {n} " * 400, "bo": "b"}, seed=n))
    with Shelf.open([folder]) as shelf:
        shelf.refresh()
    file = cache_folder() / "shelf.sqlite"
    data = bytearray(file.read_bytes())
    half = len(data) // 2
    data[half:] = b"\xff" * (len(data) - half)
    file.write_bytes(data)
    with Shelf.open([folder]) as shelf:
        assert len(shelf.search("weights")) == 40
        assert len(shelf.listing()) == 40


def test_an_index_of_another_version_is_made_again(folder):
    save(folder / "a.jsonl", played())
    cache_folder().mkdir()
    other = sqlite3.connect(cache_folder() / "shelf.sqlite")
    other.executescript("CREATE TABLE file (what); PRAGMA user_version = 99;")
    other.close()
    with Shelf.open([folder]) as shelf:
        assert shelf.refresh() == 1
        assert names(shelf.listing()) == ["a.jsonl"]


def test_where_none_can_be_written_it_is_kept_in_memory(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("YALTA_CACHE", str(tmp_path / "file" / "cache"))
    save(folder / "a.jsonl", played())
    with Shelf.open([folder]) as shelf:
        assert shelf.refresh() == 1
        assert found(shelf, "weights") == [("turn", 1)]


def test_programs_and_threads_use_it_at_once(folder):
    for n in range(30):
        save(folder / f"{n}.jsonl", played(seed=n))
    faults: list[BaseException] = []

    def use(shelf: Shelf) -> None:
        try:
            for n in range(5):
                (folder / f"{n}.jsonl").touch()
                shelf.refresh()
                assert len(shelf.search("weights")) == 30
        except BaseException as fault:
            faults.append(fault)

    with Shelf.open([folder]) as one, Shelf.open([folder]) as two:
        one.refresh()
        threads = [threading.Thread(target=use, args=(s,)) for s in (one, two, one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        one.refresh()
        assert len(one.search("weights")) == 30


# What is found


@pytest.fixture
def full(shelf, folder):
    """A shelf with one conference on it, and a note."""
    events = played()
    note = NotePassed(to="bo", text="Mind the clock\nplease.")
    save(folder / "a.jsonl", [*events[:4], note, *events[4:]])
    shelf.refresh()
    return shelf


def test_what_the_record_says_by_itself_is_no_note_from_the_chair(shelf, folder):
    phases = [{"kind": "motions"}, {"kind": "vote"}]
    said = {
        "motion": {"action": "table", "title": "Tea", "text": "We drink tea."},
        "ballot": {"vote": "yes"},
    }
    play = Play(
        manifest(scenario(["ada", "bo"], phases)),
        answer=lambda form, n: json.dumps(said[form.ask.kind]),
    )
    events = play.run().events
    note = NotePassed(to=None, text="No tea.")
    save(folder / "a.jsonl", [*events[:-1], note, events[-1]])
    shelf.refresh()
    hits = shelf.search("tea")
    assert {hit.kind for hit in hits} == {"record", "note"}
    assert [hit.snippet for hit in hits if hit.kind == "note"] == ["No tea."]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("weights", [("turn", 1)]),
        ("WEIGHT", [("turn", 1)]),
        ("weights tiers", [("turn", 1)]),
        ("weights open", []),
        ("ada weights", [("turn", 1)]),
        ("bo weights", []),
        ("bo", [("turn", 2), ("note", 1)]),
        ("开源", [("turn", 1)]),
        ("开", [("turn", 1)]),
        ("源开", []),
        ("开源 tiers", [("turn", 1)]),
        ("small", [("motion", 0)]),
        ("clock please", [("note", 1)]),
        ('"open"', [("turn", 2)]),
        ('"', [("turn", 2)]),
        ("%", [("turn", 2)]),
        ("0%", [("turn", 2)]),
        ("_", [("turn", 2)]),
        ("*closed*", [("turn", 2)]),
        ("o_", []),
        ("100%", [("turn", 2)]),
        ("op%n", []),
        ("\\", []),
        ("NEAR(", []),
        ("NEAR(weights tiers)", []),
        ("weights OR open", []),
        ("text:weights", []),
        ("weights NOT tiers", []),
        ("^We", []),
        ("-No", []),
        ("'; DROP TABLE file; --", []),
        ("", []),
        ("  \n\x00\x1b", []),
        ("wei\x00ghts", [("turn", 1)]),
        ("weights " * 5000, [("turn", 1)]),
    ],
)
def test_a_query_is_words_and_every_character_of_it_is_itself(full, query, hits):
    assert sorted(found(full, query)) == sorted(hits)


def test_chinese_is_found_by_two_and_by_three_characters(shelf, folder):
    save(folder / "a.jsonl", played({"ada": "分级开源能力是一个办法。", "bo": "不。"}))
    shelf.refresh()
    for query in ("开源", "开源能", "分级 办法", "级开源能力是"):
        (hit,) = shelf.search(query)
        start, end = hit.span
        assert hit.snippet[start:end] in query
        assert end > start


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.text(st.one_of(st.sampled_from("\"*%_()^:-+\\' \0aWe开源"), st.characters()), max_size=40)
)
def test_no_query_is_an_error(full, query):
    for hit in full.search(query):
        assert 0 <= hit.span[0] <= hit.span[1] <= len(hit.snippet)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(words=st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1))
def test_what_was_said_is_found_by_any_part_of_it(full, folder, words):
    save(folder / "b.jsonl", played({"ada": f"He said {words} twice.", "bo": "b"}))
    full.refresh()
    assert "b.jsonl" in [f.path.name for f in full.search(words)]


@given(st.text(max_size=400), st.text("ab 开", min_size=1, max_size=3))
def test_a_snippet_is_of_the_text_around_the_match(text, word):
    cut, (start, end) = snippet(text, [word])
    assert cut.strip("… ") in text
    if word in text:
        assert cut[start:end].lower() == word
    assert len(cut) < 180


def test_withdrawn_turns_are_not_found_and_the_limit_is_kept(shelf, folder):
    play = Play(manifest(PLAN), lambda step, _: SAID[step.seat])
    run = Play(manifest(PLAN), lambda step, _: SAID[step.seat]).run().events
    for event in run[1:-1]:
        play.put(event)
    play.put(TurnWithdrawn(turn=2))
    save(folder / "a.jsonl", play.events)
    shelf.refresh()
    assert found(shelf, "open") == []
    assert shelf.listing()[0].turns == 1
    assert len(shelf.search("e", limit=1)) == 1
    assert shelf.search("e", limit=0) == []


def test_the_newest_conference_comes_first(shelf, folder):
    for n, day in enumerate((3, 1, 2)):
        opened, *rest = played(seed=n)
        assert isinstance(opened, ConferenceOpened)
        at = datetime(2026, 2, day, tzinfo=UTC)
        save(folder / f"{day}.jsonl", [opened.model_copy(update={"at": at}), *rest])
    shelf.refresh()
    assert [f.path.stem for f in shelf.search("weights")] == ["3", "2", "1"]
    assert [e.path.stem for e in shelf.listing()] == ["3", "2", "1"]
    assert [e.path.stem for e in shelf.listing(reverse=True)] == ["1", "2", "3"]


def test_it_can_be_sorted_by_anything(shelf, folder):
    save(folder / "long.jsonl", played(title="beta"))
    save(folder / "short.jsonl", played({"ada": "a", "bo": "b"}, title="Alpha", first=4))
    (folder / "none.jsonl").write_bytes(b"")
    shelf.refresh()
    for sort in SORTS:
        one, other = shelf.listing(sort), shelf.listing(sort, reverse=True)
        assert (
            sorted(names(one))
            == sorted(names(other))
            == ["long.jsonl", "none.jsonl", "short.jsonl"]
        )
    assert names(shelf.listing("size"))[0] == "long.jsonl"
    assert [e.title for e in shelf.listing("title")] == ["", "Alpha", "beta"]


# Forks


def shape(branches) -> list:
    return [(b.listed.path.stem, shape(b.forks)) for b in branches]


def test_forks_stand_beneath_what_they_were_forked_from(shelf, folder):
    base = save(folder / "base.jsonl", played())
    fork(base, turn=1, out=folder / "f1.jsonl")
    fork(base, out=folder / "f2.jsonl")
    fork(folder / "f1.jsonl", turn=0, out=folder / "f3.jsonl")
    save(folder / "other.jsonl", played(seed=9))
    shelf.refresh()
    tree = sorted(shape(shelf.tree()))
    assert tree == [("base", [("f2", []), ("f1", [("f3", [])])]), ("other", [])]  # newest first
    at = {e.path.stem: (e.forked_from, e.forked_at) for e in shelf.listing()}
    assert at["f1"] == ("base.jsonl", 1)
    assert at["f2"] == ("base.jsonl", 2)
    assert at["f3"] == ("f1.jsonl", 0)

    (folder / "f1.jsonl").unlink()
    shelf.refresh()
    assert shape(shelf.tree())[0] == ("base", [("f3", []), ("f2", [])])
    base.unlink()
    shelf.refresh()
    assert sorted(shape(shelf.tree())) == [("f2", [("f3", [])]), ("other", [])]


def test_forks_that_name_each_other_are_not_lost(shelf, folder):
    base = save(folder / "base.jsonl", played())
    one = fork(base, turn=1, out=folder / "x.jsonl")
    two = fork(one, turn=1, out=folder / "y.jsonl")
    three = fork(two, turn=1, out=folder / "one.jsonl")
    base.unlink()
    one.unlink()
    three.rename(one)
    shelf.refresh()
    flat = json.dumps(shape(shelf.tree()))
    assert flat.count('"x"') == flat.count('"y"') == 1


def test_no_depth_of_forking_is_too_deep(shelf, folder):
    events = played(first=4)
    for n in range(1500):
        name = f"{n}.jsonl"
        save(folder / name, events if n == 0 else [*events[:1], forked(f"{n - 1}.jsonl")])
    shelf.refresh()
    depth, (branch,) = 1, shelf.tree()
    while branch.forks:
        depth, (branch,) = depth + 1, branch.forks
    assert depth == 1500


def forked(origin: str):
    from debate.events import ConferenceForked

    return ConferenceForked(origin=origin, head="0" * 64, seed=1)
