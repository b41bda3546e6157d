"""What three small calls find out about a server, over real connections."""

from __future__ import annotations

import asyncio
import json

import pytest
from faults import CutClean, Drop, ErrorInStream, NoUsage, Stall, Status
from model_server import Asked, ModelServer, Reply, Said, Tokens, nobody

from debate.errors import KeyMissing, UserError
from debate.library import config_folder
from debate.speakers.check import Report, check, plan
from debate.speakers.registry import Registry

WORDS = ("The list ", "tells of ", "birds that ", "wait, fly, ", "sleep and sing.")
JSON = ('{"colour": ', '"green", "letters": 5}')


def profiles(url: str, dialect: str, more: str = "") -> str:
    """A profile for the server, and the name by which it is asked for."""
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / "profiles.yaml").write_text(
        "schema: yalta/profiles/1\n"
        f"providers:\n  house: {{base_url: '{url}', family: {dialect}}}\n"
        f"models:\n  kai: {{provider: house{more}}}\n"
    )
    return "kai"


def well(asked: Asked, dialect: str = "openai", words=WORDS, reasoning=(), answer=JSON) -> Reply:
    """What a good server does: the second list is cached, and JSON is of the schema."""
    if wants_json(asked.body):
        return Reply(dialect, Said(answer, usage=Tokens(40, 0, output=12)))
    cached = 1400 if "birds in the list" in json.dumps(asked.body) else 0
    return Reply(dialect, Said(words, reasoning, usage=Tokens(1500, cached, output=30)))


def wants_json(body) -> bool:
    return "response_format" in body or "format" in body.get("output_config", {})


def asked_of(answer, dialect: str = "vllm", more: str = "", **options):
    """A report, and the bodies of all that was asked."""

    async def main():
        async with ModelServer(answer) as server, Registry() as registry:
            model = profiles(server.url, dialect, more)
            report = await check(registry, model, **options)
            return report, [each.body for each in server.asked]

    return asyncio.run(main())


def report_on(answer, *args, **options) -> Report:
    return asked_of(answer, *args, **options)[0]


def line(report: Report, what: str):
    return next(each for each in report.findings if each.what == what)


def lacks(report: Report) -> dict[str, str]:
    """What the program has to do something about."""
    return {each.what: each.then for each in report.findings if each.then}


PRICED = ", window: 32000, price: {currency: USD, input: '1', cached: '0.1', output: '2'}"


def test_a_good_server_lacks_nothing() -> None:
    report, bodies = asked_of(well, more=PRICED)
    assert lacks(report) == {}
    assert not report.failed
    assert "served-model" in line(report, "reply").found
    assert line(report, "streaming").found == "yes, 5 pieces"
    assert line(report, "prefix cache").found == "1,400 of 1,500 (93%)"
    assert line(report, "JSON schema").found == "yes"
    assert line(report, "window").found == "32,000 tokens, from profiles.yaml"
    assert "0.1 cached" in line(report, "price").found
    # 1,500 and 100 new, 1,400 cached, 40 more; 72 written.
    assert f"{report.cost:f}" == "0.001924"
    assert len(bodies) == 3


def test_the_second_call_begins_as_the_first_did_and_no_other_check_does() -> None:
    lists = []
    for _ in range(2):
        _, (first, again, _) = asked_of(well)
        assert first["messages"][0] == again["messages"][0]
        (one, two) = (body["messages"][1]["content"].partition("\n\n") for body in (first, again))
        assert one[0] == two[0]
        assert one[2] != two[2]
        lists.append(one[0].splitlines())
    assert lists[0][0] != lists[1][0]
    # Enough for those that cache from 1,024 tokens on: a sentence is more than eight by any count.
    assert len(lists[0]) * 8 > 1024


