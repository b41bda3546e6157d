"""What the page of many transcripts tells, in its order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from debate.report.page import page
from debate.report.section import Contents, Grid, Plot, Section
from debate.tally_report import pictures
from debate.tally_report.counted import Counted, conferences
from debate.tally_report.tables import only_currency, tables
from debate.text import one_line

NOTICE = (
    "Every word that is counted here was spoken by a language model in a role; none is a statement "
    "of a real person."
)


def html(counted: Counted) -> str:
    """The whole page."""
    return page(contents(counted), "debate.tally_report/page.html.j2")


def contents(counted: Counted) -> Contents:
    """What it tells."""
    groups, told = counted.tallied.groups, tables(counted.tallied)
    by = " and ".join(map(one_line, counted.tallied.by))
    sections = [
        Section(
            "counted", "What was counted", "method", tuple(_said(counted)), parts=_apart(counted)
        ),
        _section("words", "How long turns were", pictures.of_words(groups), told.lengths),
        _section("tokens", "Tokens", pictures.of_tokens(groups), told.spent),
        _section("costs", "Cost", pictures.of_costs(groups), told.costs, _costs_said(counted)),
        _section("time", "Time", pictures.of_seconds(groups)),
        _section("failures", "Failures", pictures.of_failures(groups)),
        _section("motions", "Motions and votes", pictures.of_motions(groups), told.motions),
    ]
    title = conferences(counted.tallied.total.conferences) + (f" by {by}" if by else "")
    return Contents(title, NOTICE, tuple(each for each in sections if each is not None))


def _said(counted: Counted) -> Iterator[str]:
    tallied, total = counted.tallied, counted.tallied.total
    yield (
        f"{conferences(total.conferences)}, {total.ended:,} of them held to their end: "
        f"{total.turns:,} turns of {total.words.total:,} words in all."
    )
    for batch in counted.batches:
        title = f" ({one_line(batch.title)})" if batch.title else ""
        yield f"Of the batch {one_line(batch.id)}{title}, in which {batch.planned:,} are planned."
    if tallied.by:
        yield (
            f"A row stands for all that has the same {', '.join(map(one_line, tallied.by))}; there "
            f"{'is' if len(tallied.groups) == 1 else 'are'} {len(tallied.groups):,}."
        )
    yield from counted.notes()
    if counted.left_out:
        yield f"Left out, since they cannot be read: {len(counted.left_out):,}."
    yield "These are counts. They describe; how good or how like anyone a text is, they do not say."


def _apart(counted: Counted) -> tuple[Section, ...]:
    """What is not as it should be, file by file."""
    parts = []
    if counted.changed:
        rows = tuple((each.transcript, str(each.line)) for each in counted.changed)
        head = ("transcript", "line that does not follow the one before")
        grid = Grid("Their chain of hashes does not hold; yalta verify tells more", head, rows)
        title = "Changed after they were written"
        parts.append(Section("changed", title, "method", grids=(grid,)))
    if counted.left_out:
        rows = tuple((each.transcript, one_line(each.why)) for each in counted.left_out)
        grid = Grid("Nothing of them is counted", ("transcript", "why"), rows)
        parts.append(Section("left-out", "Left out", "method", grids=(grid,)))
    return tuple(parts)


def _costs_said(counted: Counted) -> tuple[str, ...]:
    if only_currency(counted.tallied.groups) is None and any(
        cost.currency for group in counted.tallied.groups for cost in group.bill.costs
    ):
        return ("There is more than one currency, so there is no picture of it.",)
    return ()


def _section(
    name: str, title: str, plots: Iterable[Plot], grid: Grid | None = None,
    sentences: tuple[str, ...] = (),
) -> Section | None:  # fmt: skip
    drawn = tuple(plots)
    if not drawn and grid is None:
        return None
    grids = () if grid is None else (grid,)
    return Section(f"of-{name}", title, "results", sentences, drawn, grids)
