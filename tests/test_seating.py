"""What a user may wish for, which names and keys it takes, and where a key may go."""

from __future__ import annotations

import asyncio
import os

import pytest
from chat_server import ChatServer, Reply
from held import hold, small
from worlds import manifest, persona, scenario

from debate import Conference, Wishes, load_scenario, read_transcript
from debate.errors import KeyMissing, UnknownName, UserError
from debate.events import Profile
from debate.forms import form_of
from debate.names import _called, called
from debate.seating import manifest_hashes, seat
from debate.state import fold
from debate.steps import Ask


class TestWishes:
    def manifest(self, tmp_path, plan, **wishes):
        async def main():
            with ChatServer() as server:
                asked = Wishes(model=server.model, **wishes)
                async with Conference.begin(plan, asked, out=tmp_path) as conference:
                    return conference.state.opened

        return asyncio.run(main())

    def test_seats_rounds_and_motion_are_changed_in_the_transcript_too(self, tmp_path):
        opened = self.manifest(
            tmp_path,
            load_scenario("yalta"),
            seats=["amodei", "chair"],
            rounds=5,
            motion="Weights should be free.",
        )

        assert [s.id for s in opened.seats] == ["amodei", "chair"]
        assert set(opened.personas) == {"amodei", "chair"}
        assert [p.rounds for p in opened.scenario.phases if p.kind == "plenary"] == [5]
        assert opened.scenario.motion == "Weights should be free."
        assert "not statements of the real person" in opened.notice

    def test_a_table_at_which_nobody_may_speak_is_refused_in_words(self, tmp_path):
        plan = scenario(["altman", {"persona": "chair", "role": "chair"}])
        with pytest.raises(UserError, match=r"cannot be changed so: .*there is no member"):
            self.manifest(tmp_path, plan, seats=["chair"])

    def test_one_persona_may_sit_twice_under_two_names(self, tmp_path):
        opened = self.manifest(tmp_path, scenario(["chair"]), seats=["chair", "chair"])

        assert [s.id for s in opened.seats] == ["chair", "chair-2"]
        assert len({s.name for s in opened.seats}) == 2
        assert "not statements of the real person" not in opened.notice

    def test_unknown_names_are_told_with_the_nearest(self, tmp_path):
        with pytest.raises(UnknownName, match="did you mean 'altman'"):
            self.manifest(tmp_path, load_scenario("yalta"), seats=["altmann"])
        with pytest.raises(UnknownName, match="no seat named"):
            self.manifest(tmp_path, load_scenario("yalta"), seat_models={"yung": "local"})
        assert list(tmp_path.iterdir()) == []

    def test_a_seed_is_drawn_where_none_is_given(self, tmp_path):
        seeds = {self.manifest(tmp_path, small()).seed for _ in range(3)}
        assert len(seeds) > 1


def test_a_missing_key_is_told_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv("MOONSHOT_API_KEY", raising=False)

    async def main():
        async with Conference.begin(small(), Wishes(model="kimi-k2.6"), out=tmp_path):
            pass

    with pytest.raises(KeyMissing, match="MOONSHOT_API_KEY"):
        asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


def test_a_key_reaches_the_server_and_no_transcript(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "sk-very-secret")

    def answer(body):
        return Reply(status=401, body='{"error": {"message": "bad key sk-very-secret"}}')

    with ChatServer(answer) as server:
        _, path = asyncio.run(hold(small(), server, tmp_path))

    assert server.headers[0]["authorization"] == "Bearer sk-very-secret"
    assert "very-secret" not in path.read_text()
    failed = next(e for e in read_transcript(path) if e.type == "turn.failed")
    assert failed.final


def test_an_address_that_comes_from_a_file_gets_no_key(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "sk-very-secret")
    with ChatServer() as server:
        plan = small([{"kind": "closing"}])
        seats = [s.model_copy(update={"model": server.model}) for s in plan.seats]
        theirs = plan.model_copy(update={"seats": tuple(seats)})

        async def main():
            async with Conference.begin(theirs, out=tmp_path) as conference:
                async for _ in conference.stream():
                    pass

        asyncio.run(main())
        assert len(server.headers) == 3
        assert not any("authorization" in headers for headers in server.headers)


