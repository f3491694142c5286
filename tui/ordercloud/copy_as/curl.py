"""A request as a curl command."""

from __future__ import annotations

import shlex
from urllib.parse import quote_plus

from tui.ordercloud.copy_as.parts import Request, Text, form_text, joined, pieces
from tui.ordercloud.copy_as.shell import has_nul, lines, word


def write(request: Request, *, values: bool) -> str:
    """Write a request for curl."""
    with_form = request.form is not None
    # A form makes it a POST by itself; a body of any other kind is sent as it stands, whatever its first sign.
    words = ["curl" if with_form and request.method == "POST" else f"curl --request {shlex.quote(request.method)}"]
    if any(sign in each for each in pieces(request.url, values=values) if isinstance(each, str) for sign in "[]{}"):
        words.append("--globoff")  # else curl takes them for a pattern
    words = [f"{' '.join(words)} {word(request.url, values=values)}"]
    words += [f"--header {word(_header(name, value), values=values)}" for name, value in request.headers]
    for name, value in request.form or ():
        if not name or has_nul(value, values=values):  # no word can hold it
            words.append(f"--data-raw {word(form_text(((name, value),), values=values), values=values)}")
        else:
            pair = joined(f"{quote_plus(name)}=", value)
            words.append(f"--data-urlencode {word(pair, values=values)}")
    if request.has_body:
        words.append(f"--data-raw {word(request.body_text(), values=values)}")
    return lines(words)


def _header(name: str, value: Text) -> Text:
    return joined(f"{name}: ", value) if value else f"{name};"  # curl leaves out a header that ends with its colon
