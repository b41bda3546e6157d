"""The interface in a browser: a small server on this machine, and a program for each tab.

    doors.py    who may come in: a token for each link, and the headers that are believed
    links.py    those tokens, and the secrets that they are derived from
    tabs.py     the programs behind open tabs, how many there may be, and their end
    server.py   pages, files and websockets
    tab.py      what runs behind one tab
    driver.py   how that ends when its tab does

textual-serve gives the terminal that a browser shows, and the way in which a program is spoken to.
Its pages are not used: they ask a host of fonts, and anyone who can reach the port may open them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from debate.errors import UserError

if TYPE_CHECKING:
    from debate.cli.rooms import Link, Serving


class WebBrowsers:
    """Serves the interface to browsers.

    Args:
        debug: Whether a fault in a tab shows its traceback, where the server was started.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug

    def serve(self, serving: Serving, opened: Callable[[Sequence[Link]], None]) -> None:
        """Serve it until Ctrl-C; the links are told once they can be opened.

        Raises:
            UserError: if textual-serve is not installed, the port cannot be had, or
                the secret of the links cannot be kept.
        """
        if find_spec("textual_serve") is None:
            raise UserError(
                "the interface in a browser needs textual-serve",
                hint="pip install 'yalta[web]'",
            )
        from tui.web.server import run

        run(serving, opened, debug=self._debug)
