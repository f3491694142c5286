"""Work in the background: it can be cancelled, and its failure becomes a message, never the end of the console."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


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
    # The declared type keeps the checker from mixing up the union of what may be run.
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)
    return worker