def test_a_redirect_is_not_followed_with_the_key(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "sk-very-secret")
    with ChatServer() as other:
        moved = Reply(status=307, headers={"Location": f"{other.url}/chat/completions"})
        with ChatServer(moved) as server:
            _, path = asyncio.run(hold(small(), server, tmp_path))
        assert other.requests == []
    assert read_transcript(path)[-1].type == "floor.paused"


def test_scenarios_that_differ_in_a_rule_of_the_floor_do_not_hash_alike():
    rules = ["round_robin", "random", "weighted", "addressed", "bidding", "manual"]
    plans = [scenario(["ada"], [{"kind": "plenary", "floor": rule}]) for rule in rules]
    assert len({manifest_hashes(plan, {}, {})["scenario"] for plan in plans}) == len(rules)


@pytest.mark.parametrize(
    ("members", "audience", "wishes", "cards"),
    [
        (30, 5, {}, "head"),
        (31, 0, {}, "tail"),
        (300, 0, {}, "tail"),
        (31, 0, {"cards": "head"}, "head"),
        (2, 0, {"cards": "tail"}, "tail"),
        (31, 0, {"layout": "perspective"}, "head"),
        (40, 0, {"layout": "auto"}, "tail"),
    ],
)
def test_cards_stand_at_the_head_of_no_large_table(members, audience, wishes, cards):
    ids = [f"seat-{n}" for n in range(members + audience)]
    plan = scenario(
        [
            {"persona": name, "role": "member" if n < members else "audience"}
            for n, name in enumerate(ids)
        ],
        [{"kind": "plenary"}],
    )
    asked = Wishes(personas={name: persona(name) for name in ids}, seed=1, **wishes)
    profile = Profile(model="test", family="openai-compatible")
    opened = seat(plan, asked, lambda model: profile, "test")
    assert opened.cards == cards
    assert len({card.name for card in opened.seats}) == members + audience


def test_three_hundred_seats_of_few_names_are_told_apart():
    ids = [f"seat-{n}" for n in range(300)]
    cards = {
        name: persona(name).model_copy(update={"name": f"Ada {n % 7}"})
        for n, name in enumerate(ids)
    }
    profile = Profile(model="test", family="openai-compatible")
    opened = seat(scenario(ids), Wishes(personas=cards, seed=1), lambda model: profile, "test")
    names = called(opened)
    assert len({known[0] for known in names.values()}) == 300
    assert names["seat-8"][0] == "Ada 1 (2)"


def test_what_seats_are_called_is_worked_out_once_for_a_table():
    ids = [f"delegate-{n}" for n in range(300)]
    opened = manifest(scenario(ids))
    before = _called.cache_info().misses
    for name in ids:
        form_of(fold([opened]), Ask("signature", name, 0))
    assert _called.cache_info().misses == before + 1


def test_the_personas_of_a_large_table_are_looked_for_at_once(tmp_path, monkeypatch):
    """Folders are listed as often for a hundred seats as for one."""
    monkeypatch.setenv("YALTA_CONFIG", str(tmp_path))
    (tmp_path / "personas").mkdir()
    ids = [f"seat-{n}" for n in range(100)]
    for name in ids:
        card = persona(name).model_dump_json(by_alias=True, exclude_defaults=True)
        (tmp_path / "personas" / f"{name}.yaml").write_text(card)
    listed = 0
    list_folder = os.scandir

    def counted(path):
        nonlocal listed
        listed += 1
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", counted)
    profile = Profile(model="test", family="openai-compatible")
    times = []
    for table in (ids[:1], ids):
        listed = 0
        seat(scenario(table), Wishes(seed=1), lambda model: profile, "test")
        times.append(listed)
    assert times[0] == times[1] > 0
