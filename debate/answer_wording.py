"""What is answered unheard and what comes of it, in words: bids, calls, motions, votes, signatures.

As in `debate.wording`, each function gives one line, or what stands above a text of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from debate.events import (
    AmendmentAnswered,
    AmendmentProposed,
    Answer,
    AskWaived,
    BidCast,
    CommuniqueSigned,
    FloorCalled,
    MotionDecided,
    MotionJoined,
    MotionTabled,
    PartnersChosen,
    VoteCast,
)
from debate.scenario import HOUSE_MOTION, VotePlan
from debate.swing import Swing
from debate.text import unbroken
from debate.wording import Names, begun, name_of, subject

#: How an amendment stands that nobody else need accept.
OWN = "to its own motion, and so accepted"


def assumed(event: Answer) -> str:
    """By which rule an answer was set down that nobody gave; nothing of what was given."""
    return unbroken(event.why or "no usable answer") if event.how == "assumed" else ""


def answer_line(event: Answer, names: Names) -> str:
    """An answer of any kind."""
    return _ANSWERS[type(event)](event, names)


def bids_line(bids: Iterable[BidCast], names: Names) -> str:
    """The bids for one turn, the highest first."""
    told = [
        f"{name_of(each.seat, names)} {each.bid}{' (no usable answer)' if assumed(each) else ''}"
        for each in sorted(bids, key=lambda each: -each.bid)
    ]
    return f"Bids: {', '.join(told)}."


def bid_line(event: BidCast, names: Names) -> str:
    """One bid, with its reason."""
    return _told(event, f"{subject(event.seat, names)} bids {event.bid}{_because(event.reason)}")


def call_heading(event: FloorCalled, names: Names) -> str:
    """What stands above a question with which the floor is given."""
    return f"{_given(event, names)} and asks"


def call_line(event: FloorCalled, names: Names) -> str:
    """Who is given the floor, and what is asked of them."""
    if event.question:
        return _told(event, f"{call_heading(event, names)}: {unbroken(event.question)}")
    return _told(event, f"{_given(event, names)}.")


def _given(event: FloorCalled, names: Names) -> str:
    return f"{subject(event.seat, names)} gives the floor to {name_of(event.to, names)}"


def partners_line(event: PartnersChosen, names: Names) -> str:
    """Whom a seat would meet in private."""
    whom = ", ".join(name_of(seat, names) for seat in event.partners) or "nobody"
    return _told(event, f"{subject(event.seat, names)} would meet {whom}.")


def waived_line(event: AskWaived, names: Names) -> str:
    """That a seat has no motion, or no amendment."""
    done = {"motion": "tables no motion and joins none", "amendment": "proposes no amendment"}
    return _told(event, f"{subject(event.seat, names)} {done[event.kind]}.")


def motion_heading(event: MotionTabled, names: Names) -> str:
    """What stands above a motion."""
    return f"Motion {event.motion}, tabled by {name_of(event.seat, names)}"


def motion_line(event: MotionTabled, names: Names) -> str:
    """A motion, with its text."""
    return f"{motion_heading(event, names)}: {unbroken(event.title)}. {unbroken(event.text)}"


def joined_line(event: MotionJoined, names: Names) -> str:
    """That a seat sponsors another's motion."""
    return f"{subject(event.seat, names)} joins motion {event.motion}."


def amendment_heading(event: AmendmentProposed, names: Names) -> str:
    """What stands above an amendment."""
    by = name_of(event.seat, names)
    return f"Amendment {event.amendment} to {event.motion}, proposed by {by}"


def amendment_line(event: AmendmentProposed, names: Names, *, own: bool = False) -> str:
    """An amendment, with the text that the motion would have.

    Args:
        own: Whether the motion is its own, so that nobody else need accept it.
    """
    settled = f", {OWN}" if own else ""
    return f"{amendment_heading(event, names)}{settled}: {unbroken(event.text)}"


