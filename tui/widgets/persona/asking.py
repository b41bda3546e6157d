"""What the studio asks: where to save, what to do about another's changes, whom to hear."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from debate.audition import Candidate
from debate.errors import UserError, YaltaError
from debate.kept_answers import kept_answers
from debate.library import config_folder, load_persona, persona_path, short_path
from debate.persona import Persona
from debate.persona_lint import examine
from debate.persona_new import Beginning, begun, id_line, place_for
from debate.probes import Probe, asked, probes
from debate.seating import card_hash
from debate.speakers import human
from debate.speakers.availability import model_choices
from tui.screens.dialogs import Confirm
from tui.screens.pick import Choice, PickScreen
from tui.widgets.lobby.lookout import Lookout
from tui.widgets.lobby.model_question import ModelQuestion
from tui.widgets.lobby.stock import Stock
from tui.widgets.persona.audition_pane import ALL, NOBODY, Beside
from tui.widgets.persona.draft import Draft

if TYPE_CHECKING:
    from tui.screens.studio import StudioScreen
    from tui.screens.studio_desk import Desk

_ID_FORM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ID_LINE = re.compile(r"^id:[^\n]*$", re.MULTILINE)
_LONGEST_ID = 64
_LONGEST = 4000  # characters of a question or a motion


# -- files


def which_id(title: str) -> PickScreen:
    """Asks for an id."""
    return PickScreen(title, (), free=True)


def checked_id(name: str, screen: Desk) -> str | None:
    """The id, if it can be one; else that it cannot is told."""
    if _ID_FORM.fullmatch(name) and len(name) <= _LONGEST_ID:
        return name
    said = "An id is small letters, digits and single hyphens, as in: grace-hopper"
    screen.notify(said, severity="warning", markup=False)
    return None


def renamed(text: str, name: str) -> str:
    """A card's text under another id."""
    return _ID_LINE.sub(id_line(name), text, count=1)


async def which_home(name: str, screen: Desk) -> Path | None:
    """In which folder a persona of one's own is saved: its file; None if it is not to be saved."""
    here, own = Path("personas"), config_folder() / "personas"
    folders = (
        {"own": own} if Draft(here / f"{name}.yaml").is_shipped else {"here": here, "own": own}
    )
    answers = [(key, short_path(folder)) for key, folder in folders.items()]
    said = f"Save {name}.yaml in which folder? The first is looked in first."
    home = await screen.app.push_screen_wait(Confirm(said, answers))
    return folders[home] / f"{name}.yaml" if home in folders else None


def over_news(path: Path) -> Confirm:
    """Asks what to do where somebody else has written to a file that is to be saved."""
    return Confirm(
        f"{path.name} was changed by another program since it was read here.",
        [("reload", "Take the file's"), ("write", "Write over it"), ("stay", "Go on editing")],
    )


def over_existing(path: Path) -> Confirm:
    """Asks whether a file that is there may be written over."""
    answers = [("stay", "Keep it"), ("write", "Write over it")]
    return Confirm(f"{short_path(path)} is there already, and says something else.", answers)


def unsaved(path: Path) -> Confirm:
    """Asks what to do with what is not saved."""
    answers = [("save", "Save"), ("drop", "Drop the changes"), ("stay", "Go on editing")]
    return Confirm(f"{path.name} is not saved.", answers)


async def which_persona(title: str) -> PickScreen:
    """Asks for a persona that is at hand; answers with its id."""
    stock = await asyncio.to_thread(Stock.load)
    return PickScreen(
        title, [Choice(i, c.name, f"{i} · {c.about}") for i, c in stock.personas.items()]
    )


async def new_draft(screen: Desk) -> Draft | None:
    """A new card under an id that is asked for; None if there is to be none."""
    name = await screen.app.push_screen_wait(which_id("Id of the new persona: its file's name"))
    if not name or not checked_id(name, screen):
        return None
    try:
        path = place_for(name, None)
    except UserError as error:
        screen.yalta.tell(error)
        return None
    return Draft(path, begun(Beginning(name, name.replace("-", " ").title())))


def draft_of(name: str | Path) -> Draft:
    """The draft of a persona that is at hand, by its id or path.

    Raises:
        UnknownName: if nothing answers to the name.
        UserError: if it cannot be read.
    """
    path = persona_path(name)
    if not path.is_file():
        raise UserError(f"there is no file {path}", hint="`yalta persona new ID` begins one")
    return Draft(path)


