"""What a conference will take, told before it is held: beside the real thing, and in general."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from chat_server import ChatServer, Reply
from held import hold, small
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import FREE, ROUNDS, SEATS, Play, manifest, persona, scenario

from debate.agenda import GiveFloor
from debate.estimate import estimate, estimate_prompt
from debate.events import AskOpened, ConferenceOpened, Price, TurnOpened
from debate.forecast import LAYOUTS, by_layout, choose_layout, forecast
from debate.money import most
from debate.prefix_cache import common_length
from debate.prompts.layouts import Message, Projection
from debate.rehearsal import made, made_answer, planned_turns
from debate.seating import Wishes, seat
from debate.steps import ask_of, floor_of

MIDDLE = 90  # words of a turn, in a phase of worlds
ANY_LAYOUT = st.sampled_from(LAYOUTS)
CENTS = st.integers(0, 1000).map(lambda n: Decimal(n) / 100)


@st.composite
def prices(draw) -> Price:
    """What a token costs at providers: cached no more than new, and a cache pays off."""
    base = draw(CENTS)
    cached = draw(st.none() | CENTS.map(lambda c: min(c, base)))
    more = draw(st.none() | CENTS.map(lambda c: base + min(c, base - (cached or base))))
    return Price(currency="USD", input=base, cached=cached, cache_written=more, output=draw(CENTS))


def priced(opened: ConferenceOpened, **profiles) -> ConferenceOpened:
    """The manifest with fields of some seats' profiles changed, by seat."""
    seats = [
        card.model_copy(
            update={"profile": card.profile.model_copy(update=profiles.get(card.id, {}))}
        )
        for card in opened.seats
    ]
    return opened.model_copy(update={"seats": tuple(seats)})


def everyone(opened: ConferenceOpened, **changes) -> ConferenceOpened:
    return priced(opened, **{card.id: changes for card in opened.seats})


def tokens_in_common(new, old) -> int:
    """What an ideal cache reads of a prompt that begins like another, found letter by letter."""
    tokens = 0
    for one, two in zip(new, old, strict=False):
        if one.content != two.content:
            alike = next(
                (n for n, (a, b) in enumerate(zip(one.content, two.content)) if a != b),  # noqa: B905
                min(len(one.content), len(two.content)),
            )
            return tokens + estimate(one.content[:alike])
        tokens += estimate_prompt([one])
    return tokens


@pytest.mark.parametrize("layout", ["shared", "perspective"])
def test_it_comes_true_where_turns_are_as_long_as_asked(layout, tmp_path):
    with ChatServer(Reply([made(MIDDLE, 0)])) as server:
        items, _ = asyncio.run(hold(small(), server, tmp_path, layout=layout))
        opened = next(item for item in items if isinstance(item, ConferenceOpened))
        found = forecast(everyone(opened, price=Price(currency="USD", input=0, output=10**6)))
        asked = server.requests

    read = [
        estimate_prompt(Message(m["role"], m["content"]) for m in body["messages"])
        for body in asked
    ]
    assert found.total.turns == len(asked) == 12
    assert found.total.input == pytest.approx(sum(read), rel=0.01)
    assert found.total.output == pytest.approx(12 * estimate(made(MIDDLE, 0)), rel=0.01)
    assert found.total.at_worst == {"USD": sum(body["max_tokens"] for body in asked)}
    assert {seat: f.turns for seat, f in found.seats.items()} == dict.fromkeys(found.seats, 4)


@settings(max_examples=40)
@given(SEATS, ROUNDS, ANY_LAYOUT, prices(), st.sampled_from(["from", "middle", "to"]))
def test_a_cache_spares_and_the_worst_is_worst(seats, phases, layout, price, words):
    opened = manifest(scenario(seats, phases), layout=layout[0], cards=layout[1], price=price)
    found = forecast(opened, words=words)

    for figures in (*found.seats.values(), *found.models.values(), found.total):
        assert 0 < figures.new <= figures.input
        with_cache, without, worst = (
            sum(money.values())
            for money in (figures.with_cache, figures.without_cache, figures.at_worst)
        )
        assert max(with_cache, without) <= worst
        # Who speaks first pays for what others read again.
        if len(seats) == 1 or figures.name not in {card.name for card in opened.seats}:
            assert with_cache <= without
    for name in ("turns", "input", "cached", "output"):
        parts = [getattr(figures, name) for figures in found.seats.values()]
        assert sum(parts) == getattr(found.total, name)
    assert found.total.turns == planned_turns(opened) == len(Play(opened).run().state.record)
    assert not found.about


