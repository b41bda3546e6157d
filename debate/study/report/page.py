"""The report as one page that opens offline: no script, no font, no request to any host."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, StrictUndefined

from debate.seating import program_version
from debate.study.report.section import Contents
from debate.text import showable


def page(told: Contents) -> str:
    """The whole report. All text is escaped; pictures alone are markup, and escape their own."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["showable"] = showable
    source = resources.files("debate.study.report") / "page.html.j2"
    template = environment.from_string(source.read_text(encoding="utf-8"))
    return template.render(told=told, version=program_version())
