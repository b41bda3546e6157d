"""Potato: a folder a task of the rubric, with its config and items.

    for project in export(bundle, "kai"):
        project.config    # YAML, `config.yaml`
        project.items     # JSON lines, `data/items.jsonl`
    # then: potato start FOLDER/config.yaml -p 8000

A config asks the same of every item, so each task of the rubric is a project of its own; of a
conference that is coded every turn is an item. Which scales are asked cannot differ between items
either: a scale of a trait has one point more, "the card names no such trait", and what is answered
on a scale that was not asked for is left out, and told. Binary `pairwise` has no "cannot judge": a
box beside it says so, and outweighs it. Items are shown through `instance_display`, which takes a
text to the letter, and prose of the config is kept from being run as a template; `${...}` in it is
not to be replaced from the environment.

Written for Potato 2 (checked with 2.12); see https://github.com/davidjurgens/potato. Its output is
read by `study.formats.potato_output`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from debate.study.bundle import Bundle
from debate.study.formats import asking
from debate.study.formats.asking import CANNOT, CANNOT_SAID, Option
from debate.study.rubric import Dimension, Rubric, Task
from debate.study.session import Asked

Scheme = dict[str, Any]
OUTPUT = "annotation_output"
_OPENS = re.compile(r"\{(?=[{%#])")


@dataclass(frozen=True, slots=True)
class Project:
    """What one project of Potato is made of."""

    task: Task
    config: str
    items: str


def export(bundle: Bundle, rater: str | None = None) -> tuple[Project, ...]:
    """The projects of a study, in the order in which they are done.

    Args:
        bundle: The study.
        rater: Whose order and sides, and who alone may log in; None for all items, in the order of
            their ids, for anyone.

    Raises:
        UserError: if nobody of that name rates.
    """
    found = []
    for task, asked in asking.tasks(asking.placed(bundle, rater)):
        config = yaml.safe_dump(
            _config(bundle, task, rater), sort_keys=False, allow_unicode=True, width=100
        )
        items = (json.dumps(_item(bundle, each, rater), ensure_ascii=False) for each in asked)
        found.append(Project(task, config, "".join(f"{each}\n" for each in items)))
    return tuple(found)


def _item(bundle: Bundle, asked: Asked, rater: str | None) -> dict[str, Any]:
    """An item; its id says which it is, which turn, and for whom it was laid out."""
    id = asked.item.id + (f"-{asked.turn}" if asked.turn else "") + (f"--{rater}" if rater else "")
    texts: dict[str, Any] = asking.texts(bundle, asked)
    if asked.item.task == "pairs":
        texts["texts"] = [texts.pop("left"), texts.pop("right")]
        texts["text"] = texts["scene"]
    return {"id": id, **texts}


def _config(bundle: Bundle, task: Task, rater: str | None) -> dict[str, Any]:
    users = {"allow_all_users": False, "users": [rater]} if rater else {"allow_all_users": True}
    told = (html.escape(each) for each in asking.instructions(bundle).strip().split("\n\n"))
    paragraphs = ("<p>" + each.replace("\n", "<br>") + "</p>" for each in told)
    return {
        # Written into the pages as it is, not even escaped.
        "annotation_task_name": html.escape(inert(bundle.title)),
        "task_dir": ".",
        "output_annotation_dir": OUTPUT,
        "data_files": ["data/items.jsonl"],
        "item_properties": {"id_key": "id", "text_key": "text"},
        "assignment_strategy": "fixed_order",
        "credentials": {"env_substitution": False},
        "user_config": users,
        "annotation_instructions": "".join(paragraphs),
        "instance_display": {"fields": list(_fields(task))},
        "annotation_schemes": [
            *_schemes(bundle, task),
            _several("flags", asking.FLAGGED, asking.flags()),
            _text("comment", asking.COMMENT, rows=3),
        ],
    }


def _fields(task: Task) -> Iterator[dict[str, Any]]:
    """What is shown above the questions; the texts of a pair are shown by `pairwise` itself."""
    for name in asking.SHOWN[task]:
        if name not in ("left", "right"):
            yield {"key": name, "type": "text", "label": asking.head(task, name)}


def inert(prose: str) -> str:
    """Prose of a config so that it is no template: Potato writes it into its pages and renders
    them by Jinja. An invisible joiner parts what would open an expression."""
    return _OPENS.sub("{\u2060", prose)


def _schemes(bundle: Bundle, task: Task) -> Iterator[Scheme]:
    rubric = bundle.rubric
    asked = asking.question(rubric, task)
    if task == "identification":
        shown = (len(each.cards) for each in bundle.items if each.task == "identification")
        yield _one("card", asked, asking.cards(rubric, max(shown)))
        yield _one("confidence", "How sure are you?", asking.confidence(rubric), required=False)
    elif task == "pairs":
        yield {
            "annotation_type": "pairwise",
            "name": "choice",
            "description": inert(asked),
            "mode": "binary",
            "items_key": "texts",
            "labels": ["Response A", "Response B"],  # as Potato heads the texts
            "allow_tie": True,
            "tie_label": inert(rubric.pairs.tie if rubric.pairs else "No difference"),
            "sequential_key_binding": True,
        }
        yield _several("cannot", "Or:", (Option(CANNOT, CANNOT_SAID),))
    elif task == "likert":
        for scale in rubric.likert:
            yield _scale(scale)
    else:
        yield from _codes(rubric, asked)


def _scale(scale: Dimension) -> Scheme:
    points = asking.points(scale)
    if scale.trait is not None:
        points = (*points, Option(asking.NOT_NAMED, asking.NOT_NAMED_SAID))
    return _one(f"scale-{scale.id}", scale.question, points) | {
        "annotation_type": "likert",
        "size": len(scale.anchors),
        "min_label": inert(scale.anchors[0]),
        "max_label": inert(scale.anchors[-1]),
        "sequential_key_binding": False,  # a key would stand for a point of every scale at once
    }


def _codes(rubric: Rubric, question: str) -> Iterator[Scheme]:
    """The codes, and of each that is chosen what it has to be supported with."""
    codes = _several("codes", question, asking.codes(rubric))
    yield codes | {"label_requirement": {"required": True}}
    for code in rubric.codes:
        chosen = [{"schema": "codes", "operator": "contains", "value": [code.id]}]
        for each in asking.of_code(code):
            name, said = f"{each}-{code.id}", f"{code.id}: {asking.OF_CODE[each]}"
            if each == "label":
                scheme = _one(name, said, asking.labels(rubric), required=False)
            else:
                scheme = _text(name, said, rows=3 if each == "terms" else 1)
            yield scheme | {"display_logic": {"show_when": chosen}}


def _one(name: str, said: str, options: Iterable[Option], *, required: bool = True) -> Scheme:
    return {
        "annotation_type": "radio",
        "name": name,
        "description": inert(said),
        "labels": [{"name": each.token, "displayed_label": inert(each.said)} for each in options],
        "label_requirement": {"required": required},
    }


def _several(name: str, said: str, options: Iterable[Option]) -> Scheme:
    scheme = _one(name, said, options, required=False)
    return scheme | {"annotation_type": "multiselect"}


def _text(name: str, said: str, *, rows: int) -> Scheme:
    return {
        "annotation_type": "text",
        "name": name,
        "description": inert(said),
        "multiline": True,
        "rows": rows,
    }
