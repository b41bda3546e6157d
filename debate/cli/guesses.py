"""What a word may have meant that is no command: the next one to type."""

from __future__ import annotations

from pathlib import Path

from debate.errors import UnknownName, UserError, YaltaError, nearest
from debate.library import load_scenario
from debate.scenario import Scenario


def meant(word: str, commands: list[str]) -> str | None:
    """The command that a first word was probably meant for; None where there is no telling.

    A transcript is shown, a scenario or a model run, a persona shown; else the command that is
    spelt nearly so.
    """
    path = Path(word)
    if path.suffix == ".jsonl":
        return f"yalta show {word}" if path.is_file() else "yalta library list"
    if path.suffix in (".yaml", ".yml"):
        return _of_yaml(path)
    try:
        return _of_name(word) or _near(word, commands) or _of_model(word)
    except YaltaError:  # of the user's own profiles: it is told where they are needed
        return _near(word, commands)


def meant_to_run(word: str) -> str | None:
    """The command that a word was meant for that names no scenario to run."""
    if Path(word).suffix == ".jsonl":
        return f"yalta resume {word}"
    try:
        found = _of_name(word) or _of_model(word)
    except YaltaError:
        return None
    return found if found and not found.startswith("yalta persona show") else _seat(word)


def scenario_to_run(name: str) -> Scenario:
    """The scenario of a name or a file.

    Raises:
        UserError: if there is none; says what was probably meant.
        LoadError: if the file is wrong.
    """
    try:
        if Path(name).suffix == ".jsonl":
            raise UnknownName("scenario", name, ())
        return load_scenario(name)
    except UnknownName as error:
        if command := meant_to_run(name):
            raise UserError(error.message, hint=f"did you mean: {command}") from None
        raise


def _of_yaml(path: Path) -> str:
    try:
        is_scenario = "yalta/scenario/" in path.read_text(encoding="utf-8", errors="replace")[:2000]
    except OSError:
        return "yalta scenario list"
    return f"yalta run {path}" if is_scenario else f"yalta persona lint {path}"


def _of_name(word: str) -> str | None:
    from debate.library import persona_files, scenario_files, transcripts_folder
    from debate.speakers.availability import model_choices

    if word in scenario_files():
        return f"yalta run {word}"
    if word in persona_files():
        return f"yalta persona show {word}"
    if word in model_choices():
        return f"yalta run yalta --model {word}"
    if (transcripts_folder() / f"{word}.jsonl").is_file():
        return f"yalta show {word}"
    return None


def _of_model(word: str) -> str | None:
    """A model of which a part of the name is given, as `kimi`, or one of a server's."""
    from debate.speakers.availability import model_choices
    from debate.speakers.profiles import load_profiles

    providers = load_profiles().providers
    server, slash, name = word.partition("/")
    if (slash and name and server in providers) or word.startswith("openai-compatible@"):
        return f"yalta run yalta --model {word}"
    near = [each for each in model_choices() if each.startswith(word.lower())]
    if len(word) > 2 and near:
        return f"yalta run yalta --model {near[0]}"
    return f"yalta run yalta --model {word}/NAME" if word in providers else None


def _near(word: str, commands: list[str]) -> str | None:
    near = nearest(word, commands)
    return f"yalta {near}" if near else None


def _seat(word: str) -> str | None:
    from debate.library import persona_files

    return f"yalta run yalta --seats {word},amodei" if word in persona_files() else None
