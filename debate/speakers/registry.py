"""From a model as a user names it to a speaker.

local                              the embedded default
local/qwen3-4b                     another model of the catalogue
local:/path/to/file.gguf           any GGUF file
kimi-k2.6                          a model that a profile names
ollama/qwen3:8b                    any model of a provider that a profile names
openai-compatible@http://h/v1#name any OpenAI-compatible server
replay:transcript.jsonl            what each seat replied in a transcript, again
me                                 a person
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from debate.errors import UnknownName, UserError
from debate.events import Price, Profile, Thinking
from debate.library import find_transcript
from debate.speakers import catalog, human
from debate.speakers.base import Speaker
from debate.speakers.families import Wanted, added_families, family
from debate.speakers.prices import list_price
from debate.speakers.profiles import KnownModel, Profiles, Provider, load_profiles

DEFAULT_MODEL = "local"
COMPATIBLE_KEY = "OPENAI_COMPATIBLE_API_KEY"

# A small model copies whole turns, and the examples on its card, from the record. DRY makes each
# further word of a copied run less likely; as the engine comes, it looks back a little way only,
# so its reach is set to the whole record, cards and all. Runs of three tokens stay free: where five
# or more did, seats took over whole sentences of each other.
LOCAL_SAMPLING: dict[str, float | int] = {
    "temperature": 0.8,
    "top_p": 0.9,
    "min_p": 0.0002,
    "repeat_penalty": 1.05,
    "dry_multiplier": 1.0,
    "dry_allowed_length": 3,
    "dry_penalty_last_n": 16_384,
}
# What the model would not say at all goes before DRY, and not after it: else, where the next word
# is that of a copied run, the same word without its blank is what is left ("allpeople").
LOCAL_ORDER = ("penalties", "min_p", "dry", "top_p", "temperature")
LOCAL_WINDOW = 16_384


class Registry:
    """Makes speakers, one for each model however many seats it speaks for, and closes them.

    Use as an async context manager.

    Args:
        ask: How a person is asked to speak, where one can be.
    """

    def __init__(self, *, ask: human.Ask | None = None) -> None:
        self._ask = ask
        self._speakers: dict[tuple[str, Thinking | None], Speaker] = {}
        self._profiles: Profiles | None = None
        self._trusted: set[str] = set()

    def trust(self, *models: str) -> None:
        """Say that the user has named these models.

        An `openai-compatible` address that comes from a scenario or a transcript may be anybody's,
        so it is asked without a key, unless it is named here before its speaker is made.
        """
        self._trusted.update(models)

    def speaker(self, model: str, thinking: Thinking | None = None) -> Speaker:
        """The speaker of a model.

        Args:
            model: The model as the user names it.
            thinking: How much it is to think; None leaves it to the model.

        Raises:
            UserError: if the name means nothing, the file it names is not there, or it cannot be
                asked to think so.
        """
        if (model, thinking) not in self._speakers:
            self._speakers[model, thinking] = self._make(model, thinking)
        return self._speakers[model, thinking]

    async def __aenter__(self) -> Registry:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of all speakers that were made."""
        for speaker in self._speakers.values():
            await speaker.aclose()

    def _make(self, model: str, thinking: Thinking | None) -> Speaker:
        if model == human.MODEL:  # people think as they like
            return human.HumanSpeaker(self._ask)
        if model.startswith("replay:"):
            from debate.speakers.replay import ReplaySpeaker

            return ReplaySpeaker(model, find_transcript(model.removeprefix("replay:")))
        if model.startswith("openai-compatible@"):
            return _compatible(model, thinking, trusted=model in self._trusted)
        if thinking not in (None, "off") and model.startswith("local"):
            raise UserError(f"{model} cannot be asked to think: the embedded engine has no way to")
        if (entry := local_file(model)) is not None:
            if not catalog.installed(entry):
                raise UserError(
                    f"the model file {entry.filename} is not here yet",
                    hint=f"fetch it: yalta models pull {entry.name}",
                )
            return _local(model, catalog.path_of(entry), entry.window, entry)
        if model.startswith("local:"):
            path = Path(model.removeprefix("local:")).expanduser()
            same = next((e for e in catalog.CATALOG if e.filename == path.name), None)
            return _local(model, path, LOCAL_WINDOW, same)
        if self._profiles is None:
            self._profiles = load_profiles()
        return _known(model, thinking, self._profiles)


def local_file(model: str) -> catalog.ModelFile | None:
    """The file of the catalogue that a model's name stands for, if it stands for one.

    Raises:
        UnknownName: for `local/...` with a name that is not in the catalogue.
    """
    if model == "local":
        return catalog.DEFAULT
    return catalog.find(model.removeprefix("local/")) if model.startswith("local/") else None


def _local(model: str, path: Path, window: int, entry: catalog.ModelFile | None) -> Speaker:
    from debate.speakers.local import LocalSpeaker

    if not path.is_file():
        raise UserError(f"no model file at {path}")
    profile = Profile(
        model=model,
        family="local",
        name=path.name,
        window=window,
        # It runs on the user's own machine.
        price=Price(currency="USD", input=Decimal(0), output=Decimal(0)),
        sampling=LOCAL_SAMPLING,
        extra={"samplers": [*LOCAL_ORDER]},
        grammar=entry.grammar if entry else None,
        prefill=entry is not None and entry.prefill,
    )
    return LocalSpeaker(profile, path, window=window)


def _compatible(model: str, thinking: Thinking | None, *, trusted: bool) -> Speaker:
    url, _, name = model.removeprefix("openai-compatible@").partition("#")
    if not name:
        raise UserError(
            f"{model!r} does not say which model",
            hint="write openai-compatible@http://host:port/v1#model-name",
        )
    key = COMPATIBLE_KEY if trusted else None
    try:
        provider = Provider(base_url=url, key_env=key, key_optional=True)
    except ValidationError as error:
        raise UserError(
            error.errors(include_url=False)[0]["msg"].removeprefix("Value error, "),
            hint=f"http://host:port/v1; a key goes into the environment: {COMPATIBLE_KEY}=...",
        ) from None
    return family(provider.family)(Wanted(model, name, provider, thinking=thinking))


def _known(model: str, thinking: Thinking | None, profiles: Profiles) -> Speaker:
    if model in profiles.models:
        known = profiles.models[model]
        if known.provider not in profiles.providers:
            raise UnknownName("provider", known.provider, profiles.providers)
        return _served(model, known.name or model, known, profiles, thinking)
    provider, slash, name = model.partition("/")
    if slash and name and provider in profiles.providers:
        return _served(model, name, KnownModel(provider=provider), profiles, thinking)
    if slash and name and provider in added_families():
        return family(provider)(Wanted(model, name, thinking=thinking))
    known_names = [
        "local",
        *(f"local/{entry.name}" for entry in catalog.CATALOG),
        *profiles.models,
        *(f"{p}/NAME" for p in (*profiles.providers, *added_families())),
    ]
    raise UnknownName(
        "model",
        model,
        known_names,
        hint=f"known: {', '.join(known_names)}, openai-compatible@URL#NAME, local:FILE.gguf, "
        "replay:TRANSCRIPT, me\n  what is here: yalta models list",
    )


def _served(
    model: str, name: str, known: KnownModel, profiles: Profiles, thinking: Thinking | None
) -> Speaker:
    provider = profiles.providers[known.provider]
    listed = list_price(known.provider, name)
    if listed is not None:
        window, price = listed
        known = known.model_copy(
            update={"window": known.window or window, "price": known.price or price}
        )
    return family(provider.family)(Wanted(model, name, provider, known, thinking))
