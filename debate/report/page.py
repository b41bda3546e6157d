"""A report as one page that opens offline: no script, no font, no request to any host."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from debate.report.section import Contents
from debate.seating import program_version
from debate.text import showable


def page(told: Contents, template: str) -> str:
    """The whole report. All text is escaped; pictures alone are markup, and escape their own.

    Args:
        told: What it says.
        template: The package and name of what it is made with, `debate.report/page.html.j2` or one
            that extends it.
    """
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["showable"] = showable
    return environment.get_template(template).render(told=told, version=program_version())


def _source(name: str) -> str:
    package, _, file = name.partition("/")
    return (resources.files(package) / file).read_text(encoding="utf-8")
