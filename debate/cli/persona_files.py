"""`yalta persona new`, `lint`, `diff` and `fmt`: what authors of personas do with their files."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

import click

from debate import persona_new, yaml_file
from debate.cli import complete
from debate.errors import Problem, UserError
from debate.library import load_persona, persona_path, short_path
from debate.persona import Identifier
from debate.persona_diff import differences
from debate.persona_lint import Examined, examine
from debate.persona_new import Beginning
from debate.persona_order import in_order
from debate.text import showable
from debate.whole_file import write_whole


@click.command()
@click.argument(
    "names", metavar="PERSONA...", nargs=-1, required=True, shell_complete=complete.personas
)
@click.option("--strict", is_flag=True, help="Exit with 1 if there is anything to think over.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings, one a line.")
def lint(names: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Check personas (ids, or files): what is wrong with them, and what may not be meant.

    A fault ends with exit code 2. Advice is only advice, unless --strict.

    \b
    yalta persona lint ada
    yalta persona lint personas/*.yaml --strict
    """
    faults = advised = 0
    for path in [persona_path(name) for name in names]:
        examined = examine(yaml_file.read(path), path=str(path))
        errors = [*examined.errors, *_misnamed(examined, path)]
        faults += len(errors)
        advised += len(examined.advice)
        for kind, problems in (("error", errors), ("advice", examined.advice)):
            for problem in problems:
                click.echo(_told(path, kind, problem, as_json))
    if not as_json:
        click.echo(f"{_of(len(names), 'persona')}: {_of(faults, 'fault')}, {advised} to think over")
    if faults or (strict and advised):
        sys.exit(2 if faults else 1)


def _misnamed(examined: Examined, path: Path) -> list[Problem]:
    """A persona is found by its file's name, which is its id."""
    if examined.persona is None or examined.persona.id == path.stem:
        return []
    said = f"the id is {examined.persona.id!r}, but the file is named {path.name!r}"
    return [Problem(1, 1, "id", said)]


def _told(path: Path, kind: str, problem: Problem, as_json: bool) -> str:
    if as_json:
        return json.dumps({"file": str(path), "kind": kind, **asdict(problem)}, ensure_ascii=True)
    field = f"{problem.field}: " if problem.field else ""
    where = f"{path}:{problem.line}:{problem.column}"
    return showable(f"{where}: {kind}: {field}{problem.message}")


