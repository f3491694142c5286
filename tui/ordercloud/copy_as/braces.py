"""What JavaScript and C# share: how a text is written between quotes."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """Write a text with JSON's escapes and nothing but ASCII, which both languages read back as it is."""
    return json.dumps(text).replace("\x7f", "\\u007f")
