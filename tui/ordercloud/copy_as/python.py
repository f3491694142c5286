"""Requests in Python: with the package `ordercloud-python` where it has a call for them, else with httpx."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tui.ordercloud.copy_as.parts import (
    SECRET,
    Assignment,
    Request,
    Resource,
    Slot,
    Text,
    Thing,
    TokenRequest,
    expression,
)


def write(thing: Thing, *, values: bool) -> str:
    """Write a thing in Python."""
    if isinstance(thing, Assignment):
        return _assignment(thing, values=values)
    token = thing if isinstance(thing, TokenRequest) else getattr(thing, "token", None)
    if isinstance(token, TokenRequest) and token.grant == "client_credentials" and token.secret:
        return _client_credentials(token, values=values)
    return _with_httpx(thing.request(), values=values) if not isinstance(thing, Resource) else ""


def text(value: Text, *, values: bool) -> str:
    """Write a text as an expression."""
    return expression(value, repr, "os.environ[{!r}]".format, values=values)


def literal(value: object, *, values: bool, indent: str = "") -> str:
    """Write a JSON value as an expression, over several lines."""
    inner = f"{indent}    "
    again = partial(literal, values=values, indent=inner)
    if isinstance(value, Mapping):
        rows = [f"{inner}{str(name)!r}: {again(each)},\n" for name, each in value.items()]
        return f"{{\n{''.join(rows)}{indent}}}" if rows else "{}"
    if isinstance(value, list | tuple):
        rows = [f"{inner}{again(each)},\n" for each in value]
        return f"[\n{''.join(rows)}{indent}]" if rows else "[]"
    return text(value, values=values) if isinstance(value, str | Slot) else repr(value)


def _imports(body: str, *names: str) -> str:
    standard = "import os\n\n" if "os.environ[" in body else ""
    return f"{standard}{''.join(f'{name}' + chr(10) for name in names)}\n{body}"


def _client(url: str, client_id: Text, secret: Text, scope: str, *, values: bool) -> str:
    scopes = f"    scopes={scope.split()!r},\n" if scope else ""
    return (
        "with SyncOrderCloudClient.create(\n"
        f"    client_id={text(client_id, values=values)},\n"
        f"    client_secret={text(secret, values=values)},\n"
        f"    base_url={url + '/v1'!r},\n"
        f"    auth_url={url + '/oauth/token'!r},\n"
        f"{scopes}"
        ") as client:\n"
    )


_SDK = "from ordercloud import SyncOrderCloudClient"


def _client_credentials(thing: TokenRequest, *, values: bool) -> str:
    opened = _client(thing.url, thing.client_id, thing.secret, thing.scope, values=values)
    return _imports(f"{opened}    print(client.api_clients.list())\n", _SDK)


def _assignment(thing: Assignment, *, values: bool) -> str:
    opened = _client(thing.url, Slot("OC_CLIENT_ID"), SECRET, "", values=values)
    if thing.remove:
        call = f"delete_{thing.kind}_assignment({thing.client_id!r}, {thing.company_id!r})"
    else:
        call = f"save_assignment({literal(thing.members, values=values, indent='    ')})"
    return _imports(f"{opened}    client.api_clients.{call}\n", _SDK)


def _with_httpx(request: Request, *, values: bool) -> str:
    url, form = text(request.url, values=values), request.form
    rows = [f"    {request.method!r},\n    {url},\n"]
    headers = dict(request.headers)
    if form is not None:
        rows.append(f"    data={_form(form, values=values)},\n")
    if request.has_body and request.is_json:
        rows.append(f"    json={literal(request.body, values=values, indent='    ')},\n")
    elif request.has_body:
        rows.append(f"    content={text(request.body_text(), values=values)}.encode(),\n")
    if headers:
        rows.append(f"    headers={_mapping(headers, values=values)},\n")
    body = f"response = httpx.request(\n{''.join(rows)})\nprint(response.status_code, response.text)\n"
    return _imports(body, "import httpx")


def _form(form: tuple[tuple[str, Text], ...], *, values: bool) -> str:
    """Write a form; a name that comes more than once has a list."""
    rows: list[str] = []
    for name in dict.fromkeys(name for name, _ in form):
        every = [text(value, values=values) for each, value in form if each == name]
        rows.append(f"        {name!r}: {every[0] if len(every) == 1 else '[' + ', '.join(every) + ']'},\n")
    return f"{{\n{''.join(rows)}    }}"


def _mapping(headers: Mapping[str, Text], *, values: bool) -> str:
    rows = "".join(f"        {name!r}: {text(value, values=values)},\n" for name, value in headers.items())
    return f"{{\n{rows}    }}"
