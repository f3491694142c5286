"""From an answer to what it means: a JSON value, or the typed error that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from tui.ordercloud import body, errors
from tui.ordercloud.exchange import Exchange
from tui.ordercloud.redact import redact_json

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON
    from tui.ordercloud.models.page import ErrorItem

TOKEN_PATH = "/oauth/token"  # noqa: S105  # a path

_BY_STATUS: Mapping[int, type[errors.ApiError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    429: errors.RateLimited,
}
_TOKEN_ADVICE: Mapping[str, str] = {
    "Auth.CompanyNotActive": "Activate the user's buyer or supplier.",
    "Auth.ClientNotActive": "Activate the API client.",
    "Auth.InsufficientRoles": "Ask for roles that the user's security profiles give, or have them assigned.",
    "Auth.InvalidUsernameOrPassword": "Check both; the server does not say which is wrong, and counts failures.",
    "Auth.LockedOut": "Wait until the lockout ends, or have the user unlocked.",
    "Auth.PasswordExpired": "Set a new password.",
    "Auth.TokenRevoked": "Sign in again.",
    "Auth.UserNotActive": "Activate the user.",
    "Auth.UsernameAndPasswordRequired": "Give both.",
    "invalid_client": "Check the client ID, and the secret: once an API client has one, every grant needs it.",
    "unsupported_grant_type": "The grants are password, client_credentials and refresh_token.",
}
_LONGEST_WORDS = 400


def read_answer(exchange: Exchange, content: bytes) -> JSON:
    """Give the JSON of a good answer, None for an empty one. Raises errors.OrderCloudError for every other."""
    status = exchange.status or 0
    if status >= HTTPStatus.BAD_REQUEST:
        raise refusal(exchange)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        where = exchange.redacted().response_header("location") or "nowhere"
        raise errors.Redirected(f"The server answered {exchange.status_line}, pointing to {where}", exchange)
    if not content.strip():
        return None
    try:
        return body.parse_json(content)
    except body.NotJSON as error:
        kind = errors.TruncatedJSON if error.truncated else errors.NotJSON
        raise kind(f"The answer is {_kind_of(exchange)}: {error}", exchange) from None


def read_object(value: JSON, exchange: Exchange) -> Mapping[str, JSON]:
    """Insist on a JSON object. Raises errors.WrongShape."""
    if isinstance(value, Mapping):
        return value
    kind = "empty" if value is None else f"JSON, but a {type(value).__name__} instead of an object"
    raise errors.WrongShape(f"The answer is {kind}", exchange)


def refusal(exchange: Exchange) -> errors.ApiError:
    """Make the error for an answer of status 400 or more."""
    status = exchange.status or 0
    members = exchange.response_body.json
    if not isinstance(members, Mapping):
        members = {}
    items = _items(members.get("Errors"), exchange)
    oauth, description = _text(members.get("error")), _text(members.get("error_description"))
    at_token = exchange.path.rstrip("/").casefold().endswith(TOKEN_PATH)
    if at_token and status in {400, 401, 403} and (oauth or items):
        description = description or next((item.message for item in items if item.message), "")
        words = description or (items[0].error_code if items else "") or oauth
        label = ", ".join(dict.fromkeys(part for part in (oauth, items[0].error_code if items else "") if part))
        what = f"No token: {_short(words)}" + (f" [{label}]" if label and label != words else "")
        code = items[0].error_code if items else ""
        advice = _TOKEN_ADVICE.get(code) or _TOKEN_ADVICE.get(oauth, "")
        return errors.OAuthRefused(what, exchange, error=oauth, description=description, errors=items, advice=advice)
    kind = _BY_STATUS.get(
        status, errors.ServerFailed if status >= HTTPStatus.INTERNAL_SERVER_ERROR else errors.ApiError
    )
    return kind(
        _words(exchange, items, description or oauth),
        exchange,
        errors=items,
        retry_after=retry_after(exchange, exchange.started_at),
        advice=_advice(items, kind),
    )


def retry_after(exchange: Exchange, now: datetime) -> float | None:
    """Read the Retry-After header, in seconds from `now`; it holds seconds or a date. None when absent or senseless."""
    text = (exchange.response_header("retry-after") or "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:  # more digits than 30 years have
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


def _items(value: JSON, exchange: Exchange) -> tuple[ErrorItem, ...]:
    from tui.ordercloud.models.page import ErrorItem

    if isinstance(value, str) or not isinstance(value, Sequence):
        return ()
    items = []
    for each in value:
        if isinstance(each, Mapping):
            words = {"ErrorCode": _text(each.get("ErrorCode")), "Message": _text(each.get("Message"))}
            items.append(ErrorItem.from_wire(redact_json({**each, **words}, exchange.secrets)))
    return tuple(items)


def _words(exchange: Exchange, items: tuple[ErrorItem, ...], other: str) -> str:
    status = exchange.status or 0
    said = [item.message or item.error_code for item in items if item.message or item.error_code]
    label = f"{status} {items[0].error_code}" if items and items[0].error_code else exchange.status_line
    if not said and not other:
        return f"{_plain(status)} [{label}]"
    words = _short(said[0] if said else other)
    if words in {items[0].error_code if items else "", ""}:
        words = _plain(status)
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    return f"{words.rstrip('.')}{more} [{label}]"


def _plain(status: int) -> str:
    if status == HTTPStatus.FORBIDDEN:
        return "The token does not have a role that this needs"
    if status == HTTPStatus.UNAUTHORIZED:
        return "The access token is missing, invalid or expired"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Too many requests"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "The server failed"
    return "The request was refused"


def _advice(items: tuple[ErrorItem, ...], kind: type[errors.ApiError]) -> str:
    data = items[0].data if items else None
    if kind is errors.Forbidden and isinstance(data, Mapping):
        roles = data.get("SufficientRoles")
        if isinstance(roles, list) and roles:
            return f"Any of these roles would do: {_short(', '.join(str(role) for role in roles))}."
    if kind is errors.NotFound and isinstance(data, Mapping) and data.get("ObjectType"):
        missing = f"{data.get('ObjectType')} {data.get('ObjectID') or ''}".strip()
        return f"There is no {_short(missing)} here; it may have been deleted, or it is in another environment."
    return ""


def _kind_of(exchange: Exchange) -> str:
    start = exchange.response_body.text.lstrip()[:200].casefold()
    if start.startswith(("<!doctype html", "<html")) or (exchange.response_header("content-type") or "").startswith(
        "text/html"
    ):
        return "an HTML page, no JSON"
    return "no JSON"


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[:_LONGEST_WORDS]}…"
