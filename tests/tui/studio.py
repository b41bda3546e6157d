"""The studio with a card of the user's own in it, and what can be asked of it."""

from __future__ import annotations

from contextlib import asynccontextmanager

import yaml
from pilot import wait_until
from textual.widgets import Input
from worlds import persona

from debate.library import config_folder
from tui.app import YaltaApp
from tui.screens.dialogs import Confirm
from tui.screens.pick import PickScreen
from tui.screens.studio import StudioScreen
from tui.widgets.persona.asking import draft_of

CARD = """\
# yaml-language-server: $schema=persona.schema.json
schema: yalta/persona/1
id: ada
name: "Ada" # spoken at the table
role: Engineer
real_person: false
summary: >-
  She maps rivers: all of them.
  And 山.

voice:
  register: "Plain."
  rhythm: Short.
  prefers:
    - river
    - "I think"
  avoids: ["delve"]

examples:
  - heard: Why?
    reply: Since I think of a river.
    invented: true
  - heard: And?
    reply: Nothing.
    invented: true
"""


def write(name="ada", text=None):
    """A card in the user's own folder."""
    folder = config_folder() / "personas"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    if text is None:
        data = persona(name).model_dump(mode="json", by_alias=True, exclude_none=True)
        text = CARD if name == "ada" else yaml.safe_dump(data, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return path


@asynccontextmanager
async def studio(name="ada", size=(120, 40), model=None):
    """The studio, once the card has been examined."""
    screen = StudioScreen(draft_of(name))
    if model:
        screen.audition.model = model
    app = YaltaApp(screen)
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: screen.examined)
        yield pilot, screen


def told(pilot):
    return "\n".join(note.message for note in pilot.app._notifications)


def place(screen):
    return str(screen.place.render())


def text_of(options):
    return "\n".join(option.prompt.plain for option in options.options)


def said(record):
    """All that a record says."""
    return "\n".join(f"{b.name}\n{b.sub}\n{b.text}\n{b.aside}" for b in record.blocks)


def on_screen(app):
    """All that is on the screen."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in lines[:height])


async def asked(pilot, kind=Confirm):
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, kind))
    return pilot.app.screen


async def answer(pilot, button):
    """Press a button of a question."""
    question = await asked(pilot)
    await wait_until(pilot, lambda: question.query(f"#{button}"))
    question.query_one(f"#{button}").press()
    await wait_until(pilot, lambda: pilot.app.screen is not question)


async def picked(pilot, text):
    """Answer a list by typing."""
    question = await asked(pilot, PickScreen)
    await wait_until(pilot, lambda: question.query(Input))
    question.query_one(Input).value = text
    await pilot.pause()
    await pilot.press("enter")
    await wait_until(pilot, lambda: pilot.app.screen is not question)


async def typed(pilot, screen, text, *, at=(4, 0)):
    screen.editor.move_cursor(at)
    screen.editor.insert(text)
    await pilot.pause()
