"""Text from outside on a terminal that no screen of ours guards: standard output and standard error."""

from __future__ import annotations


def visible(text: str) -> str:
    """Return text from outside so that a terminal only shows it: control and direction characters as their escapes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
