"""Work in the background: it can be cancelled, and its failure becomes a message, never the end of the console."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker


class BackgroundFailed(Message):
    """Work in the background raised; the app says so, or ends with a crash report when it is a fault of our own."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def start(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], *, group: str, exclusive: bool = True
) -> Worker[None]:
    """Start a coroutine function in the background of a widget.

    Args:
        node: The widget it belongs to; it is cancelled when the widget goes.
        work: Called without arguments, once it is its turn.
        group: What kind of work it is.
        exclusive: Cancel what is still under way of the same group.
    """
    app = node.app

    async def guarded() -> None:
        try:
            await work()
        except NoMatches as error:
            # Closing takes the parts of a widget away before the work on them ends: nobody is left to tell.
            if app.is_running and node.is_attached and node.screen in app.screen_stack:
                app.post_message(BackgroundFailed(error))
        except Exception as error:  # noqa: BLE001 - the app tells what is expected from what is a fault
            app.post_message(BackgroundFailed(error))

    # The declared type keeps the checker from mixing up the union of what may be run.
    worker: Worker[None] = node.run_worker(guarded, group=group, exclusive=exclusive, exit_on_error=False)
    return worker