def test_a_plan_is_kept() -> None:
    report, bodies = asked_of(well, more=PRICED)
    planned = plan(report.profile)
    assert planned.calls == len(bodies)
    assert planned.input == sum(call.estimated for call in report.calls)
    assert planned.output == sum(body["max_tokens"] for body in bodies)
    assert 1300 < report.calls[0].estimated < 1800


def test_without_usage_costs_are_unknown() -> None:
    report = report_on(
        lambda asked: Reply("openai", Said(JSON if wants_json(asked.body) else WORDS), NoUsage()),
        more=PRICED,
    )
    assert line(report, "usage").found == "not told"
    assert lacks(report).keys() == {"usage", "prompt tokens", "prefix cache"}
    assert report.cost is None


def test_a_server_that_tells_no_cached_tokens() -> None:
    report = report_on(
        lambda asked: Reply("ollama", Said(JSON if wants_json(asked.body) else WORDS)), more=PRICED
    )
    assert lacks(report) == {"prefix cache": "the cached share shows as unknown"}
    assert line(report, "usage").detail == "nothing is told of cached, cache written, reasoning"
    assert report.cost is not None


def test_a_server_that_caches_nothing() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply("openai", Said(WORDS, usage=Tokens(1500, 0, output=30)))

    assert line(report_on(answer), "prefix cache").found == "nothing was cached"


def test_a_server_that_sends_a_reply_in_one_piece() -> None:
    report = report_on(lambda asked: well(asked, words=["".join(WORDS)]), more=PRICED)
    assert lacks(report) == {"streaming": "turns appear whole"}
    assert report.calls[0].rate is None


def test_a_short_reply_in_one_piece_says_nothing_of_streaming() -> None:
    report = report_on(lambda asked: well(asked, words=["Birds."]))
    assert "unknown" in line(report, "streaming").found


def test_a_server_that_refuses_a_schema() -> None:
    def answer(asked: Asked) -> Reply:
        if wants_json(asked.body):
            said = {"error": {"message": "This response_format type is unavailable now"}}
            return Reply("deepseek", Status(400, json.dumps(said)))
        return well(asked)

    report = report_on(answer, more=PRICED)
    assert lacks(report) == {"JSON schema": "votes are read from plain text"}
    assert line(report, "JSON schema").found == "no, refused"
    assert "unavailable now" in line(report, "JSON schema").detail


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (["Green, ", "with five letters."], "no"),
        (['{"colour": "green"}'], "JSON, but not of that schema"),
        (['{"colour": "green", "letters": "5"}'], "JSON, but not of that schema"),
        (['{"colour": "green", "letters": 5, "why": ""}'], "JSON, but not of that schema"),
        (["[" * 10_000], "no"),
        (['<think>Hm.</think>{"colour": "green", "letters": 5}'], "yes"),
    ],
)
def test_json_is_held_against_its_schema(answer: list[str], found: str) -> None:
    report = report_on(lambda asked: well(asked, answer=answer))
    assert line(report, "JSON schema").found == found


def test_thoughts_in_the_reply_are_told_from_those_apart() -> None:
    inside = ["<think>Bir", "ds.</thi", "nk>", *WORDS]
    report = report_on(lambda asked: well(asked, words=inside), more=PRICED)
    assert lacks(report) == {"thinking": "moved into the reasoning fold"}
    assert report.calls[0].text == "".join(WORDS)

    apart = report_on(lambda asked: well(asked, "moonshot", reasoning=["Bir", "ds."]), more=PRICED)
    assert line(apart, "thinking").found == "apart from the reply"
    assert lacks(apart) == {}


def test_thoughts_may_use_up_all_the_room() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply("openai", Said(["<think>", "Bir", "ds and"], finish="length"))

    report = report_on(answer)
    assert "reasoning_room" in lacks(report)["reply"]
    assert line(report, "JSON schema").found.startswith("unknown")


