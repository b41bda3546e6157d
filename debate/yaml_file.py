"""Reading one YAML file into one model, with errors that name file, line, column and field.

A file may come from a stranger. Its events are read first, which takes no recursion, then its
nodes, then its values: size, depth, aliases and the expanded number of nodes are bounded before any
value is built, so that a file of a few lines cannot grow without end in memory. Values are those of
YAML 1.2's core schema, so `no` and `10:30` are words; tags are refused.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from debate.errors import LoadError, Problem, UserError
from debate.expected import Loc, message_of, short, without_tags
from debate.fault import AT

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_DIRECTIVES = 8
MAX_PROBLEMS = 100

# The C parser where PyYAML has it: same nodes, a tenth of the time. Which it is shows only
# when the program runs, so that no type checker can tell what is derived from it.
_Base: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF = "half of a surrogate pair is not a character"
_DIRECTIVE = re.compile("^%", re.M)
_KIND = re.compile(r"yalta/[a-z]{1,20}/[0-9]{1,3}")
_PLAIN_KEY = re.compile(r"[\w-]{1,64}")


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader, with the plain values of YAML 1.2's core schema.

    Those of 1.1 turn `no` into false and `10:30` into 630, and can take long or overflow.
    """

    yaml_implicit_resolvers: typing.ClassVar[dict[str, Any]] = {}


for _tag, _form, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    # Numbers too long for these stay words, and the model says what it expected.
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:[0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,3})?",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})\\Z"), _first
    )

M = TypeVar("M", bound=BaseModel)


def load(path: Path, model: type[M]) -> M:
    """Read a YAML file into a model.

    Raises:
        LoadError: with the problems found (the first hundred), each at its line.
        UserError: if the file cannot be read at all.
    """
    return loads(read(path), model, path=str(path))


def read(path: Path) -> str:
    """The text of a file.

    Raises:
        UserError: if it cannot be read, is too large, or no text.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 1024} KiB")
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UserError(f"{path} is no file but a pipe or a device")  # which may never end
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text (byte {error.start})") from None


def loads(text: str, model: type[M], *, path: str) -> M:
    """Read YAML text into a model; `path` names it in errors."""
    node, data = compose(text, path)
    return validated(data, model, node, path)


def validated(data: Any, model: type[M], node: yaml.Node, path: str) -> M:
    """Values as a model.

    Args:
        data: The values.
        model: What they are to be.
        node: Where they stand; what stands elsewhere is told at the nearest part that does.
        path: Names the file in errors.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        # Of a list whose items are at fault pydantic says too that it is short of them.
        inside = {e["loc"][:n] for e in errors for n in range(len(e["loc"]))}
        errors = [e for e in errors if e["type"] != "too_short" or e["loc"] not in inside]
        # In a file of another kind nothing is where it should be, and only that is worth a word.
        errors = [e for e in errors if _of_another_kind(e)] or errors
        problems = [_problem(e, node, model) for e in errors[:MAX_PROBLEMS]]
        raise LoadError(path, problems) from None


def _of_another_kind(error: ErrorDetails) -> bool:
    found = error["input"]
    known = isinstance(found, str) and _KIND.fullmatch(found)
    return error["loc"] == ("schema",) and error["type"] == "literal_error" and bool(known)


def problems_at(
    path: Path, found: Iterable[tuple[Loc, str]], *, of_key: bool = False
) -> list[Problem]:
    """What is to be said of parts of a file that was loaded, each with the place where it stands.

    Args:
        path: The file.
        found: The fields that lead to each part, and what is said of it.
        of_key: Whether it is said of the name of each last field, and not of what it holds.
    """
    root, _ = compose(path.read_text(encoding="utf-8"), str(path))
    return places(root, found, of_key=of_key)


def places(
    root: yaml.Node, found: Iterable[tuple[Loc, str]], *, of_key: bool = False
) -> list[Problem]:
    """What is to be said of parts of a text, each with the place where it stands in it."""
    problems = []
    for loc, message in found:
        node, steps = _walk(root, loc, key_of_last=of_key)
        mark = node.start_mark
        problems.append(Problem(mark.line + 1, mark.column + 1, _dotted(steps), message))
    return sorted(problems, key=lambda p: (p.line, p.column))


def first_fault(error: ValidationError, model: type[BaseModel]) -> str:
    """The first fault of values that stand in no file: which field, and what is wrong with it."""
    told = _dotted([*first_place(error, model)])
    message = message_of(error.errors(include_url=False)[0], model)
    return f"{told}: {message}" if told else message


def first_place(error: ValidationError, model: type[BaseModel]) -> Loc:
    """The fields that lead to the first fault of values that stand in no file."""
    first = error.errors(include_url=False)[0]
    return (*without_tags(model, first["loc"]), *first.get("ctx", {}).get(AT, ()))


