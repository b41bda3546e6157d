"""How the program behind a tab ends: in order, as if the user had left."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from textual import events
from textual.drivers.web_driver import WebDriver
from textual.message import Message

from tui.app import YaltaApp


class TabDriver(WebDriver):
    """Textual's driver for browsers, which leaves instead of falling silent.

    Textual's own ends the app at once where a tab is closed, so that a turn in the air would be
    neither closed nor taken back; and it goes on for ever when the server has died.
    """

    _is_leaving = False

    def start_application_mode(self) -> None:
        """Begin."""
        super().start_application_mode()
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(each, self._leave)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Hear what the server says."""
        if packet_type == "quit":
            self._leave()
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        """Read what the server sends, to its end."""
        super().run_input_thread()
        if not self.exit_event.is_set():  # nobody is there to send any more
            self._leave()

    def process_message(self, message: Message) -> None:
        """Hear a key or the mouse; once it leaves, nobody hears it."""
        if not (self._is_leaving or self.exit_event.is_set()):
            super().process_message(message)

    def _leave(self) -> None:
        self._is_leaving = True
        app = self._app
        if isinstance(app, YaltaApp):
            app.post_message(events.Callback(callback=app.leave))
