"""`yalta study rate`, `mask` and `adjudicate`: what their screens are opened with."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from studies import save, study_key, style_bundle

from debate.cli import main, yalta
from debate.cli.rooms import Front
from debate.errors import UserError
from debate.study.bundle import dump_bundle
from debate.study.drawing.masks import approved
from debate.study.folder import StudyFolder
from debate.study.ratings import Identified
from debate.study.session import Asked, Pilot, Session


class Rooms:
    """Notes what is opened, and with what; does something there."""

    def __init__(self, act=lambda *_: None):
        self.opened = []
        self._act = act

    def _open(self, *given):
        self.opened.append(given)
        self._act(*given)

    rate = mask = adjudicate = _open


def call(rooms, *words):
    """Call a command of the group with screens to open."""
    done = CliRunner().invoke(
        yalta, ["study", *map(str, words)], obj=Front(rooms), catch_exceptions=False
    )
    return done.output


def rated(*words):
    """The sessions that the rating room was opened with."""
    rooms = Rooms()
    call(rooms, "rate", *words)
    return [session for (session,) in rooms.opened]


def test_who_rates_alone_need_not_say_so(tmp_path):
    path = save(style_bundle(), tmp_path / "s")
    for given in (path, path.parent):
        (session,) = rated(given)
        assert session.rater == "kai"
        assert session.log.path == tmp_path / "s" / "ratings" / "kai.jsonl"
        assert session.log.path.exists()
        session.log.close()


def test_of_several_raters_one_is_to_be_named(tmp_path):
    path = save(style_bundle(raters=("kai", "mo")), tmp_path)
    with pytest.raises(UserError, match=r"several raters(.|\n)*--rater: kai, mo"):
        rated(path)
    with pytest.raises(UserError, match=r"nobody called 'jo'(.|\n)*kai, mo"):
        rated(path, "--rater", "jo")
    (session,) = rated(path, "--rater", "mo", "--out", tmp_path / "x.jsonl")
    assert (session.rater, session.log.path) == ("mo", tmp_path / "x.jsonl")


def test_a_folder_that_cannot_be_written_says_where_else_to_write(tmp_path):
    path = save(style_bundle(), tmp_path)
    (tmp_path / "ratings").write_text("no folder")
    with pytest.raises(UserError, match=r"cannot write .*kai\.jsonl(.|\n)*--out FILE"):
        rated(path)
    (session,) = rated(path, "--out", tmp_path / "x.jsonl")
    session.log.close()


def test_a_bundle_that_is_none_is_one_line(tmp_path):
    (tmp_path / "study.json").write_text("{}")
    with pytest.raises(UserError, match="is not a study's bundle"):
        rated(tmp_path)
    with pytest.raises(UserError, match="there is no bundle at"):
        rated(tmp_path / "none.json")


def test_without_a_terminal_it_is_said_and_nothing_is_written(tmp_path, capsys):
    path = save(style_bundle(), tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["study", "rate", str(path)])
    assert ended.value.code == 2
    assert "opens in a terminal" in capsys.readouterr().err
    assert not (tmp_path / "ratings").exists()


def test_the_same_ratings_are_not_written_in_two_windows(tmp_path):
    path = save(style_bundle(), tmp_path)

    def second(session):
        session.log.close()
        with pytest.raises(UserError, match="another window"):
            rated(path)

    call(Rooms(second), "rate", path)
    (session,) = rated(path)
    session.log.close()


def test_a_folder_may_hold_a_bundle_for_each(tmp_path):
    study = style_bundle(raters=("kai", "mo"))
    for rater in study.plans:
        (tmp_path / f"{rater}.json").write_bytes(dump_bundle(study.for_rater(rater)))
    (session,) = rated(tmp_path, "--rater", "mo")
    assert session.log.path == tmp_path / "ratings" / "mo.jsonl"
    session.log.close()


def test_masks_are_opened_and_saved_until_the_study_is_sealed(tmp_path):
    folder = StudyFolder.begin(tmp_path / "s", study_key())
    rooms = Rooms(lambda key, save: save(approved(key, "me")))
    assert call(rooms, "mask", folder.path) == ""
    assert folder.key().masks_checked_by == "me"
    assert "Ada Lovelace" in call(None, "mask", folder.path)  # without a terminal they are listed
    save(style_bundle(), folder.path)
    call(rooms, "mask", folder.path)
    assert len(rooms.opened) == 1


def test_what_is_agreed_on_is_kept_beside_the_ratings(tmp_path):
    bundle = style_bundle(identification=2, pairs=0, likert=0, raters=("kai", "mo"))
    save(bundle, tmp_path)
    for n, rater in enumerate(bundle.plans):
        session = Session.open(bundle, rater, tmp_path / "ratings" / f"{rater}.jsonl")
        while isinstance(session.now, Pilot):
            session.pilot(0, seconds=1)
        while isinstance(now := session.now, Asked):
            session.rate(Identified(card=now.item.cards[n], confidence=2), seconds=1)
        session.log.close()

    def settle(_, differences, agreed, settled):
        assert len(differences) == 2
        left = [each.item for each in differences if each.item not in {s.item for s in settled}]
        agreed(left[0], 0, Identified(card="none", confidence=4))

    rooms = Rooms(settle)
    assert call(rooms, "adjudicate", tmp_path).count("(settled)") == 1
    assert call(rooms, "adjudicate", tmp_path).count("(settled)") == 2
    kept = StudyFolder(tmp_path).adjudicated()
    assert [each.answer.card for each in kept] == ["none", "none"]
    assert "(settled)" in call(None, "adjudicate", tmp_path)