# -- whom to hear


class Models:
    """Asks for models, and keeps what is known of them."""

    def __init__(self) -> None:
        self._lookout = Lookout()

    async def ask(self, title: str, value: str = "") -> ModelQuestion:
        """The question."""
        offered = [m for m in await asyncio.to_thread(model_choices) if m != human.MODEL]
        return ModelQuestion(title, offered, self._lookout, value=value, empty="")


def speaks(model: str, screen: Desk) -> bool:
    """Whether a model can be heard here; that a person cannot is told."""
    if model == human.MODEL:
        said = "Here a model speaks for the card. To speak yourself, take a seat in the lobby."
        screen.notify(said, severity="warning", markup=False)
    return model != human.MODEL


async def beside(screen: StudioScreen, card: Persona) -> tuple[Beside | None] | None:
    """What is to stand beside a card, in a tuple, since that may be nothing; None if undecided."""
    kept = await asyncio.to_thread(kept_answers, card.id)
    now = card_hash(card)
    versions = [
        Choice(f"card {sha256}", f"Version {sha256[:12]}", f"{len(kept.of(sha256))} answers")
        for sha256 in reversed(kept.cards)
        if sha256 != now
    ]
    choices = [
        Choice(NOBODY, "Nobody"),
        Choice("saved", "The saved card", short_path(screen.draft.path)),
        Choice("model", "Another model", "of the same card"),
        *versions,
        Choice("persona", "Another persona"),
    ]
    chosen = await screen.app.push_screen_wait(PickScreen("What stands beside it?", choices))
    model = screen.audition.model
    found: tuple[Beside | None] | None = None
    match (chosen or "").partition(" "):
        case ("card", _, sha256):
            version = Candidate(kept.cards[sha256], model)
            found = (Beside(f"version {sha256[:12]}", version),)
        case ("saved", _, _):
            found = _saved(screen, model)
        case ("model", _, _):
            name = await screen.app.push_screen_wait(await screen.models.ask("Which model?"))
            if name and speaks(name, screen):
                found = (Beside("another model", Candidate(card, name)),)
        case ("persona", _, _):
            found = await _other(screen, model)
        case (name, _, _) if name == NOBODY:
            found = (None,)
        case _:
            pass
    return found


def _saved(screen: StudioScreen, model: str) -> tuple[Beside] | None:
    found = examine(screen.draft.text, path=str(screen.draft.path)).persona
    if found is None:
        said = "What is saved cannot be read."
        screen.notify(said, severity="warning", markup=False)
        return None
    return (Beside("the saved card", Candidate(found, model)),)


async def _other(screen: StudioScreen, model: str) -> tuple[Beside] | None:
    name = await screen.app.push_screen_wait(await which_persona("Which persona?"))
    if not name:
        return None
    try:
        card = await asyncio.to_thread(load_persona, name)
    except YaltaError as error:
        screen.yalta.tell(error)
        return None
    return (Beside(card.name, Candidate(card, model)),)


async def question(screen: StudioScreen) -> tuple[Probe | None] | None:
    """Which question is put, in a tuple, since that may be all; None if undecided."""
    known = {probe.id: probe for probe in await asyncio.to_thread(probes)}
    choices = [
        Choice(ALL, ALL),
        *(Choice(p.id, p.question, f"{p.id} · {p.draws or ''}") for p in known.values()),
    ]
    title = "Which question? Or write one"
    chosen = await screen.app.push_screen_wait(PickScreen(title, choices, free=True))
    if not chosen:
        return None
    if chosen == ALL:
        return (None,)
    return (known.get(chosen) or asked(chosen[:_LONGEST]),)


async def others(screen: StudioScreen, now: Sequence[str]) -> tuple[str, ...] | None:
    """Who is in a scene, two after each other; None if it stays as it is."""
    found: list[str] = []
    for nth in ("first", "second"):
        picked = await screen.app.push_screen_wait(await which_persona(f"Who is the {nth}?"))
        if not picked:
            break
        if picked in found or picked == screen.draft.path.stem:
            said = f"{picked} is in the scene already."
            screen.notify(said, severity="warning", markup=False)
            break
        found.append(picked)
    return tuple(found) or None


async def motion(screen: StudioScreen, now: str) -> str | None:
    """What the scene is about; None if it stays as it is."""
    title = "What is the scene about?"
    said = await screen.app.push_screen_wait(PickScreen(title, (), free=True, value=now))
    return said[:_LONGEST] if said else None
