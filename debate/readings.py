"""How a reply in a given form is read: as JSON, as JSON with faults, or as plain words.

Each reader gives the fields of an event, or None if the reply says nothing that can be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from debate.caucus import MOST_PARTNERS
from debate.events import AskKind
from debate.floors import last_named
from debate.text import ESCAPE, one_line

MOTION_WORDS = 60
_REASON = 300  # characters

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reply may choose among."""

    seats: Mapping[str, tuple[str, ...]]
    """Seats that may be named, each with what it may be called, its name first."""
    motions: tuple[str, ...] = ()
    """Motions that may be joined or amended."""
    said: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Title and text of each of those."""
    tables: bool = False
    """Whether a motion may be tabled, and not only joined."""
    following: str = ""
    """Id of the motion or amendment that would come of it."""
    about: str | None = None
    """The motion or amendment that it is about."""

    @property
    def names(self) -> list[str]:
        """Names of the seats that may be named."""
        return [names[0] for names in self.seats.values()]

    def seat_named(self, value: object) -> str | None:
        """The seat that a text names; of several, the last."""
        if not isinstance(value, str) or not value.strip():
            return None
        said = value.strip().casefold()
        for seat, names in self.seats.items():
            if said in {seat, *(name.casefold() for name in names)}:
                return seat
        return last_named(value, self.seats)


def mended(text: str) -> Fields | None:
    """A text as JSON with the faults that models make; None if there is none in it."""
    if "{" not in text:
        return None
    import json_repair  # takes long to import, and is seldom needed

    try:
        value = json_repair.loads(text[text.index("{") :])
    except (ValueError, RecursionError):
        return None
    # Several objects come as a list: the first that holds anything.
    values = value if isinstance(value, list) else [value]
    found = next((each for each in values if isinstance(each, dict) and each), None)
    return None if found is None else folded(found)


def folded(value: Mapping[Any, Any]) -> Fields:
    """An object's fields, their names without case."""
    return {str(key).casefold(): item for key, item in value.items()}


def _line(value: object, most: int = _REASON) -> str:
    """A text on one line, cut at the end of a word."""
    text = one_line(ESCAPE.sub("", value)) if isinstance(value, str) else ""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0] + "…"


def _motion_text(value: object) -> str:
    """A motion's text on one line, of no more words than one may have."""
    text = _line(value, 900)
    words = text.split(" ")
    if len(words) <= MOTION_WORDS:
        return text
    text = " ".join(words[:MOTION_WORDS])
    end = max(text.rfind(mark) for mark in (". ", "; ", "。"))
    return text[: end + 1] if end > len(text) // 2 else text.rstrip(",;: ") + "…"


_YES = frozenset({"yes", "y", "true", "aye", "for", "accept", "accepted", "sign", "signed", "赞成"})
_NO = frozenset({"no", "n", "false", "nay", "against", "refuse", "refused", "reject", "反对"})
_NEITHER = frozenset({"abstain", "abstention", "abstains", "弃权"})


