"""A request as an HTTPie command."""

from __future__ import annotations

import re
import shlex

from tui.ordercloud.copy_as.parts import FORM, Request, Text, form_text, joined, pieces
from tui.ordercloud.copy_as.shell import has_nul, lines, word

_SEPARATORS = re.compile(r"([:=@;])")
_LOST = re.compile(r"\\(?:[:=@;]|(.))", re.DOTALL)
"""A backslash as HTTPie reads one: with the sign after it; the backslash is lost before a separator alone."""


def write(request: Request, *, values: bool) -> str:
    """Write a request for HTTPie."""
    form = request.form
    simple = form is not None and all(
        name and name[0] != "-" and "\\" not in name and _fits(value, values=values) for name, value in form
    )
    words = [f"http --ignore-stdin{' --form' if simple else ''} {shlex.quote(request.method)}"]
    words = [f"{words[0]} {word(request.url, values=values)}"]
    words += [word(_header(name, _first_plain(value, values=values)), values=values) for name, value in request.headers]
    if form is not None and simple:
        words += [
            word(joined(f"{_name(name)}=", _first_plain(value, values=values)), values=values) for name, value in form
        ]
    elif form is not None:  # what a word cannot hold goes as a body that is encoded already
        words += [f"Content-Type:{FORM}", f"--raw {word(form_text(form, values=values), values=values)}"]
    if request.has_body:
        words.append(f"--raw {word(request.body_text(), values=values)}")
    return lines(words)


def _header(name: str, value: Text) -> Text:
    # An empty header is written with a semicolon; a colon alone would take it away.
    return f"{_name(name)};" if value == "" else joined(f"{_name(name)}:", value)


def _name(name: str) -> str:
    return _SEPARATORS.sub(r"\\\1", name)


def _first_plain(value: Text, *, values: bool) -> Text:
    """Keep the first sign of a value from being a part of the separator: `=@` and `:@` would read a file."""
    first = next(iter(pieces(value, values=values)), "")
    return joined("\\", value) if isinstance(first, str) and _SEPARATORS.match(first) else value


def _fits(value: Text, *, values: bool) -> bool:
    """Tell whether a word can hold a value as it is."""
    texts = [each for each in pieces(value, values=values) if isinstance(each, str)]
    lost = any(found[1] is None for text in texts for found in _LOST.finditer(text))
    return not lost and not has_nul(value, values=values)
