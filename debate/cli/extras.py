"""What comes with an extra, and may not be installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from debate.errors import UserError

_STUDY = ("numpy", "scipy")


@contextmanager
def study_extra() -> Iterator[None]:
    """Around imports that need numpy and scipy: that they are not there is told with what to do.

    Raises:
        UserError: if one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _STUDY:
            raise
        raise UserError(f"a study needs {error.name}", hint="pip install 'yalta[study]'") from None
