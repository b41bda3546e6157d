"""The lobby, key by key, and what its form asks for."""

from __future__ import annotations

import json
import os
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from chat_server import ChatServer, Reply
from pilot import wait_until
from speakers.model_servers import HUB_ONLY, Hub, hub_handler, serving
from speakers.test_discovery import OLLAMA, playing
from textual.widgets import Button, Input, OptionList, ProgressBar, Select, Static, TextArea
from worlds import closed as turn_closed
from worlds import manifest, scenario

from debate.conference import Conference
from debate.events import ConferenceClosed, PhaseOpened, TurnOpened, dump
from debate.library import config_folder, load_scenario, transcripts_folder
from debate.scenario import SeatPlan
from debate.seating import Wishes
from debate.speakers import catalog
from debate.transcript import Transcript
from tui.app import YaltaApp
from tui.screens.dialogs import Confirm
from tui.screens.lobby import LobbyScreen
from tui.screens.pick import Choice, PickScreen
from tui.screens.stage import StageScreen
from tui.widgets.lobby.download import DownloadScreen
from tui.widgets.lobby.form import Form
from tui.widgets.lobby.recent import RecentList
from tui.widgets.lobby.seats import SeatList
from tui.widgets.lobby.setup import Row, WrongField, fresh, planned, restored, wishes_of

SIX = ["altman", "yang", "amodei", "zuckerberg", "liang", "hassabis"]
TABLE = [*SIX, "chair"]
"""The seats of the scenario that ships; the last one presides."""


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in ("MOONSHOT_API_KEY", "OPENAI_COMPATIBLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def serve(url):
    """Profiles by which every server that ships is found at this address."""
    names = ("ollama", "vllm", "llama-server", "lmstudio")
    providers = "".join(f"  {name}: {{base_url: '{url}'}}\n" for name in names)
    config_folder().mkdir(parents=True, exist_ok=True)
    text = f"schema: yalta/profiles/1\nproviders:\n{providers}"
    (config_folder() / "profiles.yaml").write_text(text)


@pytest.fixture(autouse=True)
def _no_servers_of_this_machine():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # where nobody listens
        serve(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        yield


@pytest.fixture
def server():
    with ChatServer(Reply(["I agree with much of that, and will say why."])) as server:
        yield server


@asynccontextmanager
async def lobby(size=(120, 40)):
    """The lobby, once its form is filled and every model looked up."""
    app = YaltaApp()
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, LobbyScreen))
        await wait_until(pilot, lambda: app.screen.query(Form) and form(pilot).scenario)
        await wait_until(pilot, lambda: "looking" not in seats_text(pilot))
        yield pilot


def screen(pilot):
    return next(s for s in pilot.app.screen_stack if isinstance(s, LobbyScreen))


def form(pilot):
    return screen(pilot).query_one(Form)


def personas(pilot):
    return [row.persona for row in form(pilot).rows]


def text_of(options):
    return "\n".join(option.prompt.plain for option in options.options)


def seats_text(pilot):
    return text_of(screen(pilot).query_one(SeatList))


def told(pilot):
    return "\n".join(note.message for note in pilot.app._notifications)


async def settled(pilot):
    """Once what is known of the models is shown."""
    await pilot.pause()
    await wait_until(pilot, lambda: "looking" not in seats_text(pilot))


async def typed(pilot, text):
    field = pilot.app.focused
    assert isinstance(field, Input)
    field.value = text
    await pilot.pause()


async def pick(pilot, key, text):
    """Press a key that asks, answer by typing."""
    await pilot.press(key)
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
    await typed(pilot, text)
    await pilot.press("enter")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, LobbyScreen))
    await settled(pilot)


async def wishes(pilot) -> Wishes:
    opening, _ = await screen(pilot).opening()
    return opening.wishes


