"""The page of a conference, as a browser shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import Visit, accessible, chromium, comes
from exported import saved
from hostile import REPLIES, hostile
from textual.color import Color

from debate.export.html import HUES, texts
from debate.export.source import source
from tui.themes import contrast

pytestmark = pytest.mark.xdist_group("browser")  # one browser, however many run

SAMPLE = Path(__file__).parents[2] / "transcripts" / "sample-yalta.jsonl"


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "sample.html"
    path.write_text("".join(texts(source(SAMPLE, SAMPLE.stem))), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evil")
    path = folder / "evil.html"
    path.write_text("".join(texts(saved(folder / "t.jsonl", hostile().events))), encoding="utf-8")
    return path


def shown(page, what=".turn"):
    """How many there are that are in view, or would be once scrolled to."""
    return page.evaluate(
        "what => [...document.querySelectorAll(what)].filter(e => !e.closest('[hidden]')).length",
        what,
    )


def found(page):
    comes(page, "document.getElementById('found').textContent")
    return page.text_content("#found")


def test_search_finds_turns_by_all_words_and_opens_the_folds_they_are_in(browser, sample):
    with Visit(browser, sample) as page:
        assert shown(page) == 31
        assert not page.evaluate("document.querySelector('.room').open")
        page.fill("#words", "IPCC cern")
        assert found(page).startswith("2 turns")
        assert shown(page) == 2
        assert page.is_visible("#t22")
        assert page.evaluate("CSS.highlights.get('found').size") > 5
        page.press("#words", "Enter")
        assert found(page) == "1 of 2"
        page.press("#words", "Shift+Enter")
        assert found(page) == "2 of 2"
        page.press("#words", "Escape")
        comes(page, "!document.getElementById('found').textContent")
        assert shown(page) == 31
        assert not page.evaluate("document.querySelector('.room').open")


def test_nothing_found_is_said(browser, sample):
    with Visit(browser, sample) as page:
        page.fill("#words", "zeppelin")
        assert found(page) == "0 turns"
        assert shown(page) == shown(page, ".phase") == 0
        assert "Nothing found" in page.evaluate(
            "getComputedStyle(document.getElementById('record'), '::after').content"
        )


@pytest.mark.parametrize("where", ["t1", "t31"])
def test_what_is_found_comes_into_view(browser, sample, where):
    with Visit(browser, sample, viewport={"width": 390, "height": 844}, hash=f"#{where}") as page:
        page.fill("#words", "scaling")
        assert found(page) == "3 turns"
        top = page.evaluate("document.getElementById('t8').getBoundingClientRect().top")
        assert 0 < top < 500


def test_a_speaker_can_be_heard_alone(browser, sample):
    with Visit(browser, sample) as page:
        page.select_option("#who", label="Yang Zhilin")
        assert found(page) == "5 turns"
        names = page.eval_on_selector_all(
            ".turn:not([hidden]) h4", "all => all.map(e => e.textContent)"
        )
        assert set(names) == {"Yang Zhilin"}


def test_the_keyboard_is_enough(browser, sample):
    with Visit(browser, sample) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#record"
        page.keyboard.press("/")
        page.keyboard.type("weights")
        assert "turns" in found(page)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "who"


def test_a_link_to_a_private_turn_opens_its_fold(browser, sample):
    with Visit(browser, sample, hash="#t20") as page:
        comes(page, "document.getElementById('t20').closest('details').open")
        top = page.evaluate("document.getElementById('t20').getBoundingClientRect().top")
        assert 0 <= top < 300


def test_a_turns_number_copies_its_address(browser, sample):
    with Visit(browser, sample, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.click("#t3 .link")
        comes(page, "document.getElementById('said').textContent == 'Link copied'")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == sample.as_uri() + "#t3" == page.url


def test_a_link_to_a_turn_that_is_filtered_out_shows_it(browser, sample):
    with Visit(browser, sample) as page:
        page.fill("#words", "zeppelin")
        found(page)
        page.evaluate("location.hash = '#t5'")
        comes(page, "!document.getElementById('t5').hidden")
        assert page.input_value("#words") == ""


def ground(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_it_is_dark_where_the_system_is_and_can_be_switched(browser, sample):
    with Visit(browser, sample) as page:
        light = ground(page)
        page.emulate_media(color_scheme="dark")
        dark = ground(page)
        assert light != dark
        comes(page, "document.getElementById('dress').textContent == 'Light'")
        page.click("#dress")
        assert ground(page) == light
        page.reload()
        assert ground(page) == light
        page.emulate_media(color_scheme="light")
        page.click("#dress")
        assert ground(page) == dark


def test_print_shows_what_was_private_and_leaves_out_what_is_for_the_screen(browser, sample):
    with Visit(browser, sample, color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert ground(page) == "rgb(255, 255, 255)"
        assert not page.is_visible("#find")
        assert not page.is_visible("nav")
        assert page.evaluate("document.getElementById('t20').getBoundingClientRect().height") > 40
        assert page.pdf().startswith(b"%PDF")


def test_without_javascript_it_can_be_read(browser, sample):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(sample.as_uri())
    assert page.locator(".turn").count() == 31
    assert page.is_visible("#t1")
    assert not page.is_visible("#find")
    assert not page.is_visible("#dress")
    context.close()


def test_nothing_that_was_said_can_run(browser, evil):
    with Visit(browser, evil) as page:
        assert page.locator("script").count() == page.locator("style").count() == 1
        assert page.locator("img, iframe, base, object, embed, form:not(#find)").count() == 0
        for link in page.locator("a").all():
            assert link.get_attribute("href").startswith("#")
        handlers = page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
            ".filter(a => a.name.startsWith('on') || a.name == 'style').length"
        )
        assert handlers == 0
        text = page.text_content("#record")
        for reply in REPLIES[:8]:
            assert reply in text
        assert not set("\u202e\u2066\u200f\x1b\x00") & set(page.content())
        page.hover("#t7")
        page.fill("#words", "<script>")
        assert "turn" in found(page)


def test_the_policy_would_stop_what_escaping_let_through(browser, sample, tmp_path):
    broken = tmp_path / "broken.html"
    evil = "<script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
    broken.write_text(sample.read_text("utf-8").replace("</main>", f"{evil}</main>"), "utf-8")
    visit = Visit(browser, broken)
    assert visit.page.evaluate("window.pwned") is None
    assert any("Content Security Policy" in fault for fault in visit.faults)
    visit.context.close()


COLOURS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const paint = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const of = (name, what) => {
    const made = document.createElement('h4');
    const turn = document.createElement('div');
    turn.className = 'turn ' + name;
    turn.append(made);
    document.querySelector('main').append(turn);
    return paint(getComputedStyle(made)[what]);
  };
  const hues = [...Array(12).keys()].map(n => of('c' + n, 'color'));
  return [paint(getComputedStyle(document.body).backgroundColor), ...hues];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_speakers_name_can_be_read(browser, sample, scheme):
    with Visit(browser, sample, color_scheme=scheme) as page:
        ground, *names = (Color(*rgb) for rgb in page.evaluate(COLOURS))
        assert len(names) == HUES == len(set(names))
        assert min(contrast(name, ground) for name in names) > 4.5


@pytest.mark.parametrize(
    ("which", "scheme"), [("sample", "light"), ("sample", "dark"), ("evil", "dark")]
)
def test_axe_finds_nothing_grave(browser, request, which, scheme):
    with Visit(browser, request.getfixturevalue(which), color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        accessible(page)


def test_it_fits_a_phone(browser, sample):
    with Visit(browser, sample, viewport={"width": 390, "height": 844}) as page:
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        outcomes = page.locator("#votes td:last-child")
        assert outcomes.count() > 1
        for box in (each.bounding_box() for each in outcomes.all()):
            assert box["x"] + box["width"] <= 390
        page.fill("#words", "weights")
        found(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
