"""A study's folder, from its drawing to its closing; and what is refused on the way."""

from __future__ import annotations

import stat
import sys

import pytest
from conferences import conferences, style_plan
from full_disk import full_at

from debate.cli import main
from debate.errors import UserError
from debate.study.adjudication import differences
from debate.study.drawing.style import draw
from debate.study.folder import StudyFolder, write_bundle
from debate.study.ratings import Identified, Preferred, Scored, read_ratings
from debate.study.session import Asked, LastQuestion, Pilot, Session

SECRET = "5e" * 32


@pytest.fixture
def folder(tmp_path):
    found = conferences(tmp_path, {"full": 2, "other": 2})
    key = draw(style_plan(found), secret=SECRET).model_copy(update={"masks_checked_by": "me"})
    return StudyFolder.begin(tmp_path / "study", key)


def answer(asked, n):
    match asked.item.task:
        case "identification":
            return Identified(card=[*asked.item.cards, "none"][n % 3], confidence=1 + n % 4)
        case "pairs":
            return Preferred(choice=["a", "b", "tie"][n % 3])
        case _:
            return Scored(points=dict.fromkeys(asked.item.dimensions, 1 + n % 5))


def rate(bundle, rater, path, most=10_000, skew=0):
    """Rates by what item it is, so that two raters agree unless one is skewed."""
    session = Session.open(bundle, rater, path)
    while isinstance(now := session.now, Pilot):
        session.pilot(now.gold.answer, seconds=1)
    for _ in range(most):
        now = session.now
        if not isinstance(now, Asked):
            break
        session.rate(answer(now, ord(now.item.id[3]) + skew), seconds=5)
    if isinstance(session.now, LastQuestion):
        session.close_with("no idea")
    session.log.close()
    return path


def test_a_study_goes_its_way(folder, tmp_path):
    assert stat.S_IMODE(folder.key_path.stat().st_mode) == 0o600
    bundle = folder.seal()
    out = tmp_path / "out"
    assert write_bundle(bundle, out) == [out / "study.json"]
    assert write_bundle(bundle, out)  # the same once more changes nothing
    kai = rate(bundle, "kai", out / "ratings" / "kai.jsonl", most=5)
    assert [len(r.standing) for _, r in folder.collect([kai])] == [5]
    assert folder.collect([kai]) == []
    rate(bundle, "kai", kai)
    lin = rate(bundle, "lin", out / "ratings" / "lin.jsonl", skew=1)
    assert {r.rater for _, r in folder.collect([kai, lin])} == {"kai", "lin"}
    assert all(r.closing == "no idea" for r in folder.ratings())
    found = differences(bundle, folder.ratings())
    assert found
    assert {each.about for each in found} >= {"which card it is"}
    closed = folder.close()
    assert set(closed.ratings) == {"kai", "lin"}
    assert folder.unchanged() == []
    with pytest.raises(UserError, match="is closed"):
        folder.collect([kai])
    kept = folder.ratings_path / "kai.jsonl"
    kept.write_bytes(kept.read_bytes().replace(b'"confidence":1', b'"confidence":4'))
    assert folder.unchanged() == ["ratings/kai.jsonl"]


def test_raters_who_agree_differ_nowhere(folder, tmp_path):
    bundle = folder.seal()
    files = [rate(bundle, r, tmp_path / f"{r}.jsonl") for r in ("kai", "lin")]
    assert differences(bundle, map(read_ratings, files)) == []


def test_ratings_of_another_study_or_of_nobody_are_refused_and_nothing_is_taken(folder, tmp_path):
    bundle = folder.seal()
    good = rate(bundle, "kai", tmp_path / "kai.jsonl")
    head, *lines = good.read_text().splitlines(keepends=True)
    for wrong, said in (
        (head.replace(bundle.id, "a" * 16), "another study"),
        (head.replace('"kai"', '"zed"'), "another rater's"),
    ):
        bad = tmp_path / "bad.jsonl"
        bad.write_text("".join([wrong, *lines]))
        with pytest.raises(UserError, match=said):
            folder.collect([good, bad])
        assert folder.ratings() == []
    bad.write_text(head + lines[-1])
    with pytest.raises(UserError, match=r"bad\.jsonl:2: a line is missing"):
        folder.collect([bad])


def test_ratings_that_go_back_behind_what_was_taken_are_refused(folder, tmp_path):
    bundle = folder.seal()
    folder.collect([rate(bundle, "kai", tmp_path / "kai.jsonl", most=6)])
    other = rate(bundle, "kai", tmp_path / "again.jsonl", most=9, skew=1)
    with pytest.raises(UserError, match="does not go on from"):
        folder.collect([other])


def test_a_line_that_a_crash_cut_off_is_asked_again(folder, tmp_path):
    bundle = folder.seal()
    path = rate(bundle, "kai", tmp_path / "kai.jsonl", most=6)
    data = path.read_bytes()
    path.write_bytes(data[:-30])
    session = Session.open(bundle, "kai", path)
    assert session.done == 5
    session.rate(answer(session.now, 1), seconds=2)
    session.log.close()
    assert len(read_ratings(path).standing) == 6


def test_what_is_sealed_is_not_changed_and_what_is_not_is_not_rated(folder):
    with pytest.raises(UserError, match="not sealed yet"):
        folder.bundle()
    with pytest.raises(UserError, match="not closed yet"):
        folder.unchanged()
    folder.seal()
    for change in (folder.seal, lambda: folder.save(folder.key())):
        with pytest.raises(UserError, match="is sealed"):
            change()
    items = folder.key().items[1:]
    folder.key_path.write_text(folder.key().model_copy(update={"items": items}).model_dump_json())
    with pytest.raises(UserError, match="its hash is another"):
        folder.close()
    assert not folder.closed


def test_a_folder_that_is_there_is_left_alone(folder):
    with pytest.raises(UserError, match="is there already"):
        StudyFolder.begin(folder.path, folder.key())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
def test_a_full_disk_is_told_and_leaves_nothing_in_the_way_of_the_study(folder, tmp_path, capsys):
    before = folder.key_path.read_bytes()
    with full_at(100), pytest.raises(SystemExit) as left:
        main(["study", "mask", str(folder.path), "--approve", "kai"])
    assert left.value.code == 1
    assert f"yalta: cannot write {folder.key_path}: " in capsys.readouterr().err
    assert [p.name for p in folder.path.iterdir()] == [folder.key_path.name]
    assert folder.key_path.read_bytes() == before
    with full_at(100), pytest.raises(OSError, match=r"key\.json"):
        StudyFolder.begin(tmp_path / "again", folder.key())
    assert StudyFolder.begin(tmp_path / "again", folder.key()).key() == folder.key()


def test_what_is_no_study_is_told(tmp_path):
    with pytest.raises(UserError, match="holds no key"):
        StudyFolder(tmp_path).key()
    (tmp_path / "study.json").write_text('{"format": "yalta/study/9"}')
    with pytest.raises(UserError, match="is not a study's bundle: format"):
        StudyFolder(tmp_path).bundle()
    (tmp_path / "study.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="is not a study's bundle"):
        StudyFolder(tmp_path).bundle()
