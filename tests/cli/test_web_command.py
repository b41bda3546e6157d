"""`yalta web`: what is served, and what is said of it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from studies import save, style_bundle

from debate.cli import yalta
from debate.cli.rooms import Front, Link
from debate.errors import UserError
from debate.study.bundle import load_bundle
from debate.study.folder import write_bundle


class Browsers:
    """Notes what is to be served."""

    def __init__(self):
        self.serving = None

    def serve(self, serving, opened):
        self.serving = serving
        places = serving.what if isinstance(serving.what, tuple) else ()
        opened([Link(each.rater, f"http://x/?token={each.rater}") for each in places])


def web(*words):
    """What is served for some words, and what is said."""
    browsers = Browsers()
    words = ["web", *map(str, words)]
    done = CliRunner().invoke(yalta, words, obj=Front(None, browsers), catch_exceptions=False)
    return browsers.serving, done.output


def test_it_keeps_to_this_machine_unless_told_otherwise():
    serving, said = web()
    assert (serving.host, serving.what, serving.sessions) == ("127.0.0.1", "all", 4)
    assert "other machines" not in said
    for host in ("0.0.0.0", "192.168.0.7", "example.org"):
        _, said = web("--host", host)
        assert "can be reached from other machines" in said
        assert "run models with your keys" in said
    _, said = web("--host", "::", "--readonly")
    assert "can read what it shows" in said


@pytest.mark.parametrize("apart", [False, True])
def test_each_rater_of_a_study_has_a_place(tmp_path, apart):
    path = save(style_bundle(raters=("kai", "mo")), tmp_path / "whole")
    study = load_bundle(path)
    folder = tmp_path / "s"
    write_bundle(study, folder, ("kai", "mo") if apart else ())
    serving, said = web("--rate", folder)
    assert [each.rater for each in serving.what] == ["kai", "mo"]
    assert [each.ratings for each in serving.what] == [
        folder / "ratings" / f"{rater}.jsonl" for rater in ("kai", "mo")
    ]
    assert serving.what[1].bundle == folder / ("mo.json" if apart else "study.json")
    assert {each.study for each in serving.what} == {study.key_sha256}
    assert (serving.sessions, serving.new_links) == (2, False)
    assert "mo     http://x/?token=mo" in said
    serving, _ = web("--rate", folder, "--rater", "mo", "--new-links")
    assert serving.new_links
    assert [each.rater for each in serving.what] == ["mo"]


def test_what_cannot_be_served_is_said(tmp_path):
    path = save(style_bundle(), tmp_path)
    for words, why in (
        (("--rate", path, "--rater", "jo"), "nobody called 'jo'"),
        (("--rate", path, "--readonly"), "two different things"),
        (("--url", "ftp://x"), "not an http"),
    ):
        with pytest.raises(UserError, match=why):
            web(*words)
