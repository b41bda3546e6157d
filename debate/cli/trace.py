"""`yalta trace`: what a speaker had been given when a turn or an answer was asked for, and what of
it is closest to a phrase."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import click

from debate.cli import complete
from debate.cli.wrapping import paragraph
from debate.errors import UserError
from debate.library import find_transcript
from debate.provenance import Given, Passage, given_to, opened_at, turn_opened
from debate.retrieval import Ranked, excerpt, rank, terms
from debate.text import showable
from debate.transcript import read

RETRIEVED = (
    "These passages were retrieved by the words they share. Nothing here decides that something was"
    " new: the same thought in other words is not found, and what the model knew from its own"
    " training cannot be excluded."
)
LISTED = (
    "This is every text that stood in a prompt sent to this seat. What the model knew from its own"
    " training is in no prompt and cannot be excluded."
)
NOT_SAME = "Not the prompt that was recorded, so that `yalta verify` tells more: {}."
NOT_TRACED = (
    "Sources cannot be told apart in a prompt that depends on the texts it lays out; its lines are"
    " listed as they stood: {}."
)


@click.command()
@click.argument("transcript", shell_complete=complete.transcripts)
@click.argument("seq", type=click.IntRange(0), required=False)
@click.option("--turn", type=click.IntRange(1), help="The turn's number, in place of SEQ.")
@click.option("--quote", metavar="PHRASE", help="Find what is closest to a phrase.")
@click.option("--terms", "key_terms", metavar="A,B", help="Find what is closest to key terms.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="Of passages.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every passage that was found.")
def trace(
    transcript: str,
    seq: int | None,
    turn: int | None,
    quote: str | None,
    key_terms: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show what the speaker of a turn of TRANSCRIPT had been given up to then, with each source.

    SEQ is the `seq` of the transcript's line that opens or closes the turn, or of a motion, a
    ballot or another answer; --turn names a turn by its number. With --quote or --terms (separated
    by commas) the passages that share the most with them are shown, the closest first.

    It retrieves and does not judge: the same thought in other words is not found, and what the
    model knew from its own training cannot be excluded.

    \b
    yalta trace a 41
    yalta trace a --turn 12 --quote "tiered open-source capability"
    """
    if (seq is None) == (turn is None):
        raise UserError("say which turn: give either SEQ or --turn N")
    asked = _asked(quote, key_terms)
    events = read(find_transcript(transcript))
    opened = opened_at(events, seq) if seq is not None else turn_opened(events, turn or 0)
    given = given_to(events, opened)
    ranked = rank([p.text for p in given.passages], asked) if asked else None
    if as_json:
        click.echo(json.dumps(_data(given, ranked, quote, key_terms), indent=2, ensure_ascii=False))
        return
    what = given.portions[-1].name
    _say(f"{what[0].upper()}{what[1:]}, {given.name} (opened at seq {given.opened.seq})")
    if ranked is None:
        _show_all(given)
    else:
        _show_ranked(given, ranked, limit)
    click.echo()
    for said, names in (
        (NOT_SAME, [each.name for each in given.portions if not each.same]),
        (NOT_TRACED, [each.name for each in given.portions if not each.traced]),
    ):
        if names:
            paragraph(said.format(_named(names)))
    paragraph(LISTED if ranked is None else RETRIEVED)


def _asked(quote: str | None, key_terms: str | None) -> list[str]:
    """The phrases to look for.

    Raises:
        UserError: if one was given that holds no word.
    """
    asked = [] if quote is None else [quote]
    if key_terms is not None:
        asked += [term for term in re.split(r"[,;，、；]", key_terms) if terms(term)] or [""]
    if not all(terms(phrase) for phrase in asked):
        raise UserError("there is no word in it to look for: give a phrase or key terms")
    return asked


def _show_all(given: Given) -> None:
    _say(f"{_counted(len(given.passages))} from {_prompts(given)}, by source:")
    shown = ""
    for passage in given.passages:
        source = passage.source.described(given.seat)
        if source != shown:
            _say(f"\n{source}")
            shown = source
        paragraph(passage.text)


def _show_ranked(given: Given, ranked: Sequence[Ranked], limit: int) -> None:
    passages = given.passages
    shares = "shares" if len(ranked) == 1 else "share"
    _say(
        f"{len(ranked) or 'None'} of {_counted(len(passages))} from {_prompts(given)} "
        f"{shares} a word with what was asked for"
        + (f"; the closest {limit}:" if len(ranked) > limit else ":" if ranked else ".")
    )
    since = {each.opened.seq: each.name for each in given.portions}
    for place, hit in enumerate(ranked[:limit], 1):
        passage = passages[hit.index]
        source = passage.source.described(given.seat)
        _say(f"\n{place}. {hit.score:.2f}  {source}; given since {since[passage.since]}")
        paragraph(excerpt(passage.text, hit.spans))


def _prompts(given: Given) -> str:
    names = [each.name for each in given.portions]
    return f"the prompt of {names[0]}" if len(names) == 1 else f"the prompts of {_named(names)}"


def _named(names: Sequence[str]) -> str:
    *before, last = names
    if len(names) > 8:
        return f"{len(names):,}, from {names[0]} to {last}"
    return f"{', '.join(before)} and {last}" if before else last


def _data(
    given: Given, ranked: Sequence[Ranked] | None, quote: str | None, key_terms: str | None
) -> dict[str, Any]:
    passages, seat = given.passages, given.seat
    found = [_passage(passage, seat) for passage in passages]
    if ranked is not None:
        found = [
            {"score": round(hit.score, 4), **found[hit.index], "spans": hit.spans} for hit in ranked
        ]
    return {
        "turn": getattr(given.opened, "turn", None),
        "ask": getattr(given.opened, "ask", None),
        "seq": given.opened.seq,
        "seat": seat,
        "name": showable(given.name),
        "prompts": [
            {"seq": e.opened.seq, "name": e.name, "same": e.same, "traced": e.traced}
            for e in given.portions
        ],
        "quote": quote,
        "terms": key_terms,
        "note": LISTED if ranked is None else RETRIEVED,
        "passages": found,
    }


def _passage(passage: Passage, seat: str) -> dict[str, Any]:
    source = passage.source
    return {
        "text": passage.text,
        "source": source.described(seat),
        "kind": source.kind,
        "part": source.part or None,
        "item": source.item or None,
        "seat": source.seat,
        "own": source.seat == seat,
        "private": source.private,
        "turn": source.turn,
        "room": source.room,
        "since": passage.since,
    }


def _say(text: str) -> None:
    click.echo(showable(text))


def _counted(n: int) -> str:
    return "1 passage" if n == 1 else f"{n:,} passages"
