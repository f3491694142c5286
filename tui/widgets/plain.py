"""Text from outside, made harmless: control, C1 and bidirectional characters become visible signs.

`plain` is used where text enters a view, so that layout counts the sign's cell; `SanitiseFilter` is the last guard
between any widget and the terminal.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter

_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_OTHERS = "\u2028\u2029\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff"
_UNSAFE = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDIRECTIONAL}{_OTHERS}]")
_UNSAFE_EXCEPT_NEWLINE = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_BIDIRECTIONAL}{_OTHERS}]")


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "\ufffd"


def plain(text: object, *, lines: bool = False) -> str:
    """Return outside text with every unsafe character as one visible sign.

    Args:
        text: Any value; shown with `str`.
        lines: Keep line feeds, for text that is shown in several lines.
    """
    return (_UNSAFE_EXCEPT_NEWLINE if lines else _UNSAFE).sub(_sign, str(text))


def literal(text: object, style: str = "", *, lines: bool = False) -> Content:
    """Return outside text as content that is never parsed as markup."""
    shown = plain(text, lines=lines)
    return Content.styled(shown, style) if style else Content(shown)


def can_be_typed(text: str) -> bool:
    """Return whether a person can type a text from what is shown of it: no sign stands for something else."""
    return bool(text) and text == text.strip() and text.isprintable() and text == plain(text)


class SanitiseFilter(LineFilter):
    """Keeps raw control, C1 and bidirectional characters of any widget's text from the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with unsafe characters as signs; a line's width never grows."""
        if not any(_UNSAFE.search(text) for text, _, control in segments if not control):
            return segments
        width = Segment.get_line_length(segments)
        cleaned = [
            segment if segment.control else Segment(_UNSAFE.sub(_sign, segment.text), segment.style)
            for segment in segments
        ]
        return Segment.adjust_line_length(cleaned, width)
