"""The typed client: HTTP and the wire, and no screen.

Names load when they are first used, so that the models alone cost no HTTP library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ordercloud import errors as errors
    from tui.ordercloud.auth import Credentials as Credentials
    from tui.ordercloud.auth import SignedIn as SignedIn
    from tui.ordercloud.body import Body as Body
    from tui.ordercloud.client import OrderCloud as OrderCloud
    from tui.ordercloud.environments import ENVIRONMENTS as ENVIRONMENTS
    from tui.ordercloud.environments import Environment as Environment
    from tui.ordercloud.environments import Kind as Kind
    from tui.ordercloud.environments import environment_of as environment_of
    from tui.ordercloud.exchange import Exchange as Exchange
    from tui.ordercloud.exchange import Timings as Timings
    from tui.ordercloud.query import ListQuery as ListQuery
    from tui.ordercloud.transports.retry import NO_RETRIES as NO_RETRIES
    from tui.ordercloud.transports.retry import RetryPolicy as RetryPolicy
    from tui.ordercloud.wire import Timeouts as Timeouts

_HOMES = {
    "ENVIRONMENTS": "environments",
    "NO_RETRIES": "transports.retry",
    "Body": "body",
    "Credentials": "auth",
    "Environment": "environments",
    "Exchange": "exchange",
    "Kind": "environments",
    "ListQuery": "query",
    "OrderCloud": "client",
    "RetryPolicy": "transports.retry",
    "SignedIn": "auth",
    "Timeouts": "wire",
    "Timings": "exchange",
    "environment_of": "environments",
}

__all__ = [*_HOMES, "errors"]  # they are all texts


def __getattr__(name: str) -> object:
    if name == "errors":
        return importlib.import_module("tui.ordercloud.errors")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"tui.ordercloud.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
