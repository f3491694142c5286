"""Requests in JavaScript: with the package `ordercloud-javascript-sdk` where it has a call for them, else fetch."""

from __future__ import annotations

from collections.abc import Mapping

from tui.ordercloud.copy_as.braces import quoted
from tui.ordercloud.copy_as.parts import (
    TOKEN,
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
    """Write a thing in JavaScript."""
    if isinstance(thing, Assignment):
        return _assignment(thing, values=values)
    if isinstance(thing, Resource):
        return ""
    token = thing if isinstance(thing, TokenRequest) else thing.token
    call = None if token is None else _call(token, values=values)
    if token is None or call is None:
        return _with_fetch(thing.request(), values=values)
    return (
        'import { Auth, Configuration, Tokens } from "ordercloud-javascript-sdk";\n\n'
        f"Configuration.Set({{ baseApiUrl: {quoted(token.url)} }});\n\n"
        f"const token = await Auth.{call};\n"
        "Tokens.SetAccessToken(token.access_token);\n"
    )


def text(value: Text, *, values: bool) -> str:
    """Write a text as an expression."""
    return expression(value, quoted, "process.env.{}".format, values=values)


def literal(value: object, *, values: bool, indent: str = "") -> str:
    """Write a JSON value as an expression, over several lines."""
    inner = f"{indent}  "
    if isinstance(value, Mapping):
        rows = [
            f"{inner}{_name(str(name))}: {literal(each, values=values, indent=inner)},\n"
            for name, each in value.items()
        ]
        return f"{{\n{''.join(rows)}{indent}}}" if rows else "{}"
    if isinstance(value, list | tuple):
        rows = [f"{inner}{literal(each, values=values, indent=inner)},\n" for each in value]
        return f"[\n{''.join(rows)}{indent}]" if rows else "[]"
    if isinstance(value, str | Slot):
        return text(value, values=values)
    return (
        {True: "true", False: "false"}.get(value, "")
        if isinstance(value, bool)
        else "null"
        if value is None
        else repr(value)
    )


def _name(name: str) -> str:
    # `__proto__` as a bare or quoted name would set the prototype; computed it is a member like any other.
    return f"[{quoted(name)}]" if name == "__proto__" else quoted(name)


def _call(token: TokenRequest, *, values: bool) -> str | None:
    """Give the SDK's call; None where it has none for just this."""

    def arguments(*texts: Text) -> str:
        written = [text(each, values=values) for each in texts]
        if token.scope:
            written.append("[" + ", ".join(map(quoted, token.scope.split())) + "]")
        return ", ".join(written)

    if token.anon_user_id:
        return None
    if token.grant == "password" and token.secret:
        return f"ElevatedLogin({arguments(token.secret, token.username, token.password, token.client_id)})"
    if token.grant == "password":
        return f"Login({arguments(token.username, token.password, token.client_id)})"
    if token.grant == "client_credentials" and token.secret:
        return f"ClientCredentials({arguments(token.secret, token.client_id)})"
    if token.grant == "client_credentials":
        return f"Anonymous({arguments(token.client_id)})"
    # Its RefreshToken sends neither a secret nor a scope.
    plain = token.grant == "refresh_token" and not token.secret and not token.scope
    return f"RefreshToken({arguments(token.refresh_token, token.client_id)})" if plain else None


def _assignment(thing: Assignment, *, values: bool) -> str:
    if thing.remove:
        call = f"Delete{thing.kind.capitalize()}Assignment({quoted(thing.client_id)}, {quoted(thing.company_id)})"
    else:
        call = f"SaveAssignment({literal(thing.members, values=values)})"
    return (
        'import { ApiClients, Configuration, Tokens } from "ordercloud-javascript-sdk";\n\n'
        f"Configuration.Set({{ baseApiUrl: {quoted(thing.url)} }});\n"
        f"Tokens.SetAccessToken({text(TOKEN, values=values)});\n\n"
        f"await ApiClients.{call};\n"
    )


def _with_fetch(request: Request, *, values: bool) -> str:
    rows = [f"  method: {quoted(request.method)},\n"]
    if request.headers:
        headers = "".join(f"    {quoted(name)}: {text(value, values=values)},\n" for name, value in request.headers)
        rows.append(f"  headers: {{\n{headers}  }},\n")
    if request.form is not None:
        pairs = "".join(f"    [{quoted(name)}, {text(value, values=values)}],\n" for name, value in request.form)
        rows.append(f"  body: new URLSearchParams([\n{pairs}  ]),\n")
    if request.has_body and request.is_json:
        rows.append(f"  body: JSON.stringify({literal(request.body, values=values, indent='  ')}),\n")
    elif request.has_body:
        rows.append(f"  body: {text(request.body_text(), values=values)},\n")
    return (
        f"const response = await fetch({text(request.url, values=values)}, {{\n{''.join(rows)}}});\n"
        "console.log(response.status, await response.text());\n"
    )