def write_scenario(name, **more):
    """A scenario in the user's own folder."""
    folder = config_folder() / "scenarios"
    folder.mkdir(parents=True, exist_ok=True)
    data = scenario(["altman", "yang"]).model_dump(mode="json", by_alias=True, exclude_none=True)
    text = yaml.safe_dump({**data, "id": name, **more}, allow_unicode=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


# The form as it comes.


async def test_it_opens_on_the_scenario_that_ships() -> None:
    async with lobby() as pilot:
        assert form(pilot).query_one("#motion", TextArea).text == load_scenario("yalta").motion
        assert personas(pilot) == TABLE
        assert "Sam Altman" in seats_text(pilot)
        notice = str(screen(pilot).query_one("#notice", Static).render())
        assert notice == "Simulated; not statements of the real person."


async def test_what_is_left_alone_is_no_wish() -> None:
    async with lobby() as pilot:
        await pick(pilot, "M", "me")
        assert await wishes(pilot) == Wishes(model="me")


# Seats.


async def test_a_seat_is_added() -> None:
    async with lobby() as pilot:
        await pick(pilot, "a", "nurse")
        assert personas(pilot) == [*TABLE, "listener-nurse"]
        assert screen(pilot).query_one(SeatList).highlighted == 7
        await pick(pilot, "M", "me")
        assert (await wishes(pilot)).seats == [*TABLE, "listener-nurse"]


async def test_the_same_persona_may_sit_twice() -> None:
    async with lobby() as pilot:
        await pick(pilot, "a", "sam altman")
        await pick(pilot, "m", "me")
        await pick(pilot, "M", "me")
        await pick(pilot, "m", "replay:nowhere")
        asked = form(pilot).setup
        assert asked is not None
        assert [row.model for row in asked.rows] == [""] * 7 + ["replay:nowhere"]


async def test_a_seat_is_removed() -> None:
    async with lobby() as pilot:
        await pilot.press("down", "d")
        await settled(pilot)
        assert personas(pilot) == ["altman", *TABLE[2:]]
        assert screen(pilot).query_one(SeatList).highlighted == 1


async def test_seats_are_moved() -> None:
    async with lobby() as pilot:
        await pilot.press("shift+down", "shift+down", "shift+up")
        assert personas(pilot) == ["yang", "altman", *TABLE[2:]]
        assert screen(pilot).query_one(SeatList).highlighted == 1
        await pilot.press("shift+up", "shift+up")  # no further than the first place
        assert personas(pilot) == TABLE
        await pick(pilot, "M", "me")
        await pilot.press("shift+down")
        assert (await wishes(pilot)).seats == ["yang", "altman", *TABLE[2:]]


async def test_another_persona_takes_a_seat() -> None:
    async with lobby() as pilot:
        await pick(pilot, "p", "nurse")
        assert personas(pilot) == ["listener-nurse", *TABLE[1:]]


async def test_escape_changes_nothing() -> None:
    async with lobby() as pilot:
        for key in ("a", "p", "m", "M"):
            await pilot.press(key)
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
            await typed(pilot, "chair")
            await pilot.press("escape")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, LobbyScreen))
        setup = form(pilot).setup
        assert personas(pilot) == TABLE
        assert setup is not None
        assert (setup.model, {row.model for row in setup.rows}) == ("", {""})


async def test_buttons_do_what_keys_do() -> None:
    async with lobby() as pilot:
        for label, expected in (("↓", ["yang", "altman"]), ("↑", ["altman", "yang"])):
            button = next(b for b in screen(pilot).query(Button) if str(b.label) == label)
            await pilot.click(button)
            await pilot.pause()
            assert personas(pilot)[:2] == expected
        button = next(b for b in screen(pilot).query(Button) if str(b.label) == "Remove")
        await pilot.click(button)
        await pilot.pause()
        assert personas(pilot) == TABLE[1:]


async def test_letters_are_text_where_one_types_and_function_keys_work_everywhere() -> None:
    async with lobby() as pilot:
        screen(pilot).query_one("#motion", TextArea).focus()
        await pilot.press("home", "a", "d", "p", "M")
        assert screen(pilot).query_one("#motion", TextArea).text.startswith("adpM")
        assert personas(pilot) == TABLE
        await pilot.press("f8", "alt+down")
        assert personas(pilot) == ["amodei", "yang", *TABLE[3:]]
        await pick(pilot, "f3", "altman")
        assert personas(pilot)[-1] == "altman"


# Models.


