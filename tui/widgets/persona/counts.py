"""What was counted of a persona's answers, by version of its card and by model."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size

from debate.kept_answers import Answer, KeptAnswers
from debate.voice_counts import TITLE, told, voice_counts
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.persona.lane import short_model

NOTHING = "Nothing is kept of this persona yet: an audition or a scene gives something to count."
_SAID = "They describe how it spoke, and say nothing of how well."


def count_blocks(kept: KeptAnswers, now: str | None) -> list[Block]:
    """The counts, the version heard last first. Blocks while many answers are counted.

    Args:
        kept: What is kept.
        now: Hash of the card as it is in the editor.
    """
    blocks = [Block("heading", name=TITLE, text=_SAID)]
    for sha256, model, answers in reversed(list(_grouped(kept))):
        this = ", as it is now" if sha256 == now else ""
        name = f"{plain(short_model(model))} · card {sha256[:12]}{this}"
        found = voice_counts([a.reply for a in answers], kept.cards[sha256].voice)
        width = max(cell_len(head) for head, _ in told(found)) + 2
        text = "\n".join(set_cell_size(head, width) + said for head, said in told(found))
        blocks.append(Block("note", name=name, text=plain(text)))
    return blocks if len(blocks) > 1 else [Block("remark", text=NOTHING)]


def _grouped(kept: KeptAnswers) -> Iterable[tuple[str, str, list[Answer]]]:
    """Answers by card and model, in the order in which each pair was heard last."""
    groups: dict[tuple[str, str], list[Answer]] = {}
    for answer in kept.answers:
        if answer.card in kept.cards:
            key = (answer.card, answer.model)
            groups[key] = [*groups.pop(key, []), answer]
    return ((card, model, answers) for (card, model), answers in groups.items())
