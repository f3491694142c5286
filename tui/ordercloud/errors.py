"""Everything that can go wrong between this client and OrderCloud, as a tree that can be caught at any height.

    OrderCloudError
    ├── NotSignedIn                     nothing to sign in with
    ├── ReadOnly                        this client changes nothing, so the request was not sent
    ├── NoAnswer                        no whole answer came; `may_have_happened`: the request may have worked
    │   ├── CannotConnect               it certainly did not reach the server
    │   │   ├── HostNotFound  ConnectionRefused  TLSFailed  ConnectTimedOut  PoolTimedOut
    │   ├── TimedOut                    no answer in time (ConnectTimedOut and PoolTimedOut are this as well)
    │   │   ├── ReadTimedOut  WriteTimedOut  DeadlinePassed
    │   ├── Disconnected                the connection broke off
    │   └── Closed                      this client was closed; when it was before, nothing was sent
    ├── UnexpectedAnswer                an answer came, and is not what OrderCloud sends
    │   ├── NotJSON                     (TruncatedJSON when it only stops too early)
    │   ├── WrongShape                  JSON, but not the object it should be
    │   ├── Redirected
    │   └── TooLarge
    └── ApiError                        OrderCloud's own no
        ├── OAuthRefused                by the token endpoint
        ├── BadRequest  Unauthorized  Forbidden  NotFound  Conflict  RateLimited
        └── ServerFailed                5xx

Each keeps the exchange it came from. Messages say what happened, where, and what to do; they hold no credentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ordercloud.exchange import Exchange

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON
    from tui.ordercloud.models.page import ErrorItem


class OrderCloudError(Exception):
    """The root. `what` happened, `advice` what to do; `str` joins them with the place."""

    default_advice: ClassVar[str] = ""

    def __init__(self, what: str, exchange: Exchange | None = None, *, advice: str = "") -> None:
        self.exchange = exchange
        self.what = exchange.scrub(what) if exchange else what
        advice = advice or self.default_advice
        self.advice = exchange.scrub(advice) if exchange else advice
        super().__init__(self.what)

    @property
    def where(self) -> str:
        """Give method and URL of the request, without credentials; empty when there was none."""
        if self.exchange is None:
            return ""
        shown = self.exchange.redacted()
        return f"{shown.method} {shown.url}"

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"{self.what.rstrip('.')}{where}.{advice}"


class NotSignedIn(OrderCloudError):
    """The request needs a token, and there are no credentials to get one with."""

    default_advice = "Sign in first."


class ReadOnly(OrderCloudError):
    """The client was made to change nothing, and the request would change something: it was not sent."""

    default_advice = "Changes are refused here (profile, settings or --read-only)."


class NoAnswer(OrderCloudError):
    """No whole answer came. `may_have_happened`: the server may have done what was asked."""

    may_have_happened: ClassVar[bool] = True


class CannotConnect(NoAnswer):
    """There was no connection, so nothing was sent."""

    may_have_happened = False
    default_advice = "Check the network, the proxy settings and the address."


class HostNotFound(CannotConnect):
    """The name of the host is not in DNS."""

    default_advice = "Check the spelling of the address and the network."


class ConnectionRefused(CannotConnect):
    """Nothing listens at that host and port."""

    default_advice = "Is the server running, and are host and port right?"


class TLSFailed(CannotConnect):
    """The TLS handshake failed. `certificate`: because the server's certificate is not trusted."""

    default_advice = "Check the address, the clock of this machine, and certificates of a proxy in between."

    def __init__(self, what: str, exchange: Exchange | None = None, *, certificate: bool = False) -> None:
        super().__init__(what, exchange)
        self.certificate = certificate


class TimedOut(NoAnswer):
    """Something took longer than it may."""

    default_advice = "Try again; if it stays slow, check the network or allow more time."


class ConnectTimedOut(CannotConnect, TimedOut):
    """The host did not answer the attempt to connect."""

    default_advice = "Check the address and the network; a firewall may drop the packets."


class PoolTimedOut(CannotConnect, TimedOut):
    """All connections of this client stayed busy."""

    default_advice = "Wait for the requests under way to finish."


class ReadTimedOut(TimedOut):
    """The server went silent."""


class WriteTimedOut(TimedOut):
    """The server stopped taking the request."""


class DeadlinePassed(TimedOut):
    """The whole request took longer than it may."""


class Disconnected(NoAnswer):
    """The connection broke off before the whole answer was there."""

    default_advice = "Try again; what was asked may have been done, so look first."


class Closed(NoAnswer):
    """The client was closed for good, before the request or while it was under way."""

    default_advice = "That connection was left for another."


