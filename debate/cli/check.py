"""`yalta models check`: what a model and its server really do, and what is done about each lack."""

from __future__ import annotations

import asyncio
import json
import sys
from decimal import ROUND_CEILING
from typing import TYPE_CHECKING

import click

from debate.cli import complete
from debate.cli.thinking import thinking_option

if TYPE_CHECKING:
    from debate.events import Profile, Thinking
    from debate.speakers.check import Call, Report


@click.command()
@click.argument("name", shell_complete=complete.models)
@thinking_option("How much the model thinks before it speaks.")
@click.option("--json", "as_json", is_flag=True, help="All that was found, as JSON.")
def check(name: str, thinking: Thinking | None, as_json: bool) -> None:
    """Ask model NAME three small questions, and tell what it and its server really do.

    How soon it speaks, whether it streams, which tokens it counts, whether a prefix is cached,
    whether it holds to a JSON schema, how it thinks; and what the program does about each lack.
    Exit code 1 if it does not answer at all, or without a word.

    \b
    yalta models check kimi-k2.6
    yalta models check ollama/qwen3:8b --thinking off
    """
    report = asyncio.run(_check(name, thinking))
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=2))
    else:
        _show(report)
    if report.silent:
        sys.exit(1)


async def _check(name: str, thinking: Thinking | None) -> Report:
    from debate.speakers.check import check as ask
    from debate.speakers.registry import Registry

    async with Registry() as registry:
        registry.trust(name)  # the user has named it
        speaker = registry.speaker(name, thinking)
        await speaker.prepare()  # what is missing is said before what will be asked
        _announce(speaker.profile)
        return await ask(registry, name, thinking)


def _announce(profile: Profile) -> None:
    """Say what will be asked, and what that can cost, before it is."""
    from debate.cost_wording import amount
    from debate.money import most
    from debate.speakers.check import plan
    from debate.text import showable

    planned = plan(profile)
    dearest, cost = most(planned.input, planned.output, profile.price), ""
    if dearest and profile.price:
        cost = f", for at most {amount(dearest, profile.price.currency, ROUND_CEILING)}"
    endpoint = profile.endpoint or ""
    where = "" if endpoint in profile.model else f" at {endpoint}"
    asked = f"{planned.calls} calls, about {planned.input:,} tokens to read"
    line = f"{profile.model}{where}: {asked}, at most {planned.output:,} to write{cost}"
    click.echo(showable(line), err=True)


def _show(report: Report) -> None:
    from debate.cli.table import table
    from debate.cost_wording import amount

    rows = [(each.what, each.found, each.then) for each in report.findings]
    table(["what", "found", "what the program does"], rows, align="lll")
    details = [each for each in report.findings if each.detail]
    if details:
        click.echo()
    for each in details:
        click.echo(f"{each.what}: {each.detail}")
    price = report.profile.price
    if report.cost is None:
        cost = "unknown"
    elif price is not None and price.input == price.output == 0:
        cost = "nothing"
    else:
        cost = amount(report.cost, price.currency if price else None)
    click.echo(f"\nThe calls cost: {cost}")


def _as_json(report: Report) -> dict[str, object]:
    """Money as a string, so that it stays exact."""
    profile, cost = report.profile, report.cost
    return {
        "model": profile.model,
        "endpoint": profile.endpoint,
        "failed": report.failed,
        "calls": [_call(call) for call in report.calls],
        "findings": [
            {"what": f.what, "found": f.found, "then": f.then or None, "detail": f.detail or None}
            for f in report.findings
        ],
        "cost": None if cost is None else f"{cost:f}",
        "currency": profile.price.currency if profile.price else None,
    }


def _call(call: Call) -> dict[str, object]:
    return {
        "call": call.name,
        "error": call.error,
        "first": call.first,
        "total": call.total,
        "tokens_per_second": call.rate,
        "pieces": call.pieces,
        "thought": call.thought,
        "finish": call.finish,
        "model": call.model,
        "estimated": call.estimated,
        "usage": call.usage.model_dump(),
    }
