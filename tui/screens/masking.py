"""Every mask in its place, looked at by a person before a study is sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from debate.errors import UserError
from debate.study.drawing.masks import USUAL, approved, masks_of, with_mask, without_mask
from debate.study.key import Key, Mask, Origin
from tui.screens.asking import AskingScreen, asks
from tui.screens.pick import PickScreen
from tui.widgets.floor.blocks import plain
from tui.widgets.key_line import KeyLine
from tui.widgets.study.mask_pages import ExcerptPage, ReadPage, pages_of
from tui.widgets.study.masked_turn import MaskedTurn

HELP = """
# Masks

What raters do not read is struck out, and what they read in its place stands behind it.

- **← →** pick a word, with **shift** several; so does the mouse. **↑ ↓** go to another turn.
- **1** to **4** mask what is picked as a name, a place, an organisation, a post; **5** otherwise.
- **r** takes the mask off that is under the picked word. **]** and **[** go from mask to mask.
- **n** and **p** show the next excerpt and the one before. A turn that stands in several items is
  masked alike in all of them.
- **A** says that all were looked at, and by whom.
- Behind the excerpts come scenes, cards and passages. They are read here; `yalta study mask NAME
  --add TEXT` masks a text in them.
"""
READ_ONLY = "Read only here: `yalta study mask NAME --add TEXT` masks a text in these."
IS_MASKED = "There is a mask already: r takes it off first."
_SHORT: Mapping[str, str] = {
    "masks.next": "next",
    "masks.as_1": "name",
    "masks.as_2": "place",
    "masks.as_3": "org",
    "masks.as_4": "post",
    "masks.own": "own",
    "masks.off": "off",
    "masks.approve": "all",
    "masks.back": "leave",
}
"""What the keys are called where there is little room, by their ids."""
_LEFT_OUT = ("masks.off", "masks.approve", "masks.back")
_WIDE = 110
_MIDDLE = 76


def _key(
    keys: str, action: str, name: str, short: str, tip: str = "", *, show: bool = True
) -> Binding:
    return Binding(keys, action, short, id=f"masks.{name}", tooltip=tip or short, show=show)


class MaskingScreen(AskingScreen[None]):
    """Goes through every excerpt of a study.

    Args:
        key: The study, not sealed yet.
        save: Writes it; called after every change.
        by: Who looks, as it is proposed when all are approved.
    """

    HELP = HELP
    DEFAULT_CSS = """
    MaskingScreen {
        & #place { height: 1; background: $panel; padding: 0 1; }
        & #turns { height: 1fr; padding: 1 1; scrollbar-size-vertical: 1; }
        & #turns > .read { height: auto; padding: 0 1; margin-bottom: 1; max-width: 100; }
        & #turns > .read--what { height: auto; padding: 0 1; text-style: dim; }
        & #picked { height: auto; max-height: 3; padding: 0 1; color: $accent; }
        & ToastRack { margin-bottom: 4; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("n", "page(1)", "next", "Next", "Show the next excerpt"),
        _key("p", "page(-1)", "before", "Before", "Show the excerpt before"),
        *(
            _key(
                str(n), f"mask({n})", f"as_{n}", shown.strip("[]"), f"Mask what is picked: {shown}"
            )
            for n, shown in enumerate(USUAL, 1)
        ),
        _key("5", "own_words", "own", "Own words", "Mask what is picked, in own words"),
        _key("r,delete", "unmask", "off", "Take off", "Take the mask off that is picked"),
        _key("A", "approve", "approve", "Approve all", "Say that all masks were looked at"),
        _key("right", "word(1)", "word", "Next word", show=False),
        _key("left", "word(-1)", "word_before", "Word before", show=False),
        _key("shift+right", "word(1, True)", "more", "Pick more", show=False),
        _key("shift+left", "word(-1, True)", "less", "Pick less", show=False),
        _key("down", "turn(1)", "turn", "Next turn", show=False),
        _key("up", "turn(-1)", "turn_before", "Turn before", show=False),
        _key("pagedown", "scroll(1)", "down", "Scroll down", show=False),
        _key("pageup", "scroll(-1)", "up", "Scroll up", show=False),
        _key("right_square_bracket", "to_mask(1)", "mask", "Next mask", show=False),
        _key("left_square_bracket", "to_mask(-1)", "mask_before", "Mask before", show=False),
        _key("q,escape", "back", "back", "Leave"),
    ]

    def __init__(self, key: Key, save: Callable[[Key], None], by: str = "") -> None:
        super().__init__()
        self.key = key
        self.pages = pages_of(key)
        self.page = 0
        self.seen: set[int] = set()
        self.turn = self.first = self.word = 0
        """What is picked: in which turn, from which word, up to which."""
        self._save, self._by = save, by
        self._turns: list[MaskedTurn] = []
        self._place = Static(id="place", markup=False)
        self._body = VerticalScroll(id="turns", can_focus=False)
        self._told = Static(id="picked", markup=False)

    def compose(self) -> ComposeResult:
        yield self._place
        yield self._body
        yield self._told
        yield KeyLine()

    async def on_mount(self) -> None:
        """Show the first."""
        await self._show()

    @property
    def key_names(self) -> Mapping[str, str]:
        """Which keys are shown, and as what: no more than there is room for."""
        if self.size.width >= _WIDE:
            keys = (each for each in self.BINDINGS if isinstance(each, Binding) and each.show)
            return {each.id or "": each.description for each in keys}
        if self.size.width >= _MIDDLE:
            return _SHORT
        return {id: name for id, name in _SHORT.items() if id not in _LEFT_OUT}

    async def _show(self) -> None:
        if not self.pages:
            self._place.update("This study has no excerpts.")
            return
        self.seen.add(self.page)
        self.turn = self.first = self.word = 0
        await self._body.remove_children()
        match self.pages[self.page]:
            case ExcerptPage(item, n):
                turns = self.key.item(item).origins[n].turns
                self._turns = [MaskedTurn(at, text) for at, text in enumerate(turns)]
                await self._body.mount(*self._turns)
            case ReadPage(_, texts):
                self._turns = []
                for what, text in texts:
                    if what:
                        await self._body.mount(_static(what, "read--what"))
                    await self._body.mount(_static(text, "read"))
        self._body.scroll_home(animate=False)
        self._draw()

    def _draw(self) -> None:
        checked = self.key.masks_checked_by
        said = [f"{self.page + 1} of {len(self.pages)}"]
        checks = f"checked by {checked}" if checked else "not checked yet"
        match self.pages[self.page]:
            case ExcerptPage(item, n):
                known, origin = self.key.item(item), self.key.item(item).origins[n]
                for turn in self._turns:
                    here = turn.turn == self.turn and turn.words
                    turn.show(masks_of(origin, turn.turn), self.picked if here else None)
                masks = len(origin.masks)
                said += ["1 mask" if masks == 1 else f"{masks} masks", checks]
                said += [known.task, known.kind, known.scene]
            case ReadPage(title, _):
                said += [title, checks]
        self._place.update(plain("  ·  ".join(said)))
        self._told.update(plain(self._about()))

    @property
    def _origin(self) -> Origin | None:
        """The excerpt in view; None of a page that is read only."""
        page = self.pages[self.page] if self.pages else None
        return self.key.item(page.item).origins[page.n] if isinstance(page, ExcerptPage) else None

    @property
    def picked(self) -> tuple[int, int]:
        """The first and the last word that is picked."""
        return min(self.first, self.word), max(self.first, self.word)

    def _mask_here(self) -> Mask | None:
        """The mask that is under what is picked."""
        turn, origin = self._turns[self.turn] if self._turns else None, self._origin
        if turn is None or origin is None or not turn.words:
            return None
        start, end = turn.span(self.picked)
        masks = masks_of(origin, self.turn)
        return next((each for each in masks if each.start < end and start < each.end), None)

    def _about(self) -> str:
        if self.pages and self._origin is None:
            return READ_ONLY
        turn = self._turns[self.turn] if self._turns else None
        if turn is None or not turn.words:
            return ""
        if mask := self._mask_here():
            return f"“{turn.said[mask.start : mask.end]}” is shown as {mask.shown}: r takes it off"
        start, end = turn.span(self.picked)
        return f"“{turn.said[start:end]}” is read as it stands: 1 to 5 mask it"

    # -- going about

    async def action_page(self, step: int) -> None:
        """Show another excerpt."""
        wanted = self.page + step
        if 0 <= wanted < len(self.pages):
            self.page = wanted
            await self._show()

    def action_word(self, step: int, extend: bool = False) -> None:
        """Pick another word, or more of them."""
        if not self._turns:
            return
        last = len(self._turns[self.turn].words) - 1
        wanted = self.word + step
        if not extend and not 0 <= wanted <= last:
            self.action_turn(step, at_end=step < 0)
            return
        self._pick(self.turn, min(max(wanted, 0), max(last, 0)), extend)

    def action_turn(self, step: int, at_end: bool = False) -> None:
        """Go to another turn; where there is none to be masked, scroll."""
        if not self._turns:
            self._body.scroll_relative(y=step, animate=False)
            return
        wanted = self.turn + step
        if 0 <= wanted < len(self._turns):
            last = max(0, len(self._turns[wanted].words) - 1)
            self._pick(wanted, last if at_end else 0)
            self._turns[wanted].scroll_visible(animate=False)

    def action_scroll(self, step: int) -> None:
        """Scroll by a page."""
        if step > 0:
            self._body.scroll_page_down(animate=False)
        else:
            self._body.scroll_page_up(animate=False)

    def action_to_mask(self, step: int) -> None:
        """Pick the words of the next mask."""
        origin = self._origin
        found: list[tuple[int, int, int]] = []
        for mask in origin.masks if origin else ():
            spans = self._turns[mask.turn].words
            under = [at for at, (a, b) in enumerate(spans) if a < mask.end and mask.start < b]
            if under:
                found.append((mask.turn, under[0], under[-1]))
        here = (self.turn, self.picked[0])
        beyond = [e for e in sorted(found) if (e[:2] > here if step > 0 else e[:2] < here)]
        if beyond:
            turn, first, last = beyond[0] if step > 0 else beyond[-1]
            self._pick(turn, first)
            self._pick(turn, last, extend=True)
            self._turns[turn].scroll_visible(animate=False)

    def _pick(self, turn: int, word: int, extend: bool = False) -> None:
        if not extend or turn != self.turn:
            self.first = word
        self.turn, self.word = turn, word
        self._draw()

    def on_masked_turn_pointed(self, event: MaskedTurn.Pointed) -> None:
        """The mouse picks words."""
        self._pick(event.turn, event.word, event.extend)

    # -- masking

    def action_mask(self, n: int) -> None:
        """Mask what is picked."""
        self._mask(USUAL[n - 1])

    @asks
    async def action_own_words(self) -> None:
        """Mask what is picked, in own words."""
        if self._mask_here():
            self.notify(IS_MASKED, severity="warning", markup=False)
            return
        if not self._turns:
            return
        question = PickScreen("What is shown in its place?", (), free=True)
        if shown := await self.app.push_screen_wait(question):
            self._mask(" ".join(shown.split()))

    def _mask(self, shown: str) -> None:
        turn = self._turns[self.turn] if self._turns else None
        if turn is None or not turn.words:
            return
        start, end = turn.span(self.picked)
        mask = Mask(turn=self.turn, start=start, end=end, shown=shown, by="person")
        self._change(lambda page: with_mask(self.key, page.item, page.n, mask))

    def action_unmask(self) -> None:
        """Take the mask off that is under what is picked."""
        if mask := self._mask_here():
            self._change(lambda page: without_mask(self.key, page.item, page.n, mask))
        elif self._turns:
            self.notify("There is no mask on this.", markup=False)

    @asks
    async def action_approve(self) -> None:
        """Say that all masks were looked at, and by whom."""
        left = len(self.pages) - len(self.seen)
        note = f" Not shown yet: {left} of {len(self.pages)} pages." if left else ""
        title = f"Who has looked at every mask?{note}"
        by = await self.app.push_screen_wait(PickScreen(title, (), free=True, value=self._by))
        if by:
            self._by = by
            self._take(lambda: approved(self.key, by))

    def _change(self, change: Callable[[ExcerptPage], Key]) -> None:
        """Change the masks of the excerpt in view."""
        page = self.pages[self.page]
        if isinstance(page, ExcerptPage):
            self._take(lambda: change(page))

    def _take(self, change: Callable[[], Key]) -> None:
        """Take a change, once it is saved."""
        try:
            key = change()
            self._save(key)
        except (UserError, OSError) as error:
            self.yalta.tell(error)
            return
        self.key = key
        self._draw()

    async def action_back(self) -> None:
        """Leave; all is saved."""
        if len(self.app.screen_stack) > 2:
            self.dismiss()
        else:
            await self.app.action_quit()


def _static(text: str, look: str) -> Static:
    return Static(plain(text), markup=False, classes=look)
