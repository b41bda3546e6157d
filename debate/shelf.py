"""The index of all transcripts: lists them, finds words in them, keeps up with their files.

    with Shelf.open() as shelf:
        shelf.refresh()
        for found in shelf.search("开源 tiers"):
            print(found.listed.title, found.turn, found.snippet)

The transcripts are the truth. The index is an SQLite file in the cache folder that may be deleted
at any time, and is made anew if it is broken; where none can be written, it is kept in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any, Literal, TypeVar, get_args

from pydantic import TypeAdapter

from debate.errors import YaltaError
from debate.library import cache_folder, transcript_folders
from debate.listed import Branch, Kind, Listed, Passage, forest, read_listed, transcript_files
from debate.query import conditions, snippet, words_of

T = TypeVar("T")

Sort = Literal["opened", "title", "turns", "words", "size", "seconds", "standing", "path"]
SORTS: tuple[Sort, ...] = get_args(Sort)

#: Called while files are read, with how many of how many are done.
Report = Callable[[int, int], None]

# Raised with every change of the tables, or of what `read_listed` says of a file.
_SCHEMA = 3
_TABLES = """
CREATE TABLE file (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, above TEXT NOT NULL,
    size INTEGER NOT NULL, mtime INTEGER NOT NULL, opened TEXT NOT NULL, listed TEXT NOT NULL);
CREATE VIRTUAL TABLE passage USING fts5 (
    kind UNINDEXED, turn UNINDEXED, seat UNINDEXED, name, text, tokenize = 'trigram');
"""
# A file's passages have its id in the upper bits of their rowid: FTS5 finds rows by words or by
# rowid, and by nothing else, and those of a changed file have to be found to be dropped.
_BITS = 24

# The folders of this shelf; the index may hold files of others as well.
_HERE = "(folder IN shelf OR above IN shelf)"

# How much is read before it is written, in one transaction.
_BATCH_FILES, _BATCH_BYTES = 256, 32_000_000

_LISTED = TypeAdapter(Listed)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that has all the words of a query."""

    path: Path
    kind: Kind
    """A turn, a note from the chair, or the title and motion."""
    turn: int
    """The turn; of a note, the one it stands behind; 0 for a motion."""
    name: str
    """Who spoke, or the one whom a note is for."""
    snippet: str
    """Plain text on one line, cut to the neighbourhood of the first match."""
    span: tuple[int, int]
    """Where in the snippet the match begins and ends; equal if only the name matched."""
    listed: Listed