async def test_a_seat_gets_a_model_or_a_person(server) -> None:
    async with lobby() as pilot:
        await pick(pilot, "M", server.model)
        await pilot.press("down")
        await pick(pilot, "m", "me")
        asked = await wishes(pilot)
        assert (asked.model, asked.seat_models) == (server.model, {"yang": "me"})
        assert "✓ server answers" in seats_text(pilot)
        assert "✓ you" in seats_text(pilot)
        await pick(pilot, "m", "")  # none of its own any more
        assert (await wishes(pilot)).seat_models == {}


async def test_a_model_is_chosen_from_the_list() -> None:
    async with lobby() as pilot:
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        listed = text_of(pilot.app.screen.query_one(OptionList))
        assert "kimi-k2.6  ✗ MOONSHOT_API_KEY is not set" in listed
        await pilot.press("k", "i", "m", "i", "down", "enter")
        await settled(pilot)
        assert form(pilot).rows[0].model == "kimi-k2.6"
        assert "✗ MOONSHOT_API_KEY is not set" in seats_text(pilot)
        await pilot.press("m")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await typed(pilot, "")
        await pilot.press("l", "o", "c")
        await wait_until(pilot, lambda: pilot.app.screen.query_one(Input)._suggestion)
        await pilot.press("right", "enter")
        await settled(pilot)
        assert form(pilot).rows[0].model == "local"


async def test_a_model_of_a_server_on_this_machine_is_offered() -> None:
    with playing(OLLAMA) as ollama:
        serve(ollama.url)
        async with lobby() as pilot:
            assert ollama.paths == []  # not before somebody wants to choose
            await pilot.press("m")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
            options = pilot.app.screen.query_one(OptionList)
            await wait_until(
                pilot, lambda: "lmstudio/qwen3:8b  ✓ 8.2B, window 40,960" in text_of(options)
            )
            first, *_, person, found = text_of(options).splitlines()[:-3]
            assert first.startswith("local")
            assert person.startswith("me ")
            assert found.startswith("lmstudio/qwen3:8b")
            await pilot.press(*"gemma", "down", "enter")
            await settled(pilot)
            assert form(pilot).rows[0].model == "lmstudio/gemma3:4b"
            assert "✓ server answers" in seats_text(pilot)
            await pilot.press("m")  # what was found is known now
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
            assert "lmstudio/qwen3:8b" in text_of(pilot.app.screen.query_one(OptionList))


async def test_a_server_that_hangs_does_not_hold_the_list_up() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        serve(f"http://127.0.0.1:{mute.getsockname()[1]}/v1")
        async with lobby() as pilot:
            await pick(pilot, "m", "me")
            assert form(pilot).rows[0].model == "me"
            await pilot.press("m")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
            assert "kimi-k2.6" in text_of(pilot.app.screen.query_one(OptionList))


async def test_what_is_offered_later_changes_nothing_of_what_is_typed_and_highlighted() -> None:
    async with lobby() as pilot:
        answers: list[str | None] = []
        few = [Choice(name, name) for name in ("alpha", "beta", "alpine")]
        question = PickScreen("Which?", few, free=True, value="kept")
        pilot.app.push_screen(question, answers.append)
        await wait_until(pilot, lambda: question.query(OptionList))
        options = question.query_one(OptionList)
        question.offer([*few, Choice("gamma", "gamma")])
        assert text_of(options).split() == ["alpha", "beta", "alpine", "gamma"]
        await typed(pilot, "alp")
        await pilot.press("down", "down")
        question.offer([Choice("alps", "alps"), *few])
        assert text_of(options).split() == ["alps", "alpha", "alpine"]
        await pilot.press("enter")
        await wait_until(pilot, lambda: answers)
        assert answers == ["alpine"]
        question.offer(few)  # too late, and no harm


async def test_what_is_known_is_looked_up_again(monkeypatch) -> None:
    async with lobby() as pilot:
        await pick(pilot, "M", "kimi-k2.6")
        standing = screen(pilot).query_one("#standing", Static)
        assert "cannot be used" in str(standing.render())
        monkeypatch.setenv("MOONSHOT_API_KEY", "secret-key")
        await pilot.press("f5")
        await wait_until(pilot, lambda: "✓ key in MOONSHOT_API_KEY" in seats_text(pilot))
        await wait_until(pilot, lambda: "cannot" not in str(standing.render()))
        assert "secret-key" not in seats_text(pilot)