def _of(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@click.command()
@click.argument("one", shell_complete=complete.personas)
@click.argument("other", shell_complete=complete.personas)
def diff(one: str, other: str) -> None:
    """Show where two personas (ids, or files) differ, field by field.

    Exits with 1 if they do.

    \b
    yalta persona diff yang yang-plain
    """
    found = differences(load_persona(one), load_persona(other))
    for each in found:
        click.secho(showable(each.field), bold=True)
        for text in each.gone:
            click.secho(showable(f"  - {text}"), fg="red")
        for text in each.come:
            click.secho(showable(f"  + {text}"), fg="green")
        if not each.gone and not each.come:
            click.echo("  in another order")
    if found:
        sys.exit(1)


@click.command()
@click.argument(
    "names", metavar="PERSONA...", nargs=-1, required=True, shell_complete=complete.personas
)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would be.")
def fmt(names: tuple[str, ...], check: bool) -> None:
    """Put the fields of persona files in order. Comments stay with their fields.

    Lines are moved and never written anew, so that what a file says is the same before and after.

    \b
    yalta persona fmt ada
    yalta persona fmt personas/*.yaml --check
    """
    paths = [persona_path(name) for name in names]
    texts = [yaml_file.read(path) for path in paths]
    ordered = [in_order(text, path=str(path)) for path, text in zip(paths, texts, strict=True)]
    changed = [n for n, text in enumerate(texts) if text != ordered[n]]
    for n in changed:
        if not check:
            _replace(paths[n], ordered[n])
        click.echo(f"{'would put' if check else 'put'} in order: {paths[n]}")
    if not changed:
        click.echo("in order")
    if check and changed:
        sys.exit(1)


def _replace(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None


@click.command()
@click.argument("persona_id", metavar="ID")
@click.option("--name", help="The name spoken at the table.")
@click.option("--from", "source", metavar="TEXT", help="Who they are: words, a file, or -.")
@click.option("--extends", metavar="PERSONA", help="Vary this one: only what is otherwise.")
@click.option("--real-person/--invented", default=False, help="Whom it portrays.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder to write it to.")
def new(
    persona_id: str,
    name: str | None,
    source: str | None,
    extends: str | None,
    real_person: bool,
    out: Path | None,
) -> None:
    """Begin the persona ID: a file with a place, and a word of help, for all that a card holds.

    \b
    yalta persona new ada                          asks a few questions
    yalta persona new ada --from "A pilot of ..."  asks none
    yalta persona new yang-plain --extends yang    one trait varied
    """
    _check_id(persona_id)
    if extends is not None and (source is not None or name is not None):
        raise UserError("--extends begins a file of changes: --from and --name do not go with it")
    path = persona_new.place_for(persona_id, out)
    call = persona_id if out is None else short_path(path)
    if extends is not None:
        text = persona_new.begun_upon(persona_id, load_persona(extends).id)
    else:
        name = name or persona_id.replace("-", " ").title()
        summary = _summary(source) if source is not None else ""
        known = Beginning(persona_id, name, real_person=real_person, summary=summary)
        if source is None and sys.stdin.isatty():
            known = _asked(known)
        text = persona_new.begun(known)
    examined = examine(text, path=str(path))
    if examined.errors:
        problem = examined.errors[0]
        raise UserError(f"that makes no persona: {problem.field}: {problem.message}")
    persona_new.write(path, text)
    click.echo(
        f"{showable(short_path(path))} is begun. Edit it, in any editor or in the studio; then:"
    )
    click.echo(f"  yalta persona edit {call}")
    click.echo(f"  yalta persona lint {call}")
    click.echo(f"  yalta run yalta --seats {call},amodei --rounds 1")


def _check_id(persona_id: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(Identifier).validate_python(persona_id)
    except ValidationError:
        hint = "small letters, digits and single hyphens: ada, ada-2"
        raise UserError(f"{persona_id!r} cannot be an id", hint=hint) from None


def _summary(source: str) -> str:
    if source == "-":
        text = sys.stdin.read(yaml_file.MAX_BYTES)
    else:
        path = Path(source)
        try:
            is_file = len(source) < 1024 and path.is_file()
        except (OSError, ValueError):
            is_file = False
        if not is_file and not re.search(r"\s", source) and (path.suffix or "/" in source):
            raise UserError(f"there is no file {source}", hint="--from TEXT, a file, or -")
        text = yaml_file.read(path) if is_file else source
    text = " ".join(text.split())
    if not text:
        raise UserError("nothing is said of who they are", hint="--from TEXT, a file, or -")
    return text


def _asked(known: Beginning) -> Beginning:
    """What a person says of them; an empty answer leaves a place in the file."""

    def ask(question: str, default: str = "") -> str:
        answer: str = click.prompt(question, default=default, show_default=bool(default))
        return answer.strip()

    click.echo("An empty answer leaves a place in the file.")
    return Beginning(
        id=known.id,
        name=ask("Name at the table", known.name),
        role=ask("Role", known.role),
        organisation=ask("Of what company or body"),
        real_person=click.confirm("A real person?", default=known.real_person),
        summary=ask("Who are they, in two or three sentences"),
        register=ask("How do they talk: level and tone"),
        rhythm=ask("Their sentences: long or short, how a reply is built"),
        prefers=_listed(ask("Words they often use, with commas")),
    )


def _listed(answer: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in answer.split(",") if word.strip())
