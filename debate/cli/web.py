"""`yalta web`: the interface in a browser.

What is served is settled here; the server itself is handed in by whoever has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from debate.cli.rooms import Front, Link, Place, Served, Serving, is_loopback, pass_front
from debate.cli.study_rate import bundle_path, no_bundle, ratings_path
from debate.cli.table import table
from debate.errors import UserError
from debate.study.bundle import load_bundle
from debate.text import showable

#: Tabs at once, if nothing else is said.
SESSIONS = 4


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes any that is free.",
)
@click.option(
    "--sessions",
    type=click.IntRange(1, 500),
    help=f"Tabs that may be open at once; else {SESSIONS}, or with --rate one for each rater.",
)
@click.option("--readonly", is_flag=True, help="The library and the reader alone.")
@click.option(
    "--rate",
    "study",
    metavar="STUDY",
    type=click.Path(path_type=Path),
    help="The rating room alone, for a bundle as `yalta study bundle` writes it.",
)
@click.option("--rater", "raters", metavar="NAME", multiple=True, help="With --rate: who rates.")
@click.option(
    "--url",
    metavar="URL",
    help="The address under which others reach it, if it is another: a tunnel, a proxy.",
)
@click.option(
    "--new-links",
    is_flag=True,
    help="Other links than before; with --rate for all raters of the study. The old ones end.",
)
@pass_front
def web(
    front: Front,
    host: str,
    port: int,
    sessions: int | None,
    readonly: bool,
    study: Path | None,
    raters: tuple[str, ...],
    url: str | None,
    new_links: bool,
) -> None:
    """Serve the interface in a browser, to those who have the link that is printed.

    \b
    yalta web                           everything, for you, on this machine
    yalta web --readonly                the library and the reader alone
    yalta web --rate for-raters         the rating room: a link for each rater
    yalta web --rate for-raters --rater ann --port 0

    A link is the same at every start from the same folder, with the same port, or for the same
    study; --new-links makes others.

    Every tab is a program of its own on this machine; it ends when the tab is closed, and no
    finished turn and no answer is lost. Keys stay in this machine's environment.
    """
    if readonly and study:
        raise UserError("--readonly and --rate are two different things to serve")
    if raters and not study:
        raise UserError("--rater says who rates", hint="name the study: --rate STUDY")
    if url is not None and not url.startswith(("http://", "https://")):
        raise UserError(f"--url {url!r} is not an http(s) address")
    places = _places(study, raters) if study else ()
    if front.browsers is None:
        raise UserError(
            "the interface is served by the program `yalta`", hint="run: yalta web, as it stands"
        )
    most = sessions or len(places) or SESSIONS
    what: Served = places or ("reading" if readonly else "all")
    if not is_loopback(host):
        click.echo(_warning(host, full=what == "all"), err=True)
    front.browsers.serve(Serving(host, port, most, what, url, new_links), _tell)


def _places(study: Path, raters: Sequence[str]) -> tuple[Place, ...]:
    """Where each rater rates.

    Raises:
        UserError: if there is no such bundle or rater.
    """
    paths = {name: bundle_path(study, name) for name in raters}
    if not raters:
        paths = _all(study)
    found = []
    for name, path in paths.items():
        if not path.exists():
            raise no_bundle(path)
        bundle = load_bundle(path)
        bundle.plan(name)
        ratings = ratings_path(path, name).resolve()
        found.append(Place(name, path.resolve(), ratings, bundle.key_sha256))
    return tuple(found)


def _all(study: Path) -> dict[str, Path]:
    """Every rater of a bundle, or of a folder in which each has one."""
    shared = bundle_path(study, None)
    files = [shared]
    if study.is_dir() and not shared.exists():
        files = sorted(study.glob("*.json"))
    if not files or not files[0].exists():
        raise no_bundle(shared)
    found = {rater: path for path in files for rater in load_bundle(path).plans}
    if not found:
        raise UserError("nobody rates in this study: its bundle has no plan")
    return found


def _warning(host: str, *, full: bool) -> str:
    can = "run models with your keys and write your files" if full else "read what it shows"
    return (
        f"{host} can be reached from other machines.\n"
        f"Whoever has the link can {can};\n"
        "and it goes over the network unencrypted. Safer: keep to 127.0.0.1, and let others come\n"
        "by a tunnel (ssh -L), or put a server with TLS before it and name its address with --url."
    )


def _tell(links: Sequence[Link]) -> None:
    """Print the links, each for whom it is."""
    if len(links) == 1 and links[0].rater is None:
        click.echo(f"open {links[0].url}")
    else:
        rows = [(showable(link.rater or ""), link.url) for link in links]
        table(["rater", "link, for nobody else"], rows, "ll")
    click.echo("Ctrl-C ends it, and every tab with it; what is saved stays saved.")
