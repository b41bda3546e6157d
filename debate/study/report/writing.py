"""Writing a report into a folder."""

from __future__ import annotations

from pathlib import Path

from debate.errors import UserError
from debate.report.page import page
from debate.study.bundle import Bundle
from debate.study.key import Key
from debate.study.report.contents import contents
from debate.study.report.markdown import markdown
from debate.study.report.tables import ratings_table, results_table
from debate.study.results.analyses import Results


def write_report(results: Results, bundle: Bundle, key: Key, folder: Path) -> list[Path]:
    """Write `report.html`, `report.md`, `ratings.csv` and `results.csv`.

    Args:
        results: Of the study.
        bundle: What raters got.
        key: What it truly was.
        folder: Where to; it is made if it is not there, and files of these names are replaced.

    Returns:
        The files, the page first.

    Raises:
        UserError: if they cannot be written.
    """
    told = contents(results, bundle, key)
    texts = {
        "report.html": page(told, "debate.study.report/page.html.j2"),
        "report.md": markdown(told),
        "ratings.csv": ratings_table(results),
        "results.csv": results_table(results),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"cannot write a report to {folder}: {error.strerror}") from None
    return [folder / name for name in texts]
