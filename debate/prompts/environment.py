"""The Jinja2 environment of the prompt templates.

A template may come from a stranger: a transcript carries the ones it was made with, so that its
prompts can be rendered again. So a template can do no more than lay out values: beside Jinja's
sandbox, only the syntax listed here is accepted: there is no call, no assignment, no macro, no
arithmetic and no range. Loops inside loops and joins could still run long and grow without bound,
so the steps of a rendering and the length of what it writes are bounded too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateRuntimeError,
    TemplateSyntaxError,
    Undefined,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from debate.errors import LoadError, Problem, UserError
from debate.text import showable

MAX_TEMPLATE_BYTES = 64 * 1024
MAX_STEPS = 20_000
MAX_CHARACTERS = 8 * 1024 * 1024

_SYNTAX = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.CondExpr),
    *(nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)
_FILTERS = frozenset({"join", "length", "lower", "upper", "title", "trim", "first", "last"})
_MAX_LOOP_DEPTH = 3
_MAX_DEPTH = 40
# Names that no template can write: the filter around what a loop runs over, and its count.
_ITEMS, _STEPS = "items of", "steps left"

# What chat templates take for the end of a message, or for a change of speaker or of channel.
# Servers tokenise message content with special tokens enabled, so these must not come through.
_CONTROL = re.compile(
    r"<(?=\|[^<>|\n]{1,40}\|>|｜[^<>｜\n]{1,40}｜>"
    r"|/?(?:s|think|thinking|bos|eos|start_of_turn|end_of_turn|system|user|assistant)>|<SYS>|</SYS>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\])",
    re.IGNORECASE,
)


def neutral(text: str) -> str:
    """The text with nothing in it that a model server could take for its own control tokens."""
    return _CONTROL.sub(lambda m: "‹" if m[0] == "<" else "(", showable(text))


@cache
def shipped_templates() -> Mapping[str, str]:
    """Source of each template that comes with the program, by name."""
    folder = resources.files("debate.prompts") / "templates"
    sources = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".j2")
    }
    return MappingProxyType(sources)


def load_templates(folder: Path | None = None) -> dict[str, str]:
    """The shipped templates, each replaced by the file of its name in a folder, if it is there.

    Raises:
        UserError: if the folder holds a `.j2` file that replaces none, or is missing.
        LoadError: if a template does not compile, or uses syntax that is not allowed.
    """
    templates = dict(shipped_templates())
    if folder is None:
        return templates
    if not folder.is_dir():
        raise UserError(f"no folder of templates at {folder}")
    for path in sorted(folder.glob("*.j2")):
        if path.name not in templates:
            raise UserError(
                f"{path} replaces no template", hint=f"known: {', '.join(sorted(templates))}"
            )
        if path.stat().st_size > MAX_TEMPLATE_BYTES:
            raise UserError(f"{path} is larger than {MAX_TEMPLATE_BYTES} bytes")
        try:
            templates[path.name] = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UserError(f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UserError(f"{path} is not UTF-8 text (byte {error.start})") from None
        compile_template(templates[path.name], path=str(path))
    return templates


@lru_cache(maxsize=64)
def compile_template(source: str, *, path: str) -> Template:
    """Check and compile one template.

    Args:
        source: The template.
        path: Where it came from, for errors.

    Raises:
        LoadError: with the line of the fault.
    """
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=False,
        finalize=_written,
    )
    environment.globals.clear()
    environment.filters = {k: v for k, v in environment.filters.items() if k in _FILTERS}
    environment.filters |= {"join": _join, _ITEMS: _items}
    try:
        tree = environment.parse(source)
        _check(tree, path, loops=0, depth=0)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _ITEMS, [], [], None, None, lineno=loop.lineno)
        return environment.from_string(tree)
    except TemplateSyntaxError as error:
        raise LoadError(path, [Problem(error.lineno, 1, "", str(error.message))]) from None
    except (ValueError, RecursionError) as error:  # a number too long, a nest without end
        raise LoadError(path, [Problem(1, 1, "", str(error))]) from None


def wording(source: str) -> str:
    """What a template says of itself: its text without code, names and comments.

    Args:
        source: A template that compiles.
    """
    tree = ImmutableSandboxedEnvironment().parse(source)
    said = [node.data for node in tree.find_all(nodes.TemplateData)]
    return " ".join([*said, *(str(node.value) for node in tree.find_all(nodes.Const))])


def render(template: Template, path: str, values: dict[str, Any]) -> str:
    """Render a template; a name that is not known is an error that names it.

    Raises:
        UserError: if the template asks for something that is not there, runs long or grows large.
    """
    pieces: list[str] = []
    room = MAX_CHARACTERS
    try:
        for piece in template.generate({**values, _STEPS: iter(range(MAX_STEPS))}):
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                raise TemplateRuntimeError(f"it writes more than {MAX_CHARACTERS} characters")
    except Exception as error:  # whatever its author's fault may be, it is not ours
        raise UserError(f"the template cannot be rendered: {error}", where=path) from None
    # As a whole, since a control token may be put together from two values.
    return neutral("".join(pieces)).strip()


def _written(value: Any) -> Any:
    """Refuse what has no one way to be written, such as None, a list or a method."""
    if not isinstance(value, str | int | float | Undefined):
        raise TypeError(f"{type(value).__name__} is no text")
    return value


@pass_context
def _items(context: Context, value: Any) -> Iterator[Any]:
    """What a loop runs over: the items of a list, as long as steps are left."""
    if not isinstance(value, list | tuple | Undefined):
        raise TypeError(f"a loop runs over a list, not {type(value).__name__}")
    for item in value:
        if next(context[_STEPS], None) is None:
            raise TemplateRuntimeError(f"it takes more than {MAX_STEPS} steps")
        yield item


def _join(items: Any, by: str = "") -> str:
    """The filter `join`, of a list of texts, bounded."""
    if not isinstance(items, list | tuple | Undefined):
        raise TypeError(f"join takes a list, not {type(items).__name__}")
    texts = [str(_written(item)) for item in items]
    if sum(map(len, texts)) + len(by) * len(texts) > MAX_CHARACTERS:
        raise TemplateRuntimeError(f"it writes more than {MAX_CHARACTERS} characters")
    return by.join(texts)


def _check(node: nodes.Node, path: str, *, loops: int, depth: int) -> None:
    """Refuse, at its line, what a template may not do."""

    def fault(message: str) -> LoadError:
        return LoadError(path, [Problem(getattr(node, "lineno", 1) or 1, 1, "", message)])

    loops += isinstance(node, nodes.For)
    if not isinstance(node, _SYNTAX):
        raise fault(f"{type(node).__name__.lower()!r} is not allowed in a template")
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        known = ", ".join(sorted(_FILTERS))
        raise fault(f"the filter {node.name!r} is not allowed; known: {known}")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise fault(f"the name {node.attr!r} is not allowed")
    if loops > _MAX_LOOP_DEPTH:
        raise fault(f"loops may be {_MAX_LOOP_DEPTH} deep at most")
    if depth > _MAX_DEPTH:
        raise fault(f"nested more than {_MAX_DEPTH} deep")
    for child in node.iter_child_nodes():
        _check(child, path, loops=loops, depth=depth + 1)
