"""Requests in C#: with the package OrderCloud.SDK where it has a call for them, else with HttpClient."""

from __future__ import annotations

from tui.ordercloud.copy_as.braces import quoted
from tui.ordercloud.copy_as.parts import (
    FORM,
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
    """Write a thing in C#."""
    if isinstance(thing, Assignment):
        return _assignment(thing, values=values)
    if isinstance(thing, Resource):
        return ""
    token = thing if isinstance(thing, TokenRequest) else thing.token
    if token is None or not _has_call(token):
        return _with_http_client(thing.request(), values=values)
    return _token(token, values=values)


def text(value: Text, *, values: bool) -> str:
    """Write a text as an expression."""
    return expression(value, quoted, 'Environment.GetEnvironmentVariable("{}")'.format, values=values)


def _has_call(token: TokenRequest) -> bool:
    """Tell whether the SDK has a call for just this."""
    # Its calls take roles by the names of an enumeration, which custom roles are not among.
    if token.anon_user_id or token.scope:
        return False
    if token.grant == "client_credentials":
        return bool(token.secret)
    return token.grant == "password" or not token.secret


def _config(url: str, client_id: Text, more: list[tuple[str, str]], *, values: bool) -> str:
    members = [
        ("ApiUrl", quoted(url)),
        ("AuthUrl", quoted(url)),
        ("ClientId", text(client_id, values=values)),
        *more,
    ]
    rows = "".join(f"    {name} = {value},\n" for name, value in members)
    return f"var client = new OrderCloudClient(new OrderCloudClientConfig\n{{\n{rows}}});\n"


_USING = "using System;\nusing OrderCloud.SDK;\n\n"


def _token(token: TokenRequest, *, values: bool) -> str:
    def written(value: Text) -> str:
        return text(value, values=values)

    if token.grant == "refresh_token":
        config = _config(token.url, token.client_id, [], values=values)
        call = f"RefreshTokenAsync({written(token.refresh_token)})"
    elif token.grant == "client_credentials":
        more = [("GrantType", "GrantType.ClientCredentials"), ("ClientSecret", written(token.secret))]
        config = _config(token.url, token.client_id, more, values=values)
        call = "AuthenticateAsync()"
    elif token.secret:
        config = _config(token.url, token.client_id, [], values=values)
        parts = (token.client_id, token.username, token.password, token.secret)
        call = f"AuthenticateAsync({', '.join(map(written, parts))})"
    else:
        more = [
            ("GrantType", "GrantType.Password"),
            ("Username", written(token.username)),
            ("Password", written(token.password)),
        ]
        config = _config(token.url, token.client_id, more, values=values)
        call = "AuthenticateAsync()"
    return f"{_USING}{config}\nvar token = await client.{call};\nConsole.WriteLine(token.AccessToken);\n"


def _assignment(thing: Assignment, *, values: bool) -> str:
    more = [
        ("GrantType", "GrantType.ClientCredentials"),
        ("ClientSecret", text(SECRET, values=values)),
        ("Roles", "new[] { ApiRole.ApiClientAdmin }"),
    ]
    config = _config(thing.url, Slot("OC_CLIENT_ID"), more, values=values)
    kind = thing.kind.capitalize()
    if thing.remove:
        call = f"Delete{kind}AssignmentAsync({quoted(thing.client_id)}, {quoted(thing.company_id)})"
    else:
        call = (
            "SaveAssignmentAsync(new ApiClientAssignment\n{\n"
            f"    ApiClientID = {quoted(thing.client_id)},\n    {kind}ID = {quoted(thing.company_id)},\n}})"
        )
    return f"{_USING}{config}\nawait client.ApiClients.{call};\n"


def _with_http_client(request: Request, *, values: bool) -> str:
    rows = [
        "using var client = new HttpClient();\n",
        (
            f"using var request = new HttpRequestMessage(new HttpMethod({quoted(request.method)}), "
            f"{text(request.url, values=values)});\n"
        ),
    ]
    for name, value in request.headers:
        if name.casefold() != "content-type":
            rows.append(f"request.Headers.TryAddWithoutValidation({quoted(name)}, {text(value, values=values)});\n")
    if request.form is not None:
        pairs = "".join(f"    new({quoted(name)}, {text(value, values=values)}),\n" for name, value in request.form)
        rows.append(
            f"request.Content = new FormUrlEncodedContent(new KeyValuePair<string, string>[]\n{{\n{pairs}}});\n"
        )
    if request.has_body:
        kind = next((value for name, value in request.headers if name.casefold() == "content-type"), "application/json")
        kind = kind.partition(";")[0].strip() if isinstance(kind, str) else FORM
        body = text(request.body_text(), values=values)
        rows.append(f"request.Content = new StringContent({body}, Encoding.UTF8, {quoted(kind)});\n")
    rows.append("using var response = await client.SendAsync(request);\n")
    rows.append('Console.WriteLine($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");\n')
    using = "using System;\nusing System.Collections.Generic;\nusing System.Net.Http;\nusing System.Text;\n\n"
    return using + "".join(rows)
