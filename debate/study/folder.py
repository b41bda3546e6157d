"""A study's folder: what its author keeps, and what becomes of it step by step.

    NAME/
      key.json            where each item comes from; never leaves the author
      study.json          the bundle, made from the key when it is sealed
      ratings/RATER.jsonl what raters returned
      adjudicated.jsonl   what was agreed where raters differed
      closed.json         hashes of all of it, once no more is taken
      report.html …       the report

A bundle for raters is a folder too, of `study.json` and their `ratings/`, without the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from debate.errors import CannotWrite, UserError
from debate.persona import Model
from debate.study.bundle import Bundle, Sha256, dump_bundle, load_bundle, read_json, sha256
from debate.study.drawing.assignment import assign
from debate.study.drawing.blinding import opened, sealed
from debate.study.key import Key, dump_key
from debate.study.ratings import Rating, RatingsFile, read_ratings, standing
from debate.whole_file import write_whole

ADJUDICATED = "adjudicated"
"""The rater by whose name agreed answers are kept."""


class Closed(Model):
    """What a study was when it was closed."""

    at: datetime
    key_sha256: Sha256
    bundle_sha256: Sha256
    ratings: dict[str, Sha256]
    adjudicated: Sha256 | None = None


class StudyFolder:
    """The folder of one study."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key_path = path / "key.json"
        self.bundle_path = path / "study.json"
        self.ratings_path = path / "ratings"
        self.adjudicated_path = path / "adjudicated.jsonl"
        self.closed_path = path / "closed.json"

    @classmethod
    def begin(cls, path: Path, key: Key) -> StudyFolder:
        """Make the folder of a new study.

        Raises:
            UserError: if something of that name is there.
            CannotWrite: if it cannot be made.
        """
        folder = cls(path)
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            raise UserError(
                f"{path} is there already", hint="give the study another name"
            ) from None
        except OSError as error:
            raise CannotWrite(path, error) from None
        try:
            write_whole(folder.key_path, dump_key(key), mode=0o600)
        except OSError:
            path.rmdir()  # else the study could not be made under this name once there is room
            raise
        return folder

    # -- what is in it

    def key(self) -> Key:
        """The key.

        Raises:
            UserError: if it is not here, as on a rater's machine, or is none.
        """
        if not self.key_path.exists():
            raise UserError(
                f"{self.path} holds no key.json: it is no study that you drew",
                hint="what raters get is rated with `yalta study rate`",
            )
        return read_json(self.key_path, Key, "the key of a study")

    def bundle(self) -> Bundle:
        """The bundle.

        Raises:
            UserError: if the study is not sealed yet.
        """
        if not self.sealed:
            raise UserError(
                f"the study in {self.path} is not sealed yet",
                hint=f"`yalta study seal {self.path}` fixes it and makes what raters get",
            )
        return load_bundle(self.bundle_path)

    @property
    def sealed(self) -> bool:
        """Whether it is fixed."""
        return self.bundle_path.exists()

    @property
    def closed(self) -> bool:
        """Whether no more ratings are taken."""
        return self.closed_path.exists()

    def ratings(self) -> list[RatingsFile]:
        """What raters returned, in the order of their names."""
        found = [read_ratings(path) for path in sorted(self.ratings_path.glob("*.jsonl"))]
        return sorted(found, key=lambda each: each.rater)

    def adjudicated(self) -> tuple[Rating, ...]:
        """The answers that were agreed on."""
        if not self.adjudicated_path.exists():
            return ()
        return standing(read_ratings(self.adjudicated_path).lines)

    # -- what becomes of it

    def save(self, key: Key) -> None:
        """Write the key anew, as long as it is not sealed.

        Raises:
            UserError: if it is.
        """
        self._still("sealed", self.sealed)
        write_whole(self.key_path, dump_key(key), mode=0o600)

    def seal(self) -> Bundle:
        """Fix the study: assign items, make the bundle, and bind the key to it by its hash.

        Raises:
            UserError: if it is sealed already.
        """
        self._still("sealed", self.sealed)
        key = self.key()
        key = key.model_copy(update={"plans": assign(key)})
        # The very bytes that the hash is of.
        write_whole(self.key_path, dump_key(key), mode=0o600)
        bundle = sealed(key, at=datetime.now(UTC))
        write_whole(self.bundle_path, dump_bundle(bundle))
        return bundle

    def collect(self, files: Iterable[Path]) -> list[tuple[Path, RatingsFile]]:
        """Take returned ratings in; a longer file of the same rater takes a shorter one's place.

        Nothing is taken if any of them is not of this study.

        Returns:
            What was taken, by file.

        Raises:
            UserError: if a file is another study's, or goes back behind what was taken before.
        """
        self._still("closed", self.closed)
        bundle = self.bundle()
        taken: list[tuple[Path, RatingsFile]] = []
        for path in files:
            ratings = read_ratings(path)
            belongs(ratings, bundle, path)
            kept = self.ratings_path / f"{ratings.rater}.jsonl"
            if kept.exists():
                before = read_ratings(kept).lines
                if before[: len(ratings.lines)] == ratings.lines:
                    continue  # nothing new
                if ratings.lines[: len(before)] != before:
                    raise UserError(
                        f"{path} does not go on from what {ratings.rater} returned before",
                        hint=f"compare it with {kept}, and keep the right one there",
                    )
            taken.append((path, ratings))
        self.ratings_path.mkdir(exist_ok=True)
        for path, ratings in taken:
            data = path.read_bytes()[: ratings.size]
            write_whole(self.ratings_path / f"{ratings.rater}.jsonl", data)
        return taken

    def close(self) -> Closed:
        """Lock the study: from here on nothing is taken in, and the key may be read.

        Raises:
            UserError: if it is closed, not sealed, or its key is another than at sealing.
        """
        self._still("closed", self.closed)
        bundle, key = self.bundle(), self.key()
        opened(bundle, key)
        for path in sorted(self.ratings_path.glob("*.jsonl")):
            belongs(read_ratings(path), bundle, path)
        has = self.adjudicated_path.exists()
        closed = Closed(
            at=datetime.now(UTC),
            key_sha256=bundle.key_sha256,
            bundle_sha256=sha256(self.bundle_path.read_bytes()),
            ratings={
                path.stem: sha256(path.read_bytes())
                for path in sorted(self.ratings_path.glob("*.jsonl"))
            },
            adjudicated=sha256(self.adjudicated_path.read_bytes()) if has else None,
        )
        write_whole(self.closed_path, closed.model_dump_json(indent=1).encode() + b"\n")
        return closed

    def unchanged(self) -> list[str]:
        """What was changed since the study was closed, by name; nothing, if all is as it was.

        Raises:
            UserError: if it is not closed.
        """
        if not self.closed:
            raise UserError(
                f"the study in {self.path} is not closed yet",
                hint=f"`yalta study close {self.path}` ends the rating and opens the key",
            )
        closed = read_json(self.closed_path, Closed, "the record of a closed study")
        ratings = {p.stem: sha256(p.read_bytes()) for p in self.ratings_path.glob("*.jsonl")}
        names = {*ratings, *closed.ratings}
        changed = [
            f"ratings/{n}.jsonl" for n in sorted(names) if ratings.get(n) != closed.ratings.get(n)
        ]
        if sha256(self.key_path.read_bytes()) != closed.key_sha256:
            changed.append("key.json")
        if sha256(self.bundle_path.read_bytes()) != closed.bundle_sha256:
            changed.append("study.json")
        has = self.adjudicated_path.exists()
        agreed = sha256(self.adjudicated_path.read_bytes()) if has else None
        if agreed != closed.adjudicated:
            changed.append("adjudicated.jsonl")
        return changed

    def _still(self, what: str, already: bool) -> None:
        if already:
            raise UserError(
                f"the study in {self.path} is {what}, and cannot be changed any more",
                hint="draw another with `yalta study new`",
            )


