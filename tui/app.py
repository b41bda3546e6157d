"""The terminal interface: one app, a screen for each thing one does.

    lobby     set a conference up
    stage     watch and steer one
    library   find a transcript
    studio    write a persona, and hear it
    reader    read one, replay it, put it beside another
    rating    judge style, or code bargaining, blind

The app owns what all screens share: themes, keys, the palette, the log of errors.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.theme import ThemeProvider
from textual.widget import AwaitMount

from debate.errors import UserError, YaltaError
from debate.library import cache_folder
from debate.text import showable
from tui.keyboard import Typing
from tui.modes import Mode, may_do, may_open
from tui.settings import Settings, load_keymap
from tui.themes import DEFAULT_THEME, THEMES

LOG = logging.getLogger("yalta.tui")


class NotOpenHere(Exception):
    """A screen was opened that the app's mode has no place for. No command leads there: a fault,
    and the interface ends rather than show it."""


class ChosenThemes(ThemeProvider):
    """The palette's themes. Only what is chosen here is remembered, not what a browser asks for."""

    @property
    def commands(self) -> list[tuple[str, Callable[[], None]]]:
        app = self.app
        assert isinstance(app, YaltaApp)
        return [(name, partial(app.choose_theme, name)) for name in sorted(app.available_themes)]


