"""`yalta study rate`: what is found before the rating room opens."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from studies import save, style_bundle

from debate.cli import main, yalta
from debate.errors import UserError
from debate.study.bundle import dump_bundle


def rated(*words):
    """The sessions that the rating room was opened with."""
    found = []
    CliRunner().invoke(
        yalta, ["study", "rate", *map(str, words)], obj=found.append, catch_exceptions=False
    )
    return found


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


def test_a_bundle_that_is_none_is_one_line(tmp_path):
    (tmp_path / "study.json").write_text("{}")
    with pytest.raises(UserError, match="is not a study's bundle"):
        rated(tmp_path)
    with pytest.raises(UserError, match="cannot read"):
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

    words = ["study", "rate", str(path)]
    CliRunner().invoke(yalta, words, obj=second, catch_exceptions=False)
    (session,) = rated(path)
    session.log.close()


def test_a_folder_may_hold_a_bundle_for_each(tmp_path):
    study = style_bundle(raters=("kai", "mo"))
    for rater in study.plans:
        (tmp_path / f"{rater}.json").write_bytes(dump_bundle(study.for_rater(rater)))
    (session,) = rated(tmp_path, "--rater", "mo")
    assert session.log.path == tmp_path / "ratings" / "mo.jsonl"
    session.log.close()
