"""Which model is to speak? Those that are known by name, and those of servers on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work

from tui.screens.pick import Choice, PickScreen
from tui.widgets.lobby.lookout import Lookout
from tui.widgets.lobby.seats import SIGNS

_ANSWERS = "server answers"


class ModelQuestion(PickScreen):
    """Asks for a model. Servers are asked once the list stands; what they have is put below.

    Args:
        title: What is asked for.
        offered: Names of the models that are listed at once.
        lookout: What is known of models.
        value: What stands in the field at first.
        empty: What an empty field means.
    """

    def __init__(
        self, title: str, offered: Sequence[str], lookout: Lookout, *, value: str, empty: str
    ) -> None:
        super().__init__(title, choices(offered, lookout), free=True, value=value, empty=empty)
        self._offered = offered
        self._lookout = lookout

    def on_mount(self) -> None:
        """Ask the servers, but let the list be seen first."""
        self.call_after_refresh(self._ask_servers)

    @work(exclusive=True, group="servers")
    async def _ask_servers(self) -> None:
        await self._lookout.ask_servers()
        self.offer(choices(self._offered, self._lookout))


def choices(offered: Sequence[str], lookout: Lookout) -> list[Choice]:
    """These models, and after them what servers had when they were last asked."""
    notes = dict.fromkeys(offered, "")
    for found in lookout.served:
        notes[found.model] = f"{SIGNS['ready'][0]} {found.text or _ANSWERS}"
    for model, note in notes.items():
        known = lookout.of(model)
        # That a server answers is known of those that it has listed, and more besides.
        if known and not (note and known.state == "ready"):
            notes[model] = f"{SIGNS[known.state][0]} {known.text}"
    return [Choice(model, model, note) for model, note in notes.items()]
