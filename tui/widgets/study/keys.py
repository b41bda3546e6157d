"""What a rater can do besides answering: the keys of the rating room.

While turns are coded the small letters are the rubric's, and each command is under its capital.
"""

from __future__ import annotations

from typing import Literal

from textual.binding import Binding, BindingType

#: For which tasks a key is: coding has keys of its own.
Room = Literal["style", "coding"]

HELP = """\
Answers: the keys stand beside them. x, wherever it is offered, says that it can't be judged.

Which card?       a number picks a card, 0 none of them; then 1 to 4 says how sure you are;
                  escape picks another card.
Which is closer?  1 the first, 2 the second, 0 or t no difference.
How close?        1 to 5, scale by scale; tab and shift+tab, or ← and →, go between scales; enter
                  records the item when all scales are answered.
Coding            a code's key puts it on or off; enter goes on. n records NONE at once. Turns are
                  cited by number and space, or marked with ] and [ and taken with space. Passages
                  are marked by number, and read whole by v and number; a label's key ends it.
                  Escape goes a step back, tab from a gist to its words and back.

Page up and page down scroll what has more to show, tab goes to the next text. The time that you
read this, write a comment, or are in another window does not count. All that you answer is saved
at once: leave whenever you like, and begin again where you left."""

_COMMANDS = (
    # key, action, name, short, long, shown
    ("u", "undo", "undo", "Undo", "Take the last answer back; its item is asked again", True),
    ("c", "comment", "comment", "Comment", "Write a comment on this item", True),
    ("l", "flag('leak')", "leak", "Leak", "Flag: something in it tells who speaks", True),
    (
        "f",
        "flag('catchphrase')",
        "catchphrase",
        "Phrase",
        "Flag: it repeats a catchphrase of the card word for word",
        True,
    ),
    ("b", "step(-1)", "back", "Back", "Look at the item before, and answer it anew", True),
    ("a", "step(1)", "ahead", "Ahead", "Go on from an item that you went back to", False),
    ("i", "instructions", "instructions", "Rules", "Read the instructions again", True),
    ("q", "leave", "leave", "Leave", "Leave; all answers are saved", True),
)


def commands(*names: str) -> list[BindingType]:
    """The keys of some commands, by name; of all if none is named."""
    found: list[BindingType] = []
    for key, action, name, short, long, show in _COMMANDS:
        if names and name not in names:
            continue
        for room in ("style", "coding"):
            inside = action.rstrip(")")
            call = f"{inside}{', ' if '(' in action else '('}'{room}')"
            found.append(
                Binding(
                    key if room == "style" else key.upper(),
                    call,
                    short,
                    id=f"rating.{name}" if room == "style" else f"rating.coding.{name}",
                    tooltip=long,
                    show=show,
                )
            )
    return found


#: What is shown of them where there is little room, by their bindings' ids.
SHORT = {
    f"rating.{room}{name}": short
    for room in ("", "coding.")
    for name, short in (
        ("undo", "Undo"),
        ("comment", "Note"),
        ("back", "Back"),
        ("instructions", "Rules"),
        ("leave", "Leave"),
        ("keys", "Keys"),
        ("send", "Send"),
        ("last_back", "Back"),
    )
}

KEYS: list[BindingType] = [
    *commands(),
    Binding("question_mark,f1", "keys", "Keys", id="rating.keys", tooltip="Show all keys"),
]
