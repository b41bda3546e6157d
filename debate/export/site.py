"""Many conferences as a folder of pages: a list of them all with a search, and a page for each.

    site = Site(paths, names)
    for path in paths:
        write(folder, *site.page(path, factors))
    write(folder, SEARCH, site.search())
    write(folder, LIST, site.listing())

The folder can be opened from a disk. What the search reads stands in a script beside the list,
that is loaded when somebody searches, so that the list itself opens at once, however many there
are; it holds JSON and nothing that a browser would take for markup.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote

from debate.errors import TranscriptError
from debate.export import html
from debate.export.source import Source, source
from debate.factors import Factors
from debate.listed import Branch, Listed, Passage, forest, read_listed
from debate.seating import program_version
from debate.text import one_line
from debate.whole_file import whole

LIST, SEARCH = "index.html", "search.js"
_MOST = 150  # bytes of a page's name
_COLUMNS = 6  # of factors
_PLAIN = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A conference in the list."""

    listed: Listed
    name: str
    """What it is called."""
    page: str
    """Its page, as a link says it."""
    depth: int
    """How many conferences it was forked from, one from the other."""
    above: str
    """What the one is called that it was forked from, and its page."""
    above_page: str
    factors: tuple[str, ...]
    """What its batch says of it, by the list's columns; empty where it says nothing."""


@dataclass(frozen=True, slots=True)
class _Told:
    listed: Listed
    passages: tuple[Passage, ...]
    broken: int | None
    """As `Source` has it."""
    factors: Factors


class Site:
    """The pages of some transcripts.

    Args:
        paths: The transcripts.
        names: What each is called; none twice.
    """

    def __init__(self, paths: Sequence[Path], names: Sequence[str]) -> None:
        self._named = dict(zip(paths, names, strict=True))
        self._files = dict(zip(paths, page_names(names), strict=True))
        self._told: dict[Path, _Told] = {}

    @property
    def files(self) -> list[str]:
        """Names of all files that it can have."""
        return [LIST, SEARCH, *self._files.values()]

    def page(self, path: Path, factors: Factors) -> tuple[str, Iterator[str]]:
        """The name of a transcript's page, and its pieces. From now on the list has it.

        Raises:
            TranscriptError: if it is broken; the list does not have it then.
        """
        read: Source = source(path, self._named[path], factors)
        listed, passages = read_listed(path, path.stat().st_size)
        if listed.error is not None:
            raise TranscriptError(listed.error)
        self._told[path] = _Told(listed, passages, read.broken, factors)
        return self._files[path], html.texts(read, home=LIST)

    def broken(self, path: Path) -> int | None:
        """The first line of a transcript whose page there is that does not follow the one before
        it."""
        return self._told[path].broken

    def listing(self) -> Iterator[str]:
        """The list, in pieces."""
        entries = self._entries()
        template = html.template_of("site.html.j2")
        yield from template.generate(
            entries=entries,
            columns=self._columns(),
            turns=sum(entry.listed.turns for entry in entries),
            version=program_version(),
            # On a disk there is no host that a page could be of: there its scheme is named.
            **html.dress("site.js", beside=" 'self' file:"),
        )

    def search(self) -> Iterator[str]:
        """What the search reads: of each conference its page, title and speakers, and of each
        passage its turn, speaker and text."""
        yield "yalta(["
        for n, entry in enumerate(self._entries()):
            told = self._told[entry.listed.path]
            names = [one_line(name) for name in told.listed.seats]
            passages = [
                [p.turn, names.index(p.name) if p.name in names else -1, p.text]
                for p in told.passages
            ]
            yield (",\n" if n else "\n") + _safe([entry.page, told.listed.title, names, passages])
        yield "\n])\n"

    def _columns(self) -> list[str]:
        """The factors that the list shows: the arm, and what else tells its conferences apart."""
        every = [told.factors for told in self._told.values()]
        names = dict.fromkeys(["arm", *(name for factors in every for name in factors)])
        varied = [n for n in names if len({factors.get(n, "") for factors in every}) > 1]
        shown = [n for n in varied if n not in ("arm", "cell", "end")]
        arm = ["arm"] if any("arm" in factors for factors in every) else []
        return [*arm, *shown][:_COLUMNS]

    def _entries(self) -> list[Entry]:
        columns = self._columns()
        newest = sorted(
            (told.listed for told in self._told.values()),
            key=lambda listed: (-(listed.begun_at.timestamp() if listed.begun_at else 0.0),
                                str(listed.path)),
        )  # fmt: skip
        waiting: list[tuple[int, Listed | None, Branch]] = [
            (0, None, branch) for branch in reversed(forest(newest))
        ]
        found = []
        while waiting:
            depth, above, branch = waiting.pop()
            listed = branch.listed
            found.append(
                Entry(
                    listed,
                    self._named[listed.path],
                    self._link(listed),
                    depth,
                    self._named[above.path] if above else "",
                    self._link(above) if above else "",
                    tuple(self._told[listed.path].factors.get(name, "") for name in columns),
                )
            )
            waiting += [(depth + 1, listed, fork) for fork in reversed(branch.forks)]
        return found

    def _link(self, listed: Listed) -> str:
        return quote(self._files[listed.path])


def page_names(names: Iterable[str]) -> list[str]:
    """Names for the pages of transcripts of these names: letters of any script, digits, `_-.`;
    none twice, whatever the case, and none that the site has a use for."""
    taken = {LIST}
    found = []
    for name in names:
        plain = _PLAIN.sub("_", unicodedata.normalize("NFC", one_line(name))).strip("._")
        stem = plain.encode()[:_MOST].decode(errors="ignore") or "transcript"
        numbered = chain([f"{stem}.html"], (f"{stem}-{n}.html" for n in count(2)))
        page = next(each for each in numbered if each.casefold() not in taken)
        taken.add(page.casefold())
        found.append(page)
    return found


def write(folder: Path, name: str, texts: Iterable[str]) -> Path:
    """Write a file of a site; it has its name once it is whole.

    Raises:
        OSError: if it cannot be written; nothing of it is left then.
    """
    path = folder / name
    with whole(path) as file:
        file.writelines(texts)
    return path


def _safe(value: object) -> str:
    """JSON that is a script as well, and holds nothing that could end one."""
    dumped = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return dumped.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
