"""Whether a batch can be held as it is planned, before any of it is: what cannot be is told at its
line of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from debate.batch.arms import Held, check_named
from debate.batch.cells import Cell
from debate.batch.folder import BatchFolder
from debate.batch.job import Job, Past
from debate.batch.misfit import Misfit, standing
from debate.cli.forecast import profile_foreseen
from debate.errors import LoadError, UserError, YaltaError
from debate.events import ConferenceOpened
from debate.expected import Loc
from debate.forecast import forecast
from debate.seating import Wishes, check_prices, seat
from debate.speakers.http import HttpSpeaker
from debate.speakers.registry import DEFAULT_MODEL, Registry
from debate.state import fold
from debate.yaml_file import problems_at


def check_held(folder: BatchFolder, path: Path) -> None:
    """See that every kind of conference in a batch can be held as it is planned, before any is.

    Args:
        folder: The batch.
        path: The file of its plan.

    Raises:
        LoadError: with each part of the plan that does not fit.
        UserError: if one cannot be held for another reason.
    """
    registry = Registry()
    kinds = {(c.arm, c.model, c.layout, c.thinking, c.cast): c for c in reversed(folder.cells)}
    found: dict[tuple[Loc, str], Misfit] = {}
    for cell in reversed(kinds.values()):
        for each in _misfits(folder, cell, registry):
            found.setdefault((each.at, each.message), each)
    if not found:
        return
    problems = [
        problem
        for of_key in (False, True)
        for problem in problems_at(
            path, (key for key, each in found.items() if each.of_key == of_key), of_key=of_key
        )
    ]
    hints = dict.fromkeys(each.hint for each in found.values())
    raise LoadError(str(path), problems, hint=next(iter(hints)) if len(hints) == 1 else None)


def _misfits(folder: BatchFolder, cell: Cell, registry: Registry) -> Iterator[Misfit]:
    """What of the plan does not fit in the conference of a cell."""
    try:
        job = folder.job(cell)
    except Misfit as misfit:
        yield misfit
        return
    found = [*_unknown_models(folder, cell, job, registry)]
    try:
        held = Held(job.scenario, job.wishes) if job.scenario else None
        check_named(folder.plan, cell, held, job.opened)
    except Misfit as misfit:
        found.append(misfit)
    yield from found
    if found:
        return
    try:
        opened, _ = manifest(folder, cell, registry)
        if folder.plan.budget is not None:
            with standing("budget"):
                check_prices(each.profile for each in opened.seats)
    except Misfit as misfit:
        yield misfit


def _unknown_models(
    folder: BatchFolder, cell: Cell, job: Job, registry: Registry
) -> Iterator[Misfit]:
    """The models that cannot speak, each where the plan names it."""
    plan, thinking = folder.plan, job.wishes.thinking
    named: list[tuple[Loc, str]] = [(("models", seat), name) for seat, name in plan.models.items()]
    for seat_, name in plan.arms[cell.arm].models.items():
        named.append((("arms", cell.arm, "models", seat_), name))
    if cell.model:
        at: Loc = ("factors", "model", plan.factors.model.index(cell.model))
        named.append((at, cell.model))
    if job.scenario is not None:  # it may name some itself; those of a past have spoken already
        own = job.speaks() - {name for _, name in named}
        named += [(("scenario",), name) for name in sorted(own)]
    for at, name in named:
        try:
            with standing(*at):
                if profile_foreseen(name, Wishes(), registry).family == "human":
                    raise UserError("a person cannot have a seat in a batch")
            if thinking is not None:
                with standing("factors", "thinking", plan.factors.thinking.index(thinking)):
                    profile_foreseen(name, job.wishes, registry)
        except Misfit as misfit:
            yield misfit


def _with_changes(
    opened: ConferenceOpened, past: Past, wishes: Wishes, registry: Registry
) -> ConferenceOpened:
    """The opening of a past as if it had had the models, cards and rules of what is to follow."""
    models, rules = past.models, past.changes.rules
    seats = tuple(
        each.model_copy(update={"profile": profile_foreseen(models[each.id], wishes, registry)})
        if each.id in models
        else each
        for each in opened.seats
    )
    cards = {**opened.personas, **{card.id: card for card in past.changes.personas}}
    scenario = opened.scenario.model_copy(update={"rules": (*opened.scenario.rules, *rules)})
    return opened.model_copy(update={"seats": seats, "personas": cards, "scenario": scenario})


def check_keys(folder: BatchFolder, cells: Iterable[Cell]) -> None:
    """See that the keys are there without which some conferences could not begin.

    Raises:
        UserError: for the first that is missing.
    """
    models: dict[str, None] = {}
    kinds = {(cell.arm, cell.model, cell.cast): cell for cell in cells}
    for cell in kinds.values():
        with suppress(YaltaError):  # what cannot be held for another reason is told as it fails
            models |= dict.fromkeys(sorted(folder.job(cell).speaks()))
    registry = Registry()
    for model in models:
        speaker = None
        with suppress(YaltaError):
            speaker = registry.speaker(model)
        if isinstance(speaker, HttpSpeaker) and speaker.profile.family != "local":
            speaker.check_key()


def manifest(
    folder: BatchFolder, cell: Cell, registry: Registry
) -> tuple[ConferenceOpened, Decimal]:
    """The manifest of a cell's conference as far as it can be foreseen, and which part of the
    conference is still to be held.

    Raises:
        UserError: if it cannot be held.
    """
    job = folder.job(cell)
    if job.past is not None:
        from debate.events import parse

        events = [parse(line) for line in job.past.lines.splitlines() if line]
        kept = events if job.past.at is None else events[: job.past.at + 1]
        opened = events[0]
        assert isinstance(opened, ConferenceOpened)
        opened = _with_changes(opened, job.past, job.wishes, registry)
        turns = forecast(opened).total.turns
        had = len(fold(kept).record)
        if job.past.turn is not None:
            had = min(had, job.past.turn)
        return opened, max(Decimal(0), 1 - Decimal(had) / max(1, turns))
    assert job.scenario is not None
    held = seat(
        job.scenario, job.wishes, lambda m: profile_foreseen(m, job.wishes, registry), DEFAULT_MODEL
    )
    return held, Decimal(1)
