"""Signing in by OpenID Connect: the browser goes to the identity provider, and comes back here with a token.

OrderCloud sends it back to the AppStartUrl of a configuration. On the sandbox one is made for the one attempt, and
deleted again; elsewhere a configuration must lead back to this machine by itself.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from tui.session.browser_receiver import BrowserReceiver
from tui.session.failures import Declined
from tui.session.outcome import SignInRefused

if TYPE_CHECKING:
    from tui.ordercloud.models import AccessToken, OpenIdConnect
    from tui.session.opening import Opened
    from tui.session.result import Form

SECONDS = 180.0
"""How long a person may take at the identity provider."""

Browser = Callable[[str], Awaitable[None]]
"""Opens an address in a browser; it returns when the browser is off, and need not wait for its end."""

_MOST_HOPS = 10
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class _Way:
    """How a browser is sent off and what it brings back: the names of the members of its query."""

    connect: str
    token: str
    refresh: str
    error: str


async def open_in_browser(url: str) -> None:
    """Open an address in the person's own browser. Where there is none, the address can be opened by hand."""
    import webbrowser  # late: it loads much, and most sittings never need it

    await asyncio.to_thread(webbrowser.open, url)


def why_not_here(connect: OpenIdConnect) -> str | None:
    """Say why the browser would not come back here by a configuration, None when it would."""
    place = connect.app_start_url
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError:
        return "Its AppStartUrl is no web address."
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK or not port:
        return "Its AppStartUrl does not lead to this machine (http://127.0.0.1:PORT/…)."
    if "{0}" not in _marks(place):
        return "Its AppStartUrl has no member of the query for the token ({0})."
    return None


def _marks(template: str) -> Mapping[str, str]:
    """Return the members of a query by the placeholder they hold."""
    return {value.strip("/"): name for name, value in parse_qsl(urlsplit(template).query)}


async def sign_in(
    here: Opened, form: Form, *, browser: Browser, tell: Callable[[str], object], seconds: float = SECONDS
) -> AccessToken:
    """Go the whole way round and return the token.

    `tell` hears the address the browser is sent to. Raises SignInRefused with what the browser was told, Declined when
    the way cannot be gone, TimeoutError when nobody came back, and the typed errors of `tui.ordercloud.errors`.
    """
    from tui.ordercloud.models import AccessToken

    async with _way(here, form) as (receiver, way):
        asked = {"id": way.connect, "cid": form.api_client_id, "appstartpath": f"/{receiver.state}"}
        asked["roles"] = " ".join(form.scope.split())
        if form.username:
            asked["customParams"] = urlencode(
                {"login_hint": form.username} | ({"prompt": "none"} if here.sandbox is not None else {})
            )
        address = f"{here.identity.url}/ocrplogin?{urlencode(asked, quote_via=quote)}"
        tell(address)
        going = asyncio.ensure_future(_follow(here, address) if here.sandbox is not None else browser(address))
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait((going, receiver.answer), return_when=asyncio.FIRST_COMPLETED)
                if going.done() and not going.cancelled():
                    await going  # what went wrong on the way out
                came = await receiver.answer
        finally:
            going.cancel()
    if message := came.get(way.error):
        raise SignInRefused(message)
    if not came.get(way.token):
        raise SignInRefused("The browser came back without a token.")
    return AccessToken(access_token=came[way.token], refresh_token=came.get(way.refresh) or None)


@asynccontextmanager
async def _way(here: Opened, form: Form) -> AsyncIterator[tuple[BrowserReceiver, _Way]]:
    if here.sandbox is None:
        connect = await here.client.openid_connects.get(form.connect)
        if (why := why_not_here(connect)) is not None:
            raise Declined(f"The browser would not come back here. {why}")
        parts, marks = urlsplit(connect.app_start_url), _marks(connect.app_start_url)
        async with BrowserReceiver(parts.port or 0, path=parts.path, state_in=marks.get("{2}")) as receiver:
            yield receiver, _Way(connect.id, marks["{0}"], marks.get("{3}", ""), "error")
        return
    async with BrowserReceiver() as receiver:
        connect_id = f"ocgate-{secrets.token_hex(6)}"
        start = f"{receiver.address}?access_token={{0}}&id_token={{1}}&path={{2}}&refresh_token={{3}}"
        url = here.identity.url
        await here.client.openid_connects.create(
            {
                "ID": connect_id,
                "OrderCloudApiClientID": form.api_client_id,
                "ConnectClientID": connect_id,
                "ConnectClientSecret": secrets.token_urlsafe(24),
                "AppStartUrl": start,
                "CustomErrorUrl": f"{receiver.address}?error={{0}}",
                "AuthorizationEndpoint": f"{url}/idp/authorize",
                "TokenEndpoint": f"{url}/idp/token",
            }
        )
        try:
            yield receiver, _Way(connect_id, "access_token", "refresh_token", "error")
        finally:
            await here.client.openid_connects.delete(connect_id)


async def _follow(here: Opened, address: str) -> None:
    """Be the browser of the embedded sandbox, which has no port: follow it in process, and come back for real."""
    inside = f"{here.identity.url}/"
    cookies: dict[str, str] = {}
    for _ in range(_MOST_HOPS):
        if not address.startswith(inside):
            break
        address = await here.tester.follow(address, cookies)
    else:
        raise Declined("The identity provider sends the browser round in circles.")
    if urlsplit(address).hostname not in _LOOPBACK:
        raise Declined("The identity provider sends the browser to another place than this machine.")
    await _come_back(address)


async def _come_back(address: str) -> None:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
    try:
        head = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        await reader.read(64)
    finally:
        writer.close()
