"""What is copied for other tools: each reads back with the values that went in, and never with a secret unasked."""

from __future__ import annotations

import ast
import json
import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ordercloud.body import Body
from tui.ordercloud.copy_as import TARGETS, Assignment, Sent, Thing, TokenRequest, targets_of, variables_of
from tui.ordercloud.copy_as.api_clients import resource_of, token_request
from tui.ordercloud.copy_as.exchanges import of_exchange
from tui.ordercloud.copy_as.parts import PASSWORD, SECRET, Request, Slot, Text
from tui.ordercloud.exchange import Exchange
from tui.ordercloud.models import ApiClient

URL = "https://sandboxapi.ordercloud.io"
HOSTILE = (
    'a"b',
    "it's",
    "$(id)",
    "`id`",
    "a\\b",
    "two\nlines",
    "$HOME ${x}",
    "{{x}}",
    "-x",
    "@file",
    "",
    "é \u2028",
    "%41",
    "=x",
    "=@file",
    ":=1",
    "\\=x",
    "a\\@b",
    "x\\\\",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30, alphabet=st.characters(exclude_categories=["Cs"])))
BY_NAME = {target.name: target for target in TARGETS}


def written(target: str, thing: Thing, *, values: bool = False) -> str:
    return BY_NAME[target].write(thing, values)


def password(username: Text = "shopper01", *, secret: bool = True) -> TokenRequest:
    slot = Slot("OC_CLIENT_SECRET", 's3cret "x" $(id)')
    return TokenRequest(URL, "password", "0-A", username, Slot("OC_PASSWORD"), slot if secret else "", scope="Shopper")


def constants(source: str) -> list[object]:
    return [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]


