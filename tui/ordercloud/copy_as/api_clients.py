"""An API client as something to copy: the token request of each grant, and the resource itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tui.ordercloud.copy_as.parts import PASSWORD, REFRESH_TOKEN, SECRET, USERNAME, Resource, Slot, TokenRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.ordercloud.models import ApiClient

GrantWord: TypeAlias = Literal["password", "client credentials", "anonymous", "refresh"]


def resource_of(url: str, api_client: ApiClient) -> Resource:
    """Give an API client as it is, its secret as a slot."""
    members: Mapping[str, object] = {
        name: Slot(SECRET.name, str(value)) if name == "ClientSecret" and value else value
        for name, value in api_client.to_wire().items()
    }
    return Resource(url, api_client.id, members)


def token_request(url: str, api_client: ApiClient, grant: GrantWord, *, secret: bool) -> TokenRequest:
    """Give the request for a token by a grant. `secret` tells whether the API client needs one.

    Of secrets only the legacy one has a value that is known.
    """
    known = Slot(SECRET.name, api_client.client_secret or "") if secret else ""
    by_user = grant == "password"
    wire = {"password": "password", "refresh": "refresh_token"}.get(grant, "client_credentials")
    return TokenRequest(
        url,
        wire,
        api_client.id,
        USERNAME if by_user else "",
        PASSWORD if by_user else "",
        known,
        REFRESH_TOKEN if grant == "refresh" else "",
        resource=resource_of(url, api_client).resource,
    )
