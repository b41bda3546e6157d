"""Many conferences as a folder of pages, as a browser shows them from a disk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from browsing import Visit, accessible, chromium, comes
from click.testing import CliRunner
from exported import saved
from hostile import hostile

from debate.cli import yalta
from debate.errors import UserError
from debate.export.site import page_names
from debate.fork import fork

SAMPLE = Path(__file__).parents[2] / "transcripts" / "sample-yalta.jsonl"
EVIL = '"><img src=x onerror=window.pwned=1>.jsonl'


def export(*words):
    return CliRunner().invoke(yalta, ["export", *map(str, words)])


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A conference, its fork, a fork of that, a hostile one, and one that is broken."""
    folder = tmp_path_factory.mktemp("runs")
    shutil.copy(SAMPLE, folder / "talk.jsonl")
    first = fork(folder / "talk.jsonl", turn=12, out=folder / "other.jsonl", seed=3)
    fork(first, turn=9, out=folder / "third.jsonl", seed=4)
    saved(folder / EVIL, hostile().events)
    (folder / "broken.jsonl").write_text("{}\n")
    return folder


@pytest.fixture(scope="module")
def site(runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "pages"
    done = export(runs, "--site", "-o", folder)
    assert done.exit_code == 1  # for the one that is broken
    assert "left out" in done.stderr
    return folder


HOSTILE_ARM = "<img src=x onerror=window.pwned=1>"


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The site of three transcripts that an index tells apart, and of one that it does not know."""
    folder = tmp_path_factory.mktemp("batch")
    lines = []
    for n, arm in enumerate(("full", "no-chair", HOSTILE_ARM), 1):
        shutil.copy(SAMPLE, folder / f"{n}.jsonl")
        factors = {"arm": arm, "model": "openai-compatible@http://127.0.0.1:9/v1#" + "m" * 90}
        factors |= {"seed": str(n), "layout": "shared"}
        line = {"cell": f"c{n}", "transcript": f"{n}.jsonl", "factors": factors, "end": "complete"}
        lines.append(json.dumps(line) + "\n")
    shutil.copy(SAMPLE, folder / "unknown.jsonl")
    (folder / "index.jsonl").write_text("".join(lines))
    assert export(folder, "--site", "-o", folder / "site").exit_code == 0
    (folder / "known").mkdir()
    known = [folder / f"{n}.jsonl" for n in (1, 2, 3)]
    assert export(*known, "--site", "-o", folder / "known").exit_code == 0
    return folder


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def test_it_has_a_list_a_search_and_a_page_of_each(site):
    assert sorted(path.name for path in site.iterdir()) == [
        "img_src_x_onerror_window.pwned_1.html",
        "index.html",
        "other.html",
        "search.js",
        "talk.html",
        "third.html",
    ]


def test_what_the_search_reads_is_json_that_can_end_no_script(site):
    text = (site / "search.js").read_text("ascii")
    assert not set("<>&\u2028") & set(text)
    read = json.loads(text.removeprefix("yalta(").removesuffix(")\n"))
    pages = {page: (title, names, len(said)) for page, title, names, said in read}
    assert pages["talk.html"][0] == "The AI Yalta Conference"
    assert "Yang Zhilin" in pages["talk.html"][1]
    assert all(said > 5 for *_, said in pages.values())


def test_nothing_is_written_over_unless_that_is_said(runs, site):
    before = (site / "talk.html").stat().st_mtime_ns
    refused = export(runs, "--site", "-o", site).exception
    assert isinstance(refused, UserError)
    assert "is there already, and 5 more" in str(refused)
    assert (site / "talk.html").stat().st_mtime_ns == before
    assert export(runs, "--site", "-o", site, "--force").exit_code == 1
    assert (site / "talk.html").stat().st_mtime_ns > before


def test_it_needs_a_folder(runs, tmp_path):
    (tmp_path / "file").write_text("")
    for out in ((), ("-o", "-"), ("-o", tmp_path / "file")):
        assert isinstance(export(runs, "--site", *out).exception, UserError)


def test_a_page_has_a_name_that_no_folder_and_no_link_trips_over():
    names = [
        "a",
        "A",
        "index",
        "../../etc",
        "javascript:alert(1)",
        "人工",
        "?#%",
        "x" * 500,
        "\x1b",
    ]
    pages = page_names(names)
    assert pages[:7] == [
        *("a.html", "A-2.html", "index-2.html", "etc.html", "javascript_alert_1.html"),
        *("人工.html", "transcript.html"),
    ]
    assert len({page.casefold() for page in pages}) == len(pages)
    assert all(len(page.encode()) < 200 for page in pages)


@pytest.mark.xdist_group("browser")
class TestInABrowser:
    def test_forks_stand_beneath_what_they_were_forked_from(self, browser, site):
        with Visit(browser, site / "index.html") as page:
            listed = page.eval_on_selector_all(
                "#list > li", "all => all.map(e => [e.className, e.querySelector('a').pathname])"
            )
            of_talk = [(depth, Path(path).name) for depth, path in listed if "img" not in path]
            assert of_talk == [("d0", "talk.html"), ("d1", "other.html"), ("d2", "third.html")]

    def test_what_tells_conferences_apart_stands_in_columns(self, browser, batch):
        told = """all => all.map(e => [e.querySelector('a').pathname.split('/').pop(),
            [...e.querySelectorAll('.factors > div')].map(f => f.innerText.split('\\n'))])"""
        with Visit(browser, batch / "known" / "index.html") as page:
            shown = dict(page.eval_on_selector_all("#list > li", told))
            assert shown["1.html"] == [["arm", "full"], ["seed", "1"]], "of all, the same is not"
            assert shown["3.html"] == [["arm", HOSTILE_ARM], ["seed", "3"]]
            assert page.locator("img").count() == 0
            left = "all => all.map(e => Math.round(e.getBoundingClientRect().left))"
            assert len({*page.eval_on_selector_all(".factors > div:nth-child(2)", left)}) == 1
            accessible(page)
        with Visit(
            browser, batch / "site" / "index.html", viewport={"width": 390, "height": 844}
        ) as page:
            shown = dict(page.eval_on_selector_all("#list > li", told))
            assert shown["unknown.html"] == []
            assert [name for name, _ in shown["1.html"]] == ["arm", "model", "seed", "layout"]
            assert page.evaluate("document.documentElement.scrollWidth") <= 390

    def test_the_search_reaches_into_every_conference(self, browser, site):
        with Visit(browser, site / "index.html") as page:
            assert page.locator("script[src]").count() == 0, "nothing is read before it is needed"
            page.fill("#words", "alphafold gave themselves")
            comes(page, "document.getElementById('found').textContent == '0 found'")
            page.fill("#words", "AlphaFold hassabis")
            page.wait_for_selector("#hits mark")
            assert page.text_content("#found") == "2 found"
            assert not page.is_visible("#list")
            page.click("#hits li:has-text('turn 12') a")
            page.wait_for_url("**/*.html#t12")
            assert page.is_visible("#t12")
            page.click(".home")
            page.wait_for_url("**/index.html")

    def test_escape_brings_the_list_back(self, browser, site):
        with Visit(browser, site / "index.html") as page:
            page.keyboard.press("/")
            page.keyboard.type("模型")
            page.wait_for_selector("#hits mark")
            page.keyboard.press("Escape")
            assert page.is_visible("#list")
            assert not page.is_visible("#hits")

    def test_nothing_that_a_stranger_wrote_can_run(self, browser, site):
        with Visit(browser, site / "index.html") as page:
            page.fill("#words", "pwned")
            page.wait_for_selector("#hits mark")
            assert page.locator("img, iframe, base").count() == 0
            for link in page.locator("a").all():
                href = link.get_attribute("href")
                assert href.startswith("#") or (site / href.partition("#")[0]).is_file()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_grave(self, browser, site, scheme):
        with Visit(browser, site / "index.html", color_scheme=scheme) as page:
            accessible(page)
            page.fill("#words", "weights")
            page.wait_for_selector("#hits mark")
            accessible(page)

    def test_it_fits_a_phone(self, browser, site):
        with Visit(browser, site / "index.html", viewport={"width": 390, "height": 844}) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