@pytest.mark.parametrize("fault", [Drop(), CutClean(), ErrorInStream(), Status(503), Stall()])
def test_a_call_that_dies_ends_no_report(fault) -> None:
    def answer(asked: Asked) -> Reply:
        good = well(asked)
        if "birds in the list" in json.dumps(asked.body):
            good.faults = [fault]
        return good

    report = report_on(answer, more=PRICED, seconds=3.0 if isinstance(fault, Stall) else None)
    assert lacks(report) == {"prefix cache": "the cached share shows as unknown"}
    assert line(report, "prefix cache").detail == report.calls[1].error
    assert line(report, "JSON schema").found == "yes"
    assert not report.failed


def test_nothing_more_is_asked_where_the_first_call_fails() -> None:
    report, bodies = asked_of(Reply("openai", Status(401)), more=PRICED)
    assert report.failed
    assert len(bodies) == 1
    assert "401" in line(report, "reply").detail
    assert line(report, "window").found.startswith("32,000")
    assert report.cost == 0


def test_a_server_that_is_not_there() -> None:
    async def main() -> Report:
        async with Registry() as registry:
            return await check(registry, profiles(nobody(), "openai-compatible"))

    report = asyncio.run(main())
    assert report.failed
    assert "cannot be reached" in line(report, "reply").detail


def test_what_a_server_says_cannot_steer_the_terminal() -> None:
    evil = "a\x1b]0;title\x07\u202e\nmodel"

    def answer(asked: Asked) -> Reply:
        if wants_json(asked.body):
            return Reply("openai", Status(400, json.dumps({"error": {"message": evil}})))
        return Reply("openai", Said(WORDS, model=evil))

    for each in report_on(answer).findings:
        said = each.what + each.found + each.then + each.detail
        assert not set("\x1b\x07\u202e\n") & set(said)


def test_thinking_is_asked_of_the_family_without_a_call() -> None:
    report, bodies = asked_of(well, "openai-compatible")
    assert len(bodies) == 3
    assert lacks(report)["without thinking"].startswith("--thinking off is refused")
    report, bodies = asked_of(well, "vllm", thinking="high")
    assert "without thinking" not in lacks(report)
    assert [body["reasoning_effort"] for body in bodies] == ["high"] * 3
    with pytest.raises(UserError, match="cannot be asked to think"):
        report_on(well, "lmstudio", thinking="high")


def test_each_family_asks_for_a_schema_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    _, (*_, body) = asked_of(well)
    form = body["response_format"]
    assert form["type"] == "json_schema"
    schema = form["json_schema"]["schema"]
    assert form["json_schema"]["strict"] is True
    assert schema["required"] == ["colour", "letters"]
    assert schema["additionalProperties"] is False

    _, (*before, body) = asked_of(lambda asked: well(asked, "deepseek"), "deepseek")
    assert body["response_format"] == {"type": "json_object"}
    assert json.dumps(schema) in body["messages"][-1]["content"]
    assert not any(wants_json(each) for each in before)

    more = ", name: claude-sonnet-5"
    report, (first, _, body) = asked_of(
        lambda asked: well(asked, "anthropic"), "anthropic", more, thinking="low"
    )
    assert line(report, "JSON schema").found == "yes"
    assert line(report, "prefix cache").found == "1,400 of 1,500 (93%)"
    assert first["output_config"] == {"effort": "low"}
    assert body["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": schema},
    }
    # What is to be cached ends where the list does.
    listed, question = first["messages"][0]["content"]
    assert "cache_control" in listed
    assert question["text"].strip() == "In about forty words, tell what the list is about."


@pytest.mark.parametrize("model", ["me", "replay:some.jsonl"])
def test_people_and_transcripts_are_no_models(model: str) -> None:
    with pytest.raises(UserError, match="is no model"):
        asyncio.run(check(Registry(), model))


def test_a_key_that_is_missing_is_told_before_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOONSHOT_API_KEY", raising=False)
    with pytest.raises(KeyMissing, match=r"kimi-k2\.6"):
        asyncio.run(check(Registry(), "kimi-k2.6"))
