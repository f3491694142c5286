"""Leaving the terminal at once: Textual's input thread looks up only ten times a second, so it is woken instead."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def quick_driver() -> type[Driver] | None:
    """Return a driver that stops without waiting, or None where Textual's own is the right one."""
    if sys.platform == "win32" or os.environ.get("TEXTUAL_DRIVER"):
        return None
    import selectors
    from codecs import getincrementaldecoder

    from textual._xterm_parser import XTermParser
    from textual.drivers.linux_driver import LinuxDriver

    class QuickDriver(LinuxDriver):
        """Textual's driver for POSIX terminals with an input thread that can be woken."""

        def start_application_mode(self) -> None:
            """Open the wake-up pipe before the input thread starts."""
            self._wake_read, self._wake_write = os.pipe()
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual leaves it so

        def disable_input(self) -> None:
            """Wake the input thread, so that joining it takes no time."""
            if self._key_thread is not None and not self.exit_event.is_set():
                self.exit_event.set()
                os.write(self._wake_write, b"x")
                self._key_thread.join()
                self._key_thread = None
                os.close(self._wake_read)
                os.close(self._wake_write)
                self.exit_event.clear()
            super().disable_input()

        def run_input_thread(self) -> None:
            """Read keys until woken."""
            parser = XTermParser(self._debug)
            decode = getincrementaldecoder("utf-8")().decode
            with selectors.DefaultSelector() as selector:
                selector.register(self.fileno, selectors.EVENT_READ)
                selector.register(self._wake_read, selectors.EVENT_READ)
                while not self.exit_event.is_set():
                    # The timeout lets the parser settle a lone escape.
                    for key, _ in selector.select(0.1):
                        if key.fd != self.fileno:
                            continue
                        for event in parser.feed(decode(os.read(self.fileno, 4096))):
                            self.process_message(event)
                    for event in parser.tick():
                        self.process_message(event)

    return QuickDriver
