"""JSON as coloured text. A small tokenizer of its own: it colours what it knows and leaves broken JSON as it is."""

from __future__ import annotations

import json
import re

from textual.content import Content, Span

from tui.widgets.plain import plain

COLOURED = 64 * 1024
"""Characters that are coloured at most; what follows is shown without colours, so that nothing takes long to draw."""

_TOKEN = re.compile(
    r"(?P<name>\"(?:[^\"\\\n]|\\.)*\"(?=\s*:))"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<word>true|false|null)\b"
    r"|(?P<sign>[{}\[\],:]+)"
)
_STYLES = {"name": "$primary", "text": "$success", "number": "$warning", "word": "$secondary", "sign": "$muted"}


def json_text(text: str) -> Content:
    """Return JSON text as it stands, in colours; outside text in it is data, never markup."""
    shown = plain(text, lines=True)
    spans = [
        Span(found.start(), found.end(), _STYLES[found.lastgroup])
        for found in _TOKEN.finditer(shown, 0, COLOURED)
        if found.lastgroup is not None
    ]
    return Content(shown, spans)


def json_value(value: object) -> Content:
    """Return a JSON value indented and in colours."""
    return json_text(json.dumps(value, indent=2, ensure_ascii=False, default=str))
