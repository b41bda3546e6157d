"""Prompt templates: what they may say, and what they can never do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debate.errors import LoadError, UserError
from debate.prompts.environment import (
    MAX_STEPS,
    MAX_TEMPLATE_BYTES,
    compile_template,
    load_templates,
    neutral,
    render,
    shipped_templates,
)

VALUES: dict[str, Any] = {
    "name": "Kai",
    "round": 2,
    "card": "",
    "nobody": None,
    "others": ["Bo", "Cem"],
    "persona": {"role": "Delegate", "goals": {"public": ["Win.", "Sleep."], "private": []}},
}


def written(source: str, **more: Any) -> str:
    return render(compile_template(source, path="own.j2"), "own.j2", {**VALUES, **more})


# What a template may say


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Plain words.", "Plain words."),
        ("{# a remark #}Words.", "Words."),
        ("{{ name }} is a {{ persona.role }}", "Kai is a Delegate"),
        ('{{ persona["role"] }}, {{ others[1] }}', "Delegate, Cem"),
        ("{% if card %}{{ card }}{% elif round > 1 %}later{% else %}first{% endif %}", "later"),
        ("{% if not card and (round == 2 or nope) %}yes{% endif %}", "yes"),
        ("{{ 'odd' if round is odd else 'even' }}", "even"),
        ("{% if nobody is none and 'Bo' in others %}yes{% endif %}", "yes"),
        ("{% for o in others %}{{ loop.index }} {{ o }}{% if not loop.last %}, {% endif %}"
         "{% endfor %}", "1 Bo, 2 Cem"),
        ("{% for o in others if o != 'Bo' %}{{ o }}{% else %}none{% endfor %}", "Cem"),
        ("{% for g in persona.goals.private %}{{ g }}{% else %}none{% endfor %}", "none"),
        ("{% for a in others %}{% for b in others %}{% for c in others %}.{% endfor %}{% endfor %}"
         "{% endfor %}", "........"),
        ("{{ persona.goals.public | join(' / ') }}", "Win. / Sleep."),
        ("{{ others | length }} {{ name | upper | lower | title }}", "2 Kai"),
        ("{{ '  x ' | trim }}{{ others | first }}{{ others | last }}{{ round }}", "xBoCem2"),
    ],
)  # fmt: skip
def test_a_template_lays_out_values(source, text):
    assert written(source) == text


def test_blocks_on_lines_of_their_own_leave_no_blank_lines():
    assert written("a\n{% if name %}\nb\n{% endif %}\nc\n\n") == "a\nb\nc"


# What it may not


FORBIDDEN = {
    "call": "{{ name.upper() }}",
    "call of a global": "{{ range(9) }}",
    "range": "{% for i in range(9) %}{% endfor %}",
    "lipsum": "{{ lipsum(1000) }}",
    "set": "{% set x = 1 %}",
    "set block": "{% set x %}a{% endset %}",
    "with": "{% with x = 1 %}{% endwith %}",
    "macro": "{% macro m() %}{% endmacro %}",
    "call block": "{% call m() %}{% endcall %}",
    "import": "{% import 'x.j2' as x %}",
    "from import": "{% from 'x.j2' import y %}",
    "include": "{% include 'x.j2' %}",
    "extends": "{% extends 'x.j2' %}",
    "block": "{% block x %}{% endblock %}",
    "filter block": "{% filter upper %}a{% endfilter %}",
    "do": "{% do name %}",
    "addition": "{{ 1 + 1 }}",
    "multiplication": "{{ 'a' * 999999999 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "negation": "{{ -round }}",
    "concatenation": "{{ name ~ name }}",
    "slice": "{{ name[1:] }}",
    "list": "{{ [1, 2] }}",
    "tuple": "{{ (1, 2) }}",
    "dict": "{{ {'a': 1} }}",
    "dunder": "{{ name.__class__ }}",
    "underscore": "{{ name._x }}",
    "unlisted filter": "{{ name | replace('a', 'b') }}",
    "format": "{{ '%9999999d' | format(1) }}",
    "attr": "{{ name | attr('__class__') }}",
    "map": "{{ others | map('upper') | join }}",
    "filter's own name": "{{ others | items }}",
    "keyword": "{{ others | join(attribute='x') }}",
    "recursion": "{% for o in others recursive %}{{ loop(o) }}{% endfor %}",
    "loops": "{% for a in x %}" * 4 + "{% endfor %}" * 4,
    "nest": "{% if name %}" * 200 + "{% endif %}" * 200,
    "chain": "{{ name" + ".a" * 9000 + " }}",
    "parentheses": "{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}",
    "digits": "{{ " + "1" * 9000 + " }}",
    "alternatives": "{% if 0 %}" + "{% elif 0 %}" * 4000 + "{% endif %}",
    "unclosed": "{% if name %}",
    "unknown tag": "{% unknown %}",
    "nonsense": "{{ name name }}",
}  # fmt: skip
WHOLE_FILE = {"parentheses", "digits", "alternatives"}  # found by the parser, which tells no line


@pytest.mark.parametrize("what", FORBIDDEN)
def test_anything_else_is_refused_at_its_line(what):
    with pytest.raises(LoadError) as caught:
        compile_template("first line\n\n" + FORBIDDEN[what], path="own.j2")
    [problem] = caught.value.problems
    assert problem.line == (1 if what in WHOLE_FILE else 3)
    assert str(caught.value).startswith(f"own.j2:{problem.line}:1: ")


def test_a_refusal_says_what_is_allowed_instead():
    with pytest.raises(LoadError, match="filter 'center' is not allowed; known: first, join, last"):
        compile_template("{{ name | center(80) }}", path="own.j2")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ nmae }}", "'nmae' is undefined"),
        ("{{ persona.rôle }}", "no attribute 'rôle'"),
        ("{{ others[7] }}", "no element 7"),
        ("{% for o in nope %}{% endfor %}", "'nope' is undefined"),
        ("{{ nope | join(' ') }}", "'nope' is undefined"),
        ("{{ 'x' if nope }}", "'nope' is undefined"),
        ("{{ name['__class__'] }}", "unsafe"),
        ("{{ name.upper }}", "is no text"),
        ("{{ persona }}", "dict is no text"),
        ("{{ others }}", "list is no text"),
        ("{{ nobody }}", "NoneType is no text"),
        ("{{ self }}", "is no text"),
        ("{% for c in name %}{% endfor %}", "a loop runs over a list, not str"),
        ("{{ name | join(name) }}", "join takes a list, not str"),
        ("{% if name < 3 %}{% endif %}", "not supported"),
        ("{% if 3 is divisibleby(0) %}{% endif %}", "zero"),
        ("{% if name is nice %}{% endif %}", "nice"),
    ],
)
def test_what_is_not_there_or_is_no_text_is_the_users_error(source, words):
    with pytest.raises(UserError) as caught:
        written(source)
    assert str(caught.value).startswith("own.j2: the template cannot be rendered: ")
    assert words in str(caught.value)


def test_loops_in_loops_cannot_run_long():
    many = ["x"] * 1000
    loops = "{% for a in m %}{% for b in m %}{% for c in m %}{% endfor %}{% endfor %}{% endfor %}"
    with pytest.raises(UserError, match=f"more than {MAX_STEPS} steps"):
        written(loops, m=many)
    assert written("{% for a in m %}.{% endfor %}", m=many) == "." * 1000


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in m %}{% for b in m %}{{ b }}{% endfor %}{% endfor %}",
        "{% for a in m %}{{ m | join }}{% endfor %}",
        "{{ m | join(m | join) }}",
    ],
)
def test_nothing_can_grow_without_bound(source):
    with pytest.raises(UserError, match="it writes more than"):
        written(source, m=["x" * 10_000] * 100)


# Control tokens


TOKENS = [
    *("<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>"),
    *("</s>", "<s>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<|END_OF_TURN_TOKEN|>"),
    *("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "[SYSTEM_PROMPT]", "[TOOL_CALLS]"),
    *("<think>", "</think>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<|im_middle|>", "<|IM_END|>"),
]
ORDINARY = [
    *("a < b and b > c", "[F1]", "<b>bold</b>", "a | b", "1 <| 2", "i<3", "<3 you", "[Kai]: hello"),
    *(
        "x <- y",
        "<https://a.b/c>",
        "if (a<b||c>d)",
        "本质上 <山没有顶>",
        "｜全角｜",
        "<name>",
        "[sic]",
    ),
]


@pytest.mark.parametrize("token", TOKENS)
def test_a_control_token_comes_through_as_words(token):
    for text in (token, f"before{token}after", token * 2, f"<{token}>"):
        assert token not in neutral(text)
    assert token[2:-2] in neutral(token), "it can still be read"
    assert token not in written("{{ name }}", name=token)
    assert token not in written("{{ name }}{{ card }}", name=token[:3], card=token[3:])
    assert token not in written("{{ others | join }}", others=[token[:3], token[3:]])


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text):
    assert neutral(text) == text


def test_what_is_dropped_cannot_put_a_token_together():
    assert "<|im_end|>" not in neutral("<|im\x1b_end|>")
    assert "</s>" not in neutral("<\u202e/s>")


PIECES = st.sampled_from([*"<>|｜/[]sa \n\r", "im_end", "INST", "think", "SYS", *TOKENS])


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)))
def test_neutral_text_is_neutral(text):
    once = neutral(text)
    assert neutral(once) == once
    assert not any(token.lower() in once.lower() for token in TOKENS)


# A folder of templates in place of the shipped ones


def test_every_shipped_template_keeps_to_the_rules():
    for name, source in shipped_templates().items():
        compile_template(source, path=name)


def test_a_folder_replaces_the_templates_that_it_holds(tmp_path: Path):
    (tmp_path / "phase.j2").write_text("Now: {{ phase.title }}", encoding="utf-8")
    (tmp_path / "README.md").write_text("no template")
    own = load_templates(tmp_path)
    assert own.pop("phase.j2") == "Now: {{ phase.title }}"
    assert own == {k: v for k, v in shipped_templates().items() if k != "phase.j2"}
    assert load_templates() == shipped_templates()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("phases.j2", b"x", "replaces no template\n  known: ask.j2, brief.j2, card.j2, clerk.j2"),
        ("phase.j2", b"a\n{% set x = 1 %}", r"phase\.j2:2:1: 'assign' is not allowed"),
        ("phase.j2", b"\xff", "is not UTF-8 text"),
        ("phase.j2", b"x" * (MAX_TEMPLATE_BYTES + 1), "is larger than"),
    ],
)
def test_a_folder_that_cannot_be_used_is_the_users_error(tmp_path: Path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=words):
        load_templates(tmp_path)


def test_so_is_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(UserError, match="no folder of templates"):
        load_templates(tmp_path / "none")
    (tmp_path / "phase.j2").mkdir()
    with pytest.raises(UserError, match="cannot read"):
        load_templates(tmp_path)
