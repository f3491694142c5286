"""Where OrderCloud lives: five regions with three environments each, and whatever else a URL may name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

EMBEDDED_HOST = "sandbox.ocgate"
"""The name under which the embedded sandbox answers; it is in no DNS."""


class Kind(StrEnum):
    """What is at stake. A hosted sandbox is OrderCloud's; the sandbox is the embedded one."""

    PRODUCTION = "production"
    STAGING = "staging"
    HOSTED_SANDBOX = "hosted sandbox"
    SANDBOX = "sandbox"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Environment:
    """One OrderCloud host. `region` is the words people use ("US West"), `slug` those of the host names."""

    kind: Kind
    url: str
    region: str = ""
    slug: str = ""
    auth_urls: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name it for people: `US West production`, `sandbox`, `10.0.0.5:8080`."""
        if self.region:
            return f"{self.region} {self.kind}"
        return str(self.kind) if self.kind is Kind.SANDBOX else self.host

    @property
    def host(self) -> str:
        """Give the host of the API, with a port if the URL has one."""
        return self.url.partition("://")[2] or self.url


_REGIONS = (
    ("US East", "useast"),
    ("Australia East", "australiaeast"),
    ("Europe West", "westeurope"),
    ("Japan East", "japaneast"),
)
_US_WEST = ((Kind.PRODUCTION, ""), (Kind.STAGING, "staging"), (Kind.HOSTED_SANDBOX, "sandbox"))

ENVIRONMENTS: tuple[Environment, ...] = (
    # US West is the oldest: its hosts follow a pattern of their own, and its token issuers have hosts of their own.
    *(
        Environment(
            kind,
            f"https://{word}api.ordercloud.io",
            "US West",
            "uswest",
            (f"https://{word}auth.ordercloud.io",),
        )
        for kind, word in _US_WEST
    ),
    *(
        Environment(kind, f"https://{slug}-{word or 'production'}.ordercloud.io", region, slug)
        for region, slug in _REGIONS
        for kind, word in _US_WEST
    ),
)

_BY_HOST = {
    urlsplit(url).netloc: environment
    for environment in ENVIRONMENTS
    for url in (environment.url, *environment.auth_urls)
}


def environment_of(url: str) -> Environment:
    """Say which environment a URL (or a token's `iss` or `aud`) belongs to; else it is `custom`. Never raises."""
    text = url.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return Environment(Kind.CUSTOM, text)
    if host == EMBEDDED_HOST:
        return Environment(Kind.SANDBOX, f"http://{EMBEDDED_HOST}")
    known = _BY_HOST.get(host) if port in (None, 80, 443) else None
    if known is not None:
        return known
    shown = f"[{host}]" if ":" in host else host
    return Environment(Kind.CUSTOM, f"{parts.scheme}://{shown}{f':{port}' if port else ''}" if host else text)
