"""The motions of a conference in a few lines: who moved them, how they stand, how it was voted."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from debate.ledger import Communique, Ledger, Poll
from debate.scenario import HOUSE_MOTION
from debate.standing import Motion
from debate.swing import Swing
from tui.widgets.floor.blocks import plain

STANDING = {None: "· open", True: "✓ carried", False: "✗ not carried"}


class MotionsPanel(VerticalScroll, can_focus=False):
    """Shows the motions; a click opens them in full. Not there while there is none."""

    DEFAULT_CSS = """
    MotionsPanel {
        display: none; height: auto; max-height: 45%; background: $surface;
        padding: 0 0 0 1; border-top: solid $panel-lighten-1;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        &.-any { display: block; }
        & > Static { width: 1fr; height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._body = Static(markup=False)

    def compose(self) -> ComposeResult:
        yield self._body

    def show(self, ledger: Ledger) -> None:
        """Show how the motions stand."""
        self.set_class(not ledger.is_empty, "-any")
        width = max(20, self.scrollable_content_region.width or 32)
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append("Motions", Style(bold=True)).append("  m: in full\n", Style(dim=True))
        for motion in ledger.state.motions.values():
            _motion(text, motion, ledger, width)
        for poll in ledger.polls_on(HOUSE_MOTION):
            _head(
                text, "The motion", STANDING[poll.decided.carried if poll.decided else None], width
            )
            text.append(f"  {tally(poll)}\n", Style(dim=True))
            if moved := ledger.swing(poll):
                text.append(f"  {swung(moved)}\n", Style(dim=True))
        for communique in ledger.communiques:
            _head(text, "Communique", signed(communique), width)
        text.right_crop(1)
        self._body.update(text)

    async def on_click(self, event: events.Click) -> None:
        """Show them in full."""
        await self.screen.run_action("motions")


def _motion(text: Text, motion: Motion, ledger: Ledger, width: int) -> None:
    names = {card.id: plain(card.name) for card in ledger.state.opened.seats}
    title = " ".join(plain(motion.title).split())
    _head(text, f"{motion.id} {title}", STANDING[motion.carried], width)
    by = ", ".join(names.get(seat, seat) for seat in motion.sponsors)
    text.append(f"  {by}\n", Style(dim=True))
    amendments = ledger.amendments_to(motion.id)
    if amendments:
        accepted = sum(each.accepted is True for each in amendments)
        plural = "" if len(amendments) == 1 else "s"
        text.append(
            f"  {len(amendments)} amendment{plural}, {accepted} accepted\n", Style(dim=True)
        )
    for poll in ledger.polls_on(motion.id):
        text.append(f"  {tally(poll)}\n", Style(dim=True))


def _head(text: Text, name: str, standing: str, width: int) -> None:
    room = width - len(standing) - 1
    if cell_len(name) > room:
        name = set_cell_size(name, room - 1) + "…"
    text.append(set_cell_size(name, room) + " ", Style(bold=True))
    text.append(standing + "\n")


def tally(poll: Poll) -> str:
    """A count of votes, in few characters."""
    secret = "secret: " if poll.plan.secret else ""
    if poll.decided is None:
        return f"{secret}{len(poll.cast)} of {poll.of} voted"
    done = poll.decided
    return f"{secret}{done.yes} yes, {done.no} no, {done.abstain} neither"


def swung(moved: Swing) -> str:
    """How the votes moved, in few characters."""
    won = {"yes": "yes won", "no": "no won", None: "neither won"}[moved.winner]
    return f"swing {moved.yes:+d} yes, {moved.no:+d} no: {won}"


def signed(communique: Communique) -> str:
    """How many signed."""
    signatures = communique.signatures.values()
    return f"{sum(each.signed for each in signatures)} of {communique.of} signed"
