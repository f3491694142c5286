"""Where the token reader gets its tokens from: what is pasted, typed, or in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from textual.events import Paste
from textual.message import Message
from textual.widgets import Input

from tui.tokens.find import Found

_LARGEST = 64 << 20


class SourceInput(Input):
    """A line for a path or a token. What is pasted is taken whole, with its line breaks, and not shown."""

    class Pasted(Message):
        """Something was pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        if event.text:
            self.post_message(self.Pasted(event.text))


@dataclass(frozen=True, slots=True)
class Given:
    """A text with its tokens, and which of them is shown."""

    text: str = field(repr=False)
    source: str
    found: tuple[Found, ...]
    number: int = 0

    @property
    def told(self) -> str:
        """Where the token shown is from."""
        found = self.found[self.number]
        place = f", in {found.place}" if found.place else ""
        times = f", there {found.times} times" if found.times > 1 else ""
        count = f", {self.number + 1} of {len(self.found)} tokens" if len(self.found) > 1 else ""
        return f"{self.source}{place}{count}{times}"


def content_of(typed: str) -> bytes | str | None:
    """Return a file's content, or a sentence why it cannot be read; None when there is no such file."""
    try:
        path = Path(typed).expanduser()
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except (OSError, ValueError, RuntimeError) as error:  # too long for a path, as tokens are; no home
        return f"{typed[:80]} cannot be read: {error.strerror}." if isinstance(error, PermissionError) else None
    return content if len(content) <= _LARGEST else f"The file has more than {_LARGEST >> 20} MiB."
