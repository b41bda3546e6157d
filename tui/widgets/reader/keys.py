"""What the reader can do: its keys, and what they are for."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# The reader

A transcript, as it was recorded. Nothing here changes it.

- **]** and **[** mark the next turn and the one before; a click marks one too.
- **s** and **S** go to the next turn of the same speaker, and back. **}** and **{** go by phases.
- **j** shows the contents: go to a turn by its number, to a phase, to a speaker.
- **/** searches. **r** opens and folds the models' reasoning, bids and secret ballots.
- **w** looks at all, at what is public, at each private room. **m** shows every motion in full.
- **d** shows what is recorded of the marked turn: model, time, tokens, hashes, and its prompt.
- **p** plays it over again from the marked turn on; **space** pauses and goes on, **<** and **>**
  change the speed, **escape** ends it.
- **f** forks after the marked turn: another future of the same past.
- **y** copies what is selected with the mouse, else the marked turn. **Y** copies its prompt.
- **e** exports it: as a page, Markdown, text, a table, or chats.
- **f5** reads the file again, if another program is writing it.
"""

REPLAY_KEYS = {
    "reader.pause": "Pause",
    "reader.slower": "Slower",
    "reader.faster": "Faster",
    "reader.follow": "Follow",
    "reader.back": "End",
}
"""What the line of keys shows while a replay is under way."""


def _key(
    keys: str, action: str, name: str, description: str, tooltip: str, *, show: bool = True
) -> Binding:
    return Binding(keys, action, description, id=f"reader.{name}", tooltip=tooltip, show=show)


KEYS: list[BindingType] = [
    _key("j", "contents", "contents", "Go to", "Go to a turn, a phase, a speaker"),
    _key(
        "s,right_parenthesis",
        "speaker(1)",
        "speaker_next",
        "Same speaker",
        "The next turn of the same speaker",
        show=False,
    ),
    _key(
        "S,left_parenthesis",
        "speaker(-1)",
        "speaker_before",
        "Same speaker, back",
        "The turn before of the same speaker",
        show=False,
    ),
    _key(
        "right_curly_bracket,ctrl+pagedown",
        "phase(1)",
        "phase_next",
        "Next phase",
        "Go to the next phase",
        show=False,
    ),
    _key(
        "left_curly_bracket,ctrl+pageup",
        "phase(-1)",
        "phase_before",
        "Phase before",
        "Go to the phase before",
        show=False,
    ),
    _key("slash", "find", "find", "Search", "Search this transcript"),
    _key(
        "d",
        "details",
        "details",
        "Details",
        "What is recorded of the marked turn, and its prompt",
    ),
    _key(
        "m",
        "motions",
        "motions",
        "Motions",
        "Show every motion, vote and signature in full",
        show=False,
    ),
    _key("p", "play", "play", "Replay", "Play it over again from the marked turn on; pause"),
    _key(
        "space", "pause", "pause", "Pause replay", "Pause the replay, or go on with it", show=False
    ),
    _key(
        "comma,less_than_sign",
        "speed(-1)",
        "slower",
        "Slower",
        "Replay more slowly",
        show=False,
    ),
    _key(
        "full_stop,greater_than_sign",
        "speed(1)",
        "faster",
        "Faster",
        "Replay faster",
        show=False,
    ),
    _key("g", "follow", "follow", "Follow", "Follow the end of the replay", show=False),
    _key("f", "fork", "fork", "Fork", "Fork after the marked turn"),
    _key("y", "copy", "copy", "Copy", "Copy the selection, else the marked turn"),
    _key(
        "Y",
        "copy_prompt",
        "copy_prompt",
        "Copy prompt",
        "Copy the prompt of the marked turn",
        show=False,
    ),
    _key("e", "export", "export", "Export", "Write it in another form"),
    _key("r", "reasoning", "reasoning", "Reasoning", "Open or fold all reasoning", show=False),
    _key("f5", "reload", "reload", "Read again", "Read the file again", show=False),
    Binding("ctrl+c", "copy", show=False),  # hides the screen's own, which copies a selection only
    _key("escape", "back", "back", "Back", "Close the details, end the replay; else go back"),
]