class YaltaApp(App[None]):
    """The terminal interface.

    Args:
        first: The screen to open on; the lobby if None.
        debug: Whether a fault shows its traceback, once the interface has gone.
        mode: What it may do.
        theme: The theme to begin with, where the user has chosen none.
    """

    TITLE = "yalta"
    CSS_PATH = Path(__file__).with_name("yalta.tcss")
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-normal"), (110, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True, show=False),
        Binding("f1", "toggle_help", "Help", id="app.help"),
        Binding("f2", "library", "Library", id="app.library", show=False),
        Binding("f11", "studio", "Persona studio", id="app.studio", show=False),
        # Before the screen's own escape, but only while there is something to close.
        Binding("escape", "close_help", id="app.close_help", priority=True, show=False),
    ]

    def __init__(
        self,
        first: Screen[None] | None = None,
        *,
        debug: bool = False,
        mode: Mode = Mode.ALL,
        theme: str = DEFAULT_THEME,
    ) -> None:
        super().__init__()
        self.mode = mode
        self._first = first
        self._debug = debug
        self._first_theme = theme
        self.settings = Settings.load()
        self.keyboard = Typing()

    async def on_event(self, event: events.Event) -> None:
        """Note each key; what was typed for a field that has just gone is dropped."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            typed = event.is_printable or event.key in ("escape", "enter", "backspace", "delete")
            if not self.keyboard.press() and typed:
                return
        await super().on_event(event)

    def on_mount(self) -> None:
        _log_to_file()
        for theme in THEMES:
            self.register_theme(theme)
        # What is remembered is the user's own; who only reads or rates is somebody else.
        remembered = self.settings.theme if self.mode is Mode.ALL else ""
        self.theme = remembered if remembered in self.available_themes else self._first_theme
        try:
            self.set_keymap(load_keymap())
        except UserError as error:
            self.tell(error)
        self.push_screen(self._first or self._lobby())

    def tell(self, error: BaseException, *, title: str = "") -> None:
        """Show an error as a message, and put it into the log. Its text is never read as markup."""
        LOG.error("%s", error, exc_info=None if isinstance(error, YaltaError) else error)
        known = isinstance(error, YaltaError)
        text = str(error) if known else f"{type(error).__name__}: {error}"
        if not known:
            text += f"\nThis is a fault in yalta; its log: {log_path()}"
        self.notify(showable(text), title=title, severity="error", timeout=12, markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a message; none that is still on the screen, word for word."""
        if all((n.message, n.title) != (message, title) for n in self._notifications):
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No other screen comes over a question, and none where people judge blind; escape is the
        screen's where no help is open."""
        if action == "close_help":
            return bool(self.screen_stack and self.screen.query("HelpPanel"))
        if action in ("library", "lobby", "studio"):
            if self._is_blind(self.screen) or not self._may_go_to(action):
                return False
            if getattr(self.screen, "is_asking", False):
                return None
        return super().check_action(action, parameters)

    def _may_go_to(self, action: str) -> bool:
        return self.mode is Mode.ALL or (self.mode is Mode.READING and action == "library")

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        """Every command comes through here, by whatever key, click or palette it was given."""
        if isinstance(namespace, Screen) and not may_do(self.mode, namespace, action_name):
            return False
        return await super()._dispatch_action(namespace, action_name, params)

    def _get_screen(self, screen: Screen[Any] | str) -> tuple[Screen[Any], AwaitMount]:
        """Every screen comes through here, whoever opens it."""
        if isinstance(screen, Screen) and not may_open(self.mode, screen):
            raise NotOpenHere("that is not open to you here")
        return super()._get_screen(screen)

    def _handle_exception(self, error: Exception) -> None:
        if self._exit:  # what was under way finds its widgets gone: no fault
            LOG.info("after the end: %s", error, exc_info=error)
            return
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End after a fault with one line; the traceback may hold anything, and is in the log."""
        error = self._exception
        LOG.critical("%s", error, exc_info=error)
        if self._debug:
            super()._fatal_error()
        else:
            what = Text(showable(f"yalta: {type(error).__name__}: {error}"))
            self.panic(what.append(f"\n  this is a fault in yalta; its log: {log_path()}"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette holds every command: the app's own, and each key of the screen in view."""
        yield from super().get_system_commands(screen)
        for action, name, said, go in (
            ("lobby", "Lobby", "Set up a conference", self.action_lobby),
            ("library", "Library", "Find and read transcripts", self.action_library),
            ("studio", "Persona studio", "Write a persona, and hear it", self.action_studio),
        ):
            if not self._is_blind(screen) and self._may_go_to(action):
                yield SystemCommand(name, said, go)
        seen = set()
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            ours = binding.id is not None and not binding.id.startswith("app.")
            if not ours or not enabled or binding.action in seen:
                continue
            seen.add(binding.action)
            key = self.get_key_display(binding)
            said = tooltip or binding.description

            async def act(action: str = binding.action, node: DOMNode = node) -> None:
                await self.run_action(action, node)

            yield SystemCommand(binding.description, f"{said}  ({key})", act)

    @staticmethod
    def _is_blind(screen: Screen[object]) -> bool:
        """Whether people judge there who may not know what the other screens tell."""
        return bool(getattr(screen, "is_blind", False))

    def action_toggle_help(self) -> None:
        """Show or hide the help of the screen in view."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def action_close_help(self) -> None:
        """Hide the help."""
        self.action_hide_help_panel()

    def action_lobby(self) -> None:
        """Set up a conference."""
        self.push_screen(self._lobby())

    def action_library(self) -> None:
        """Find and read transcripts."""
        from tui.screens.library import LibraryScreen

        if not isinstance(self.screen, LibraryScreen):
            self.push_screen(LibraryScreen())

    @work(exclusive=True, group="studio")
    async def action_studio(self) -> None:
        """Write a persona: asks which."""
        from tui.widgets.persona import asking

        question = await asking.which_persona("Open which persona in the studio?")
        if name := await self.push_screen_wait(question):
            self.open_studio(name)

    def open_studio(self, name: str) -> None:
        """Open a persona in the studio; that it cannot be opened is told."""
        from tui.screens.studio import StudioScreen
        from tui.widgets.persona.asking import draft_of

        try:
            self.push_screen(StudioScreen(draft_of(name)))
        except UserError as error:
            self.tell(error)

    async def action_quit(self) -> None:
        """Leave; ask first, if something is not saved."""
        if any(getattr(screen, "is_unsaved", False) for screen in self.screen_stack):
            self._quit_once_asked()
        else:
            await self.leave()

    @work(exclusive=True, group="quit")
    async def _quit_once_asked(self) -> None:
        for screen in self.screen_stack:
            if getattr(screen, "is_asking", False):
                return  # a question is up: it is answered first
        for screen in reversed(self.screen_stack):
            if (may_leave := getattr(screen, "may_leave", None)) and not await may_leave():
                return
        await self.leave()

    async def leave(self) -> None:
        """Leave. A turn in the air is closed as aborted; its transcript resumes."""
        for screen in self.screen_stack:
            if leave := getattr(screen, "leave", None):
                await leave()
        self.exit()

    def _lobby(self) -> Screen[None]:
        from tui.screens.lobby import LobbyScreen

        return LobbyScreen()

    def search_themes(self) -> None:
        """Ask which theme."""
        self.push_screen(CommandPalette([ChosenThemes], placeholder="Search for themes…"))

    def choose_theme(self, name: str) -> None:
        """Show a theme, and remember it: the user has chosen it."""
        self.theme = self.settings.theme = name
        if self.mode is Mode.ALL:
            self.settings.save()


def log_path() -> str:
    """Where errors are written in full."""
    return str(cache_folder() / "logs" / "tui.log")


def _log_to_file() -> None:
    path = cache_folder() / "logs"
    try:
        path.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(log_path(), encoding="utf-8")
    except OSError:
        return  # an interface without a log is better than none
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.handlers[:] = [handler]
    LOG.propagate = False
