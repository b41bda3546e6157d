"""`yalta persona audition --kept`: what a persona answered before, by version of its card."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from debate.cli.audition_printer import count_lines
from debate.cli.wrapping import MAX_WIDTH, paragraph
from debate.columns import wrapped
from debate.kept_answers import Answer, dumped, kept_answers, kept_path
from debate.text import showable, showable_json
from debate.voice_counts import TITLE, voice_counts


def show_kept(persona: str, *, as_json: bool) -> None:
    """Print what is kept of a persona, the oldest version of its card first."""
    kept = kept_answers(persona)
    if as_json:
        for answer in kept.answers:
            click.echo(showable_json(dumped(answer).decode()))
    for sha256, card in kept.cards.items():
        answers = kept.of(sha256)
        counts = voice_counts([answer.reply for answer in answers], card.voice)
        if as_json:
            line = {"type": "counts", "card": sha256, **asdict(counts)}
            click.echo(showable_json(json.dumps(line, ensure_ascii=False)))
            continue
        click.secho(showable(f"{card.name}, card {sha256[:12]}"), bold=True)
        if card.notice:
            click.secho(card.notice, dim=True)
        for answer in answers:
            _show(answer)
        click.secho(f"\n{TITLE}", bold=True)
        for text in count_lines(counts, MAX_WIDTH):
            click.echo(text)
        click.echo()
    if not kept.answers and not as_json:
        click.echo(f"{persona} has not been heard yet: nothing is kept in {kept_path(persona)}")


def _show(answer: Answer) -> None:
    when = answer.at.astimezone().strftime("%Y-%m-%d %H:%M")
    where = f", in a scene with {', '.join(answer.others)}" if answer.others else ""
    click.echo()
    for line in wrapped(answer.question, MAX_WIDTH):
        click.secho(line, bold=True)
    click.secho(showable(f"{when}, {answer.model}, seed {answer.seed}{where}"), dim=True)
    paragraph(answer.reply)
