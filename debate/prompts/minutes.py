"""The clerk's prompt: the public record up to some turn, to be held in minutes.

The clerk sees what everyone at the table may know and nothing else: no private room, no private
note, no private half of a card, and nothing of an opening that is still under way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from debate.events import ConferenceOpened, Profile
from debate.prompts.environment import compile_template, neutral, render, shipped_templates
from debate.prompts.heard import in_public
from debate.prompts.layouts import Message, Projection
from debate.state import ConferenceState, fold

MOST_WORDS = 600
LEAST_WORDS = 40
# Of a window for one word of minutes: they fill an eighth of it at 2.5 tokens a word.
_WINDOW_A_WORD = 20


def words_of(profiles: Iterable[Profile]) -> int:
    """How many words minutes may have, so that they fit into the windows of all who read them."""
    windows = [profile.window for profile in profiles if profile.window is not None]
    if not windows:
        return MOST_WORDS
    return max(LEAST_WORDS, min(MOST_WORDS, min(windows) // _WINDOW_A_WORD))


def clerk_messages(
    state: ConferenceState, through: int, by: Profile, projection: Projection | None = None
) -> tuple[Message, ...]:
    """The prompt by which the clerk is asked for minutes.

    Args:
        state: The conference as it stands.
        through: The last turn that the minutes are to hold.
        by: Who takes them; their length depends on its window, and on those at the table.
        projection: That of this conference, if it is at hand.

    Raises:
        UserError: if a template asks for something that is not there.
    """
    manifest = state.opened
    projection = projection or Projection(manifest)
    values = {
        "title": neutral(manifest.scenario.title),
        "motion": neutral(manifest.scenario.motion),
        "language": neutral(manifest.scenario.language),
        "names": projection.table(),
        "words": words_of([*state.profiles.values(), by]),
    }
    record = projection.record(in_public(state, through), state.minutes)
    return (
        Message("system", _render(manifest, "clerk.j2", values)),
        Message("user", f"{record}\n\n{_render(manifest, 'minutes.j2', values)}"),
    )


def rehearse(manifest: ConferenceOpened, projection: Projection | None = None) -> None:
    """Render the clerk's prompt once, so that a fault is found before a conference.

    Raises:
        UserError: if a template asks for something that is not there.
    """
    clerk_messages(fold([manifest]), 0, manifest.seats[0].profile, projection)


def _render(manifest: ConferenceOpened, name: str, values: dict[str, Any]) -> str:
    # Conferences from before there were minutes carry no template for them.
    source = manifest.templates.get(name) or shipped_templates()[name]
    return render(compile_template(source, path=name), name, values)
