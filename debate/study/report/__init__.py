"""The report of a study: a page, a text, and two tables. It tells; it never scores."""

from debate.study.report.writing import write_report

__all__ = ["write_report"]