def compose(text: str, path: str) -> tuple[yaml.Node, Any]:
    """YAML text as nodes, which know where they stand, and as values.

    Raises:
        LoadError: if it is no YAML, or not of the kind that is read here.
    """

    def fault(mark: Any, message: str) -> LoadError:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return LoadError(path, [Problem(line, column, "", message)])

    if half := _SURROGATE.search(text):
        line, column = (
            text.count("\n", 0, half.start()) + 1,
            half.start() - text.rfind("\n", 0, half.start()),
        )
        raise LoadError(path, [Problem(line, column, "", _HALF)])
    if len(_DIRECTIVE.findall(text)) > MAX_DIRECTIVES:  # the parser compares each with every other
        raise fault(None, f"more than {MAX_DIRECTIVES} lines begin with '%'")
    try:
        _bound_events(text, fault)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise fault(None, "the file is empty")
            _bound_nodes(node, fault)
            return node, loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        what = " ".join(p for p in (error.context, error.problem) if p)
        if "nesting depth" in what:  # PyYAML has a bound of its own since 6.0.4
            raise fault(error.problem_mark, f"nested more than {MAX_DEPTH} deep") from None
        raise fault(error.problem_mark or error.context_mark, f"not valid YAML: {what}") from None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise fault(None, f"not valid YAML: {' '.join(str(error).split())}") from None


def _bound_events(text: str, fault: Any) -> None:
    """Refuse what nests too deep or is too much, before anything that recurses meets it (the C
    composer does, on the machine's stack), and tags, which no field needs."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise fault(event.start_mark, f"nested more than {MAX_DEPTH} deep")
        if nodes > MAX_NODES:
            raise fault(event.start_mark, f"more than {MAX_NODES} values")
        if tag := getattr(event, "tag", None):
            raise fault(event.start_mark, f"tags are not allowed here: {short(tag)}")


def _bound_nodes(root: yaml.Node, fault: Any) -> None:
    """Refuse what grows too large once aliases are followed, what nests in itself, keys that stand
    twice, and characters that no prompt or terminal should get."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()

    def size(node: yaml.Node) -> int:
        if id(node) in open_:
            raise fault(node.start_mark, "an alias refers to something that holds it")
        if id(node) in sizes:
            return sizes[id(node)]
        open_.add(id(node))
        total = 1
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
                if isinstance(key, yaml.ScalarNode) and name in seen:
                    raise fault(key.start_mark, f"the key {short(name)} stands twice")
                seen.add(name)
                total += size(key) + size(value)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(size(item) for item in node.value)
        elif _SURROGATE.search(node.value):
            raise fault(node.start_mark, _HALF)
        if total > MAX_NODES:
            raise fault(node.start_mark, f"more than {MAX_NODES} values, aliases followed")
        open_.discard(id(node))
        sizes[id(node)] = total
        return total

    size(root)


def _problem(error: ErrorDetails, root: yaml.Node, model: type[BaseModel]) -> Problem:
    loc, told = error["loc"], error.get("ctx", {})
    if error["type"] == "union_tag_invalid":  # of a part whose kind is one of its own fields
        loc = (*loc, told["discriminator"].strip("'"))
    if AT in told:
        loc = (*loc, *told[AT])
    at_key = AT in told or error["type"] in ("extra_forbidden", "invalid_key")
    if loc and loc[-1] == "[key]":  # so pydantic says that a key is at fault, and not its value
        loc, at_key = loc[:-1], True
    node, steps = _walk(root, without_tags(model, loc), key_of_last=at_key)
    mark = node.start_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(line, column, _dotted(steps), message_of(error, model))


def _walk(root: yaml.Node, loc: Loc, *, key_of_last: bool) -> tuple[yaml.Node, list[int | str]]:
    """The node that a pydantic location names, as far as the file goes, and the path to it.

    Parts of a location that are not in the file (the tag of a union, a missing field) stop the
    walk at the node that should have held them.
    """
    node, steps = root, []
    below: yaml.Node | None
    for n, each in enumerate(loc):
        part, below = each, None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    below = key if key_of_last and n == len(loc) - 1 else value
        elif isinstance(node, yaml.SequenceNode):
            # A model may take a list of names for a table of them.
            named = (m for m, item in enumerate(node.value) if item.value == part)
            part = next(named, part)
            if isinstance(part, int) and part < len(node.value):
                below = node.value[part]
        if below is not None:
            steps.append(part if isinstance(node, yaml.SequenceNode) else str(part))
            node = below
        elif n == len(loc) - 1 and (isinstance(part, str) or isinstance(node, yaml.SequenceNode)):
            # Where a model takes one value for a list of one, the file has no place in a list.
            steps.append(part)
    return node, steps


def _dotted(steps: list[int | str]) -> str:
    out = ""
    for step in steps:
        if isinstance(step, int):
            out += f"[{step}]"
        else:
            # A key is a stranger's text too, and may hold what steers a terminal.
            name = step if _PLAIN_KEY.fullmatch(step) else short(step)
            out += f".{name}" if out else name
    return out
