"""An API client as an `.env` file: where it is, who it is, and names for what is kept elsewhere."""

from __future__ import annotations

import re

from tui.ordercloud.copy_as.parts import Resource, Text, TokenRequest, pieces

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,-]+")


def write(thing: TokenRequest | Resource, *, values: bool) -> str:
    """Write the variables of an API client; those whose values are not written are left blank."""
    variables: list[tuple[str, Text]] = [("OC_API_URL", thing.url), ("OC_CLIENT_ID", thing.client_id)]
    if isinstance(thing, TokenRequest):
        more = (
            ("OC_CLIENT_SECRET", thing.secret),
            ("OC_USERNAME", thing.username),
            ("OC_PASSWORD", thing.password),
            ("OC_REFRESH_TOKEN", thing.refresh_token),
            ("OC_SCOPE", thing.scope),
        )
        variables += [(name, value) for name, value in more if value != ""]
    return "".join(f"{name}={_value(value, values=values)}\n" for name, value in variables)


def _value(value: Text, *, values: bool) -> str:
    text = "".join(each for each in pieces(value, values=values) if isinstance(each, str))
    if not text or _BARE.fullmatch(text):
        return text
    if not re.search(r"['\r\n]|\\\Z", text):
        # Nothing stands for anything else between these; between the others not every reader knows a backslash.
        return f"'{text}'"
    escaped = re.sub(r'([\\"$`])', r"\\\1", text)
    return '"' + escaped.replace("\r", "\\r").replace("\n", "\\n") + '"'
