"""`yalta scenario`."""

from __future__ import annotations

import click

from debate.cli import complete
from debate.cli.table import table
from debate.cli.wrapping import paragraph
from debate.errors import YaltaError
from debate.library import load_scenario, persona_files, scenario_files, scenario_path
from debate.lint import advice, named_by, taking_part
from debate.scenario import Phase, Scenario, SeatPlan
from debate.text import showable
from debate.yaml_file import problems_at


@click.group()
def scenario() -> None:
    """List, show and check scenarios."""


@scenario.command("list")
def list_() -> None:
    """List every scenario that can be run.

    \b
    yalta scenario list
    """
    for name, path in scenario_files().items():
        try:
            loaded = load_scenario(name)
        except YaltaError:
            click.echo(f"{name:<14} cannot be read; see `yalta scenario lint {name}`  ({path})")
            continue
        phases = ", ".join(phase.id for phase in loaded.phases)
        click.echo(f"{name:<14} {showable(loaded.title)} - {len(loaded.seats)} seats; {phases}")


@scenario.command()
@click.argument("name", shell_complete=complete.scenarios)
@click.option(
    "-m",
    "--model",
    default="local",
    shell_complete=complete.models,
    show_default=True,
    help="Who would speak.",
)
def show(name: str, model: str) -> None:
    """Show the scenario NAME (an id, or a file): its agenda, and what that would take.

    How often the floor is given and answers are asked for, the tokens and the cost are foreseen as
    by `yalta run --dry-run`; nothing is called.

    \b
    yalta scenario show yalta --model kimi-k2.6
    """
    loaded = load_scenario(name)
    click.secho(showable(loaded.title), bold=True)
    paragraph(f"Motion: {loaded.motion}")
    paragraph(loaded.background)
    for heading, lines in (
        ("Rules", list(loaded.rules)),
        ("Facts", [f"[{f.id}] {f.text} ({f.source})" for f in loaded.facts]),
        ("Seats", [", ".join(map(_seat, loaded.seats))]),
    ):
        if lines:
            click.secho(f"\n{heading}", bold=True)
        for line in lines:
            paragraph(line)
    click.secho("\nPhases", bold=True)
    for phase in loaded.phases:
        paragraph(f"{phase.title} ({', '.join(_about(phase))}): {phase.instructions}")
        paragraph(f"  {_who(loaded, phase)}")
    _show_agenda(loaded, model)


@scenario.command()
@click.argument("file", shell_complete=complete.scenarios)
def lint(file: str) -> None:
    """Check the scenario FILE (or an id): what is wrong with it, and what may not be meant.

    A fault is told with its line and column, and ends with exit code 2. Advice is only advice.

    \b
    yalta scenario lint scenarios/river.yaml
    """
    loaded = load_scenario(file)
    path = scenario_path(file)
    found = [(each.loc, each.message) for each in advice(loaded, persona_files())]
    for problem in problems_at(path, found):
        where = f"{path}:{problem.line}:{problem.column}"
        field = f"{problem.field}: " if problem.field else ""
        click.echo(showable(f"{where}: advice: {field}{problem.message}"))
    phases, told = len(loaded.phases), len(found)
    advised = f"{told} to think over" if told else "nothing to advise"
    click.echo(f"good: {phases} {'phase' if phases == 1 else 'phases'}, {advised}")


def _seat(seat: SeatPlan) -> str:
    more = [word for word in (seat.role if seat.role != "member" else "", seat.side) if word]
    return f"{seat.name} ({', '.join(more)})" if more else seat.name


def _about(phase: Phase) -> list[str]:
    """What kind of talk a phase is."""
    about: list[str] = [phase.kind]
    if phase.kind not in ("opening", "cross", "vote", "communique"):
        about.append(phase.floor.rule)
    if phase.kind == "vote":
        about += ["secret"] if phase.vote.secret else []
        about.append(phase.vote.rule.replace("_", " "))
    if phase.rounds > 1:
        about.append(f"{phase.rounds} rounds")
    if phase.kind not in ("motions", "amendments", "vote"):
        about.append(f"{phase.words.from_}-{phase.words.to} words")
    return about


def _who(scenario: Scenario, phase: Phase) -> str:
    """Who takes part, and who meets or asks whom."""
    seats = taking_part(scenario, phase)
    members = tuple(s.name for s in scenario.seats if s.role == "member")
    who = "all members" if seats == members else ", ".join(seats)
    if phase.seats and not named_by(scenario, phase):
        who = f"all members (nobody is {' or '.join(phase.seats)})"
    if phase.kind == "caucus":
        if isinstance(phase.rooms, dict):
            return "; ".join(f"{name}: {', '.join(room)}" for name, room in phase.rooms.items())
        return f"{who}, in {'pairs' if phase.rooms == 'pairs' else 'pairs that choose each other'}"
    if phase.pairs:
        return ", ".join(f"{asks} asks {answers}" for asks, answers in phase.pairs)
    chair = next((s.name for s in scenario.seats if s.role == "chair"), None)
    if phase.kind == "communique":
        return f"{chair or seats[0]} drafts; {who} sign"
    if chair and phase.floor.rule == "chaired":
        return f"{who}; {chair} gives the floor"
    return who


def _show_agenda(scenario: Scenario, model: str) -> None:
    """What each phase would take with a model."""
    from debate.cli.forecast import foreseen, money_told

    click.secho("\nForeseen", bold=True)
    try:
        one = foreseen(scenario, model)
    except YaltaError as error:
        paragraph(f"It cannot be held as it is: {error.message}")
        return
    rows = []
    for phase, plan in zip((*one.phases, one.total), (*scenario.phases, None), strict=True):
        counted = (phase.turns, phase.asks, phase.input, phase.new, phase.output)
        cells = [f"{n:,}" for n in counted]
        cost = money_told(phase.expected)
        rows.append([showable(phase.name), plan.kind if plan else "", *cells, cost])
    table(["phase", "kind", "turns", "asks", "tokens in", "new", "out", "cost"], rows, "ll")
    about = " Only its beginning was played; the sum is reckoned from it." if one.about else ""
    paragraph(f"With {model}: estimates; `new` is what an ideal prefix cache has not read.{about}")
