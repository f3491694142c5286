"""The settings file, `config.toml`: read, checked, never written.

    theme = "daylight"
    profile = "acme-staging"        # connect there when nothing else is named
    read_only = false

    [sandbox]
    database = "~/marketplaces/demo.db"

    [keys]
    "clients.reload" = "f5"

    [profiles.acme-staging]
    region = "europe-west"
    environment = "staging"
    client_id = "..."
    grant = "password"
    username = "integrator"

A mistake in it never keeps the console from starting: the entry is left out, its default holds, and the problem is
said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui.config.credentials import VARIABLES
from tui.config.keys import KeyMap, read_keys
from tui.config.problems import ConfigProblem
from tui.config.profiles import SIGN_IN_GRANTS, Profile, SignInGrant
from tui.config.toml_reader import Table, read_toml

_SECRETS = {
    "secret": "client_secret",
    "client_secret": "client_secret",
    "password": "password",
}
_TOKENS = ("access_token", "refresh_token", "token")


@dataclass(frozen=True)
class Settings:
    """What the person set; each default is what an empty file means.

    theme: a theme's name, None for the default. profile: the profile to connect when nothing else is named.
    read_only: refuse every change, on every marketplace.
    sandbox_database: the embedded sandbox's file, None for the usual place. keys: see tui.config.keys.
    """

    theme: str | None = None
    profile: str | None = None
    read_only: bool = False
    sandbox_database: Path | None = None
    keys: KeyMap = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)


def load_settings(file: Path) -> tuple[Settings, tuple[ConfigProblem, ...]]:
    """Read the settings and everything wrong with them; a missing file is no problem. Never raises."""
    problems: list[ConfigProblem] = []
    table = read_toml(file, problems)
    if table is None:
        return Settings(), tuple(problems)
    keys = table.table("keys")
    database = _read_sandbox(table, file)
    profiles = _read_profiles(table)
    profile = table.text("profile", "the name of a profile")
    if profile is not None and profile not in profiles:
        table.report("profile", f"there is no [profiles.{profile}] in this file")
        profile = None
    settings = Settings(
        theme=table.text("theme", "the name of a theme"),
        profile=profile,
        read_only=table.flag("read_only") or False,
        sandbox_database=database,
        keys={} if keys is None else read_keys(keys),
        profiles=profiles,
    )
    _refuse_secrets(table)
    table.done()
    return settings, tuple(problems)


def _read_sandbox(table: Table, file: Path) -> Path | None:
    sandbox = table.table("sandbox")
    if sandbox is None:
        return None
    database = sandbox.text("database", "the path of a file")
    sandbox.done()
    # A relative path is meant from where it is written, not from wherever ocgate happens to be started.
    return None if database is None else file.parent / Path(database).expanduser()


def _read_profiles(table: Table) -> dict[str, Profile]:
    profiles: dict[str, Profile] = {}
    tables = table.table("profiles")
    for name in () if tables is None else tables.names():
        entry = None if tables is None else tables.table(name)
        if entry is not None:
            profiles[name] = _read_profile(name, entry)
    return profiles


def _read_profile(name: str, entry: Table) -> Profile:
    url = entry.text("url", 'a URL such as "https://api.ordercloud.io"')
    region, environment = entry.text("region", "a region's name"), entry.text("environment", "an environment's name")
    if url is not None and (region is not None or environment is not None):
        entry.report("url", "give either url, or region and environment, not both; url is taken")
        region = environment = None
    client_id, grant = entry.text("client_id"), entry.text("grant", choices=SIGN_IN_GRANTS)
    username = entry.text("username")
    scope = entry.texts_or_text("scope", 'roles, as a list or as text such as "Shopper MeAdmin"')
    roles = None if scope is None else tuple(role for text in scope for role in text.split())
    read_only = entry.flag("read_only")
    wanted = "read_only" in entry.names() and read_only is None
    _refuse_secrets(entry)
    entry.done()
    return Profile(
        name=name,
        url=url,
        region=region,
        environment=environment,
        client_id=client_id,
        grant=_as_grant(grant),
        username=username,
        scope=roles or None,
        read_only=wanted or read_only or False,  # meant to be careful but misspelt: be careful
    )


def _refuse_secrets(entry: Table) -> None:
    """Report secrets in the file by the key's name, never with the value."""
    for name in entry.names():
        kind = _SECRETS.get(name.lower().replace("-", "_"))
        if kind is not None:
            variable = VARIABLES["client_secret" if kind == "client_secret" else "password"]
            entry.refuse(
                name,
                f"secrets do not belong in this file: remove it, then set {variable} or let the "
                "sign-in screen keep it in the system keyring",
            )
        elif name.lower() in _TOKENS:
            entry.refuse(name, "tokens do not belong in this file: remove it; the console signs in by itself")


def _as_grant(text: str | None) -> SignInGrant | None:
    return next((grant for grant in SIGN_IN_GRANTS if grant == text), None)