class UnexpectedAnswer(OrderCloudError):
    """An answer came that is not OrderCloud's way."""

    default_advice = "Is this the address of an OrderCloud API? A proxy or a login page may answer in its place."


class NotJSON(UnexpectedAnswer):
    """The body is no JSON: an HTML page, say."""


class TruncatedJSON(NotJSON):
    """The body begins as JSON and stops too early."""

    default_advice = "Try again; something between here and the server cuts answers off."


class WrongShape(UnexpectedAnswer):
    """The body is JSON, but not the object that this request answers with."""


class Redirected(UnexpectedAnswer):
    """The server sends the caller elsewhere; that is not followed, for it would carry the token along."""


class TooLarge(UnexpectedAnswer):
    """The body is larger than anything OrderCloud sends."""


class ApiError(OrderCloudError):
    """OrderCloud said no. `code` is the first ErrorCode, `errors` the whole `Errors` list; both may be empty."""

    def __init__(
        self,
        what: str,
        exchange: Exchange,
        *,
        errors: tuple[ErrorItem, ...] = (),
        retry_after: float | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(what, exchange, advice=advice)
        self.exchange: Exchange = exchange
        self.errors = errors
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """Give the HTTP status."""
        return self.exchange.status or 0

    @property
    def code(self) -> str:
        """Give the first ErrorCode; empty when the body has none."""
        return self.errors[0].error_code if self.errors else ""

    @property
    def data(self) -> JSON:
        """Give the first error's Data."""
        return self.errors[0].data if self.errors else None

    def datum(self, name: str) -> str:
        """Give a text of the first error's Data; empty when it has none of that name."""
        value = self.data.get(name) if isinstance(self.data, dict) else None
        return value if isinstance(value, str) else ""

    def data_list(self, name: str) -> tuple[str, ...]:
        """Give a list of texts of the first error's Data."""
        value = self.data.get(name) if isinstance(self.data, dict) else None
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


class OAuthRefused(ApiError):
    """The token endpoint refused a token.

    `error` is OAuth's word (`invalid_grant`), `description` the server's sentence, `code` OrderCloud's ErrorCode. Older
    servers send only the first two, others only `Errors`.
    """

    default_advice = "Look at the API client: who may use it, its grants, and the user's roles."

    def __init__(
        self,
        what: str,
        exchange: Exchange,
        *,
        error: str = "",
        description: str = "",
        errors: tuple[ErrorItem, ...] = (),
        advice: str = "",
    ) -> None:
        super().__init__(what, exchange, errors=errors, advice=advice)
        self.error = exchange.scrub(error)
        self.description = exchange.scrub(description)


class BadRequest(ApiError):
    """400: the request itself is wrong; each entry of a `ValidationFailure` names a property in its Data."""

    default_advice = "Nothing was changed; correct what it names."


class Unauthorized(ApiError):
    """401: no token, or one that is not (or no longer) good."""

    default_advice = "Sign in again."

    @property
    def revoked(self) -> bool:
        """Tell whether the token was revoked rather than expired."""
        return self.code == "Auth.TokenRevoked"


class Forbidden(ApiError):
    """403: the token is good, but not for this."""

    default_advice = "Sign in as a user whose security profiles allow it."
    LACKS_ROLE: ClassVar[frozenset[str]] = frozenset({"Auth.InsufficientRoles", "InsufficientRoles", "NotAuthorized"})
    """Three spellings of one refusal, all seen: the SDK's, the middleware's, and a body of 2019 without a message."""

    @property
    def lacks_role(self) -> bool:
        """Tell whether a role is missing, rather than the kind of user being wrong."""
        return self.code in self.LACKS_ROLE

    @property
    def sufficient_roles(self) -> tuple[str, ...]:
        """Give the roles of which any one would do."""
        return self.data_list("SufficientRoles")

    @property
    def assigned_roles(self) -> tuple[str, ...]:
        """Give the roles that the token has."""
        return self.data_list("AssignedRoles")


class NotFound(ApiError):
    """404: there is no such object."""

    default_advice = "It may have been deleted, or it is in another environment."

    @property
    def object_type(self) -> str:
        """Give what kind of object is missing, in OrderCloud's word."""
        return self.datum("ObjectType")

    @property
    def object_id(self) -> str:
        """Give the ID that is missing."""
        return self.datum("ObjectID")


class Conflict(ApiError):
    """409: an ID or a username is taken."""

    default_advice = "Choose another ID or name."


class RateLimited(ApiError):
    """429: too many requests; `retry_after` is seconds, when the server says."""

    default_advice = "Wait a little."


class ServerFailed(ApiError):
    """5xx: the server, or a gateway before it, failed. The request may have worked."""

    default_advice = "Try again later; what was asked may have been done, so look first."
