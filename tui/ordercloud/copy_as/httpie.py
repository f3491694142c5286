"""A request as an HTTPie command."""

from __future__ import annotations

import re
import shlex

from tui.ordercloud.copy_as.parts import FORM, Request, Text, form_text, joined
from tui.ordercloud.copy_as.shell import has_nul, lines, word

_SEPARATORS = re.compile(r"([\\:=@;])")


def write(request: Request, *, values: bool) -> str:
    """Write a request for HTTPie."""
    form = request.form
    simple = form is not None and all(
        name and name[0] != "-" and not has_nul(value, values=values) for name, value in form
    )
    words = [f"http --ignore-stdin{' --form' if simple else ''} {shlex.quote(request.method)}"]
    words = [f"{words[0]} {word(request.url, values=values)}"]
    words += [word(_header(name, value), values=values) for name, value in request.headers]
    if form is not None and simple:
        words += [word(joined(f"{_name(name)}=", value), values=values) for name, value in form]
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
