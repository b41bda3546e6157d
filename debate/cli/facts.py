"""`yalta facts`: which facts each turn cites, and which of its figures are not in the record."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from debate.citations import Cited, cited
from debate.cli import complete
from debate.cli.wrapping import paragraph
from debate.errors import UserError
from debate.library import find_transcript
from debate.text import showable
from debate.transcript import read

NOTE = (
    "Not in the record: it stands in no fact, text of the scenario, card, note, minutes or earlier"
    " turn that the seat had been given. Nothing is scored, and whether a figure is right is not"
    " looked into."
)


@click.command()
@click.argument("transcript", shell_complete=complete.transcripts)
@click.option("--turn", type=click.IntRange(1), help="That turn alone.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def facts(transcript: str, turn: int | None, as_json: bool) -> None:
    """List the facts that turns of TRANSCRIPT cite, and their figures that are not in the record.

    Figures are numbers, percentages, sums of money, dates and names of documents. One that stands
    in nothing that the speaker had been given is listed, for you to look at: nothing is scored.

    \b
    yalta facts a
    yalta facts a --turn 12 --json
    """
    turns = cited(read(find_transcript(transcript)))
    if turn is not None:
        turns = [each for each in turns if each.turn == turn]
        if not turns:
            raise UserError(f"the record of {transcript} has no turn {turn}")
    if as_json:
        data = {"note": NOTE, "turns": [_data(each) for each in turns]}
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    silent = [each for each in turns if not (each.citations or each.unrecorded)]
    for each in turns:
        if each not in silent:
            _show(each)
    if silent:
        _say(
            f"{_counted(len(silent))} of {len(turns):,}: no citation, and no figure that is not in"
            " the record."
        )
    click.echo()
    paragraph(NOTE)


def _show(turn: Cited) -> None:
    _say(f"Turn {turn.turn}, {turn.name} (closed at seq {turn.seq})")
    for citation in turn.citations:
        fact = citation.fact
        told = f"{fact.text} ({fact.source})" if fact else "there is no such fact"
        paragraph(f"[{citation.id}] {_line(told)}")
    if turn.unrecorded:
        paragraph(f"Not in the record: {_listed(figure.text for figure in turn.unrecorded)}")
    click.echo()


def _data(turn: Cited) -> dict[str, Any]:
    return {
        "turn": turn.turn,
        "seq": turn.seq,
        "seat": turn.seat,
        "name": showable(turn.name),
        "citations": [
            {
                "id": each.id,
                "known": each.fact is not None,
                "text": each.fact and showable(each.fact.text),
                "source": each.fact and showable(each.fact.source),
            }
            for each in turn.citations
        ],
        "not_in_record": [
            {"kind": each.kind, "text": showable(each.text), "start": each.start, "end": each.end}
            for each in turn.unrecorded
        ],
    }


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(_line(text) for text in texts)


def _line(text: str) -> str:
    return " ".join(text.split())


def _say(text: str) -> None:
    click.echo(showable(text))


def _counted(n: int) -> str:
    return "1 turn" if n == 1 else f"{n:,} turns"