async def test_an_address_in_a_scenario_is_never_the_users_own(server) -> None:
    write_scenario(
        "addressed", seats=[{"persona": "altman", "model": server.model}, {"persona": "yang"}]
    )
    async with lobby() as pilot:
        screen(pilot).query_one("#scenario", Select).value = "addressed"
        await wait_until(pilot, lambda: len(form(pilot).rows) == 2)
        await pilot.press("down")
        await pick(pilot, "m", "me")
        await pilot.press("up", "m")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LobbyScreen))
        asked = await wishes(pilot)
        assert asked.seat_models == {"yang": "me"}
        assert asked.model is None
        assert server.model not in json.dumps(pilot.app.settings.lobby)


# Fields.


async def test_fields_reach_the_conference() -> None:
    async with lobby() as pilot:
        await pick(pilot, "M", "me")
        for name, value in (("rounds", "3"), ("seed", "42"), ("budget", "1.5")):
            screen(pilot).query_one(f"#{name}", Input).focus()
            await pilot.press(*value.replace(".", " ").split()[0])
            if "." in value:
                await pilot.press("full_stop", value[-1])
        screen(pilot).query_one("#layout", Select).value = "perspective"
        screen(pilot).query_one("#motion", TextArea).text = "Weights are speech."
        await pilot.pause()
        assert await wishes(pilot) == Wishes(
            model="me",
            rounds=3,
            seed=42,
            budget=1.5,
            layout="perspective",
            motion="Weights are speech.",
        )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("rounds", "0", "rounds are from 1 to 10000"),
        ("rounds", "99999", "rounds are from 1 to 10000"),
        ("seed", "-", "a whole number is wanted"),
        ("seed", "9" * 30, "the seed is too large"),
        ("seed", "9" * 9000, "a whole number is wanted"),
        ("budget", "0", "an amount above 0"),
        ("budget", "1e999", "an amount above 0"),
        ("budget", "e", "an amount above 0"),
    ],
)
def test_wrong_fields(field: str, value: str, said: str) -> None:
    plan = load_scenario("yalta")
    with pytest.raises(WrongField, match=said) as wrong:
        wishes_of(replace(fresh(plan), **{field: value}), plan)
    assert wrong.value.field == field
    kept = restored({field: value}, plan, SIX)
    assert kept == fresh(plan)


async def test_a_wrong_field_is_told_and_gets_the_focus() -> None:
    async with lobby() as pilot:
        screen(pilot).query_one("#rounds", Input).value = "0"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "rounds are from 1" in told(pilot))
        assert isinstance(pilot.app.screen, LobbyScreen)
        assert pilot.app.focused.id == "rounds"


def test_a_persona_named_like_another_ones_seat_is_refused() -> None:
    seats = (SeatPlan(persona="altman", id="yang"), SeatPlan(persona="amodei"))
    plan = scenario(["altman"]).model_copy(update={"seats": seats})
    rows = (*planned(plan), Row("yang", "yang"))
    with pytest.raises(WrongField, match="'yang' cannot sit here"):
        wishes_of(replace(fresh(plan), rows=rows), plan)


async def test_what_cannot_be_held_is_told() -> None:
    async with lobby() as pilot:
        await pick(pilot, "M", "kimi-k2.7")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "no model named 'kimi-k2.7'" in told(pilot))
        await pick(pilot, "M", "kimi-k2.6")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "MOONSHOT_API_KEY is not set" in told(pilot))
        screen(pilot).query_one("#motion", TextArea).text = "x" * 5000
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "cannot be changed so: motion" in told(pilot))
        await pilot.press("d", "d", "d", "d", "d", "d", "d", "ctrl+s")
        await wait_until(pilot, lambda: "nobody sits at the table" in told(pilot))
        assert isinstance(pilot.app.screen, LobbyScreen)


# Scenarios.


async def test_another_scenario_is_chosen() -> None:
    write_scenario("second", title="A second one", motion="Seconds count.")
    async with lobby() as pilot:
        screen(pilot).query_one("#scenario", Select).value = "second"
        await wait_until(pilot, lambda: personas(pilot) == ["altman", "yang"])
        assert form(pilot).query_one("#motion", TextArea).text == "Seconds count."


