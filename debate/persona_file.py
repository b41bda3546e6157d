"""A persona's file, which may extend another: one trait varied, the rest as it is.

    # yang-plain.yaml
    schema: yalta/persona/1
    id: yang-plain
    extends: yang
    voice:
      code_switching: null

What extends is laid over what it extends: fields go into fields, a list or a text takes the place
of the other, and null takes a field away. The persona that comes of it is whole, and says nothing
of the two files; a conference's first line holds it as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from debate import yaml_file
from debate.errors import LoadError, Problem, YaltaError
from debate.persona import Persona

Loc = tuple[int | str, ...]

#: Files that may stand upon each other.
DEEPEST = 8

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.ya?ml)?")


@dataclass(frozen=True, slots=True)
class PersonaFile:
    """The text of a persona, read as YAML and not yet as a persona."""

    path: Path
    node: yaml.Node
    data: Any

    @classmethod
    def read(cls, text: str, path: Path) -> PersonaFile:
        """A text as a persona's file.

        Raises:
            LoadError: if it is no YAML.
        """
        node, data = yaml_file.compose(text, str(path))
        return cls(path, node, data)

    @property
    def extends(self) -> str | None:
        """The persona that it extends: an id, or a file beside it."""
        return self.data.get("extends") if isinstance(self.data, dict) else None

    def resolved(self, folders: Iterable[Path]) -> Persona:
        """The persona, whole.

        Args:
            folders: Where a persona that is named by its id is looked for, the first to win first.

        Raises:
            LoadError: if it is wrong, or what it extends is; names the file and the line.
        """
        return self._resolved(list(folders), ())

    def places(self, found: Iterable[tuple[Loc, str]]) -> list[Problem]:
        """What is to be said of parts of the persona, each where it stands in this file, or, if it
        stands in another, where that is named."""
        mine: list[tuple[Loc, str]] = []
        others: list[tuple[Loc, str]] = []
        for loc, message in found:
            (mine if self.extends is None or self._holds(loc) else others).append((loc, message))
        told = yaml_file.places(self.node, mine)
        if others:
            (at,) = yaml_file.places(self.node, [(("extends",), "")])
            told += [
                Problem(at.line, at.column, "extends", f"{self.extends}, {_dotted(loc)}: {message}")
                for loc, message in others
            ]
        return sorted(told, key=lambda p: (p.line, p.column))

    def _holds(self, loc: Loc) -> bool:
        """Whether a part of the persona stands in this file."""
        value = self.data
        for part in loc:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def _resolved(self, folders: list[Path], above: tuple[Path, ...]) -> Persona:
        if self.extends is None:
            return yaml_file.validated(self.data, Persona, self.node, str(self.path))
        if "id" not in self.data:
            raise self._fault("id", "missing field 'id': what extends a persona is one of its own")
        above = (*above, self.path.resolve())
        base = self._base(folders, above)._resolved(folders, above)
        over = {key: value for key, value in self.data.items() if key != "extends"}
        under = base.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return yaml_file.validated(laid_over(under, over), Persona, self.node, str(self.path))

    def _base(self, folders: list[Path], above: tuple[Path, ...]) -> PersonaFile:
        name = self.extends
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self._fault("extends", "expected the id of a persona, or a file beside this one")
        if name.endswith((".yaml", ".yml")):
            choices = [self.path.parent / name]
        else:
            choices = [folder / f"{name}.yaml" for folder in (self.path.parent, *folders)]
        # One of its own id extends the next that is found: a copy in the working folder can vary
        # the one that ships.
        path = next((p for p in choices if p.is_file() and p.resolve() != above[-1]), None)
        if path is None:
            raise self._fault("extends", f"no persona {name!r} to extend")
        if path.resolve() in above:
            raise self._fault("extends", f"{name!r} extends this one in its turn")
        if len(above) > DEEPEST:
            raise self._fault("extends", f"more than {DEEPEST} personas upon each other")
        try:
            return PersonaFile.read(yaml_file.read(path), path)
        except LoadError:
            raise
        except YaltaError as error:
            raise self._fault("extends", error.message) from None

    def _fault(self, field: str, message: str) -> LoadError:
        (at,) = yaml_file.places(self.node, [((field,), message)])
        return LoadError(str(self.path), [at])


def as_yaml(persona: Persona) -> str:
    """A persona as the text of a file of its own."""
    data = persona.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=96)


def laid_over(under: Any, over: Any) -> Any:
    """A value with another laid over it."""
    if not isinstance(over, dict):
        return over
    under = under if isinstance(under, dict) else {}
    kept = {key: value for key, value in under.items() if key not in over}
    new = {
        key: laid_over(under.get(key), value) for key, value in over.items() if value is not None
    }
    return {**kept, **new}


def _dotted(loc: Loc) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