class Shelf:
    """An open index. Use `open`, best by `with`.

    All calls block. They may come from any thread; those that meet wait for one another.
    """

    def __init__(self, folders: Sequence[Path], file: Path) -> None:
        self.folders = tuple(folder.resolve() for folder in folders)
        self._file = file
        self._lock = RLock()
        self._db = self._connect()

    @classmethod
    def open(cls, folders: Sequence[Path] | None = None) -> Shelf:
        """Open the index of the transcripts in these folders and the folders directly in them.

        It shows what it knew when it was last refreshed.

        Args:
            folders: Where to look; `library.transcript_folders` if None.

        Raises:
            YaltaError: if this Python's SQLite cannot search text.
        """
        return cls(
            transcript_folders() if folders is None else folders, cache_folder() / "shelf.sqlite"
        )

    def refresh(self, progress: Report | None = None) -> int:
        """Take up what has changed: new, changed and vanished files. Unchanged ones are not read.

        Args:
            progress: Called now and then while files are read. If it raises, what was read so far
                is kept.

        Returns:
            How many files had changed.

        Raises:
            YaltaError: if another program keeps the index busy.
        """
        return self._mended(lambda: self._refresh(progress), after=lambda: None)

    def listing(self, sort: Sort = "opened", *, reverse: bool = False) -> list[Listed]:
        """All transcripts: the newest, largest or longest first; titles and paths from A to Z.

        Args:
            sort: What to sort by; ties are by path.
            reverse: The other way round.
        """
        rows = self._asked(f"SELECT listed FROM file WHERE {_HERE} ORDER BY path")
        listed = [_listed(row[0]) for row in rows]
        a_to_z = sort in ("title", "standing", "path")
        return sorted(listed, key=_SORT_KEYS[sort], reverse=reverse == a_to_z)

    def tree(self) -> tuple[Branch, ...]:
        """All transcripts, the newest first, forks beneath what they were forked from."""
        return forest(self.listing())

    def search(self, query: str, limit: int = 100) -> list[Found]:
        """Passages that have every word of a query, in text or name, whatever their case.

        A word may be part of a longer one. All characters stand for themselves. The newest
        conference comes first; within one, its title and motion, then the turns as they came.

        Args:
            query: Words; what goes beyond 400 characters is passed over.
            limit: At most so many are found.
        """
        words = words_of(query)
        if not words or limit <= 0:
            return []
        where, values = conditions(words)
        rows = self._asked(
            "SELECT file.listed, kind, turn, name, text FROM "
            "(SELECT passage.rowid AS hit, opened AS newest FROM passage "
            f"JOIN file ON file.id = passage.rowid >> {_BITS} WHERE {where} AND {_HERE} "
            "ORDER BY opened DESC, passage.rowid LIMIT ?) "
            f"JOIN passage ON passage.rowid = hit JOIN file ON file.id = hit >> {_BITS} "
            "ORDER BY newest DESC, hit",
            [*values, min(limit, 2**31)],
        )
        return [_found(row, words) for row in rows]

    def close(self) -> None:
        """Let go of the index. May be called twice."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- keeping up

    def _refresh(self, progress: Report | None) -> int:
        there = transcript_files(self.folders)
        with self._lock:
            rows = self._db.execute(f"SELECT path, size, mtime, {_HERE} FROM file").fetchall()
        known = {path: (size, mtime) for path, size, mtime, _ in rows}
        # Files of other shelves stay, unless they are gone.
        gone = [r[0] for r in rows if r[0] not in there and (r[3] or not Path(r[0]).is_file())]
        stale = {path: mark for path, mark in there.items() if known.get(path) != mark}
        done = 0
        for batch in _batches(stale):
            read = []
            for path in batch:
                if progress:
                    progress(done, len(stale))
                read.append((stale[path], *read_listed(Path(path), stale[path][0])))
                done += 1
            with self._writing():
                for mark, listed, passages in read:
                    self._put(mark, listed, passages)
        if gone:
            with self._writing():
                for path in gone:
                    self._drop(path)
        return len(stale) + len(gone)

    def _put(self, mark: tuple[int, int], listed: Listed, passages: tuple[Passage, ...]) -> None:
        path, parent = str(listed.path), listed.path.parent
        self._drop(path)
        opened = listed.begun_at.isoformat() if listed.begun_at else ""
        found = _LISTED.dump_json(listed).decode()
        number = self._db.execute(
            "INSERT INTO file (path, folder, above, size, mtime, opened, listed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (path, str(parent), str(parent.parent), *mark, opened, found),
        ).lastrowid
        assert number is not None
        self._db.executemany(
            "INSERT INTO passage (rowid, kind, turn, seat, name, text) VALUES (?, ?, ?, ?, ?, ?)",
            # A number of a turn may be larger than any that SQLite knows, in a forged transcript.
            (
                ((number << _BITS) + n, p.kind, str(p.turn), p.seat, p.name, p.text)
                for n, p in enumerate(passages[: 1 << _BITS])
            ),
        )

    def _drop(self, path: str) -> None:
        row = self._db.execute("DELETE FROM file WHERE path = ? RETURNING id", (path,)).fetchone()
        if row is not None:
            first = row[0] << _BITS
            self._db.execute(
                "DELETE FROM passage WHERE rowid BETWEEN ? AND ?", (first, first + (1 << _BITS) - 1)
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # -- the index itself

    def _asked(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        def ask() -> list[tuple[Any, ...]]:
            with self._lock:
                return self._db.execute(sql, values).fetchall()

        return self._mended(ask, after=lambda: self._refresh(None))

    def _mended(self, work: Callable[[], T], *, after: Callable[[], object]) -> T:
        """Do some work; if the index proves to be broken, make it anew and do it again.

        Args:
            work: What to do.
            after: What a new index needs before.
        """
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.ProgrammingError):
                raise  # our own mistake, such as a shelf that was closed
            if _busy(error):
                raise YaltaError("another program keeps the index of transcripts busy") from None
        with self._lock:
            self._db.close()
            _delete(self._file)
            self._db = self._connect()
            try:
                after()
                return work()
            except sqlite3.DatabaseError as error:
                raise YaltaError(
                    f"the index of transcripts cannot be kept: {error}",
                    hint=f"it can be deleted: {self._file}",
                ) from None

    def _connect(self) -> sqlite3.Connection:
        """The index in its file; in a new file, if that one is broken; else in memory."""
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
        for place in (self._file, self._file, ":memory:"):
            db = None
            try:
                db = sqlite3.connect(
                    place, timeout=10, isolation_level=None, check_same_thread=False
                )
                _prepare(db, self.folders)
            except sqlite3.DatabaseError as error:
                if db is not None:
                    db.close()
                if place == ":memory:":
                    raise YaltaError(
                        f"this Python's SQLite cannot search text: {error}",
                        hint="it needs SQLite 3.35 or newer, with FTS5",
                    ) from None
                if not _busy(error):
                    _delete(self._file)
            else:
                return db
        raise AssertionError("memory is never busy")


class _Outdated(sqlite3.DatabaseError):
    """The index is of another version of this program."""


def _prepare(db: sqlite3.Connection, folders: Iterable[Path]) -> None:
    """Make a connection ready, and the tables if they are not there."""
    db.execute("PRAGMA temp_store = MEMORY")
    with suppress(sqlite3.OperationalError):  # where it cannot be, programs wait for each other
        db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TEMP TABLE shelf (folder TEXT PRIMARY KEY) WITHOUT ROWID")
    db.executemany("INSERT OR IGNORE INTO shelf VALUES (?)", [(str(f),) for f in folders])
    if _version(db) == 0:
        db.execute("BEGIN IMMEDIATE")
        if _version(db) == 0:  # no other program was faster
            for statement in _TABLES.split(";"):
                db.execute(statement)
            # Words are gathered up to 16 MB, not to one, before they go out: a third less to write.
            db.execute("INSERT INTO passage (passage, rank) VALUES ('hashsize', 16777216)")
            db.execute(f"PRAGMA user_version = {_SCHEMA}")
        db.execute("COMMIT")
    if _version(db) != _SCHEMA:
        raise _Outdated("another version")
    db.execute("SELECT count(*) FROM file").fetchone()


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _busy(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _delete(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            file.with_name(file.name + suffix).unlink()


def _batches(files: dict[str, tuple[int, int]]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for path, (more, _) in files.items():
        if batch and (len(batch) == _BATCH_FILES or size + more > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += more
    if batch:
        yield batch


@lru_cache(maxsize=8192)
def _listed(stored: str) -> Listed:
    return _LISTED.validate_json(stored)


_SORT_KEYS: dict[Sort, Callable[[Listed], Any]] = {
    "opened": lambda listed: listed.begun_at.timestamp() if listed.begun_at else 0.0,
    "title": lambda listed: listed.title.casefold(),
    "turns": lambda listed: listed.turns,
    "words": lambda listed: listed.words,
    "size": lambda listed: listed.size,
    "seconds": lambda listed: listed.seconds,
    "standing": lambda listed: listed.state,
    "path": lambda listed: str(listed.path),
}


def _found(row: tuple[Any, ...], words: Iterable[str]) -> Found:
    stored, kind, turn, name, text = row
    listed = _listed(stored)
    return Found(listed.path, kind, int(turn), name, *snippet(text, words), listed)
