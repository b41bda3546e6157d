"""Where a server is, what it bears, and the key that it is asked with."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Self

from debate.errors import KeyMissing, SpeakerError, UserError
from debate.speakers.limits import Bounds
from debate.speakers.profiles import Provider


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is and what it bears."""

    base_url: str
    """Up to and with the version: `https://host/v1`."""
    key_env: str | None = None
    """Environment variable that holds the key; None if the server wants none."""
    key_optional: bool = False
    """True if the server may be asked without a key."""
    max_tokens_field: str | None = None
    """What the limit of a reply is called there, if not as its family calls it."""
    stall: float = 120.0
    """Seconds without a byte after which a stream counts as broken."""
    bounds: Bounds = field(default_factory=Bounds)

    @classmethod
    def of(cls, provider: Provider) -> Self:
        """The endpoint that a profile describes."""
        return cls(
            base_url=provider.base_url,
            key_env=provider.key_env,
            key_optional=provider.key_optional,
            max_tokens_field=provider.max_tokens_field,
            stall=provider.stall,
            bounds=Bounds(
                concurrency=provider.concurrency,
                requests=provider.requests_per_minute,
                tokens=provider.tokens_per_minute,
            ),
        )

    def key(self, model: str) -> str | None:
        """The key that a model is asked with; None if none is needed.

        Raises:
            KeyMissing: if one is needed and not there.
            UserError: if what is there is no key.
        """
        if self.key_env is None:
            return None
        if key := self._in_environment():
            if not (key.isascii() and key.isprintable()) or " " in key:
                # It could stand in no header; shown, it would be known.
                raise UserError(
                    f"{self.key_env} holds no key: there are characters in it that no key has",
                    hint="copy it anew, without quotes, blanks or line breaks",
                )
            return key
        if self.key_optional:
            return None
        raise KeyMissing(
            f"{model} needs a key", hint=f"put it in the environment: export {self.key_env}=..."
        )

    def refused(self, model: str, status: int, said: str, *, key_shown: bool) -> SpeakerError:
        """What to say of a 401 or a 403: of the key that was shown, or of the lack of one."""
        if key_shown:
            what = f"{'refused' if status == 401 else 'refuses to answer'} the key in"
            return SpeakerError(f"{model} {what} {self.key_env} ({status}): {said}", final=True)
        hint = f"put it in the environment: export {self.key_env}=..."
        if self.key_env is None:
            hint = "name the variable that holds it: key_env in profiles.yaml"
            if model.startswith("openai-compatible@"):
                hint = "one is sent where you name the address: --seat, or resume --with-key"
        return SpeakerError(
            f"{model} wants a key, and none is set ({status}): {said}", hint=hint, final=True
        )

    def redacted(self, text: str) -> str:
        """A text without the key, should it stand in it."""
        key = self._in_environment()
        return text.replace(key, "[key]") if key else text

    def _in_environment(self) -> str:
        return os.environ.get(self.key_env, "").strip() if self.key_env else ""
