"""Libraries that know nothing of the sandbox, unchanged, against `ocgate sandbox` on a port: two for OAuth, one SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]  # has no types
from authlib.integrations.requests_client import OAuth2Session as Authlib  # type: ignore[import-untyped]  # has no types
from joserfc import jwt
from joserfc.jwk import KeySet
from oauthlib.oauth2 import (  # type: ignore[import-untyped]  # has no types
    BackendApplicationClient,
    InvalidGrantError,
    LegacyApplicationClient,
)
from ordercloud import (
    AuthenticationError,
    OrderCloudClient,
    OrderCloudConfig,
    OrderCloudError,
    SyncOrderCloudClient,
    paginate,
    paginate_sync,
)
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session as RequestsOAuthlib  # type: ignore[import-untyped]  # has no types

from tests.sandbox.support import named
from tui.sandbox.demo import PASSWORD
from tui.tokens.decode import decode

MIDDLEWARE = named("ERP Middleware")
BACKOFFICE = named("Admin Backoffice")
STOREFRONT = named("Buyer Storefront")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the command as people do, and give the address that it tells."""
    home = {**os.environ, "OCGATE_HOME": str(tmp_path_factory.mktemp("home"))}
    command = [sys.executable, "-m", "tui", "sandbox", "--memory"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=home) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.kill()


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both libraries want to be told that their server has no TLS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.mark.parametrize("how", ["client_secret_basic", "client_secret_post"])
def test_authlib_signs_a_machine_in(url: str, how: str) -> None:
    with Authlib(MIDDLEWARE, PASSWORD, scope="OrderAdmin ErpSync", token_endpoint_auth_method=how) as session:
        token = session.fetch_token(f"{url}/oauth/token", grant_type="client_credentials")
        assert (token["token_type"], token["expires_in"]) == ("bearer", 30 * 60 - 1)
        assert not token.is_expired()
        assert session.get(f"{url}/v1/me").json()["Username"] == "erp-service"
    with (
        Authlib(MIDDLEWARE, "wrong", token_endpoint_auth_method=how) as stranger,
        pytest.raises(OAuthError) as refused,
    ):
        stranger.fetch_token(f"{url}/oauth/token", grant_type="client_credentials")
    assert (refused.value.error, refused.value.description) == ("invalid_client", "invalid client secret")


def test_authlib_signs_a_user_in_and_renews_by_itself(url: str) -> None:
    renewed: list[str] = []
    with Authlib(
        BACKOFFICE,
        token_endpoint=f"{url}/oauth/token",
        token_endpoint_auth_method="none",
        update_token=lambda token, **_: renewed.append(token["access_token"]),
    ) as session:
        first = dict(session.fetch_token(f"{url}/oauth/token", username="harbor-admin", password=PASSWORD))
        session.token = {**first, "expires_at": 1}
        assert session.get(f"{url}/v1/me").json()["Username"] == "harbor-admin"
        assert [decode(each).claims.usr for each in renewed] == ["harbor-admin"]
        assert session.token["refresh_token"] == first["refresh_token"]
        with pytest.raises(OAuthError) as refused:
            session.fetch_token(f"{url}/oauth/token", username="harbor-admin", password="wrong")
        assert refused.value.error == "invalid_grant"


def test_requests_oauthlib_signs_machines_and_users_in(url: str) -> None:
    endpoint = f"{url}/oauth/token"
    for how in ({"auth": HTTPBasicAuth(MIDDLEWARE, PASSWORD)}, {"client_secret": PASSWORD, "include_client_id": True}):
        with RequestsOAuthlib(client=BackendApplicationClient(MIDDLEWARE)) as machine:
            machine.fetch_token(endpoint, **how)
            assert machine.get(f"{url}/v1/me").json()["Username"] == "erp-service"
    with RequestsOAuthlib(
        client=LegacyApplicationClient(BACKOFFICE),
        auto_refresh_url=endpoint,
        auto_refresh_kwargs={"client_id": BACKOFFICE},
        token_updater=lambda token: None,
    ) as user:
        first = user.fetch_token(endpoint, username="harbor-admin", password=PASSWORD, include_client_id=True)
        user.token = {**first, "expires_at": 1, "expires_in": -1}
        assert user.get(f"{url}/v1/me").json()["Username"] == "harbor-admin"
        with pytest.raises(InvalidGrantError):
            user.fetch_token(endpoint, username="harbor-admin", password="wrong", include_client_id=True)


def sign_on(url: str) -> dict[str, str]:
    """Give an OpenID Connect configuration for the built-in provider; the first test makes it."""
    config = {
        "ID": "real-clients",
        "OrderCloudApiClientID": STOREFRONT,
        "ConnectClientID": "shop",
        "ConnectClientSecret": "provider-secret",
        "AppStartUrl": "http://127.0.0.1:9/start?token={0}&again={3}",
        "AuthorizationEndpoint": f"{url}/idp/authorize",
        "TokenEndpoint": f"{url}/idp/token",
    }
    with Authlib(BACKOFFICE, token_endpoint_auth_method="none") as admin:
        admin.fetch_token(f"{url}/oauth/token", username="harbor-admin", password=PASSWORD)
        made = admin.put(f"{url}/v1/openidconnects/{config['ID']}", json=config)
        assert made.status_code in (200, 201), made.text
    return config


