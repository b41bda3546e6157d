"""Motions in full, as blocks of a record: words, amendments, ballots, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from debate.answers import Answer
from debate.ledger import Communique, Ledger, Poll
from debate.scenario import HOUSE_MOTION
from debate.standing import Amendment, Motion
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.motions.panel import STANDING
from tui.wording import answer_told, poll_heading, tally_told

Name = Callable[[str | None], str]

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

    def name(seat: str | None) -> str:
        return "The chair" if seat is None else names.get(seat, plain(seat))

    blocks: list[Block] = []
    for motion in ledger.state.motions.values():
        blocks += _motion(motion, ledger, name, reveal=reveal)
    if polls := ledger.polls_on(HOUSE_MOTION):
        opened = ledger.state.opened.scenario
        head = Block("heading", name="The motion of the conference", text=plain(opened.motion))
        blocks += [head, *(_poll(poll, name, reveal=reveal) for poll in polls)]
    for communique in ledger.communiques:
        blocks += _communique(communique, name)
    return blocks


def _motion(motion: Motion, ledger: Ledger, name: Name, *, reveal: bool) -> list[Block]:
    title = " ".join(plain(motion.title).split())
    by = ", ".join(map(name, motion.sponsors))
    head = Block("heading", name=f"{motion.id}  {STANDING[motion.carried]}")
    text = Block("note", name=f"Sponsored by {by}", text=f"{title}. {plain(motion.text)}")
    amendments = [_amendment(each, name) for each in ledger.amendments_to(motion.id)]
    polls = [_poll(poll, name, reveal=reveal) for poll in ledger.polls_on(motion.id)]
    return [head, text, *amendments, *polls]


def _amendment(amendment: Amendment, name: Name) -> Block:
    stands = {None: "not answered yet", True: "accepted", False: "refused"}[amendment.accepted]
    head = f"Amendment {amendment.id}, proposed by {name(amendment.by)}: {stands}"
    return Block("note", name=head, text=plain(amendment.text))


def _poll(poll: Poll, name: Name, *, reveal: bool) -> Block:
    counted = f"{len(poll.cast)} of {poll.of} have voted."
    if poll.decided is not None:
        counted = tally_told(poll.decided)
    if not reveal and (poll.plan.secret or poll.decided is None):
        said = HIDDEN[poll.plan.secret] if poll.cast else ""
    else:
        said = _lines(poll.cast.values(), name)
    text = "\n".join(filter(None, (counted, said)))
    return Block("note", name=plain(poll_heading(poll.motion, poll.plan)), text=text)


def _communique(communique: Communique, name: Name) -> list[Block]:
    drafted = f"Drafted by {name(communique.seat)} in turn {communique.turn}"
    waiting = communique.of - len(communique.signatures)
    left = f"{waiting} of {communique.of} have yet to be asked." if waiting > 0 else ""
    signatures = _lines(communique.signatures.values(), name)
    return [
        Block("heading", name="The communique"),
        Block("note", name=drafted, text=plain(communique.text)),
        Block("note", name="Signatures", text="\n".join(filter(None, (signatures, left)))),
    ]


def _lines(answers: Iterable[Answer], name: Name) -> str:
    """One line for each, whatever stands in it."""
    return "\n".join(" ".join(plain(answer_told(each, name)).split()) for each in answers)
