"""Every way in which an answer says no, or is none."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.ordercloud.wire import PASSWORD, SECRET, Script, bench, error_body, page_body, ready_token, reply, words_of
from tui.ordercloud import errors
from tui.ordercloud._httpx import Response, httpx

HTML = "<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>"
BOM = b"\xef\xbb\xbf"


async def refused(answer: Response | Exception, kind: type[errors.OrderCloudError]) -> errors.OrderCloudError:
    """Ask for an API client, get this answer, give the error, which must be of exactly this kind."""
    b = bench(Script(answer), credentials=ready_token(), attempts=1)
    with pytest.raises(errors.OrderCloudError) as caught:
        await b.oc.api_clients.get("beef")
    assert type(caught.value) is kind
    assert caught.value.exchange is b.exchanges[-1]
    assert caught.value.where == "GET https://sandboxapi.ordercloud.io/v1/apiclients/beef"
    assert caught.value.where in str(caught.value)
    assert str(caught.value).endswith((".", "?"))
    return caught.value


async def api_error(answer: Response, kind: type[errors.ApiError]) -> errors.ApiError:
    error = await refused(answer, kind)
    assert isinstance(error, errors.ApiError)
    return error


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ValidationFailure", errors.BadRequest),
        (401, "InvalidToken", errors.Unauthorized),
        (403, "Auth.UserNotAuthorizedToAdmin", errors.Forbidden),
        (404, "NotFound", errors.NotFound),
        (409, "IdExists", errors.Conflict),
        (413, "Request.TooLarge", errors.ApiError),
        (429, "TooMany", errors.RateLimited),
        (500, "ServerError", errors.ServerFailed),
        (502, "x", errors.ServerFailed),
        (503, "Api.Offline", errors.ServerFailed),
        (599, "x", errors.ServerFailed),
    ],
)
@pytest.mark.parametrize("before", [b"", BOM])
async def test_a_status_with_an_errors_body(status: int, code: str, kind: type[errors.ApiError], before: bytes) -> None:
    body = before + json.dumps(error_body(code, "The words.", {"a": 1})).encode()
    error = await api_error(reply(status, body), kind)

    assert (error.status, error.code, error.data) == (status, code, {"a": 1})
    assert "The words" in str(error)
    assert code in str(error)
    assert error.errors[0].message == "The words."


@pytest.mark.parametrize(
    "body",
    [HTML, "", b"\xff\xfe\x00", '{"Errors": [', "[]", "5", '"text"', '{"Errors": null}', '{"Errors": [1, null]}',
     '{"Errors": "text"}', '{"Errors": [{}]}', '{"Errors": [{"ErrorCode": 5, "Message": ["x"]}]}'],
)  # fmt: skip
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (418, errors.ApiError),
        (429, errors.RateLimited),
        (502, errors.ServerFailed),
    ],
)
async def test_a_status_with_a_useless_body(status: int, kind: type[errors.ApiError], body: Any) -> None:
    error = await api_error(reply(status, body), kind)

    assert (error.status, error.code, error.data) == (status, "", None)
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Auth.InsufficientRoles", "User does not have role(s) required to perform this action."),
        ("InsufficientRoles", "User does not have role(s) required to perform this action."),
        ("NotAuthorized", ""),
    ],
)
async def test_a_missing_role_in_its_three_spellings(code: str, message: str) -> None:
    data = {"SufficientRoles": ["FullAccess", "ApiClientAdmin"], "AssignedRoles": ["Shopper"]}
    error = await api_error(reply(403, BOM + json.dumps(error_body(code, message, data)).encode()), errors.Forbidden)

    assert isinstance(error, errors.Forbidden)
    assert error.lacks_role
    assert error.sufficient_roles == ("FullAccess", "ApiClientAdmin")
    assert error.assigned_roles == ("Shopper",)
    assert "role" in error.what
    assert "FullAccess, ApiClientAdmin" in str(error)


@pytest.mark.parametrize("data", [None, [], "text", {"SufficientRoles": "x", "AssignedRoles": [1, None, "Shopper"]}])
async def test_a_missing_role_with_odd_data(data: object) -> None:
    error = await api_error(reply(403, error_body("NotAuthorized", "", data)), errors.Forbidden)

    assert isinstance(error, errors.Forbidden)
    assert error.sufficient_roles == ()


async def test_what_was_not_found() -> None:
    data = {"ObjectType": "ApiClient", "ObjectID": "beef"}
    error = await api_error(reply(404, error_body("NotFound", "Object not found.", data)), errors.NotFound)

    assert isinstance(error, errors.NotFound)
    assert (error.object_type, error.object_id) == ("ApiClient", "beef")
    assert "There is no ApiClient beef here" in str(error)


@pytest.mark.parametrize(("code", "revoked"), [("InvalidToken", False), ("Auth.TokenRevoked", True)])
async def test_a_revoked_token(code: str, revoked: bool) -> None:
    error = await api_error(reply(401, error_body(code, "Words.")), errors.Unauthorized)

    assert isinstance(error, errors.Unauthorized)
    assert error.revoked is revoked


async def test_several_errors_are_all_kept() -> None:
    entries = [{"ErrorCode": "ValidationFailure", "Message": f"Field {n}.", "Data": {"Property": n}} for n in "abc"]
    error = await api_error(reply(400, {"Errors": entries}), errors.BadRequest)

    assert [each.to_wire() for each in error.errors] == entries
    assert "Field a (and 2 more) [400 ValidationFailure]" in str(error)


async def test_a_long_story_is_cut() -> None:
    error = await api_error(reply(400, error_body("X", "very " * 10_000)), errors.BadRequest)

    assert len(str(error)) < 1000
    assert len(error.errors[0].message) == 50_000


# The token endpoint


async def oauth_refused(answer: Response) -> errors.ApiError:
    b = bench(Script(answer), attempts=3)
    with pytest.raises(errors.ApiError) as caught:
        await b.oc.oauth.password("the-client", "shopper01", PASSWORD, secret=SECRET, scope=["Shopper", "MeAdmin"])
    assert caught.value.exchange is b.exchanges[-1]
    assert len(b.exchanges) == 1
    assert PASSWORD not in words_of([caught.value, *caught.value.errors, *b.exchanges])
    return caught.value


WORDS = "Invalid username or password."
CODE = "Auth.InvalidUsernameOrPassword"
OLD_SHAPE = {"error": "invalid_grant", "error_description": WORDS}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"error": "invalid_grant", "error_description": WORDS, **error_body(CODE, WORDS)},
            ("invalid_grant", WORDS, CODE),
        ),
        ({"error": "invalid_grant", "error_description": WORDS}, ("invalid_grant", WORDS, "")),
        ({"error": "invalid_grant"}, ("invalid_grant", "", "")),
        (error_body(CODE, WORDS), ("", WORDS, CODE)),
        ({"error": "invalid_grant", **error_body(CODE, WORDS)}, ("invalid_grant", WORDS, CODE)),
        ({"error": "invalid_client", "error_description": None, "Errors": None}, ("invalid_client", "", "")),
        ({"error": 5, "error_description": [], **error_body(CODE)}, ("", "", CODE)),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_token(status: int, body: dict[str, object], expected: tuple[str, str, str]) -> None:
    error = await oauth_refused(reply(status, body))

    assert type(error) is errors.OAuthRefused
    assert (error.error, error.description, error.code) == expected
    for word in expected:
        assert word.rstrip(".") in str(error)


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ({"error": "invalid_grant", **error_body("Auth.LockedOut")}, "unlocked"),
        ({"error": "invalid_client", "error_description": "invalid client secret"}, "every grant needs it"),
        ({"error": "invalid_grant"}, "Look at the API client"),
    ],
)
async def test_what_to_do_about_a_refusal(body: dict[str, object], advice: str) -> None:
    assert advice in str(await oauth_refused(reply(400, body)))


async def test_the_data_of_a_refusal() -> None:
    policy = {"MinimumCharacterCount": 10, "UpperCaseRequired": True}
    body = {"error": "invalid_grant", **error_body("PasswordReset.InsecurePassword", "Too simple.", policy)}

    assert (await oauth_refused(reply(400, body))).data == policy


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, errors.BadRequest), (404, errors.NotFound), (429, errors.RateLimited), (500, errors.ServerFailed)],
)
async def test_the_token_endpoint_fails_otherwise(status: int, kind: type[errors.ApiError]) -> None:
    body = HTML if status in {400, 404} else json.dumps({"error": "temporarily_unavailable"})

    assert type(await oauth_refused(reply(status, body))) is kind


@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Evil: 1", "snow\u2603", "tab\t"])
async def test_a_token_that_cannot_be_one(token: str) -> None:
    b = bench(Script(reply(200, {"access_token": token, "expires_in": 1})))
    with pytest.raises(errors.WrongShape):
        await b.oc.oauth.client_credentials("the-client", SECRET)


@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Evil: 1", "snow\u2603"])
async def test_a_given_token_that_cannot_be_one(token: str) -> None:
    b = bench(Script())
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        await b.oc.me.get(token)
    assert not token or token not in str(caught.value)


# Good statuses with bad bodies


@pytest.mark.parametrize(
    ("body", "kind", "word"),
    [
        (HTML, errors.NotJSON, "an HTML page"),
        ("plain words", errors.NotJSON, "no JSON"),
        ('{"ID": NaN}', errors.NotJSON, "NaN"),
        ("[" * 100_000, errors.NotJSON, "nested"),
        ("[" * 300 + "]" * 300, errors.NotJSON, "nested"),
        (b"{\xff}", errors.NotJSON, "UTF-8"),
        ('{"ID": 1' + "0" * 5000 + "}", errors.NotJSON, "digits"),
        ('{"ID": "beef"', errors.TruncatedJSON, "no JSON"),
        ('{"ID": "be', errors.TruncatedJSON, "no JSON"),
        ('{"ID":', errors.TruncatedJSON, "no JSON"),
        ('{"ID": "caf\u00e9'.encode()[:-1], errors.TruncatedJSON, "UTF-8"),
        (BOM, errors.TruncatedJSON, "empty"),
        ("", errors.WrongShape, "empty"),
        ("[]", errors.WrongShape, "object"),
        ("null", errors.WrongShape, "empty"),
        ('"text"', errors.WrongShape, "object"),
        ('{"Active": "yes", "ID": 5}', errors.WrongShape, "ID"),
    ],
)
async def test_a_good_status_with_a_bad_body(body: Any, kind: type[errors.OrderCloudError], word: str) -> None:
    assert word in (await refused(reply(200, body), kind)).what


async def test_half_a_surrogate_pair_is_no_reason_to_fail() -> None:
    b = bench(Script(reply(200, '{"ID": "a", "AppName": "x\\ud83dy", "xp": {"\\uD800": ["\\udfff"]}}')),
              credentials=ready_token())  # fmt: skip
    client = await b.oc.api_clients.get("a")

    assert client.app_name == "x\ufffdy"
    assert client.xp == {"\ufffd": ["\ufffd"]}
    assert b.exchanges[0].redacted().response_body.pretty


@pytest.mark.parametrize(
    "body", [{"Items": []}, {"Meta": {}}, {"Meta": {}, "Items": [1]}, {"Meta": {"Page": "x"}, "Items": []}, []]
)
async def test_a_list_that_is_no_page(body: object) -> None:
    b = bench(Script(reply(200, body)), credentials=ready_token())
    with pytest.raises(errors.WrongShape):
        await b.oc.buyers.list()


async def test_a_bom_before_a_good_body_is_fine() -> None:
    body = BOM + json.dumps(page_body({"ID": "acme"})).encode()
    b = bench(Script(reply(200, body)), credentials=ready_token())

    assert [each.id for each in (await b.oc.buyers.list()).items] == ["acme"]


async def test_a_compressed_body_is_unpacked() -> None:
    packed = Response(200, content=gzip.compress(b'{"ID": "acme"}'), headers={"content-encoding": "gzip"})
    b = bench(Script(packed), credentials=ready_token())

    assert (await b.oc.buyers.get("acme")).id == "acme"
    assert b.exchanges[0].response_body.json == {"ID": "acme"}


async def test_a_redirect_is_not_followed() -> None:
    answer = reply(302, "", location="https://login.example/?access_token=hush-hush&x=1")
    error = await refused(answer, errors.Redirected)

    assert "https://login.example/?access_token=••••••&x=1" in str(error)


# No answer at all


@pytest.mark.parametrize(
    ("cause", "kind", "maybe"),
    [
        (httpx.ConnectError("x"), errors.CannotConnect, False),
        (httpx.ConnectTimeout("x"), errors.ConnectTimedOut, False),
        (httpx.PoolTimeout("x"), errors.PoolTimedOut, False),
        (httpx.ReadTimeout("x"), errors.ReadTimedOut, True),
        (httpx.WriteTimeout("x"), errors.WriteTimedOut, True),
        (httpx.ReadError("x"), errors.Disconnected, True),
        (httpx.WriteError("x"), errors.Disconnected, True),
        (httpx.RemoteProtocolError("x"), errors.Disconnected, True),
        (httpx.LocalProtocolError("x"), errors.CannotConnect, False),
        (httpx.ProxyError("x"), errors.CannotConnect, False),
        (httpx.DecodingError("x"), errors.Disconnected, True),
        (TimeoutError("x"), errors.DeadlinePassed, True),
        (RuntimeError("an app in process crashed"), errors.Disconnected, True),
        (ExceptionGroup("several", [ValueError("x")]), errors.Disconnected, True),
    ],
)
async def test_no_answer(cause: Exception, kind: type[errors.NoAnswer], maybe: bool) -> None:
    error = await refused(cause, kind)

    assert isinstance(error, errors.NoAnswer)
    assert error.may_have_happened is maybe
    assert error.__cause__ is cause
    assert error.exchange is not None
    assert error.exchange.status is None
    assert error.exchange.failure == error.what
    assert "sandboxapi.ordercloud.io" in error.what


@pytest.mark.parametrize(
    ("kind", "parents"),
    [
        (errors.ConnectTimedOut, (errors.CannotConnect, errors.TimedOut, errors.NoAnswer)),
        (errors.ConnectionRefused, (errors.CannotConnect, errors.NoAnswer)),
        (errors.ReadTimedOut, (errors.TimedOut, errors.NoAnswer)),
        (errors.TruncatedJSON, (errors.NotJSON, errors.UnexpectedAnswer)),
        (errors.OAuthRefused, (errors.ApiError,)),
        (errors.NotFound, (errors.ApiError,)),
    ],
)
def test_the_tree_can_be_caught_at_any_height(
    kind: type[errors.OrderCloudError], parents: tuple[type[errors.OrderCloudError], ...]
) -> None:
    for parent in (*parents, errors.OrderCloudError):
        assert issubclass(kind, parent)


Ask = Callable[[], object]


@pytest.mark.parametrize("bad", ["", ".", "..", "..."])
async def test_an_id_that_would_change_the_path(bad: str) -> None:
    b = bench(Script(), credentials=ready_token())
    for ask in (b.oc.api_clients.get, b.oc.api_clients.delete, b.oc.certs.get):
        with pytest.raises(ValueError, match="no ID"):
            await ask(bad)


@pytest.mark.parametrize(
    "url",
    ["", "api.ordercloud.io", "ftp://api.ordercloud.io", "https://", "https://u:p@host", "https://host?x=1",
     "https://host#x", "https://host:port", "https://a b", "https://[broken"],
)  # fmt: skip
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError):
        bench(Script(), url=url)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://host", "https://host"),
        (" https://host/ ", "https://host"),
        ("https://host/v1", "https://host"),
        ("https://host:8443/v1/", "https://host:8443"),
        ("https://host/gateway/V1", "https://host/gateway"),
    ],
)
def test_an_address_is_tidied(url: str, base: str) -> None:
    assert bench(Script(), url=url).oc.base_url == base