async def test_a_scenario_that_has_changed_is_read_anew() -> None:
    write_scenario("second", motion="Seconds count.")
    async with lobby() as pilot:
        select = screen(pilot).query_one("#scenario", Select)
        select.value = "second"
        await wait_until(pilot, lambda: personas(pilot) == ["altman", "yang"])
        await pick(pilot, "a", "chair")
        write_scenario("second", motion="Minutes count.")
        motion = form(pilot).query_one("#motion", TextArea)
        await pilot.press("f5")
        await wait_until(pilot, lambda: motion.text == "Minutes count.")
        assert personas(pilot) == ["altman", "yang", "chair"]
        (config_folder() / "scenarios" / "second.yaml").unlink()
        await pilot.press("f5")
        await wait_until(pilot, lambda: select.value == "")
        assert personas(pilot) == ["altman", "yang", "chair"]


async def test_a_broken_scenario_is_listed_and_told_when_chosen() -> None:
    write_scenario("broken", phases=[])
    async with lobby() as pilot:
        select = screen(pilot).query_one("#scenario", Select)
        select.value = "broken"
        await wait_until(pilot, lambda: "broken.yaml" in told(pilot))
        assert select.value == "yalta"
        assert personas(pilot) == TABLE


async def test_without_any_scenario_there_is_still_a_lobby(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("debate.library.scenario_folders", lambda: [tmp_path])
    app = YaltaApp()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: form(pilot).query_one(Select)._options[0][0].plain)
        await wait_until(
            pilot, lambda: "there is none" in form(pilot).query_one(Select)._options[0][0].plain
        )
        await pilot.press("a", "escape", "d", "p", "m", "ctrl+s")
        await wait_until(pilot, lambda: "no scenario is chosen" in told(pilot))


async def test_hostile_text_is_only_text() -> None:
    evil = "[red]x[/] [@click=app.quit]y[/] \x1b[31mz\x1b]0;pwned\x07 \u202egnp"
    write_scenario(
        "evil",
        title=evil,
        motion=evil + "\n[bold]",
        seats=[{"persona": "altman", "model": "openai-compatible@http://[/]#[red]m"}],
    )
    async with lobby() as pilot:
        select = screen(pilot).query_one("#scenario", Select)
        select.value = "evil"
        await wait_until(pilot, lambda: len(form(pilot).rows) == 1)
        await settled(pilot)
        shown = "\n".join(
            "".join(segment.text for segment in strip)
            for strip in pilot.app.screen._compositor.render_strips()
        )
        assert "[red]x[/] [@click=app.quit]y[/]" in shown
        assert "#[red]m" in shown
        for bad in "\x1b\x07\u202e":
            assert bad not in shown
            assert bad not in form(pilot).query_one("#motion", TextArea).text
        await pilot.press("m")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))


# What is remembered.


async def test_the_last_set_up_is_remembered() -> None:
    write_scenario("second", motion="Seconds count.")
    async with lobby() as pilot:
        screen(pilot).query_one("#scenario", Select).value = "second"
        await wait_until(pilot, lambda: personas(pilot) == ["altman", "yang"])
        await pick(pilot, "a", "chair")
        await pick(pilot, "m", "kimi-k2.6")
        await pick(pilot, "M", "me")
        await pick(pilot, "m", "local")
        screen(pilot).query_one("#seed", Input).value = "7"
        screen(pilot).query_one("#rounds", Input).value = "4"
        screen(pilot).query_one("#layout", Select).value = "perspective"
        await pilot.pause()
        before = form(pilot).setup
    assert (config_folder() / "interface.json").is_file()
    async with lobby() as pilot:
        assert form(pilot).setup == before
        assert screen(pilot).query_one("#scenario", Select).value == "second"


