"""Text from outside in a file of ours: it is shown, and never taken for markup or for a formula."""

from __future__ import annotations

from html import escape

from tui.visible import visible

_MARKDOWN = "\\`*_[]|#~"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet calculate a cell; see OWASP, CSV injection."""


def markdown_text(text: str) -> str:
    """Keep a text from being taken for Markdown or HTML."""
    shown = escape(visible(text), quote=False)
    return "".join(f"\\{each}" if each in _MARKDOWN else each for each in shown)


def html_text(text: str) -> str:
    """Keep a text from being taken for HTML or XML, in an attribute as well."""
    return escape(visible(text))


def csv_text(text: str) -> str:
    """Keep a text from being taken for a formula by a spreadsheet: an apostrophe before it is shown by none."""
    shown = visible(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
