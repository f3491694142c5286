"""Which marketplace a start connects to: the order of sources, and what is missing or wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config.connection import (
    ENVIRONMENT_NAMES,
    Connection,
    ConnectionOptions,
    Part,
    check_url,
    connect_profile,
    host_of,
    options_from_environment,
    resolve_connection,
)
from tui.config.profiles import Profile
from tui.config.settings import Settings
from tui.ordercloud.environments import ENVIRONMENTS, environment_of

NOTHING = ConnectionOptions()
STAGING = Profile(
    "staging", region="europe-west", environment="staging", client_id="5f0c", username="integrator", scope=("Shopper",)
)
PRODUCTION = Profile(
    "production", url="https://api.ordercloud.io", client_id="77aa", grant="client_credentials", read_only=True
)
SETTINGS = Settings(profiles={each.name: each for each in (STAGING, PRODUCTION)})
DEFAULTING = Settings(profile="production", profiles=SETTINGS.profiles)


def resolved(
    options: ConnectionOptions = NOTHING, environment: ConnectionOptions = NOTHING, settings: Settings = SETTINGS
) -> Connection:
    connection = resolve_connection(options, environment, settings)
    assert connection is not None
    return connection


def parts(connection: Connection) -> list[tuple[Part, bool]]:
    return [(problem.part, problem.missing) for problem in connection.problems]


def test_nothing_configured_is_the_sandbox() -> None:
    assert resolve_connection(NOTHING, NOTHING, Settings()) is None
    assert (
        resolve_connection(NOTHING, options_from_environment({"OCGATE_URL": " ", "OCGATE_SCOPE": ""}), SETTINGS) is None
    )
    assert resolve_connection(NOTHING, NOTHING, Settings(read_only=True), read_only=True) is None


def test_a_profile_by_name() -> None:
    assert resolved(ConnectionOptions(profile="staging")) == Connection(
        url="https://westeurope-staging.ordercloud.io",
        client_id="5f0c",
        grant="password",
        username="integrator",
        scope=("Shopper",),
        profile="staging",
    )
    assert resolved(environment=ConnectionOptions(profile="production")) == connect_profile(PRODUCTION)
    assert connect_profile(PRODUCTION).read_only
    assert connect_profile(PRODUCTION).complete


def test_the_settings_default_profile() -> None:
    assert resolved(settings=DEFAULTING).profile == "production"
    assert resolved(ConnectionOptions(scope="Shopper"), settings=DEFAULTING).profile == "production"
    assert resolved(ConnectionOptions(profile="staging"), settings=DEFAULTING).profile == "staging"


@pytest.mark.parametrize(
    "said",
    [
        ConnectionOptions(url="https://x.example"),
        ConnectionOptions(region="us-east"),
        ConnectionOptions(environment="staging"),
        ConnectionOptions(client_id="1"),
    ],
)
def test_the_default_profile_gives_nothing_to_another_marketplace(said: ConnectionOptions) -> None:
    for connection in (resolved(said, settings=DEFAULTING), resolved(environment=said, settings=DEFAULTING)):
        assert connection.profile is None
        assert connection.client_id != "77aa"
        assert not connection.read_only


def test_options_win_over_variables_and_variables_over_the_profile() -> None:
    variables = ConnectionOptions(profile="staging", username="from-variable", client_id="from-variable")
    connection = resolved(ConnectionOptions(username="from-option"), variables)
    assert (connection.username, connection.client_id) == ("from-option", "from-variable")
    assert connection.url == "https://westeurope-staging.ordercloud.io"


def test_a_profile_named_by_an_option_leaves_the_variables_out() -> None:
    variables = ConnectionOptions(
        url="https://elsewhere.example", client_id="other", username="other", grant="password"
    )
    connection = resolved(ConnectionOptions(profile="production", scope="Shopper MeAdmin"), variables)
    assert connection.url == "https://api.ordercloud.io"
    assert (connection.client_id, connection.username, connection.grant) == ("77aa", "", "client_credentials")
    assert connection.scope == ("Shopper", "MeAdmin")


def test_a_profile_that_is_not_there() -> None:
    connection = resolved(ConnectionOptions(profile="prod"))
    assert connection.profile is None
    assert not connection.complete
    assert str(connection.problems[0]) == "There is no profile 'prod' in the settings (there are: staging, production)."


def test_read_only_from_anywhere() -> None:
    options = ConnectionOptions(profile="staging")
    assert not resolved(options).read_only
    for settings, read_only in ((Settings(read_only=True, profiles=SETTINGS.profiles), False), (SETTINGS, True)):
        connection = resolve_connection(options, NOTHING, settings, read_only=read_only)
        assert connection is not None
        assert connection.read_only
    assert connect_profile(STAGING, read_only=True).read_only


def test_what_is_missing_is_said() -> None:
    assert parts(resolved(ConnectionOptions(username="x"))) == [(Part.URL, True), (Part.CLIENT_ID, True)]
    assert parts(resolved(ConnectionOptions(region="us-east"))) == [
        (Part.ENVIRONMENT, True),
        (Part.CLIENT_ID, True),
        (Part.USERNAME, True),
    ]
    secret = ConnectionOptions(url="https://x.example", client_id="1", grant="client_credentials")
    assert parts(resolved(secret)) == []


def test_what_is_wrong_is_said() -> None:
    base = ConnectionOptions(client_id="1", username="x")
    both = ConnectionOptions(client_id="1", username="x", url="https://x.example", region="us-east")
    assert parts(resolved(both)) == [(Part.URL, False)]
    grant = resolved(ConnectionOptions(url="https://x.example", client_id="1", username="x", grant="implicit"))
    assert [str(problem) for problem in grant.problems] == [
        "The console cannot sign in by 'implicit'. One of: password, client_credentials."
    ]
    nowhere = ConnectionOptions(client_id=base.client_id, username=base.username, region="mars", environment="venus")
    assert parts(resolved(nowhere)) == [(Part.REGION, False), (Part.ENVIRONMENT, False)]


def test_region_and_environment_may_come_from_different_places() -> None:
    connection = resolved(ConnectionOptions(environment="sandbox"), ConnectionOptions(region="japan-east"))
    assert connection.url == "https://japaneast-sandbox.ordercloud.io"


def test_a_url_wins_over_a_region_from_a_lower_place() -> None:
    connection = resolved(ConnectionOptions(url="https://x.example"), ConnectionOptions(region="us-east"))
    assert connection.url == "https://x.example"


@pytest.mark.parametrize("known", ENVIRONMENTS, ids=lambda each: each.url)
def test_every_host_has_its_region_and_environment(known: object) -> None:
    environment = environment_of(str(getattr(known, "url", "")))
    stage = environment.kind.value.removeprefix("hosted ")
    assert stage in ENVIRONMENT_NAMES
    for region in (environment.region, environment.slug, environment.region.lower().replace(" ", "-")):
        assert host_of(region, stage) == (environment.url, [])
    assert host_of(environment.slug.upper(), environment.kind.value) == (environment.url, [])


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.ordercloud.io", "https://api.ordercloud.io"),
        (" https://API.ordercloud.io/ ", "https://api.ordercloud.io"),
        ("https://api.ordercloud.io/v1/", "https://api.ordercloud.io"),
        ("https://proxy.example:8443/ordercloud/v1", "https://proxy.example:8443/ordercloud"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("api.ordercloud.io", "https://api.ordercloud.io"),
        ("proxy.example:8443/ordercloud/v1", "https://proxy.example:8443/ordercloud"),
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1/v1", "http://127.0.0.1"),
        ("[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_urls_are_tidied(text: str, url: str) -> None:
    assert check_url(text) == (url, None)


@pytest.mark.parametrize(
    "text",
    ["ftp://x.example", "mailto:x", "some words", "me:hunter2@x.example", "//x.example",
     "https://", "https://x.example:port", "https://[::1", "https://x.example/?a=b",
     "https://x.example/#a", "https://me:hunter2@x.example"],
)  # fmt: skip
def test_what_is_no_base_url(text: str) -> None:
    url, wrong = check_url(text)
    assert url == ""
    assert wrong is not None
    assert "hunter2" not in wrong


def test_a_url_that_is_none_is_kept_to_be_corrected_unless_a_password_is_in_it() -> None:
    assert resolved(ConnectionOptions(url="htps://x.example")).said_url == "htps://x.example"
    assert resolved(ConnectionOptions(url="https://me:hunter2@x.example")).said_url == ""
    assert resolved(ConnectionOptions(url="x.example")).said_url == ""


@pytest.mark.parametrize(
    ("url", "in_the_clear"),
    [
        ("https://x.example", False),
        ("http://x.example", True),
        ("http://10.0.0.1:80", True),
        ("http://127.0.0.1:80", False),
        ("http://[::1]:80", False),
        ("http://localhost", False),
        ("", False),
    ],
)
def test_secrets_in_the_clear_are_noticed(url: str, in_the_clear: bool) -> None:
    assert Connection(url).in_the_clear is in_the_clear


def test_variables_have_the_names_of_the_options() -> None:
    environ = {
        "OCGATE_PROFILE": "p",
        "OCGATE_URL": "u",
        "OCGATE_REGION": "r",
        "OCGATE_ENVIRONMENT": "e",
        "OCGATE_CLIENT_ID": "c",
        "OCGATE_GRANT": "g",
        "OCGATE_USERNAME": "n",
        "OCGATE_SCOPE": "s",
        "OCGATE_PASSWORD": "hunter2",
    }
    assert options_from_environment(environ) == ConnectionOptions("p", "u", "r", "e", "c", "g", "n", "s")


texts = (
    st.none()
    | st.text(max_size=20)
    | st.sampled_from(["https://x.example", "us-east", "staging", "password", "production"])
)
options_strategy = st.builds(ConnectionOptions, texts, texts, texts, texts, texts, texts, texts, texts)


@given(options_strategy, options_strategy, st.sampled_from([SETTINGS, DEFAULTING, Settings()]))
def test_whatever_is_said_a_complete_connection_has_what_it_needs(
    options: ConnectionOptions, environment: ConnectionOptions, settings: Settings
) -> None:
    connection = resolve_connection(options, environment, settings)
    if connection is not None and connection.complete:
        assert connection.url.startswith(("https://", "http://"))
        assert connection.client_id
        assert connection.username or connection.grant == "client_credentials"