@settings(max_examples=40)
@given(SEATS, ROUNDS, ANY_LAYOUT, st.integers(0, 2**16))
def test_an_ideal_cache_reads_what_any_earlier_prompt_began_with(seats, phases, layout, seed):
    opened = manifest(scenario(seats, phases), layout=layout[0], cards=layout[1], seed=seed)
    play = Play(opened, speak=lambda step, number: made(MIDDLE, number)).run()
    projection, earlier, cached = Projection(opened), [], 0
    for state, event in zip(play.states, play.events, strict=False):
        if isinstance(event, TurnOpened):
            prompt = projection.messages(state, GiveFloor(event.seat, event.phase, event.round))
            cached += max((tokens_in_common(prompt, old) for old in earlier), default=0)
            earlier.append(prompt)

    found = forecast(opened).total
    assert found.input == sum(map(estimate_prompt, earlier))
    assert found.cached == cached


KINDS = [
    {"kind": "opening"},
    {"kind": "plenary", "floor": "bidding"},
    {"kind": "plenary", "floor": "chaired"},
    {"kind": "cross"},
    {"kind": "caucus", "rooms": "choice"},
    *({"kind": kind} for kind in ("motions", "amendments", "vote", "communique", "closing")),
]
WITH_CHAIR = ["ada", "bo", "cem", {"persona": "dai", "role": "chair"}]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_asks_are_read_from_the_same_cache_as_turns(layout):
    opened = manifest(scenario(WITH_CHAIR, KINDS), layout=layout[0], cards=layout[1])
    play = Play(opened, speak=lambda step, number: made(MIDDLE, number), answer=made_answer).run()
    projection, earlier, cached, asks = Projection(opened), [], 0, 0
    for state, event in zip(play.states, play.events, strict=False):
        if isinstance(event, TurnOpened | AskOpened):
            step = floor_of(event) if isinstance(event, TurnOpened) else ask_of(event)
            prompt = projection.messages(state, step)
            cached += max((tokens_in_common(prompt, old) for old in earlier), default=0)
            earlier.append(prompt)
            asks += isinstance(event, AskOpened)

    found = forecast(opened)
    assert (found.total.turns, found.total.asks) == (len(play.state.record), asks)
    assert found.total.input == sum(map(estimate_prompt, earlier))
    # Each is compared with the latest of all and of its seat, not with all there were.
    assert cached * 0.97 <= found.total.cached <= cached
    if layout[0] == "shared":
        votes = found.phases[7]
        assert (votes.turns, votes.asks) == (0, 3 * len(play.state.motions))
        assert votes.new < votes.input / 3, "all voters read one record"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_phases_sum_up(layout):
    opened = manifest(scenario(WITH_CHAIR, KINDS), layout=layout[0], cards=layout[1], price=FREE)
    found = forecast(everyone(opened, price=Price(currency="USD", input=1, output=2)))
    for name in ("turns", "asks", "input", "cached", "output"):
        parts = [getattr(figures, name) for figures in found.phases]
        assert sum(parts) == getattr(found.total, name), name
        assert sum(getattr(f, name) for f in found.seats.values()) == getattr(found.total, name)
    assert sum(f.at_worst["USD"] for f in found.phases) == found.total.at_worst["USD"]
    assert [f.name for f in found.phases] == [p.title for p in opened.scenario.phases]


def test_turns_that_quotas_leave_unfilled_are_not_reckoned():
    plenary = {"kind": "plenary", "rounds": 5, "floor": {"rule": "random", "most": 2}}
    opened = manifest(scenario(["ada", "bo"], [plenary]))
    found = forecast(opened)
    assert found.total.turns == len(Play(opened).run().state.record) == 4
    assert not found.about


