"""How values are written so that they read back as they are."""

from __future__ import annotations

import re

from tui.access.facts import PartyKind
from tui.session.filtering.values import Text, Value, Word

_PLAIN = re.compile(r'[^\s"|:=@!\\-][^\s"|:=\\]*')
_PLAIN_VALUE = re.compile(r'[^\s"|\\]+')


def quote(text: str) -> str:
    """Write a text between quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def quote_word(text: str, *, bare: bool = False) -> str:
    """Write a text, between quotes where it needs them; as a `bare` value only blanks and quotes need them."""
    plain = re.fullmatch(r'[^\s"\\]+', text) if bare else _PLAIN.fullmatch(text)
    return text if plain else quote(text)


def quote_value(value: Value, key: str) -> str:
    """Write a value of a key, or a word when the key is empty."""
    if not isinstance(value, Text):
        return value.word if isinstance(value, Word) else str(value)
    if not key:
        return quote_word(value.text)
    if value.pattern:
        return value.text if _PLAIN_VALUE.fullmatch(value.text) else escape(value.text)
    return value.text if _is_plain(value.text) else quote(value.text)


def escape(text: str) -> str:
    """Write a pattern: what would end it stands between quotes, and its `*` outside of them."""
    return "*".join(quote(part) if part and not _PLAIN_VALUE.fullmatch(part) else part for part in text.split("*"))


RESERVED = frozenset(
    f"none yes no true false on off vendor nobody {' '.join(f'{kind} {kind}s' for kind in PartyKind)}".split(" ")
)
"""Words that mean something of their own behind some key."""


def _is_plain(text: str) -> bool:
    return bool(_PLAIN_VALUE.fullmatch(text)) and "*" not in text and text.lower() not in RESERVED
