"""Who may come in. Pure: a request's words in, a verdict out.

A link holds a token that nobody can guess (`links.py`). The browser sends it once; from then on it
stands in a cookie that no script can read and no other site can have sent along.

One browser may hold several links. So each door has an address of its own, which is no secret; its
cookie is named after it and is sent there alone. A tab stays where its link led, whatever is opened
beside it.

The port is on this machine, and any page of the web that its browser has open can send requests
there. So a name that is not this server's own is refused (else a foreign name that is made to
point here would be of the same origin as the server: DNS rebinding), and a websocket is opened for
the server's own pages alone.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from debate.cli.rooms import Link, is_loopback

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")

#: Said with every answer. Only what the server itself has may be loaded, and nothing is kept.
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def policy(host: str) -> str:
    """The Content-Security-Policy of a page that is reached under a host, as `127.0.0.1:8000`.

    The terminal writes its colours and sizes into style elements of its own, so styles may stand in
    the page; scripts may not.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


@dataclass(frozen=True, slots=True)
class Door:
    """A way in, for one rater or for all."""

    rater: str | None
    token: str = field(repr=False)

    @property
    def id(self) -> str:
        """Which door it is, 16 characters that anyone may see: the token cannot be told from it."""
        return hmac.new(self.token.encode(), b"door", hashlib.sha256).hexdigest()[:16]

    @property
    def path(self) -> str:
        """Where it leads, as `/d/0123456789abcdef/`: all that is done by it is done below."""
        return f"/d/{self.id}/"

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds its token."""
        return cookie_of(self.id)

    def link(self, base: str) -> Link:
        """What is given to whoever is to come in.

        Args:
            base: The server's address, as `http://127.0.0.1:8000`.
        """
        return Link(self.rater, f"{base}/?token={self.token}")


def cookie_of(id_: str) -> str:
    """The name of the cookie of a door, by what stands in the address."""
    return f"yalta-{id_}"


def door_of(doors: Sequence[Door], token: str) -> Door | None:
    """The door that a token opens. Takes as long whether it is right, wrong or nearly right."""
    found = None
    for door in doors:
        if secrets.compare_digest(door.token.encode(), token.encode(errors="replace")):
            found = door
    return found


def is_ours(host: str, bound: str, url: str | None) -> bool:
    """Whether a request's Host is a name of this server.

    Args:
        host: The header, as `127.0.0.1:8000`.
        bound: What the server is bound to.
        url: The address under which others reach it, if it is another.

    A port is not looked at: it says nothing of whose name it is, and a tunnel may change it. No
    address in figures can be made to point elsewhere; so, where the server listens to others, any
    is its own.
    """
    if not _HOST.fullmatch(host):
        return False
    name = urlsplit(f"//{host}").hostname or ""
    if url and name == urlsplit(url).hostname:
        return True
    if is_loopback(name) or name == bound:
        return True
    if is_loopback(bound):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in (socket.gethostname().lower(), socket.getfqdn().lower())
    return True


def is_same_origin(origin: str | None, host: str) -> bool:
    """Whether a websocket is asked for by a page that this server gave.

    Args:
        origin: The header; every browser sends it.
        host: The header Host of the same request.
    """
    if not origin:
        return False
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.lower() == host.lower()
