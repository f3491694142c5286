"""What a transport's exception means."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

from tui.ordercloud import errors
from tui.ordercloud._httpx import URL, httpx

Failure = tuple[type[errors.NoAnswer], str, dict[str, Any]]

_KINDS: tuple[tuple[type[Exception], type[errors.NoAnswer], str], ...] = (
    (httpx.ConnectTimeout, errors.ConnectTimedOut, "No connection to {host} in time"),
    (httpx.PoolTimeout, errors.PoolTimedOut, "No free connection to {host} in time"),
    (httpx.WriteTimeout, errors.WriteTimedOut, "{host} stopped taking the request"),
    (httpx.ReadTimeout, errors.ReadTimedOut, "{host} did not answer in time"),
    (httpx.ProxyError, errors.CannotConnect, "The proxy gives no connection to {host}"),
    (httpx.UnsupportedProtocol, errors.CannotConnect, "{host} can only be reached by http or https"),
    (httpx.LocalProtocolError, errors.CannotConnect, "The request to {host} cannot be written down as HTTP"),
    (httpx.RemoteProtocolError, errors.Disconnected, "{host} broke off before its answer was complete"),
    (httpx.DecodingError, errors.Disconnected, "The answer of {host} is packed in a way that cannot be unpacked"),
    (httpx.NetworkError, errors.Disconnected, "The connection to {host} broke off"),
    (TimeoutError, errors.DeadlinePassed, "{host} took too long"),
)


def failure_of(cause: Exception, url: URL) -> Failure:
    """Give the error's class, its words and further arguments; the cause's own words may hold anything and stay out."""
    host = f"{url.host}:{url.port}" if url.port else url.host
    if isinstance(cause, httpx.ConnectError):
        return _no_connection(cause, host)
    for kind, error, words in _KINDS:
        if isinstance(cause, kind):
            return error, words.format(host=host), {}
    return errors.Disconnected, f"{host} failed to answer: {type(cause).__name__}", {}


def _no_connection(cause: httpx.ConnectError, host: str) -> Failure:
    chain = list(_causes(cause))
    for each in chain:
        if isinstance(each, ssl.SSLCertVerificationError):
            why = getattr(each, "verify_message", "") or "it cannot be verified"
            return errors.TLSFailed, f"The certificate of {host} is not trusted: {why}", {"certificate": True}
    for each in chain:
        if isinstance(each, ssl.SSLError):
            reason = f": {each.reason}" if each.reason else ""
            return errors.TLSFailed, f"No TLS connection to {host}{reason}", {}
        if isinstance(each, socket.gaierror):
            return errors.HostNotFound, f"There is no host named {host}", {}
    for each in chain:
        if isinstance(each, ConnectionRefusedError):
            return errors.ConnectionRefused, f"{host} refused the connection", {}
    return errors.CannotConnect, f"No connection to {host}", {}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an exception with all that led to it: causes, contexts, and members of groups."""
    todo, seen = [error], set[int]()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        todo.extend(one for one in (each.__cause__, each.__context__) if one is not None)
        if isinstance(each, BaseExceptionGroup):
            todo.extend(each.exceptions)
