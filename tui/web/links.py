"""The tokens in links: the same at every start, so that a link that was sent to somebody holds.

They are derived from a secret, of which there is one for each thing that is served: a study, or
the transcripts of a folder, to read or to do anything with. It is drawn once and kept in the user's
data folder, where nobody else of this machine may read it. So a link opens what it was given for
and nothing else, and where one secret is drawn anew, the others stay.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from base64 import urlsafe_b64encode
from pathlib import Path

from filelock import FileLock

from debate.cli.rooms import Served, Serving
from debate.errors import UserError
from debate.library import data_folder, transcripts_folder
from debate.whole_file import write_whole
from tui.web.doors import Door

#: Bytes of a secret, as many as its hash gives.
SIZE = 32


def doors_of(serving: Serving) -> list[Door]:
    """The ways in to what is served: one for each rater, else one for all.

    Raises:
        UserError: if a secret cannot be kept, or others may have read it.
    """
    if not isinstance(serving.what, tuple):
        return [Door(None, _token(_secret(_folder_name(serving.what), new=serving.new_links), ""))]
    studies = dict.fromkeys(each.study for each in serving.what)
    known = {study: _secret(f"study-{study}", new=serving.new_links) for study in studies}
    return [Door(each.rater, _token(known[each.study], each.rater)) for each in serving.what]


def _folder_name(what: Served) -> str:
    """What is served from here, as the name of a secret."""
    here = f"{Path.cwd()}\0{transcripts_folder().resolve()}"
    return f"{what}-{hashlib.sha256(os.fsencode(here)).hexdigest()}"


def _token(secret: bytes, rater: str) -> str:
    """The token of a rater: 256 bits, 43 characters that may stand in an address."""
    derived = hmac.digest(secret, rater.encode(), "sha256")
    return urlsafe_b64encode(derived).decode().rstrip("=")


def _secret(name: str, *, new: bool) -> bytes:
    """The secret of this name; drawn, if there is none, or a new one is wanted."""
    folder = data_folder() / "links"
    path = folder / f"{name}.key"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):  # of two that begin at once, both have the same
            if new or not path.exists():
                write_whole(path, secrets.token_bytes(SIZE), mode=0o600)
            return _read(path)
    except OSError as error:
        raise UserError(
            f"cannot keep the secret of the links in {error.filename or path}: {error.strerror}",
            hint="set YALTA_DATA to a folder that you can write, the same at every start",
        ) from None


def _read(path: Path) -> bytes:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UserError(
            f"{path} may be read by others, who can then tell every link",
            hint="`--new-links` makes other links; those that you gave away end",
        )
    secret = path.read_bytes()
    if len(secret) != SIZE:
        raise UserError(
            f"{path} holds no secret of links",
            hint="`--new-links` makes other links; those that you gave away end",
        )
    return secret