def test_a_chair_who_never_speaks_does_not_keep_a_long_conference_from_being_reckoned():
    def talk(seats):
        return forecast(manifest(scenario(seats, [{"kind": "plenary", "rounds": 400}])))

    plain, chaired = talk(WITH_CHAIR[:3]), talk(WITH_CHAIR)
    assert plain.about
    assert chaired.about
    assert chaired.total.turns == plain.total.turns == 1200
    assert chaired.seats["dai"].turns == 0


@given(st.text("ab"), st.text("ab"), st.text("ab"))
def test_what_two_texts_begin_with_alike(both, one, two):
    alike = common_length(both + one, both + two)

    assert alike >= len(both)
    assert (both + one)[:alike] == (both + two)[:alike]
    assert (both + one)[alike : alike + 1] != (both + two)[alike : alike + 1] or (
        both + one == both + two
    )


def test_models_at_other_endpoints_share_no_cache():
    opened = manifest(scenario(["ada", "bo", "cem"]))
    one = forecast(opened).total
    apart = priced(opened, bo={"endpoint": "http://b/v1"}, cem={"name": "other"})
    three = forecast(apart).total

    assert three.input == one.input
    assert three.new > one.new


def test_costs_are_exact_and_by_currency():
    yuan = Price(currency="CNY", input=Decimal("0.1"), output=Decimal("0.3"))
    dollar = Price(currency="USD", input=Decimal(3), cached=Decimal("0.3"), output=Decimal(15))
    opened = manifest(scenario(["ada", "bo", "cem"]), price=dollar)
    found = forecast(priced(opened, bo={"price": yuan}, cem={"price": FREE}))

    bo, ada = found.seats["bo"], found.seats["ada"]
    assert bo.without_cache == {"CNY": (bo.input * yuan.input + bo.output * yuan.output) / 10**6}
    assert bo.with_cache == bo.without_cache  # no price of its own for what is cached
    assert ada.without_cache == {"USD": most(ada.input, ada.output, dollar)}
    assert ada.with_cache["USD"] < ada.without_cache["USD"]
    assert found.seats["cem"].at_worst == {}
    assert found.total.with_cache == {**ada.with_cache, **bo.with_cache}


def test_an_unknown_price_is_unknown_and_so_is_every_sum_that_needs_it():
    opened = manifest(scenario(["ada", "bo"]), price=FREE)
    found = forecast(priced(opened, bo={"price": None, "model": "secret"}))

    for figures in (found.seats["bo"], found.models["secret"], found.total):
        assert figures.with_cache is figures.without_cache is figures.at_worst is None
        assert figures.expected is None
    assert found.seats["ada"].at_worst == {}


def test_reasoning_is_unknown_and_at_worst_fills_its_room():
    price = Price(currency="USD", input=Decimal(0), output=Decimal(1_000_000))
    opened = manifest(scenario(["ada", "bo"]), price=price)
    plain = forecast(opened)
    thinking = forecast(everyone(opened, reasoning_room=1000))

    assert not plain.total.thinks
    assert thinking.total.thinks
    assert thinking.total.output == plain.total.output
    assert thinking.total.at_worst["USD"] - plain.total.at_worst["USD"] == 1000 * plain.total.turns


def test_a_person_reads_no_tokens():
    found = forecast(priced(manifest(scenario(["ada", "bo"])), bo={"family": "human"}))

    assert found.seats["bo"].turns == 4
    assert found.seats["bo"].input == found.seats["bo"].output == 0
    assert found.seats["ada"].input == found.total.input


def test_it_ends_where_the_scenario_says_so():
    whole = forecast(manifest(scenario(["ada", "bo"]))).total
    short = forecast(manifest(scenario(["ada", "bo"], ends={"turns": 5}))).total

    assert (whole.turns, short.turns) == (8, 5)
    assert short.input < whole.input


def test_a_window_that_is_outgrown_is_told():
    opened = manifest(scenario(["ada", "bo"], [{"kind": "plenary", "rounds": 20}]))
    known = everyone(opened, window=3000)
    (outgrown,) = forecast(known).outgrown

    assert outgrown.window == 3000
    assert 1 < outgrown.turn < 40
    assert forecast(everyone(opened, window=10**6)).outgrown == ()


def test_a_window_that_is_outgrown_beyond_what_is_played_is_told_too():
    def outgrown(rounds):
        plan = scenario(["ada", "bo", "cem"], [{"kind": "plenary", "rounds": rounds}])
        return forecast(everyone(manifest(plan), window=60_000)).outgrown[0].turn

    played, reckoned = outgrown(300), outgrown(340)
    assert played > 400
    assert reckoned == pytest.approx(played, rel=0.02)


