"""A persona's file with its fields in the order in which they are read, comments and all.

Nothing is written anew: each field's own lines are moved, with the comments and blank lines above
them, so that what an author wrote stays as they wrote it. The values are the same before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from debate import yaml_file
from debate.errors import LoadError, Problem
from debate.persona import Goals, Model, Persona, Voice

#: Lines that stay at the top, whatever comes first.
_HEADER = ("# yaml-language-server:", "---", "%")


@dataclass(frozen=True, slots=True)
class _Part:
    """A field's lines, from the comments above it to its last."""

    name: str
    lines: tuple[str, ...]


def in_order(text: str, *, path: str) -> str:
    """A persona's text with its fields in order.

    Args:
        text: YAML, which may be at fault as a persona, and extend another.
        path: Names it in errors.

    Raises:
        LoadError: if it is no YAML, or written so that its lines cannot be moved: several fields on
            one line.
    """
    before, values = yaml_file.compose(text, path)
    ends = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"  # as most lines end
    text = text.replace("\r\n", "\n")
    lines = (text if text.endswith("\n") else text + "\n").splitlines(keepends=True)
    lines = _moved(lines, before, ["schema", "id", "extends", *_fields(Persona)], path)
    for name, model in (("voice", Voice), ("goals", Goals)):
        root, _ = yaml_file.compose("".join(lines), path)
        if (part := _value(root, name)) is not None:
            lines = _moved(lines, part, _fields(model), path)
    moved = "".join(lines)
    _, after = yaml_file.compose(moved, path)
    if after != values:  # blank lines that belong to a text, say
        raise _fault(path, before, "its fields cannot be moved without changing a text")
    return moved.replace("\n", ends)


def _fields(model: type[Model]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _value(root: yaml.Node, name: str) -> yaml.Node | None:
    assert isinstance(root, yaml.MappingNode)
    found = next((value for key, value in root.value if key.value == name), None)
    return found if isinstance(found, yaml.MappingNode) and not found.flow_style else None


def _moved(lines: list[str], node: yaml.Node, order: Sequence[str], path: str) -> list[str]:
    """The lines of a file with the fields of one mapping in order; unknown ones come last."""
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        raise _fault(path, node, "expected fields, each on lines of its own")
    keys = [key.start_mark for key, _ in node.value]
    if len({mark.line for mark in keys}) < len(keys) or len({mark.column for mark in keys}) > 1:
        raise _fault(path, node, "expected fields, each on lines of its own")
    column, first = keys[0].column, keys[0].line
    if lines[first][:column].strip():
        raise _fault(path, node, "expected fields, each on lines of its own")
    starts = [_begin(lines, mark.line, column) for mark in keys]
    starts[0] = _head(lines, starts[0], first)
    end = _end(lines, node, keys[-1].line, column)
    parts = [
        _Part(str(key.value), tuple(lines[begin:stop]))
        for (key, _), begin, stop in zip(node.value, starts, [*starts[1:], end], strict=True)
    ]
    rank = {name: n for n, name in enumerate(order)}
    parts.sort(key=lambda part: rank.get(part.name, len(rank)))
    return [*lines[: starts[0]], *(line for part in parts for line in part.lines), *lines[end:]]


def _begin(lines: list[str], line: int, column: int) -> int:
    """Where the comments and blank lines above a field begin."""
    while line > 0 and _is_apart(lines[line - 1], column):
        line -= 1
    return line


def _is_apart(line: str, column: int) -> bool:
    """Whether a line is blank, or a comment that is not indented as a text's own lines are."""
    bare = line.lstrip(" ")
    return not bare.strip() or (bare.startswith("#") and len(line) - len(bare) <= column)


def _head(lines: list[str], begin: int, first: int) -> int:
    """Where the first field's own comments begin, behind what is said of the whole file."""
    for n in range(first - 1, begin - 1, -1):
        if not lines[n].strip() or lines[n].startswith(_HEADER):
            return n + 1
    return begin


def _end(lines: list[str], node: yaml.Node, last: int, column: int) -> int:
    """The line behind a mapping's last field."""
    end = last + 1
    stop = node.end_mark.line + (node.end_mark.column > 0)
    for n in range(last + 1, min(stop, len(lines))):
        if not _is_apart(lines[n], column):
            end = n + 1
    return end


def _fault(path: str, node: yaml.Node, message: str) -> LoadError:
    mark = node.start_mark
    return LoadError(path, [Problem(mark.line + 1, mark.column + 1, "", message)])
