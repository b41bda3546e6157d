"""What is remembered from one start to the next, and the keys that the user has changed.

What is remembered is a convenience: a file that cannot be read is as good as none. What the user
wrote by hand is not: a mistake in it is told.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from debate import yaml_file
from debate.library import config_folder
from debate.whole_file import write_whole


class Settings(BaseModel):
    """What the program remembers by itself: `interface.json` in the config folder."""

    model_config = ConfigDict(extra="ignore")

    theme: str = Field("", description="The one that the user has chosen, if any.")
    lobby: dict[str, Any] = Field(default_factory=dict, description="The last set-up.")

    @classmethod
    def load(cls) -> Settings:
        """What was remembered, as far as it can be read."""
        try:
            return cls.model_validate_json((config_folder() / "interface.json").read_bytes())
        except (OSError, ValidationError, ValueError):
            return cls()

    def save(self) -> None:
        """Remember it; a folder that cannot be written is passed over."""
        path = config_folder() / "interface.json"
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, self.model_dump_json(indent=1).encode(), durable=False)


class Keys(BaseModel):
    """Keys that the user has changed: `keys.yaml` in the config folder.

    Example:
        keys:
          stage.pause: p
          stage.skip: "ctrl+k,f6"
    """

    model_config = ConfigDict(extra="forbid")

    keys: dict[str, str] = Field(description="Keys, with commas between, by the command's id.")


def load_keymap() -> dict[str, str]:
    """The keys that the user has changed, by the command's id.

    Raises:
        LoadError: if the file is wrong.
    """
    path = config_folder() / "keys.yaml"
    return yaml_file.load(path, Keys).keys if path.is_file() else {}
