"""Reading one YAML file into one model, with errors that name file, line, column and field.

A file may come from a stranger. It is read by PyYAML's safe loader, whose nodes are composed first:
size, depth, aliases and the expanded number of nodes are bounded before any value is built, so
that a file of a few lines cannot grow without end in memory.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from debate.errors import LoadError, Problem, UserError, nearest

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 50_000

# The C parser where PyYAML has it: same nodes, a tenth of the time.
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

M = TypeVar("M", bound=BaseModel)


def load(path: Path, model: type[M]) -> M:
    """Read a YAML file into a model.

    Raises:
        LoadError: with every problem found, at its line.
        UserError: if the file cannot be read at all.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 1024} KiB")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text (byte {error.start})") from None
    return loads(text, model, path=str(path))


def loads(text: str, model: type[M], *, path: str) -> M:
    """Read YAML text into a model; `path` names it in errors."""
    node, data = _compose(text, path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_problem(e, node, model) for e in error.errors(include_url=False)]
        raise LoadError(path, problems) from None


def _compose(text: str, path: str) -> tuple[yaml.Node, Any]:
    def fault(mark: Any, message: str) -> LoadError:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return LoadError(path, [Problem(line, column, "", message)])

    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise fault(None, "the file is empty")
        _bound(node, fault)
        return node, loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        what = " ".join(p for p in (error.context, error.problem) if p)
        raise fault(error.problem_mark or error.context_mark, f"not valid YAML: {what}") from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise fault(None, f"not valid YAML: {' '.join(str(error).split())}") from None
    except (ValueError, RecursionError) as error:  # an impossible date, a nest without end
        raise fault(None, f"not valid YAML: {error}") from None
    finally:
        loader.dispose()


def _bound(root: yaml.Node, fault: Any) -> None:
    """Refuse what grows too large once aliases are followed, what nests in itself or too deep,
    keys that stand twice, and characters that no prompt or terminal should get."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()

    def size(node: yaml.Node, depth: int) -> int:
        if id(node) in open_:
            raise fault(node.start_mark, "an alias refers to something that holds it")
        if id(node) in sizes:
            return sizes[id(node)]
        if depth > MAX_DEPTH:
            raise fault(node.start_mark, f"nested more than {MAX_DEPTH} deep")
        open_.add(id(node))
        total = 1
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
                if isinstance(key, yaml.ScalarNode) and name in seen:
                    raise fault(key.start_mark, f"the key {name!r} stands twice")
                seen.add(name)
                total += size(key, depth + 1) + size(value, depth + 1)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(size(item, depth + 1) for item in node.value)
        elif any("\ud800" <= c <= "\udfff" for c in node.value):
            raise fault(node.start_mark, "half of a surrogate pair is not a character")
        if total > MAX_NODES:
            raise fault(node.start_mark, f"more than {MAX_NODES} values, aliases followed")
        open_.discard(id(node))
        sizes[id(node)] = total
        return total

    size(root, 0)


def _problem(error: ErrorDetails, root: yaml.Node, model: type[BaseModel]) -> Problem:
    loc = error["loc"]
    unknown = error["type"] == "extra_forbidden"
    node, steps = _walk(root, loc, key_of_last=unknown)
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    if unknown:
        known = sorted(_fields_at(model, loc[:-1]))
        near = nearest(str(loc[-1]), known)
        guess = f"; did you mean {near!r}?" if near else f"; known: {', '.join(known)}"
        message = f"unknown field{guess}"
    elif error["type"] == "literal_error" and isinstance(error["input"], str):
        expected = str(error.get("ctx", {}).get("expected", ""))
        choices = [part.strip("'") for part in expected.replace(" or ", ", ").split(", ")]
        near = nearest(error["input"], choices)
        guess = f"; did you mean {near!r}?" if near else ""
        message = f"{error['input']!r} is not known: expected {expected}{guess}"
    elif error["type"] == "missing":
        message = f"missing field {loc[-1]!r}"
    elif error["type"] == "string_pattern_mismatch":
        pattern = error.get("ctx", {}).get("pattern", "")
        message = f"{error['input']!r} does not have the form {pattern}"
    mark = node.start_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(line, column, _dotted(steps), message)


def _walk(
    root: yaml.Node, loc: tuple[int | str, ...], *, key_of_last: bool
) -> tuple[yaml.Node, list[int | str]]:
    """The node that a pydantic location names, as far as the file goes, and the path to it.

    Parts of a location that are not in the file (the tag of a union, a missing field) stop the
    walk at the node that should have held them.
    """
    node, steps = root, []
    for n, part in enumerate(loc):
        below: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    below = key if key_of_last and n == len(loc) - 1 else value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            below = node.value[part] if part < len(node.value) else None
        if below is not None:
            node = below
            steps.append(part)
        elif n == len(loc) - 1:
            steps.append(part)
    return node, steps


def _dotted(steps: list[int | str]) -> str:
    out = ""
    for step in steps:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else str(step)
    return out


def _fields_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> set[str]:
    """Names that the part of a model at this location may have."""
    current: list[type[BaseModel]] = [model]
    for part in loc:
        if isinstance(part, int):
            continue
        deeper: list[type[BaseModel]] = []
        for m in current:
            for name, info in m.model_fields.items():
                if part in (name, info.alias):
                    deeper += _models_in(info.annotation)
        current = deeper or current
    return {info.alias or name for m in current for name, info in m.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)