async def test_a_remembered_set_up_follows_what_has_changed() -> None:
    write_scenario("second", motion="Seconds count.")
    async with lobby() as pilot:
        screen(pilot).query_one("#scenario", Select).value = "second"
        await wait_until(pilot, lambda: personas(pilot) == ["altman", "yang"])
        await pick(pilot, "a", "chair")
    write_scenario("second", motion="Minutes count.", seats=[{"persona": "amodei"}])
    async with lobby() as pilot:
        assert form(pilot).query_one("#motion", TextArea).text == "Minutes count."
        assert personas(pilot) == ["altman", "yang", "chair"]
    (config_folder() / "scenarios" / "second.yaml").unlink()
    async with lobby() as pilot:
        assert personas(pilot) == TABLE


@pytest.mark.parametrize(
    "kept",
    [
        {"scenario": 3, "motion": [], "seats": "x", "model": {}, "rounds": 1, "layout": []},
        {"scenario": "yalta", "seats": [1, {}, {"seat": "gone", "persona": "gone"}, None]},
        {"scenario": "yalta", "rounds": "many", "seed": "x", "budget": "-1", "layout": "odd"},
        {"scenario": "yalta", "seats": [{"persona": None}], "model": "\x1b"},
    ],
)
def test_nonsense_is_not_remembered(kept) -> None:
    plan = load_scenario("yalta")
    assert restored(kept, plan, SIX) == fresh(plan)


async def test_a_settings_file_of_nonsense_does_no_harm() -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    kept = {"scenario": ["../../etc/passwd"], "seats": {"a": 1}}
    (config_folder() / "interface.json").write_text(json.dumps({"lobby": kept}))
    async with lobby() as pilot:
        assert personas(pilot) == TABLE


# On to the stage.


async def test_start_opens_the_stage(server) -> None:
    write_scenario("second")
    async with lobby() as pilot:
        screen(pilot).query_one("#scenario", Select).value = "second"
        await wait_until(pilot, lambda: personas(pilot) == ["altman", "yang"])
        await pick(pilot, "M", server.model)
        await pilot.click("#start")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, StageScreen))
        await wait_until(pilot, lambda: server.requests)


async def test_a_missing_file_is_asked_for_first(monkeypatch) -> None:
    pytest.importorskip("xllamacpp")
    async with lobby() as pilot:
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, DownloadScreen))
        said = str(pilot.app.screen.query(Static).first().render())
        assert "1.12 GB to download" in said
        assert "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF" in said
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LobbyScreen))
        assert not (Path(os.environ["YALTA_CACHE"]) / "models").exists()


@asynccontextmanager
async def download(monkeypatch, hub):
    """The question whether a small file may be fetched, and its answer."""
    with serving(hub_handler(hub)) as hub.url:
        for name, value in (("HF_ENDPOINT", hub.url), ("HF_HOME", os.environ["YALTA_CACHE"])):
            monkeypatch.setenv(name, value)
        async with lobby() as pilot:
            answers: list[bool | None] = []
            pilot.app.push_screen(DownloadScreen([HUB_ONLY]), answers.append)
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, DownloadScreen))
            yield pilot, answers


async def test_a_file_is_fetched(monkeypatch) -> None:
    async with download(monkeypatch, Hub()) as (pilot, answers):
        await pilot.press("enter")
        await wait_until(pilot, lambda: answers)
        assert answers == [True]
        assert catalog.installed(HUB_ONLY)


async def test_a_download_is_stopped_and_what_came_is_kept(monkeypatch) -> None:
    async with download(monkeypatch, Hub(pause=0.5)) as (pilot, answers):
        await pilot.press("enter")
        bar = pilot.app.screen.query_one(ProgressBar)
        await wait_until(pilot, lambda: bar.progress > 0)
        assert "MB" in str(pilot.app.screen.query_one("#coming", Static).render())
        await pilot.press("escape")
        await wait_until(pilot, lambda: answers)
        assert answers == [False]
        assert not catalog.installed(HUB_ONLY)


async def test_a_download_that_fails_is_told(monkeypatch) -> None:
    async with download(monkeypatch, Hub(content=b"other", etag="0" * 64)) as (pilot, answers):
        await pilot.press("enter")
        await wait_until(pilot, lambda: answers)
        assert answers == [False]
        assert "tiny" in told(pilot)


# Transcripts.


