"""The keys of the studio, and its help."""

from __future__ import annotations

import re

from textual.binding import Binding

from debate.persona import SIMULATION_NOTICE

HELP = f"""
# Persona studio

Write a card on one side; on the other see what becomes of it. Where there is room for one side
only, **f3** changes sides. **esc** leaves the editor, and once more the studio.

**Below the text** stands what is wrong with it (✗) and what to think over (·), as you type.
`Enter` or a click on a line goes to the place, **f4** to the next.

**ctrl+s** saves. A persona that ships is not changed: a copy is saved, which is found first. In a
copy of the repository the cards in `personas/` are yours to write.
**ctrl+z** and **ctrl+y** undo and redo. If another program changes the file, you are told, and
choose between its text and yours.

- *Prompt* (**alt+p**): what each layout sends for this card, to the letter, and about how many
  tokens it is. **alt+l** changes the layout.
- *Audition* (**alt+a**): questions put one by one, each afresh. **f8** puts them, **f9** stops.
  **alt+m** chooses the model, **alt+q** the question, **f10** what stands beside it: the saved
  card, an earlier version, another model or persona. Questions of your own are typed, or stand in
  `probes.yaml` in the config folder.
- *In scene* (**alt+i**): three turns against two others; **f8** plays them. **alt+w** chooses the
  others, **alt+t** the motion.
- *Counts* (**alt+c**): sentences, scripts, words of the card. They describe how it spoke, and judge
  nothing.

Each answer is kept, with the card that gave it.

{SIMULATION_NOTICE}
"""


def _key(keys: str, action: str, description: str, tooltip: str, *, show: bool = False) -> Binding:
    name = re.sub(r"\W+", "_", action).strip("_")
    return Binding(
        keys, f"screen.{action}", description, id=f"studio.{name}", tooltip=tooltip, show=show
    )


# Of the keys with Alt only letters, and neither b nor f: what terminals send for others is read as
# another character.
KEYS = [
    _key("ctrl+s", "save", "Save", "Save the card", show=True),
    _key("alt+s", "save_as", "Save as", "Save it as another persona"),
    _key("f4", "next_finding", "Next finding", "Go to the next error or advice", show=True),
    _key("f5", "reload", "Take the file's", "Take what another program wrote into the file"),
    _key("alt+k", "keep", "Keep mine", "Keep the text here; saving writes it over the file's"),
    _key("f3", "side", "Other side", "Go to the other side", show=True),
    _key("ctrl+t", "next_tab", "Next tab", "Prompt, audition, in scene, counts", show=True),
    _key("alt+p", "tab('prompt')", "Prompt", "What each layout sends"),
    _key("alt+a", "tab('audition')", "Audition", "Put questions to it"),
    _key("alt+i", "tab('scene')", "In scene", "Hear it speak with two others"),
    _key("alt+c", "tab('counts')", "Counts", "What was counted of how it spoke"),
    _key("alt+l", "layout", "Other layout", "Show the prompt of the next layout"),
    _key("alt+m", "model", "Model", "Choose who speaks for it"),
    _key("f8", "hear", "Hear", "Put the questions; in the tab of the scene, play it", show=True),
    _key("f9", "stop", "Stop", "Stop listening; what was heard is kept", show=True),
    _key("f10", "beside", "Beside", "Choose what stands beside it"),
    _key("alt+q", "questions", "Questions", "Choose a question, or write one"),
    _key("alt+w", "others", "Others", "Choose who is in the scene with it"),
    _key("alt+t", "motion", "Motion", "Write what the scene is about"),
    _key("ctrl+n", "new", "New persona", "Begin a new persona from a template"),
    _key("ctrl+o", "open", "Open persona", "Open another persona"),
    _key("escape", "back", "Back", "Leave the studio", show=True),
]
