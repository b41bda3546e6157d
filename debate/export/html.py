"""A conference as one page that opens anywhere: from a disk, from a server, without a network.

It holds its style and its script, asks no host for anything, and its policy lets nothing run but
that one script, by its hash. Without JavaScript all of it can be read; search and filter are gone.
"""

from __future__ import annotations

import hashlib
import shlex
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from debate.export.contents import HEADS, contents
from debate.export.prose import line, prose
from debate.export.source import Source
from debate.seating import program_version
from debate.text import one_line

#: How many speakers have a colour of their own.
HUES = 12


def texts(source: Source, home: str | None = None) -> Iterator[str]:
    """The page, piece by piece.

    Args:
        source: The transcript.
        home: Where the page is that lists this one among others, if one does.

    Raises:
        TranscriptError: if the transcript cannot be read any more.
    """
    told = contents(source)
    template = template_of("page.html.j2")
    yield from template.generate(
        told=told,
        facts=told.fact_texts,
        heads=HEADS,
        home=home,
        command=shlex.quote(f"{one_line(source.name)}.jsonl"),
        version=program_version(),
        **dress("page.js"),
    )


def dress(script: str, beside: str = "") -> dict[str, Markup | str]:
    """Style and script of a page, and the policy that lets these run and nothing else.

    Args:
        script: Name of the script's file.
        beside: From where else scripts may come, as a policy says it.
    """
    css, js = _file("page.css"), _file("dress.js") + _file(script)
    return {
        "css": Markup(css),  # ours, as is the script
        "js": Markup(js),
        "policy": (
            f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(js)}'{beside}; "
            "base-uri 'none'; form-action 'none'"
        ),
    }


@lru_cache
def template_of(name: str) -> Template:
    """What pages are made with: all that is put into them is escaped. Where there are `facts`,
    texts lead to them."""
    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"line": _line, "prose": _prose, "moment": _moment, "hue": _hue}
    return made.from_string(_file(name))


@pass_context
def _line(context: Context, text: str) -> Markup:
    return line(text, context.get("facts"))


@pass_context
def _prose(context: Context, text: str) -> Markup:
    return prose(text, context.get("facts"))


@lru_cache
def _file(name: str) -> str:
    return (resources.files("debate.export") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The hash of a script as a policy names it."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _moment(at: datetime) -> Markup:
    shown = f"{at.day} {at:%B} {at.year}, {at:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), shown)


def _hue(seat: int) -> Markup:
    """The class that gives a speaker's colour."""
    return Markup("c{}").format(seat % HUES)