def write_transcript(name, title, *, closed=False, age=0.0):
    """A transcript of two turns, as a run leaves it."""
    opened = manifest(scenario(["ada", "bo"], title=title))
    path = transcripts_folder() / f"{name}.jsonl"
    with Transcript.create(path) as transcript:
        transcript.append(opened)
        transcript.append(PhaseOpened(phase=0, kind="opening", title="Opening"))
        for turn, seat in ((1, "ada"), (2, "bo")):
            transcript.append(TurnOpened(turn=turn, seat=seat, phase=0, round=1, request="0" * 64))
            transcript.append(turn_closed(turn, seat, "words"))
        if closed:
            transcript.append(ConferenceClosed(reason="agenda"))
    at = path.stat().st_mtime - age
    os.utime(path, (at, at))
    return path


async def test_recent_transcripts_are_listed_newest_first() -> None:
    write_transcript("old", "The older one", age=60, closed=True)
    write_transcript("new", "[red]The newer one[/] \u202e")
    (transcripts_folder() / "bad.jsonl").write_text("no transcript\n")
    os.utime(transcripts_folder() / "bad.jsonl", (1, 1))
    for n in range(9):
        write_transcript(f"other-{n}", "Another", age=1000 + n)
    async with lobby() as pilot:
        recent = screen(pilot).query_one(RecentList)
        await wait_until(pilot, lambda: recent.chosen)
        lines = text_of(recent).splitlines()
        assert recent.option_count == 8
        assert lines[0] == "[red]The newer one[/]"
        assert lines[1].endswith("· 2 turns · ◐ unfinished")
        assert lines[2] == "The older one"
        assert lines[3].endswith("· 2 turns · ✓ finished")


async def test_what_cannot_be_read_is_listed_too() -> None:
    transcripts_folder().mkdir(parents=True)
    (transcripts_folder() / "bad.jsonl").write_bytes(b"\xff\xfe")
    (transcripts_folder() / "deep.jsonl").write_text("[" * 100_000 + "\n")
    (transcripts_folder() / "empty.jsonl").touch()
    end = {"scenario": {"title": "x"}, "at": "9999-12-31T23:59:59-12:00"}
    (transcripts_folder() / "end.jsonl").write_text(json.dumps(end) + "\n")
    opened = dump(manifest(scenario(["ada"])))
    (transcripts_folder() / "torn.jsonl").write_bytes(opened + b'\n{"type":"turn.cl')
    async with lobby() as pilot:
        recent = screen(pilot).query_one(RecentList)
        await wait_until(pilot, lambda: recent.chosen)
        assert text_of(recent).count("✗ cannot be read") == 5  # the torn one has no time


async def test_a_transcript_is_opened() -> None:
    from tui.screens.reader import ReaderScreen

    path = write_transcript("over", "Over", closed=True)
    async with lobby() as pilot:
        recent = screen(pilot).query_one(RecentList)
        await wait_until(pilot, lambda: recent.chosen)
        recent.focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReaderScreen))
        assert recent.chosen.path == path


async def test_a_finished_transcript_is_not_resumed() -> None:
    write_transcript("over", "Over", closed=True)
    async with lobby() as pilot:
        recent = screen(pilot).query_one(RecentList)
        await wait_until(pilot, lambda: recent.chosen)
        recent.focus()
        await pilot.press("r")
        await wait_until(pilot, lambda: "is over" in told(pilot))
        assert isinstance(pilot.app.screen, LobbyScreen)


async def test_an_unfinished_transcript_is_resumed(server) -> None:
    asked = Wishes(model=server.model)
    async with Conference.begin(scenario(["altman", "yang"]), asked) as conference:
        await conference.drive(lambda _: None, turns=1)
    before = len(server.requests)
    async with lobby() as pilot:
        recent = screen(pilot).query_one(RecentList)
        await wait_until(pilot, lambda: recent.chosen)
        recent.focus()
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("escape")
        assert len(server.requests) == before
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, StageScreen))
        await wait_until(pilot, lambda: len(server.requests) > before)


async def test_what_cannot_be_resumed_is_told() -> None:
    transcripts_folder().mkdir(parents=True)
    (transcripts_folder() / "bad.jsonl").write_text("no transcript\n")
    async with lobby() as pilot:
        recent = screen(pilot).query_one(RecentList)
        await wait_until(pilot, lambda: recent.chosen)
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: "bad.jsonl:1" in told(pilot))