def ruling_line(event: AmendmentAnswered, names: Names) -> str:
    """That a sponsor accepts an amendment, or refuses it."""
    done = "accepts" if event.accepted else "refuses"
    by = subject(event.seat, names)
    return _told(event, f"{by} {done} amendment {event.amendment}{_because(event.reason)}")


def poll_heading(motion: str, plan: VotePlan) -> str:
    """What stands above the votes on a motion, and their count."""
    rule = {"majority": "", "two_thirds": ", by two thirds", "unanimity": ", by all"}[plan.rule]
    return f"Vote on {motion_name(motion)}{rule}{', in secret' if plan.secret else ''}"


def vote_line(event: VoteCast, names: Names, *, headed: bool = False) -> str:
    """A vote, with its reason.

    Args:
        headed: Whether a heading above it says on which motion.
    """
    votes = "abstains" if event.vote == "abstain" else f"votes {event.vote}"
    on = "" if headed else f" on {motion_name(event.motion)}"
    return _told(event, f"{subject(event.seat, names)} {votes}{on}{_because(event.reason)}")


def tally_line(event: MotionDecided) -> str:
    """The count of votes, under a heading that says on which motion."""
    return begun(_tally(event))


def decision_line(
    event: MotionDecided, title: str | None = None, plan: VotePlan | None = None
) -> str:
    """The count of the votes on a motion.

    Args:
        event: The count.
        title: The motion's, where it has one.
        plan: By which it was voted; what is out of the usual in it is said.
    """
    what = f"{motion_name(event.motion)}, {unbroken(title)}" if title else motion_name(event.motion)
    return f"{begun(what)}: {_tally(event)}{_rule(plan) if plan else ''}"


def swing_line(moved: Swing) -> str:
    """How the votes on the motion of the conference moved since the first vote on it."""
    counted = ((moved.yes, "for"), (moved.no, "against"), (moved.abstain, "abstaining"))
    told = ", ".join(f"{_more(n)} {side}" for n, side in counted)
    sides = {"yes": "the side for the motion", "no": "the side against it", None: "neither side"}
    return f"Since the first vote on it: {told}. By the Oxford rule {sides[moved.winner]} won."


def _more(n: int) -> str:
    return f"{abs(n)} {'more' if n > 0 else 'fewer'}" if n else "as many"


def _tally(event: MotionDecided) -> str:
    done = "carried" if event.carried else "not carried"
    return f"{done}, {event.yes} for, {event.no} against, {event.abstain} abstaining."


def _rule(plan: VotePlan) -> str:
    needed = {"two_thirds": "two thirds were needed", "unanimity": "unanimity was needed"}
    weighed = "votes are weighted" if any(n != 1 for n in plan.weights.values()) else ""
    said = "; ".join(part for part in (needed.get(plan.rule, ""), weighed) if part)
    return f" {begun(said)}." if said else ""


def motion_name(motion: str) -> str:
    """What a motion is called within a sentence."""
    return "the motion of the conference" if motion == HOUSE_MOTION else f"motion {motion}"


def signature_line(event: CommuniqueSigned, names: Names) -> str:
    """That a seat signs, or does not, and its reservation."""
    if event.signed:
        done = "signs with a reservation" if event.reservation else "signs"
    else:
        done = "does not sign"
    return _told(event, f"{subject(event.seat, names)} {done}{_because(event.reservation)}")


_ANSWERS: dict[type[Answer], Callable[[Any, Names], str]] = {
    BidCast: bid_line,
    FloorCalled: call_line,
    PartnersChosen: partners_line,
    AskWaived: waived_line,
    MotionTabled: motion_line,
    MotionJoined: joined_line,
    AmendmentProposed: amendment_line,
    AmendmentAnswered: ruling_line,
    VoteCast: vote_line,
    CommuniqueSigned: signature_line,
}


def _because(reason: str) -> str:
    return f": {unbroken(reason)}" if reason else "."


def _told(event: Answer, line: str) -> str:
    """A line, with the rule by which it was set down if nobody gave that answer."""
    rule = assumed(event)
    return f"{line} ({rule})" if rule else line
