"""Forms on the wire: the body of a request for a token."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from tui.sandbox.remarks import Remark, remark_in
from tui.sandbox.wire import read_body

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one request for a token."""

    fields: Mapping[str, str] = field(repr=False)
    form_encoded: bool = True
    remark: Remark = field(default_factory=Remark)

    def get(self, name: str) -> str | None:
        """Give a field, None when it is absent or empty."""
        return self.fields.get(name) or None


async def read_form(request: Request) -> Form:
    """Read the form, and the client's credentials from HTTP Basic where the form has none."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body, remark = await read_body(request), remark_in(request.scope)
    if content_type != _FORM:
        return Form({}, form_encoded=False, remark=remark)
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        pairs = []
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    basic = _basic(request.headers.get("authorization", ""))
    if basic is not None:
        fields["client_id"] = fields.get("client_id") or basic[0]
        if basic[0] == fields["client_id"]:
            fields["client_secret"] = fields.get("client_secret") or basic[1]
    return Form(fields, remark=remark)


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (_decoded(name), _decoded(secret)) if colon else None


def _decoded(text: str) -> str:
    """Undo the form encoding which OAuth asks for, and which many clients leave out: then a plus is a plus."""
    return unquote_plus(text) if "%" in text else text