def _choice(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    word = str(value).strip().strip(".!").casefold()
    pairs = (("yes", _YES), ("no", _NO), ("abstain", _NEITHER))
    return next((choice for choice, words in pairs if word in words), None)


def _bid(among: Choices, said: Fields) -> Fields | None:
    bid = said.get("bid")
    if isinstance(bid, str) and bid.strip().isdecimal():
        bid = int(bid)
    if isinstance(bid, float) and bid.is_integer():
        bid = int(bid)
    if type(bid) is not int or not 0 <= bid <= 9:
        return None
    return {"type": "bid.cast", "bid": bid, "reason": _line(said.get("reason"))}


def _call(among: Choices, said: Fields) -> Fields | None:
    to = among.seat_named(said.get("next", said.get("to")))
    if to is None:
        return None
    return {"type": "floor.called", "to": to, "question": _line(said.get("question"))}


def _partner(among: Choices, said: Fields) -> Fields | None:
    chosen = said.get("partners", said.get("partner"))
    values = chosen if isinstance(chosen, list) else [chosen]
    seats = [seat for value in values if (seat := among.seat_named(value))]
    if not seats and values != [] and chosen is not None:
        return None
    return {"type": "partners.chosen", "partners": list(dict.fromkeys(seats))[:MOST_PARTNERS]}


def _motion(among: Choices, said: Fields) -> Fields | None:
    action, _, which = str(said.get("action", "")).strip().casefold().partition(" ")
    motion = _motion_named(among, which or said.get("motion"))
    if action == "join" and motion:
        return {"type": "motion.joined", "motion": motion}
    title, text = _line(said.get("title"), 120), _motion_text(said.get("text"))
    if action == "table" and (same := _same_motion(among, title, text)):
        return {"type": "motion.joined", "motion": same}
    if action == "table" and among.tables and text:
        title = title or _line(text, 60)
        return {
            "type": "motion.tabled",
            "motion": among.following,
            "title": title.rstrip(". "),
            "text": text,
        }
    return {"type": "ask.waived", "kind": "motion"} if action == "pass" else None


def _same_motion(among: Choices, title: str, text: str) -> str | None:
    """The motion on the table that has this very title or text: to table it again is to join it."""

    def folded_text(value: str) -> str:
        return value.rstrip(". …").casefold()

    mine = {folded_text(value) for value in (title, text) if value}
    return next((m for m, said in among.said.items() if mine & set(map(folded_text, said))), None)


def _motion_named(among: Choices, value: object) -> str | None:
    said = str(value).strip().upper()
    return said if said in among.motions else None


def _amendment(among: Choices, said: Fields) -> Fields | None:
    action = str(said.get("action", "")).strip().casefold()
    if action == "pass":
        return {"type": "ask.waived", "kind": "amendment"}
    motion, text = _motion_named(among, said.get("motion")), _motion_text(said.get("text"))
    if action != "amend" or motion is None or not text:
        return None
    if text == among.said.get(motion, ("", ""))[1]:  # it is to stay as it reads
        return {"type": "ask.waived", "kind": "amendment"}
    return {
        "type": "amendment.proposed",
        "amendment": among.following,
        "motion": motion,
        "text": text,
    }


def _ruling(among: Choices, said: Fields) -> Fields | None:
    choice = _choice(said.get("accept", said.get("accepted")))
    if choice not in ("yes", "no"):
        return None
    return {
        "type": "amendment.answered",
        "amendment": among.about,
        "accepted": choice == "yes",
        "reason": _line(said.get("reason")),
    }


def _ballot(among: Choices, said: Fields) -> Fields | None:
    choice = _choice(said.get("vote"))
    if choice is None:
        return None
    reason = _line(said.get("reason"))
    return {"type": "vote.cast", "motion": among.about, "vote": choice, "reason": reason}


def _signature(among: Choices, said: Fields) -> Fields | None:
    choice = _choice(said.get("sign", said.get("signed")))
    if choice not in ("yes", "no"):
        return None
    reservation = _line(said.get("reservation"))
    return {"type": "communique.signed", "signed": choice == "yes", "reservation": reservation}


# -- reading plain words

# "for" and the like are too common to mean a vote in the middle of a sentence.
_WEAK = frozenset({"for", "y", "n", "true", "false", "sign", "signed"})
_DIGIT = re.compile(r"(?<![\d.])([0-9])(?![\d.]?\d)")
_MOTION_ID = re.compile(r"\bM[0-9]{1,4}\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+|赞成|反对|弃权", re.IGNORECASE)
_TABLE = re.compile(r"(?:i\s+)?(?:table|move|propose)\s*(?:a motion)?\s*[:：]?\s*", re.IGNORECASE)
_LEAD = " \t\n.,;:：，。-–"


def _first_choice(text: str) -> tuple[str, str] | None:
    """A yes, a no or an abstention in plain words, and what follows it: the word that the text
    begins with, or the only one of its kind in it."""
    found = [(m, choice) for m in _WORD.finditer(text) if (choice := _choice(m[0]))]
    first = next(iter(found), None)
    if first is None or not text[: first[0].start()].strip(_LEAD + "*\"'"):
        clear = first
    else:
        found = [(m, choice) for m, choice in found if m[0].casefold() not in _WEAK]
        clear = found[0] if len({choice for _, choice in found}) == 1 else None
    return (clear[1], text[clear[0].end() :].lstrip(_LEAD).rstrip()) if clear else None


def _bid_said(among: Choices, text: str) -> Fields | None:
    found = _DIGIT.search(text)
    if found is None:
        return None
    reason = text[found.end() :].lstrip(_LEAD).rstrip()
    return _bid(among, {"bid": int(found[1]), "reason": reason})


def _call_said(among: Choices, text: str) -> Fields | None:
    # A name, and behind a colon or on the next line the question.
    who, _, question = text.replace("：", ":").partition("\n" if "\n" in text else ":")
    return _call(among, {"next": who, "question": question})


def _partner_said(among: Choices, text: str) -> Fields | None:
    if text.strip(_LEAD).casefold() in ("nobody", "none", "no one"):
        return _partner(among, {"partners": []})
    parts = [part for part in re.split(r"[,;，、\n]| and ", text) if part.strip()]
    seats = [part for part in parts if among.seat_named(part)]
    return _partner(among, {"partners": seats}) if seats else None


def _motion_said(among: Choices, text: str) -> Fields | None:
    first = text.split(maxsplit=1)[0].strip(_LEAD).casefold() if text else ""
    if first in ("pass", "passes"):
        return _motion(among, {"action": "pass"})
    if first in ("join", "joins") and (found := _MOTION_ID.search(text)):
        return _motion(among, {"action": "join", "motion": found[0]})
    if (lead := _TABLE.match(text)) and among.tables:
        title, mark, body = re.split(r"([.\n:：。])", text[lead.end() :] + ".", maxsplit=1)
        body = body[:-1].lstrip(_LEAD).rstrip() or title
        return _motion(among, {"action": "table", "title": title, "text": body}) if mark else None
    return None


def _amendment_said(among: Choices, text: str) -> Fields | None:
    if text.partition(" ")[0].strip(_LEAD).casefold() == "pass":
        return _amendment(among, {"action": "pass"})
    found = _MOTION_ID.search(text)
    if found is None:
        return None
    body = text[found.end() :].lstrip(_LEAD).rstrip()
    return _amendment(among, {"action": "amend", "motion": found[0], "text": body})


def _ruling_said(among: Choices, text: str) -> Fields | None:
    found = _first_choice(text)
    return _ruling(among, {"accept": found[0], "reason": found[1]}) if found else None


def _ballot_said(among: Choices, text: str) -> Fields | None:
    found = _first_choice(text)
    return _ballot(among, {"vote": found[0], "reason": found[1]}) if found else None


def _signature_said(among: Choices, text: str) -> Fields | None:
    found = _first_choice(text)
    return _signature(among, {"sign": found[0], "reservation": found[1]}) if found else None


Reader = tuple[Callable[[Choices, Fields], Fields | None], Callable[[Choices, str], Fields | None]]

READERS: dict[AskKind, Reader] = {
    "bid": (_bid, _bid_said),
    "call": (_call, _call_said),
    "partner": (_partner, _partner_said),
    "motion": (_motion, _motion_said),
    "amendment": (_amendment, _amendment_said),
    "ruling": (_ruling, _ruling_said),
    "ballot": (_ballot, _ballot_said),
    "signature": (_signature, _signature_said),
}
