"""Motions in full, as blocks of a record: words, amendments, ballots, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable

from debate.answer_wording import answer_line, poll_heading, swing_line, tally_line, vote_line
from debate.ledger import Communique, Ledger, Poll
from debate.scenario import HOUSE_MOTION
from debate.standing import Amendment, Motion
from debate.text import unbroken
from debate.wording import Names, name_of
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.motions.panel import STANDING

HIDDEN = {
    True: "The ballots are secret: b shows them to you alone.",
    False: "No seat has heard the ballots yet: b shows them to you alone.",
}
"""Said in place of ballots, by whether they are secret."""
NOTHING = "No motion was tabled yet, nothing was voted on, and there is no communique."


def motions_in_full(ledger: Ledger, *, reveal: bool) -> list[Block]:
    """All that is known of motions, votes and communiques.

    Args:
        ledger: What was moved, voted on and signed.
        reveal: Whether the ballots of secret votes are shown.
    """
    if ledger.state.manifest is None or ledger.is_empty:
        return [Block("remark", text=NOTHING)]
    names = {card.id: plain(card.name) for card in ledger.state.opened.seats}
    blocks: list[Block] = []
    for motion in ledger.state.motions.values():
        blocks += _motion(motion, ledger, names, reveal=reveal)
    if polls := ledger.polls_on(HOUSE_MOTION):
        opened = ledger.state.opened.scenario
        head = Block("heading", name="The motion of the conference", text=plain(opened.motion))
        blocks += [head, *(_poll(poll, ledger, names, reveal=reveal) for poll in polls)]
    for communique in ledger.communiques:
        blocks += _communique(communique, names)
    return blocks


def _motion(motion: Motion, ledger: Ledger, names: Names, *, reveal: bool) -> list[Block]:
    title = unbroken(plain(motion.title))
    by = ", ".join(name_of(seat, names) for seat in motion.sponsors)
    head = Block("heading", name=f"{motion.id}  {STANDING[motion.carried]}")
    text = Block("note", name=f"Sponsored by {by}", text=f"{title}. {plain(motion.text)}")
    amendments = [_amendment(each, names) for each in ledger.amendments_to(motion.id)]
    polls = [_poll(poll, ledger, names, reveal=reveal) for poll in ledger.polls_on(motion.id)]
    return [head, text, *amendments, *polls]


def _amendment(amendment: Amendment, names: Names) -> Block:
    stands = {None: "not answered yet", True: "accepted", False: "refused"}[amendment.accepted]
    head = f"Amendment {amendment.id}, proposed by {name_of(amendment.by, names)}: {stands}"
    return Block("note", name=head, text=plain(amendment.text))


def _poll(poll: Poll, ledger: Ledger, names: Names, *, reveal: bool) -> Block:
    counted = f"{len(poll.cast)} of {poll.of} have voted."
    if poll.decided is not None:
        counted = tally_line(poll.decided)
    if not reveal and (poll.plan.secret or poll.decided is None):
        said = HIDDEN[poll.plan.secret] if poll.cast else ""
    else:
        said = _lines(vote_line(vote, names, headed=True) for vote in poll.cast.values())
    moved = ledger.swing(poll)
    text = "\n".join(filter(None, (counted, swing_line(moved) if moved else "", said)))
    return Block("note", name=plain(poll_heading(poll.motion, poll.plan)), text=text)


def _communique(communique: Communique, names: Names) -> list[Block]:
    drafted = f"Drafted by {name_of(communique.seat, names)} in turn {communique.turn}"
    waiting = communique.of - len(communique.signatures)
    left = f"{waiting} of {communique.of} have yet to be asked." if waiting > 0 else ""
    signatures = _lines(answer_line(each, names) for each in communique.signatures.values())
    return [
        Block("heading", name="The communique"),
        Block("note", name=drafted, text=plain(communique.text)),
        Block("note", name="Signatures", text="\n".join(filter(None, (signatures, left)))),
    ]


def _lines(told: Iterable[str]) -> str:
    """One line for each, whatever stands in it."""
    return "\n".join(unbroken(plain(each)) for each in told)