def belongs(ratings: RatingsFile, bundle: Bundle, path: Path) -> None:
    """Check that ratings are of a study, by one of its raters, and of items that were theirs.

    Raises:
        UserError: if not.
    """
    head = ratings.head
    if head.study != bundle.id or head.key_sha256 != bundle.key_sha256:
        raise UserError(f"{path} holds ratings of another study")
    own = {place.item for place in bundle.plan(ratings.rater)}
    tasks = {item.id: item.task for item in bundle.items}
    for rating in ratings.standing:
        if rating.item not in own:
            raise UserError(f"{path} rates {rating.item}, which was not {ratings.rater}'s to rate")
        if tasks[rating.item] != rating.answer.task:
            raise UserError(f"{path} answers {rating.item} as another task than it is")


def write_bundle(bundle: Bundle, folder: Path, raters: Sequence[str] = ()) -> list[Path]:
    """Write what raters get.

    Args:
        bundle: The study.
        folder: Where to; made if it is not there.
        raters: A file for each of these alone; none of them writes one folder that all share.

    Raises:
        UserError: if something else is there.
        CannotWrite: if it cannot be written.
    """
    files = {folder / f"{rater}.json": bundle.for_rater(rater) for rater in raters}
    files = files or {folder / "study.json": bundle}
    for path in files:
        if path.exists() and path.read_bytes() != dump_bundle(files[path]):
            raise UserError(f"{path} is there already", hint="give another folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, each in files.items():
            write_whole(path, dump_bundle(each))
    except OSError as error:
        raise CannotWrite(folder, error) from None
    return list(files)