def call(source: str) -> dict[str, ast.expr]:
    """Give the arguments of the request that some Python makes."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    request = next(each for each in calls if isinstance(each.func, ast.Attribute) and each.func.attr == "request")
    return {str(each.arg): each.value for each in request.keywords}


@given(texts, texts)
def test_a_form_comes_back_from_curl_unchanged(username: str, scope: str) -> None:
    thing = TokenRequest(URL, "password", "0-A", username, PASSWORD, SECRET, scope=scope)
    words = shlex.split(written("curl", thing).replace("\\\n", " "))
    assert words[:2] == ["curl", f"{URL}/oauth/token"]
    found: dict[str, str] = {}
    for option, value in zip(words[2::2], words[3::2], strict=True):
        name, _, content = value.partition("=")
        if option == "--data-raw":
            content = unquote_plus(content)
        else:
            assert option == "--data-urlencode"
        found[name] = content
    wanted = {"grant_type": "password", "client_id": "0-A", "username": username, "scope": scope}
    wanted |= {"password": "$OC_PASSWORD", "client_secret": "$OC_CLIENT_SECRET"}
    assert found == {name: value for name, value in wanted.items() if value}


@given(texts)
def test_a_form_comes_back_from_python_unchanged(username: str) -> None:
    thing = TokenRequest(URL, "password", "0-A", username, PASSWORD, "")
    source = written("python", thing)
    data = call(source)["data"]
    assert isinstance(data, ast.Dict)
    found = dict(zip(map(ast.unparse, filter(None, data.keys)), data.values, strict=True))
    assert ast.unparse(found["'password'"]) == "os.environ['OC_PASSWORD']"
    if username:
        assert ast.literal_eval(found["'username'"]) == username


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_comes_back_unchanged(value: object) -> None:
    body = Body.of(json.dumps({"AppName": value}).encode(), "application/json")
    exchange = Exchange(1, datetime(2026, 11, 23, tzinfo=UTC), "PATCH", f"{URL}/v1/apiclients/1", request_body=body)
    sent = of_exchange(exchange)
    wanted = exchange.redacted().request_body.json
    if any(isinstance(each, Slot) for each in variables_of(sent, BY_NAME["json"])):
        return  # a text was found that looks like a credential
    words = shlex.split(written("curl", sent).replace("\\\n", " "))
    assert json.loads(words[-1]) == wanted
    assert ast.literal_eval(call(written("python", sent))["json"]) == wanted
    http = written("http", sent)
    assert json.loads(http.partition("\n\n")[2]) == wanted
    assert "{{" not in http
    assert json.loads(written("json", sent))["request"]["body"] == wanted


@given(texts)
def test_texts_between_quotes_of_javascript_and_csharp_come_back(username: str) -> None:
    for target in ("javascript", "csharp"):
        thing = password(username, secret=target != "javascript" or bool(username))
        source = written(target, thing if username else replace(thing, scope=""))
        quoted = [json.loads(each) for each in re.findall(r'"(?:[^"\\]|\\.)*"', source)]
        assert username in quoted
        assert source.isascii()
        assert "\x7f" not in source


def item_of(word: str) -> tuple[str, str, str]:
    """Read a word as HTTPie reads an item: at its first separator without a backslash before it, the longest there."""
    signs: list[tuple[str, bool]] = []
    left = iter(word)
    for sign in left:
        after = next(left, "") if sign == "\\" else ""
        if sign == "\\" and after and after in ":=@;":
            signs.append((after, True))
        else:
            signs += [(each, False) for each in sign + after]
    for at in range(len(signs)):
        for separator in (":=@", "==@", ":=", "==", "=@", ":@", ":", "=", "@", ";"):
            here = signs[at : at + len(separator)]
            if here == [(each, False) for each in separator]:
                parts = signs[:at], here, signs[at + len(separator) :]
                name, between, value = ("".join(each for each, _ in part) for part in parts)
                return name, between, value
    raise AssertionError(f"{word} is no item")


def test_a_value_that_begins_like_a_separator_is_sent_and_reads_no_file() -> None:
    for value in ("@/etc/hostname", "=x", "=@file", ":x", ";x"):
        words = shlex.split(written("httpie", password(value)).replace("\\\n", " "))
        assert ("username", "=", value) in map(item_of, words[4:])
    headers: tuple[tuple[str, Text], ...] = (("If-Match", "@file"), ("X-A", "=1"))
    sent = Sent(Request("GET", URL, headers), None, {})
    words = shlex.split(written("httpie", sent).replace("\\\n", " "))
    assert list(map(item_of, words[4:])) == [("If-Match", ":", "@file"), ("X-A", ":", "=1")]


@given(texts)
def test_a_word_of_httpie_and_a_line_of_http_hold_what_they_are_given(value: str) -> None:
    thing = TokenRequest(URL, "password", "0-A", value, PASSWORD)
    words = shlex.split(written("httpie", thing).replace("\\\n", " "))
    http = written("http", thing)
    body = http.splitlines()[-1]
    assert dict(parse_qsl(body.replace("{{", "").replace("}}", ""))).get("username", "") == value
    assert len([line for line in http.splitlines() if line.startswith("POST ")]) == 1
    if "--raw" not in words:
        assert not value or ("username", "=", value) in map(item_of, words[4:])
    elif value:
        assert "\0" in value or re.search(r"\\[:=@;]", value)
        assert f"username={quote_plus(value)}" in words[words.index("--raw") + 1]


@given(texts)
def test_env_files_come_back_from_a_shell_as_they_were(value: str) -> None:
    if any(char in value for char in "\r\n\0"):
        return  # a line break is written as an escape, which a shell does not know
    source = written("env", password(value))
    found = dict(word.partition("=")[::2] for word in shlex.split(source))
    read = found.get("OC_USERNAME", "")
    if 'OC_USERNAME="' in source:
        read = read.replace("\\$", "$").replace("\\`", "`")
    assert read == value
    assert found["OC_CLIENT_SECRET"] == ""


def test_a_backslash_in_an_env_file_needs_no_reader_that_knows_escapes() -> None:
    for value in ("a\\b", "\\new", "\\$x", 'a\\"b'):
        assert f"OC_USERNAME='{value}'\n" in written("env", password(value))


@pytest.mark.parametrize("target", [each.name for each in TARGETS])
def test_the_secret_is_a_variable_until_its_value_is_asked_for(target: str) -> None:
    thing = password()
    variables = {
        "curl": '"client_secret=$OC_CLIENT_SECRET"',
        "httpie": '"client_secret=$OC_CLIENT_SECRET"',
        "javascript": "process.env.OC_CLIENT_SECRET",
        "python": "os.environ['OC_CLIENT_SECRET']",
        "csharp": 'Environment.GetEnvironmentVariable("OC_CLIENT_SECRET")',
        "http": "{{OC_CLIENT_SECRET}}",
        "env": "OC_CLIENT_SECRET=\n",
        "json": "$OC_CLIENT_SECRET",
    }
    assert "s3cret" not in written(target, thing)
    assert variables[target] in written(target, thing)
    with_value = written(target, thing, values=True)
    assert "s3cret" in with_value
    assert variables[target] not in with_value
    assert "OC_PASSWORD" in with_value  # whose value nobody knows


API_CLIENT = ApiClient.from_wire(
    {
        "ID": "0-A",
        "AppName": 'Buyer\'s "Store"',
        "ClientSecret": "s3cret-s3cret",
        "RefreshTokenDuration": 60,
        "xp": {"a": [1]},
    }
)


def test_an_api_client_gives_a_token_request_for_each_grant() -> None:
    def wire(grant: str, *, secret: bool = True) -> list[str]:
        request = token_request(URL, API_CLIENT, grant, secret=secret)  # type: ignore[arg-type]  # words of the type
        return [name if isinstance(value, str) else f"{name}=slot" for name, value in request.request().form or ()]

    assert wire("password") == ["grant_type", "client_id", "username=slot", "password=slot", "client_secret=slot"]
    assert wire("client credentials") == ["grant_type", "client_id", "client_secret=slot"]
    assert wire("anonymous", secret=False) == ["grant_type", "client_id"]
    assert wire("refresh", secret=False) == ["grant_type", "client_id", "refresh_token=slot"]
    resource = resource_of(URL, API_CLIENT)
    assert [each.name for each in targets_of(resource)] == ["env", "json"]
    found = json.loads(written("json", resource))
    assert found["ClientSecret"] == "$OC_CLIENT_SECRET"
    assert found["AppName"] == 'Buyer\'s "Store"'
    again = json.loads(written("json", token_request(URL, API_CLIENT, "password", secret=True), values=True))
    assert again == API_CLIENT.to_wire()


@pytest.mark.parametrize(
    ("grant", "secret", "javascript", "csharp", "python"),
    [
        ("password", True, "Auth.ElevatedLogin(", "AuthenticateAsync(", "httpx.request"),
        ("password", False, "Auth.Login(", "GrantType.Password", "httpx.request"),
        ("client credentials", True, "Auth.ClientCredentials(", "GrantType.ClientCredentials", "SyncOrderCloudClient"),
        ("anonymous", False, "Auth.Anonymous(", "HttpClient", "httpx.request"),
        ("refresh", False, "Auth.RefreshToken(", "RefreshTokenAsync(", "httpx.request"),
        ("refresh", True, "fetch(", "HttpClient", "httpx.request"),
    ],
)
def test_an_sdk_is_used_where_it_has_the_call(
    grant: str, secret: bool, javascript: str, csharp: str, python: str
) -> None:
    thing = token_request(URL, API_CLIENT, grant, secret=secret)  # type: ignore[arg-type]  # words of the type
    assert javascript in written("javascript", thing)
    assert csharp in written("csharp", thing)
    assert python in written("python", thing)
    ast.parse(written("python", thing))


@pytest.mark.parametrize("grant", ["password", "client_credentials"])
def test_a_scope_goes_out_as_it_is_for_no_enumeration_has_custom_roles(grant: str) -> None:
    thing = TokenRequest(URL, grant, "0-A", "shopper01", PASSWORD, SECRET, scope="Shopper My-Role LoyaltyTier")
    source = written("csharp", thing)
    assert 'new("scope", "Shopper My-Role LoyaltyTier")' in source
    assert "ApiRole" not in source


def test_the_variables_told_are_those_of_the_form() -> None:
    def names(thing: Thing, target: str) -> list[str]:
        return [slot.name for slot in variables_of(thing, BY_NAME[target])]

    request = token_request(URL, replace_secret(None), "password", secret=True)
    assert names(request, "curl") == ["OC_USERNAME", "OC_PASSWORD", "OC_CLIENT_SECRET"]
    assert names(request, "json") == []
    legacy = token_request(URL, API_CLIENT, "password", secret=True)
    assert [(each.name, each.value) for each in variables_of(legacy, BY_NAME["json"])] == [
        ("OC_CLIENT_SECRET", "s3cret-s3cret")
    ]
    assignment = Assignment(URL, "0-A", "buyer", "anchor")
    assert names(assignment, "curl") == names(assignment, "javascript") == ["OC_TOKEN"]
    assert names(assignment, "python") == names(assignment, "csharp") == ["OC_CLIENT_ID", "OC_CLIENT_SECRET"]
    assert names(assignment, "json") == []
    answer = Body.of(json.dumps({"access_token": TOKEN}).encode(), "application/json")
    sent = of_exchange(exchange(url=f"{URL}/oauth/token", response_body=answer))
    assert [(each.name, each.value) for each in variables_of(sent, BY_NAME["json"])] == [("OC_TOKEN", TOKEN)]
    assert names(sent, "curl") == []


def replace_secret(secret: str | None) -> ApiClient:
    return ApiClient.from_wire({**API_CLIENT.to_wire(), "ClientSecret": secret})


@pytest.mark.parametrize("kind", ["buyer", "supplier"])
def test_an_assignment_is_made_and_taken_away(kind: str) -> None:
    made, removed = (Assignment(URL, "0-A", kind, "an'chor", remove) for remove in (False, True))
    member = f"{kind.capitalize()}ID"
    words = shlex.split(written("curl", made).replace("\\\n", " "))
    assert words[1:4] == ["--request", "POST", f"{URL}/v1/apiclients/assignments"]
    assert json.loads(words[-1]) == {"ApiClientID": "0-A", member: "an'chor"}
    words = shlex.split(written("curl", removed).replace("\\\n", " "))
    assert words[1:4] == ["--request", "DELETE", f"{URL}/v1/{kind}s/an%27chor/ApiClients/Assignments/0-A"]
    assert "Authorization: Bearer $OC_TOKEN" in words
    assert f'Delete{member[:-2]}Assignment("0-A", "an\'chor")' in written("javascript", removed)
    assert f"delete_{kind}_assignment('0-A', \"an'chor\")" in written("python", removed)
    assert f"Delete{member[:-2]}AssignmentAsync" in written("csharp", removed)
    assert json.loads(written("json", made)) == {"ApiClientID": "0-A", member: "an'chor"}
    assert [each.name for each in targets_of(made)] == [each.name for each in TARGETS if each.name != "env"]


TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJ1c3IiOiJ4In0.c2lnbmF0dXJl"


def exchange(**members: object) -> Exchange:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    return Exchange(1, start, "GET", **members)  # type: ignore[arg-type]  # names of its fields


def test_no_credential_of_an_exchange_gets_out_unasked() -> None:
    form = "grant_type=password&client_id=0-A&username=hunter&password=hunter2-hunter2&client_secret=s%2Fe+c%2Bret"
    asked = exchange(
        url=f"{URL}/oauth/token",
        request_headers=(
            ("Host", "x"),
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ),
        request_body=Body.of(form.encode(), "application/x-www-form-urlencoded"),
        status=200,
        response_body=Body.of(
            json.dumps({"access_token": TOKEN, "refresh_token": "r-1234567"}).encode(), "application/json"
        ),
    )
    called = exchange(
        url=f"{URL}/v1/me?access_token={TOKEN}&page=1",
        request_headers=(("Authorization", f"Bearer {TOKEN}"), ("Cookie", "a=b"), ("X-Echo", TOKEN)),
        request_body=Body.of(
            b'{"NewPassword": "hunter2-hunter2", "xp": {"note": "hunter2-hunter2"}}', "application/json"
        ),
    )
    for each in (asked, called):
        sent = of_exchange(each)
        for target in targets_of(sent):
            text = target.write(sent, False)
            for secret in ("hunter2", "s/e c+ret", quote_plus("s/e c+ret"), TOKEN, "r-1234567", "a=b"):
                assert secret not in text, (target.name, text)
    sent = of_exchange(asked)
    assert "Auth.ElevatedLogin(process.env.OC_CLIENT_SECRET" in written("javascript", sent)
    assert "s/e c+ret" in written("python", sent, values=True)
    sent = of_exchange(called)
    words = shlex.split(written("curl", sent).replace("\\\n", " "))
    assert f"{URL}/v1/me?access_token=$OC_TOKEN&page=1" in words
    assert "Authorization: Bearer $OC_TOKEN" in words
    assert "Host" not in written("curl", sent)
    words = shlex.split(written("curl", sent, values=True).replace("\\\n", " "))
    assert f"Authorization: Bearer {TOKEN}" in words
    assert json.loads(words[-1])["NewPassword"] == "hunter2-hunter2"
    both = json.loads(written("json", of_exchange(asked)))
    assert both["answer"]["body"] == {"access_token": "$OC_TOKEN", "refresh_token": "$OC_REFRESH_TOKEN"}
    assert both["request"]["body"]["password"] == "$OC_PASSWORD"


def test_what_curl_would_take_for_a_pattern_is_sent_as_it_is() -> None:
    asked = exchange(url=f"{URL}/v1/apiclients?AppName=[a-z]{{x}}", request_headers=(("X-Empty", ""),))
    words = shlex.split(written("curl", of_exchange(asked)).replace("\\\n", " "))
    assert "--globoff" in words
    assert "X-Empty;" in words


def test_what_is_redacted_already_stays_so() -> None:
    asked = exchange(url=f"{URL}/v1/me", request_headers=(("Authorization", f"Bearer {TOKEN}"),)).redacted()
    assert TOKEN not in written("curl", of_exchange(asked), values=True)


def test_bodies_that_are_neither_json_nor_a_form() -> None:
    odd = exchange(
        url=f"{URL}/v1/x",
        request_headers=(("Content-Type", "text/plain"),),
        request_body=Body.of(b"### it's\n< file", "text/plain"),
    )
    sent = of_exchange(odd)
    assert shlex.split(written("curl", sent).replace("\\\n", " "))[-1] == "### it's\n< file"
    assert "### it's\n< file" in constants(written("python", sent))
    assert "###" not in written("http", sent)
    assert isinstance(sent.made, Request)
