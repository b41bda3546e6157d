"""The Jinja2 environment of the prompt templates.

A template may come from a stranger: a transcript carries the ones it was made with, so that its
prompts can be rendered again. So a template can do no more than lay out values: beside Jinja's
sandbox, only the syntax listed here is accepted. There is no call, no assignment, no macro, no
arithmetic and no range, hence no way to run long or to grow without bound.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from debate.errors import LoadError, Problem, UserError
from debate.text import showable

MAX_TEMPLATE_BYTES = 64 * 1024

_SYNTAX = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.CondExpr),
    *(nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)
_FILTERS = frozenset({"join", "length", "lower", "upper", "title", "trim", "first", "last"})
_MAX_LOOP_DEPTH = 3

# What chat templates take for the end of a message, or for a change of speaker or of channel.
# Servers tokenise message content with special tokens enabled, so these must not come through.
_CONTROL = re.compile(
    r"<(?=\|[^<>|\n]{1,40}\|>|｜[^<>\n]{1,40}｜>"
    r"|/?(?:s|think|thinking|bos|eos|start_of_turn|end_of_turn|system|user|assistant)>|<SYS>|</SYS>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\])",
    re.IGNORECASE,
)


def neutral(text: str) -> str:
    """The text with nothing in it that a model server could take for its own control tokens."""
    return _CONTROL.sub(lambda m: "‹" if m[0] == "<" else "(", showable(text))


def shipped_templates() -> dict[str, str]:
    """Source of each template that comes with the program, by name."""
    folder = resources.files("debate.prompts") / "templates"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".j2")
    }


def load_templates(folder: Path | None = None) -> dict[str, str]:
    """The shipped templates, each replaced by the file of its name in a folder, if it is there.

    Raises:
        UserError: if the folder holds a `.j2` file that replaces none, or is missing.
        LoadError: if a template does not compile, or uses syntax that is not allowed.
    """
    templates = shipped_templates()
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
        templates[path.name] = path.read_text(encoding="utf-8")
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
        finalize=lambda value: neutral(value) if isinstance(value, str) else value,
    )
    environment.globals.clear()
    environment.filters = {k: v for k, v in environment.filters.items() if k in _FILTERS}
    try:
        tree = environment.parse(source)
        _check(tree, path, depth=0)
        return environment.from_string(source)
    except TemplateSyntaxError as error:
        raise LoadError(path, [Problem(error.lineno, 1, "", str(error.message))]) from None


def render(template: Template, path: str, values: dict[str, Any]) -> str:
    """Render a template; a name that is not known is an error that names it.

    Raises:
        UserError: if the template asks for something that is not there.
    """
    try:
        return template.render(values).strip()
    except (TemplateError, TypeError) as error:
        raise UserError(f"the template cannot be rendered: {error}", where=path) from None


def _check(node: nodes.Node, path: str, depth: int) -> None:
    line = getattr(node, "lineno", 1) or 1
    if not isinstance(node, _SYNTAX):
        kind = type(node).__name__.lower()
        raise LoadError(path, [Problem(line, 1, "", f"{kind!r} is not allowed in a template")])
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        known = ", ".join(sorted(_FILTERS))
        message = f"the filter {node.name!r} is not allowed; known: {known}"
        raise LoadError(path, [Problem(line, 1, "", message)])
    depth += isinstance(node, nodes.For)
    if depth > _MAX_LOOP_DEPTH:
        message = f"loops may be {_MAX_LOOP_DEPTH} deep at most"
        raise LoadError(path, [Problem(line, 1, "", message)])
    for child in node.iter_child_nodes():
        _check(child, path, depth)
