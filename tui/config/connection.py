"""Which marketplace the console connects to, put together from options, environment variables and a profile.

Options win over variables, variables over the profile. Two rules keep one marketplace's sign-in from reaching another:
a profile named by an option leaves the variables out (they were set for something else), and the settings' default
profile is left out as soon as an option or a variable says where to connect.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from tui.config.profiles import SIGN_IN_GRANTS, Profile, SignInGrant
from tui.config.settings import Settings

_BARE_HOST = re.compile(r"(?![A-Za-z][A-Za-z0-9+.-]*:(?!\d))[^\s/?#@]+(?:[/?#]|$)")
"""A host without a scheme, perhaps with port and path: `localhost:8080` is one, `ftp://x` and `mailto:x` are not."""

ENVIRONMENT_NAMES = ("production", "staging", "sandbox")


class Part(StrEnum):
    """A part of a connection, as the fields of the sign-in screen are called."""

    PROFILE = "profile"
    URL = "url"
    REGION = "region"
    ENVIRONMENT = "environment"
    CLIENT_ID = "client_id"
    GRANT = "grant"
    USERNAME = "username"


@dataclass(frozen=True)
class ConnectionProblem:
    """What is missing or wrong about one part; missing tells the two apart, message is a sentence for people."""

    part: Part
    message: str
    missing: bool = False

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Connection:
    """A marketplace and how to sign in there; secrets are asked from a CredentialStore when they are needed.

    url: the API's base, without a slash at its end and without /v1; "" when unknown. client_id: "" when unknown.
    grant: password unless told otherwise. username: "" when unknown or not needed. scope: None asks for every role.
    read_only: refuse every change. profile: the profile's name, None without one. said_url: what was given as a URL and
    is none, to be corrected rather than typed again; never one with a password in it. problems: what the sign-in screen
    has to ask for before this can work; without any, the connection is complete.
    """

    url: str
    client_id: str = ""
    grant: SignInGrant = "password"
    username: str = ""
    scope: tuple[str, ...] | None = None
    read_only: bool = False
    profile: str | None = None
    said_url: str = ""
    problems: tuple[ConnectionProblem, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it can be tried as it is."""
        return not self.problems

    @property
    def in_the_clear(self) -> bool:
        """Whether secrets would travel unencrypted to another machine."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and not _is_loopback(parts.hostname or "")


@dataclass(frozen=True)
class ConnectionOptions:
    """What the command line said about the connection; None where it said nothing."""

    profile: str | None = None
    url: str | None = None
    region: str | None = None
    environment: str | None = None
    client_id: str | None = None
    grant: str | None = None
    username: str | None = None
    scope: str | None = None


_VARIABLES = {part.name: f"OCGATE_{part.name.upper()}" for part in fields(ConnectionOptions)}


def options_from_environment(environ: Mapping[str, str] | None = None) -> ConnectionOptions:
    """Read OCGATE_URL, OCGATE_REGION and so on; a blank variable says nothing."""
    environ = os.environ if environ is None else environ
    return ConnectionOptions(
        **{name: environ.get(variable, "").strip() or None for name, variable in _VARIABLES.items()}
    )


def resolve_connection(
    options: ConnectionOptions,
    environment: ConnectionOptions,
    settings: Settings,
    *,
    read_only: bool = False,
) -> Connection | None:
    """Return the connection asked for, or None (the embedded sandbox) when nothing says where to connect.

    Never raises: what is missing or wrong is in the connection's problems.
    """
    levels = [options] if options.profile else [options, environment]
    name = _first(levels, "profile")
    if name is None and not any(level.url or level.region or level.environment or level.client_id for level in levels):
        name = settings.profile
    if name is None and not any(_says_something(level) for level in levels):
        return None
    profile = None if name is None else settings.profiles.get(name)
    connection = _compose(levels, profile, read_only=read_only or settings.read_only)
    if name is None or profile is not None:
        return connection
    known = ", ".join(settings.profiles) or "none"
    wrong = ConnectionProblem(Part.PROFILE, f"There is no profile {name!r} in the settings (there are: {known}).")
    return replace(connection, problems=(wrong, *connection.problems))


def connect_profile(profile: Profile, *, read_only: bool = False) -> Connection:
    """Return a profile's connection, for changing to it while the console runs; read_only adds to the profile's own."""
    return _compose([], profile, read_only=read_only)


def _compose(levels: list[ConnectionOptions], profile: Profile | None, *, read_only: bool) -> Connection:
    """Put a connection together: each part from the first level that has it, the profile last."""
    if profile is not None:
        levels = [*levels, _options_of(profile)]
    grant, grant_problems = _grant(_first(levels, "grant"))
    url, url_problems = _url(levels)
    scope = _first(levels, "scope")
    client_id, username = _first(levels, "client_id") or "", _first(levels, "username") or ""
    return Connection(
        url=url,
        client_id=client_id,
        grant=grant,
        username=username,
        scope=tuple(scope.split()) if scope else None,
        read_only=read_only or (profile is not None and profile.read_only),
        profile=None if profile is None else profile.name,
        said_url="" if url or "@" in (said_url := _first(levels, "url") or "") else said_url,
        problems=(*url_problems, *grant_problems, *missing_parts(client_id, grant, username)),
    )


def missing_parts(client_id: str, grant: SignInGrant, username: str) -> tuple[ConnectionProblem, ...]:
    """Return what the grant needs and is not there (secrets apart)."""
    problems = []
    if not client_id:
        problems.append(ConnectionProblem(Part.CLIENT_ID, "Which API client? Its ID is missing.", missing=True))
    if grant == "password" and not username:
        problems.append(ConnectionProblem(Part.USERNAME, "Who signs in? The username is missing.", missing=True))
    return tuple(problems)


def with_scheme(text: str) -> str:
    """Return a URL that was typed as a host alone with the scheme it must have: http on this machine, else https."""
    text = text.strip()
    if not _BARE_HOST.match(text):
        return text
    try:
        host = urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return text
    return f"{'http' if _is_loopback(host) else 'https'}://{text}"


def check_url(text: str) -> tuple[str, str | None]:
    """Return the base URL in `text`, tidied, and what is wrong with it (None when nothing is).

    A host alone is taken as it is meant, see `with_scheme`.
    """
    try:
        parts = urlsplit(with_scheme(text))
        host, port = parts.hostname, parts.port
    except ValueError as error:
        return "", f"The URL cannot be read: {error}."
    if parts.scheme not in ("https", "http") or not host or any(each.isspace() for each in host):
        return "", "The URL must start with https:// (or http:// on this machine) and name a host."
    if parts.username is not None or parts.password is not None:
        return "", "The URL must not carry a user name or password."
    if parts.query or parts.fragment:
        return "", "The URL must end with the host or a path: no ? and no #."
    bracketed = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/").removesuffix("/v1")
    return f"{parts.scheme}://{bracketed}{'' if port is None else f':{port}'}{path}", None


def _url(levels: list[ConnectionOptions]) -> tuple[str, list[ConnectionProblem]]:
    """Return the base URL: the first level that says where decides between URL and region with environment."""
    deciding = next((level for level in levels if level.url or level.region or level.environment), None)
    if deciding is None:
        return "", [
            ConnectionProblem(
                Part.URL, "Which marketplace? A URL, or region and environment, is missing.", missing=True
            )
        ]
    if deciding.url:
        if deciding.region or deciding.environment:
            return "", [ConnectionProblem(Part.URL, "Give either a URL, or region and environment, not both.")]
        url, wrong = check_url(deciding.url)
        return url, [] if wrong is None else [ConnectionProblem(Part.URL, wrong)]
    return host_of(_first(levels, "region"), _first(levels, "environment"))


def host_of(region: str | None, environment: str | None) -> tuple[str, list[ConnectionProblem]]:
    """Return the base URL of OrderCloud's own host for a region and an environment, and what is wrong with them.

    Both are compared without case, blanks and hyphens: "Europe West", "europe-west" and "westeurope" are one region.
    The hosted sandbox is called "sandbox" here, as in its host's name.
    """
    from tui.ordercloud.environments import ENVIRONMENTS, Kind  # late: only needed when a region is named

    regions = {_plain(name): each.slug for each in ENVIRONMENTS for name in (each.region, each.slug)}
    kinds = {_plain(each.kind): each.kind for each in ENVIRONMENTS} | {"sandbox": Kind.HOSTED_SANDBOX}
    region_names = list(dict.fromkeys(each.region.lower().replace(" ", "-") for each in ENVIRONMENTS))
    slug, kind = regions.get(_plain(region or "")), kinds.get(_plain(environment or ""))
    problems = []
    if slug is None:
        problems.append(_not_one_of(Part.REGION, region, region_names))
    if kind is None:
        problems.append(_not_one_of(Part.ENVIRONMENT, environment, list(ENVIRONMENT_NAMES)))
    found = [each for each in ENVIRONMENTS if (each.slug, each.kind) == (slug, kind)]
    return (found[0].url if found else ""), problems


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _not_one_of(part: Part, value: str | None, known: list[str]) -> ConnectionProblem:
    names = ", ".join(known)
    if not value:
        return ConnectionProblem(part, f"Which {part}? One of: {names}.", missing=True)
    return ConnectionProblem(part, f"There is no {part} {value!r}. One of: {names}.")


def _grant(text: str | None) -> tuple[SignInGrant, list[ConnectionProblem]]:
    for grant in SIGN_IN_GRANTS:
        if text in (None, grant):
            return grant, []
    message = f"The console cannot sign in by {text!r}. One of: {', '.join(SIGN_IN_GRANTS)}."
    return SIGN_IN_GRANTS[0], [ConnectionProblem(Part.GRANT, message)]


def _options_of(profile: Profile) -> ConnectionOptions:
    return ConnectionOptions(
        url=profile.url,
        region=profile.region,
        environment=profile.environment,
        client_id=profile.client_id,
        grant=profile.grant,
        username=profile.username,
        scope=" ".join(profile.scope) if profile.scope else None,
    )


def _says_something(level: ConnectionOptions) -> bool:
    return any(getattr(level, each.name) for each in fields(level))


def _first(levels: list[ConnectionOptions], name: str) -> str | None:
    for level in levels:
        value = getattr(level, name)
        if isinstance(value, str) and value:
            return value
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
