"""What is told of a batch: how far it is, what failed or stands still and why, what to do next."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from decimal import ROUND_CEILING, Decimal

import click

from debate.batch.budget import but_arm
from debate.batch.run import Batch
from debate.cli.batch_losses import losses, named, tell_lacking, tell_losses
from debate.cli.table import table
from debate.cli.wrapping import paragraph
from debate.cost_wording import plain, spent_told
from debate.errors import UserError
from debate.library import short_path
from debate.text import showable

#: What failures of the same cause differ in.
_WHICH = re.compile(r"^(turn|ask) \d+ failed: ")


def tell(held: Batch, *, running: bool = False) -> None:
    """Print how far a batch is and what to do next.

    Args:
        held: The batch, as it was last looked at.
        running: Whether another program holds it now.
    """
    ends = Counter(each.end for each in held.outcomes.values())
    left = held.open()
    begun = sum(cell.id in held.underway for cell in left)
    started = f" ({begun:,} of them begun)" if begun else ""
    limit = "" if held.budget is None else f" of {plain(held.budget)}"
    spent = f", {spent_told(held.bill, limit)}" if limit or held.spent else ""
    click.echo(
        f"{ends['complete']:,} complete, {ends['failed']:,} failed, {len(left):,} open{started}, of"
        f" {len(held.folder.cells):,} in {short_path(held.folder.path)}{spent}"
    )
    if left or ends["failed"]:
        _tell_arms(held)
    _tell_causes(held)
    if still := [cell.id for cell in held.still()]:
        do = "stands still: what it" if len(still) == 1 else "stand still: what each"
        paragraph(f"{named(still)} {do} may cost bears no further call")
    if uneven := uneven_told(held):
        paragraph(uneven)
    tell_lacking(held)
    lost = losses(held)
    tell_losses(held, lost)
    if running:
        click.echo("Another program holds it now.")
    elif left:
        if held.is_short and held.able():
            paragraph("What is left of the budget does not bear another conference in every arm.")
        more = f" --budget {_enough(held)}" if held.is_short else ""
        click.echo(f"Go on with:  yalta batch resume {held.folder.path}{more}")
    elif ends["failed"]:
        click.echo(f"Hold them again with:  yalta batch retry {held.folder.path}")
    elif not lost:
        click.echo(f"See:  yalta stats {held.folder.path} --by arm")


def check_budget(held: Batch) -> None:
    """See that the budget bears anything of what is open, before any of it is held.

    Raises:
        UserError: if it does not, with how much is spent, and how much is needed.
    """
    if not held.is_short:
        return
    hint = f"yalta batch resume {shlex.quote(str(held.folder.path))} --budget {_enough(held)}"
    count = len(held.open())
    those = "the one conference that is open" if count == 1 else f"the {count:,} that are open"
    if held.budget is None:
        why = f"{those}: what it may cost by its scenario bears no further call"
        raise UserError(f"nothing can go on of {why}", hint=hint)
    raise UserError(
        f"nothing can go on under a budget of {plain(held.budget)}: {spent_told(held.bill)}, and"
        f" with {those} it takes about {_enough(held)} in all",
        hint=hint,
    )


def uneven_told(held: Batch) -> str:
    """Which conferences stand still whose like in another arm is complete; empty if none does."""
    complete = {
        tuple(but_arm(cell).items())
        for cell in held.folder.cells
        if (ended := held.outcomes.get(cell.id)) and ended.end == "complete"
    }
    behind = [cell for cell in held.still() if tuple(but_arm(cell).items()) in complete]
    if not behind:
        return ""
    do = "stands" if len(behind) == 1 else "stand"
    which = named([cell.id for cell in behind])
    return f"uneven: {which} {do} still where the same conference of another arm is complete"


def _enough(held: Batch) -> str:
    """A budget that bears all that is open, to two digits; N where that cannot be foreseen."""
    if held.budget is None or not held.is_foreseen:
        return "N"
    least = max(held.wanted, Decimal(str(held.budget)))
    places = Decimal(1).scaleb(least.adjusted() - 1)
    return f"{least.quantize(places, ROUND_CEILING):f}"


def _tell_causes(held: Batch) -> None:
    """Why conferences failed, each cause once, whichever turn it befell."""
    causes: dict[str, list[str]] = {}
    for each in held.failed():
        reason = " ".join((each.reason or "").split())
        causes.setdefault(_WHICH.sub("", reason), []).append(each.cell)
    for cause, (first, *more) in sorted(causes.items(), key=lambda each: -len(each[1])):
        which = f"{1 + len(more):,} conferences, {first} the first" if more else first
        paragraph(f"{which}: {showable(cause)}")


def _tell_arms(held: Batch) -> None:
    """How many have ended in each arm, so that it is seen where one has fewer than another."""
    arms: dict[str, Counter[str]] = {}
    for cell in held.folder.cells:
        ended = held.outcomes.get(cell.id)
        arms.setdefault(cell.arm, Counter())[ended.end if ended else "open"] += 1
    if len(arms) > 1:
        ends = ("complete", "failed", "open")
        rows = [[showable(arm), *(f"{of[end]:,}" for end in ends)] for arm, of in arms.items()]
        table(["arm", *ends], rows)
