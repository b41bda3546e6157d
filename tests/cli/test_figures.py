"""What `yalta stats` prints of a transcript: tables, JSON, CSV."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from worlds import FREE, closed, manifest, scenario

from debate.bill import Bill, Cost
from debate.cli import yalta
from debate.cli.figures import as_csv, cost_line
from debate.columns import cells
from debate.cost_wording import amount, told
from debate.events import (
    MinutesTaken,
    PhaseOpened,
    Price,
    Profile,
    SeatChanged,
    Timing,
    Try,
    TurnOpened,
    Usage,
)
from debate.state import fold
from debate.stats import stats
from debate.transcript import Transcript

USD = Price(currency="USD", input=Decimal("0.6"), output=Decimal("2.5"))
SPENT = Usage(input=120_000, cached=90_000, output=2_000, reasoning=1_500, cache_written=3_000)
PLAN = scenario(["bartholomew", "bo"], [{"kind": "plenary", "words": {"from": 1, "to": 2}}])


def opened(number: int, seat: str) -> TurnOpened:
    return TurnOpened(
        turn=number,
        seat=seat,
        phase=0,
        round=1,
        request="0" * 64,
        max_tokens=348,
        at_most=Decimal("0.09"),
    )


def spoken(number: int, seat: str, **more):
    return closed(number, seat, "So it is.").model_copy(update={"usage": SPENT, **more})


def hard_day(price: Price | None = USD):
    """A conference in which something of everything went wrong."""
    other = Profile(model="=cmd()", family="openai", price=price)
    broken = (Try(why="busy", waited=1.0), Try(why="broke off", text="Half"))
    minutes = MinutesTaken(
        through=1, text="M.", request="0" * 64, by=other, usage=SPENT, timing=Timing(total=1)
    )
    return [
        manifest(PLAN, price=price),
        PhaseOpened(phase=0, kind="plenary", title="Plenary"),
        *(opened(1, "bartholomew"), spoken(1, "bartholomew", tries=broken)),
        *(opened(2, "bo"), spoken(2, "bo", by=other, warning="@not all\nwas read")),
        minutes,
    ]


@pytest.fixture
def run(tmp_path):
    def run(events, *options: str) -> str:
        path = tmp_path / "t.jsonl"
        path.unlink(missing_ok=True)
        with Transcript.create(path) as transcript:
            for event in events:
                transcript.append(event)
        done = CliRunner().invoke(yalta, ["stats", str(path), *options])
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_tables_tell_tokens_then_cost_then_length(run):
    out = run(hard_day())
    tokens, costs, lengths = out.split("\n\n")
    assert [line.split()[0] for line in tokens.splitlines()] == [
        *("seat", "Bartholomew", "Bo", "clerk", "all")
    ]
    assert tokens.splitlines()[3].split()[1:] == [
        *("120,000", "90,000", "(75%)", "30,000", "2,000", "1,500", "1.0")
    ]
    head, first, second, clerk, total = costs.splitlines()
    assert head.split("  ")[0] == "seat"
    assert "at most 0.1670 USD" in first
    assert "0.0038 USD" in first, "what reasoning cost"
    assert " 0.0770 USD" in second
    assert " 0.0770 USD" in clerk
    assert "at most 0.3210 USD" in total
    assert [word for word in ("tries", "broken off", "fallback", "warnings") if word in head] == [
        *("tries", "broken off", "fallback", "warnings")
    ]
    assert lengths.splitlines()[1].split() == [
        *("Phase", "0", "2", "1-2", "3", "3", "3", "3", "3", "0%", "0%", "100%")
    ]


@pytest.mark.parametrize("options", [(), ("--by-turn",)])
def test_a_line_fits_a_hundred_columns(run, options):
    assert max(cells(line) for line in run(hard_day(), *options).splitlines()) <= 100


def test_where_all_cost_the_same_nothing_one_line_says_so(run):
    usual = [*hard_day(FREE)[:2], opened(1, "bo"), closed(1, "bo", "So.")]
    assert "\n\ncost: free\n\n" in run(usual)


def test_a_row_by_turn_has_room_tries_and_cost(run):
    head, first, second = run(hard_day(), "--by-turn").splitlines()
    assert head.split()[-3:] == ["max", "tries", "cost"]
    assert first.endswith("  348      2  ≤ 0.1670 USD")
    assert second.endswith("  348      0    0.0770 USD")


def test_json_holds_all_of_it_and_money_as_exact_strings(run):
    counted = json.loads(run(hard_day(), "--json"))
    (cost,) = counted["total"]["costs"]
    assert cost == {
        "currency": "USD",
        "cost": "0.231",
        "at_most": "0.321",
        "of_reasoning": "0.01125",
        "unknown": 0,
        "broken_off": 1,
    }
    assert counted["clerk"]["minutes"] == 1
    assert counted["seats"][0]["tries"] == counted["turns"][0]["tries"] == 2
    assert counted["turns"][1]["by"] == "=cmd()"
    assert (counted["turns"][0]["max_tokens"], counted["turns"][0]["at_most"]) == (348, "0.09")
    assert counted["turns"][0]["usage"]["cached"] == 90_000
    (length,) = counted["lengths"]
    assert (length["asked"], length["median"], length["above"]) == ([1, 2], 3, 1)


def test_csv_has_a_line_a_turn_and_no_formula(run):
    rows = list(csv.DictReader(io.StringIO(run(hard_day(), "--csv"))))
    assert [row["turn"] for row in rows] == ["1", "2"]
    assert (rows[0]["cost"], rows[0]["at_most"], rows[0]["currency"]) == ("0.077", "0.167", "USD")
    assert (rows[1]["by"], rows[1]["warning"]) == ("'=cmd()", "'@not all\nwas read")
    assert rows[0]["max_tokens"] == "348"


def test_a_turn_in_two_currencies_has_a_line_for_each_and_columns_still_sum():
    euro = Profile(model="m", family="openai", price=USD.model_copy(update={"currency": "EUR"}))
    paid = (Try(why="w", text="x", usage=SPENT),)
    events = [*hard_day()[:2], opened(1, "bo"), spoken(1, "bo", by=euro, tries=paid)]
    rows = list(csv.DictReader(io.StringIO(as_csv(stats(events)))))
    assert [(r["turn"], r["currency"], r["cost"], r["words"]) for r in rows] == [
        ("1", "USD", "0.077", "3"),
        ("1", "EUR", "0.077", ""),
    ]


@given(st.text(max_size=20))
def test_whatever_a_model_is_called_a_spreadsheet_takes_it_for_text(name):
    by = Profile(model=name, family="openai", price=USD.model_copy(update={"currency": name}))
    events = [*hard_day()[:2], opened(1, "bo"), spoken(1, "bo", by=by, warning=name)]
    for row in csv.reader(io.StringIO(as_csv(stats(events)))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ([], "free"),
        ([Cost("USD", Decimal("0.0123"))], "0.0123 USD"),
        ([Cost("USD", Decimal("12.34567"))], "12.3457 USD"),
        ([Cost("USD", Decimal("0.0000042"))], "0.0000042 USD"),
        ([Cost("USD", Decimal("0.5"), unknown=1)], "unknown"),
        ([Cost(None, unknown=3)], "unknown"),
        ([Cost("USD", Decimal("0.5"), broken=1, over=Decimal("0.00001"))], "at most 0.5001 USD"),
        ([Cost("USD", Decimal("0.5"), broken=1, over=None)], "at least 0.5000 USD"),
        ([Cost("USD", broken=1, over=None)], "unknown"),
        ([Cost("USD", Decimal(1)), Cost("CNY", Decimal(2))], "1.0000 USD, 2.0000 CNY"),
        ([Cost("USD", Decimal(1)), Cost(None, unknown=1)], "1.0000 USD, unknown"),
    ],
)
def test_a_bill_in_words(costs, words):
    assert told(Bill(tuple(costs))) == words


@given(st.decimals(0, 10**6, places=9))
def test_an_amount_is_never_shown_as_nothing_nor_far_off(cost):
    shown = Decimal(amount(cost, "USD").removesuffix(" USD"))
    assert bool(shown) == bool(cost)
    assert abs(shown - cost) <= max(Decimal("0.00005"), cost / 10)


def test_the_line_at_the_end_of_a_run():
    assert cost_line(fold(hard_day())) == "Cost: at most 0.3210 USD"
    assert cost_line(fold(hard_day(FREE))) is None
    assert cost_line(fold(hard_day(None))) is None
    silent = [*hard_day()[:2], opened(1, "bo"), closed(1, "bo", "So.")]
    assert cost_line(fold(silent)) == "Cost: unknown"
    yuan = Profile(model="m", family="openai", price=USD.model_copy(update={"currency": "CNY"}))
    changed = [*hard_day(), SeatChanged(seat="bo", profile=yuan)]
    assert cost_line(fold(changed)) == "Cost: in several currencies; see `yalta stats`"