# The screen as a whole.


async def test_every_action_is_in_the_palette() -> None:
    async with lobby() as pilot:
        commands = {c.title: c for c in pilot.app.get_system_commands(screen(pilot))}
        for title in (
            *("Start", "Add seat", "Remove seat", "Move seat up", "Move seat down", "Persona"),
            *("Model", "Model of all seats", "Look again"),
        ):
            assert title in commands
        assert "Back" not in commands
        await commands["Remove seat"].callback()
        assert personas(pilot) == TABLE[1:]


async def test_keys_can_be_changed() -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / "keys.yaml").write_text("keys: {lobby.remove_seat: x}\n")
    async with lobby() as pilot:
        await pilot.press("d")
        assert personas(pilot) == TABLE
        await pilot.press("x")
        assert personas(pilot) == TABLE[1:]


async def test_many_seats_are_no_more_widgets() -> None:
    write_scenario("large", seats=[{"persona": "altman", "id": f"seat-{n}"} for n in range(300)])
    async with lobby() as pilot:
        few = len(screen(pilot).query("*"))
        screen(pilot).query_one("#scenario", Select).value = "large"
        await wait_until(pilot, lambda: len(form(pilot).rows) == 300)
        assert len(screen(pilot).query("*")) == few
        assert few < 60
        await pick(pilot, "M", "me")
        assert await wishes(pilot) == Wishes(model="me")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)])
async def test_nothing_is_cut_off(size) -> None:
    async with lobby(size) as pilot:
        for widget in screen(pilot).query("Button, Input, Select, SeatList, TextArea, RecentList"):
            region = widget.virtual_region_with_margin
            assert widget.region.x >= 0
            assert widget.region.right <= size[0], widget
            assert region.height > 0, widget
        start = screen(pilot).query_one("#start").region
        assert start.bottom <= size[1]
        await pilot.press("f1")
        await wait_until(pilot, lambda: screen(pilot).query("HelpPanel"))


# Chairs and audiences.


def write_chaired(tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    seats = ["altman", "yang", {"persona": "chair", "role": "chair"}]
    phases = [
        {"kind": "plenary", "floor": "chaired", "title": "Debate"},
        {"kind": "vote", "vote": {"on": "house", "secret": True}, "title": "The vote"},
    ]
    plan = scenario(seats, phases, id="chaired", title="With a chair")
    data = plan.model_dump(by_alias=True, mode="json")
    (folder / "chaired.yaml").write_text(yaml.safe_dump(data, allow_unicode=True))
    return plan


async def test_a_chair_is_shown_and_stays_the_chair(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_chaired(tmp_path)
    async with lobby() as pilot:
        screen(pilot).query_one("#scenario", Select).value = "chaired"
        await wait_until(pilot, lambda: personas(pilot) == ["altman", "yang", "chair"])
        await settled(pilot)
        assert "The Chair (chair)" in seats_text(pilot)
        agenda = str(screen(pilot).query_one("#agenda", Static).render())
        assert agenda == "Debate (plenary, chaired) → The vote (secret)"
        seats = screen(pilot).query_one(SeatList)
        seats.focus()
        seats.highlighted = 2
        await pilot.press("d")
        assert personas(pilot) == ["altman", "yang", "chair"]
        assert "The scenario has this seat as its chair: it stays." in told(pilot)
        seats.highlighted = 0
        await pilot.press("d", "shift+down")
        assert personas(pilot) == ["chair", "yang"]
        wishes, places = wishes_of(form(pilot).setup, form(pilot).scenario)
        assert wishes.seats == ["chair", "yang"]
        assert [place.role for place in places] == ["chair", "member"]


def test_a_remembered_form_has_the_chair_whatever_it_had():
    plan = scenario(["altman", "yang", {"persona": "chair", "role": "chair"}])
    setup = restored({"seats": [{"seat": "yang", "persona": "yang"}]}, plan, SIX)
    assert [row.seat for row in setup.rows] == ["yang", "chair"]
    _, places = wishes_of(setup, plan)
    assert [(place.id, place.role) for place in places] == [("yang", "member"), ("chair", "chair")]
