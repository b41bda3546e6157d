"""A server whose models bid, move, vote and sign; and a conference that has had all of it."""

from __future__ import annotations

import json
import re

from chat_server import Reply
from staging import SEATS

WITH_CHAIR = (*SEATS, {"persona": "chair", "role": "chair"})
ROOMS = {"north": ["altman", "yang"], "south": ["amodei", "zuckerberg"]}
FOUR = (*SEATS, "zuckerberg")
ALL_KINDS = (
    {"kind": "plenary", "floor": "bidding", "title": "Debate"},
    {"kind": "cross", "pairs": [["altman", "amodei"]], "title": "Questions"},
    {"kind": "caucus", "rooms": ROOMS, "title": "Caucus"},
    {"kind": "motions", "title": "Motions"},
    {"kind": "amendments", "title": "Amendments"},
    {"kind": "vote", "title": "Vote"},
    {"kind": "vote", "title": "Ballot", "vote": {"on": "house", "secret": True}},
    {"kind": "communique", "title": "Communique"},
)

BIDS = {"Sam Altman": 3, "Yang Zhilin": 9, "Dario Amodei": 5, "Mark Zuckerberg": 5}
VOTES = {"Dario Amodei": "no", "Mark Zuckerberg": "abstain"}
BAD = "[b]bold[/b] \x1b[31m\u202e"


def asked_of(body) -> tuple[str, dict[str, object]]:
    """Who is asked, and what the form of the answer holds; nothing, of a turn."""
    brief = body["messages"][-1]["content"].rpartition("---\n")[2]
    found = re.search(r"You are ([^.,\n]+)[.,]", brief)
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    return found[1] if found else "", schema.get("properties", {})


class Procedural:
    """Answers what is asked in the form that is asked for, and speaks plainly otherwise."""

    def __init__(self, more: str = "") -> None:
        self.more = more
        """Stands in whatever is said."""

    def __call__(self, body) -> Reply:
        name, form = asked_of(body)
        if not form:
            return Reply([f"The words of {name}. {self.more}"])
        return Reply([json.dumps(self.answer(name, form))])

    def answer(self, name, form) -> dict[str, object]:
        """What a seat answers."""
        more, signs = self.more, name != "Dario Amodei"
        told = {
            "bid": lambda: {"bid": BIDS[name], "reason": f"reason of {name} {more}"},
            "next": lambda: {
                "next": form["next"]["enum"][-1],
                "question": f"What of the cost? {more}",
            },
            "partners": lambda: {"partners": form["partners"]["items"]["enum"][:2]},
            "vote": lambda: {
                "vote": VOTES.get(name, "yes"),
                "reason": f"reason of {name} {more}",
            },
            "accept": lambda: {"accept": True, "reason": f"fair enough {more}"},
            "sign": lambda: {"sign": signs, "reservation": "" if signs else f"too soft {more}"},
            "action": lambda: self.move(name, form),
        }
        return next(answer() for kind, answer in told.items() if kind in form)

    def move(self, name, form) -> dict[str, object]:
        """What a seat moves: one motion, one sponsor more, one amendment."""
        actions = form["action"]["enum"]
        if "table" in actions and name == "Sam Altman":
            text = f"Weights are published by tiers. {self.more}"
            return {"action": "table", "title": f"Tiers {self.more}", "text": text}
        if "join M1" in actions and name == "Yang Zhilin":
            return {"action": "join M1", "title": "", "text": ""}
        if "amend" in actions and name == "Dario Amodei":
            text = f"Weights are published by three tiers. {self.more}"
            return {"action": "amend", "motion": "M1", "text": text}
        return {"action": "pass"}