def test_a_browser_signs_on_through_ocrplogin(url: str) -> None:
    config = sign_on(url)
    with requests.Session() as browser:
        asked = {"id": config["ID"], "cid": STOREFRONT, "roles": "Shopper MeAdmin"}
        page = browser.get(f"{url}/ocrplogin", params=asked, timeout=30)
        assert page.headers["Content-Type"].startswith("text/html")
        assert urlsplit(page.url).path == "/idp/authorize"
        answer = browser.get(page.url, params={"login_hint": "shopper01"}, timeout=30, allow_redirects=False)
        answer = browser.get(answer.headers["Location"], timeout=30, allow_redirects=False)
        landed = urlsplit(answer.headers["Location"])
        assert (landed.netloc, landed.path) == ("127.0.0.1:9", "/start")
        given = {name: values[0] for name, values in parse_qs(landed.query).items()}
        me = browser.get(f"{url}/v1/me", headers={"Authorization": f"Bearer {given['token']}"}, timeout=30)
        assert me.json()["Username"] == "shopper01"
    with Authlib(STOREFRONT, token_endpoint_auth_method="none") as session:
        token = session.refresh_token(f"{url}/oauth/token", refresh_token=given["again"])
        assert decode(token["access_token"]).claims.role == ("MeAdmin", "Shopper")


@pytest.mark.parametrize("how", ["client_secret_basic", "client_secret_post"])
def test_authlib_goes_the_way_of_openid_connect_with_pkce(url: str, how: str) -> None:
    """The provider by itself, found by its discovery document; its ID token is judged by its own keys."""
    config = sign_on(url)
    about: dict[str, Any] = requests.get(f"{url}/idp/.well-known/openid-configuration", timeout=30).json()
    with Authlib(
        config["ConnectClientID"],
        config["ConnectClientSecret"],
        scope="openid profile",
        redirect_uri=f"{url}/ocrpcode",
        code_challenge_method="S256",
        token_endpoint_auth_method=how,
    ) as session:
        verifier = "v" * 48
        place, state = session.create_authorization_url(
            about["authorization_endpoint"], code_verifier=verifier, nonce="n-1", login_hint="shopper01"
        )
        back = requests.get(place, timeout=30, allow_redirects=False).headers["Location"]
        token = session.fetch_token(
            about["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
        keys = KeySet.import_key_set(requests.get(about["jwks_uri"], timeout=30).json())
        claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (about["issuer"], "shop", "n-1")
        assert claims["preferred_username"] == "shopper01"
        with pytest.raises(OAuthError) as refused:
            session.fetch_token(about["token_endpoint"], authorization_response=back, code_verifier=verifier)
        assert refused.value.error == "invalid_grant", "a code is good once"


async def test_the_python_sdk_manages_api_clients(url: str) -> None:
    config = OrderCloudConfig(
        client_id=BACKOFFICE, base_url=f"{url}/v1", auth_url=f"{url}/oauth/token", scopes=("FullAccess",), max_retries=1
    )
    async with OrderCloudClient(config) as client:
        await client._token_manager.authenticate_password(client._http._client, "harbor-admin", PASSWORD)
        assert (await client.me.get()).username == "harbor-admin"
        names = [each.app_name async for each in paginate(client.api_clients.list, page_size=5)]
        assert len(names) == len(set(names)) >= 13
        found = await client.api_clients.list(search="middle", sort_by="!AppName", filters={"Active": "true"})
        assert [each.app_name for each in found.items] == ["ERP Middleware"]
        made = await client.api_clients.create(
            {"AppName": "By the SDK", "AccessTokenDuration": 60, "Active": True, "AllowAnyBuyer": True, "xp": {"n": 1}}
        )
        assert made.id is not None
        changed = await client.api_clients.patch(
            made.id, {"AccessTokenDuration": 30, "DefaultContextUserName": "shopper01"}
        )
        assert (changed.access_token_duration, changed.xp) == (30, {"n": 1})
        secret = await client.api_clients.create_secret(made.id, {"Name": "first"})
        assert secret.client_secret is not None
        machine = OrderCloudClient.create(
            client_id=made.id,
            client_secret=secret.client_secret,
            base_url=config.base_url,
            auth_url=config.auth_url,
            scopes=["Shopper"],
        )
        async with machine:
            assert (await machine.me.get()).username == "shopper01"
            with pytest.raises(AuthenticationError) as denied:
                await machine.buyers.list()
            assert (denied.value.status_code, denied.value.errors[0].error_code) == (403, "Auth.InsufficientRoles")
        await client.api_clients.delete(made.id)
        with pytest.raises(OrderCloudError) as gone:
            await client.api_clients.get(made.id)
        assert (gone.value.status_code, gone.value.errors[0].error_code) == (404, "NotFound")


def test_the_sdk_without_async_reads_a_whole_list(url: str) -> None:
    with SyncOrderCloudClient.create(
        client_id=MIDDLEWARE,
        client_secret=PASSWORD,
        base_url=f"{url}/v1",
        auth_url=f"{url}/oauth/token",
        scopes=["ProductAdmin"],
    ) as opened:
        client: Any = opened  # its resources are attributes that no type tells
        names = [each.name for each in paginate_sync(client.products.list, page_size=2, sort_by="Name")]
        assert len(names) > 2
        assert len(set(names)) == client.products.list().meta.total_count
