"""`yalta study`: people rate style and code bargaining, blind."""

from __future__ import annotations

import click

from debate.cli.lazy import LazyGroup

#: Each command of the group and where it is, in the order in which they are used.
COMMANDS = {
    "new": ("debate.cli.study_drawing", "Draw a study from transcripts: items, foils, masks."),
    "mask": ("debate.cli.study_drawing", "Look at every mask, and add or take away some."),
    "check": ("debate.cli.study_drawing", "Find what breaks its blindness."),
    "seal": ("debate.cli.study_drawing", "Fix it, and bind its key by a hash."),
    "bundle": ("debate.cli.study_drawing", "Write what raters get."),
    "rate": ("debate.cli.study_rate", "Rate: opens the rating room."),
    "collect": ("debate.cli.study_closing", "Take in what raters returned."),
    "status": ("debate.cli.study_closing", "Tell how far each rater is."),
    "adjudicate": ("debate.cli.study_closing", "Settle where raters differ, after agreement."),
    "close": ("debate.cli.study_closing", "Take no more ratings, and open the key."),
    "report": ("debate.cli.study_closing", "Write the report: HTML, Markdown and CSV."),
    "export": ("debate.cli.study_formats", "Write it for Label Studio or Potato, or as CSV."),
    "import": ("debate.cli.study_formats", "Read ratings from those."),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def study() -> None:
    """Rate style and code bargaining, blind, by people; the program never scores.

    \b
    yalta study new kimi transcripts/*.jsonl --rater ann --rater ben
    yalta study mask kimi       look at what raters will not read
    yalta study seal kimi       fix it
    yalta study bundle kimi --out for-raters
    yalta study rate for-raters --rater ann        as each rater does
    yalta study collect kimi for-raters
    yalta study close kimi
    yalta study report kimi
    """