def test_what_is_very_long_is_reckoned_from_its_beginning():
    def talk(rounds):
        plenary = {"kind": "plenary", "rounds": rounds, "floor": {"order": "shuffled"}}
        return forecast(manifest(scenario(["ada", "bo", "cem"], [plenary])))

    played, reckoned = talk(333), talk(334)
    assert (played.about, reckoned.about) == (False, True)
    assert reckoned.total.turns == played.total.turns + 3 == 1002
    for name in ("input", "new", "output"):
        one, two = getattr(played.total, name), getattr(reckoned.total, name)
        assert two == pytest.approx(one, rel=0.01), name
    assert talk(10_000).total.input > 500 * reckoned.total.input


class TestAuto:
    PRICE = Price(currency="USD", input=Decimal(1), cached=Decimal("0.1"), output=Decimal(1))

    def world(self, cards: int = 1, **profile) -> ConferenceOpened:
        """A table of six, their cards of so many paragraphs."""
        seats = ["ada", "bo", "cem", "dai", "eve", "fay"]
        opened = manifest(scenario(seats))
        personas = {name: persona(name, summary=made(60 * cards, 0)) for name in seats}
        return everyone(opened.model_copy(update={"personas": personas}), **profile)

    def test_the_shared_record_is_cheapest_where_prefixes_are_cached(self):
        choice = choose_layout(self.world(price=self.PRICE))

        assert (choice.layout, choice.cards) == ("shared", "head")
        assert choice.reason.startswith("shared: 0.0")
        assert choice.reason.endswith("by perspective")

    def test_long_cards_leave_the_head_where_nothing_is_cached(self):
        cached = choose_layout(self.world(cards=10, price=self.PRICE))
        plain = choose_layout(self.world(cards=10, price=self.PRICE, caches=False))

        assert cached.cards == "head" or cached.layout == "perspective"
        assert (plain.layout, plain.cards) != ("shared", "head")

    @pytest.mark.parametrize("profile", [{}, {"family": "local", "price": FREE}])
    def test_without_a_price_tokens_decide(self, profile):
        opened = self.world(**profile)
        found = by_layout(opened)
        choice = choose_layout(opened, found)

        assert (choice.layout, choice.cards) == ("shared", "head")
        new = f"{found['shared', 'head'].total.new:,}"
        assert choice.reason.startswith(f"shared: {new} new tokens instead of ")

    def test_a_small_difference_changes_nothing(self):
        plan = scenario(["ada", "bo", "cem"], [{"kind": "plenary", "rounds": 10}])
        opened = everyone(manifest(plan), price=self.PRICE, caches=False)
        found = by_layout(opened)
        choice = choose_layout(opened, found)

        costs = {key: each.total.expected["USD"] for key, each in found.items()}
        assert min(costs, key=costs.get) != ("shared", "head")
        assert (choice.layout, choice.cards) == ("shared", "head")
        assert "no more than 3 % less" in choice.reason

    @settings(max_examples=25)
    @given(SEATS, ROUNDS, prices(), st.sampled_from([None, True, False]))
    def test_what_is_taken_is_never_much_dearer_than_another(self, seats, phases, price, caches):
        opened = everyone(manifest(scenario(seats, phases), price=price), caches=caches)
        found = by_layout(opened)
        choice = choose_layout(opened, found)

        costs = {key: sum(each.total.expected.values()) for key, each in found.items()}
        assert costs[choice.layout, choice.cards] * 97 <= min(costs.values()) * 100

    def test_the_manifest_holds_what_was_taken(self):
        opened = self.world(price=self.PRICE)

        def held(**wishes):
            profile = opened.seats[0].profile.model_copy(update={"caches": False})
            return seat(small(), Wishes(seed=1, **wishes), lambda model: profile, "any")

        auto = held(layout="auto")
        choice = choose_layout(held())
        assert (auto.layout, auto.cards) == (choice.layout, choice.cards)
        assert (auto.layout, auto.cards) != ("shared", "head")  # these cards are long
        assert auto.hashes == held().hashes
