"""An API client as a line of a list: what is shown of it, and nothing that has to be kept from others."""

from __future__ import annotations

from dataclasses import dataclass
from sys import intern
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One line. Texts are outside text; `who` and `grants` are the letters of the list; durations are minutes.

    `buyers` and `suppliers` count assignments, `floor` and `ceiling` roles; `legacy_secret` tells that there is one.
    """

    id: str
    name: str
    active: bool
    user: str
    who: str
    grants: str
    access: int
    refresh: int
    guest: int = 0
    buyers: int = 0
    suppliers: int = 0
    floor: int = 0
    ceiling: int = 0
    legacy_secret: bool = False

    @classmethod
    def of(cls, api_client: ApiClient) -> ClientRow:
        """Return the line of an API client; the letters of thousands are a few texts in memory."""
        from tui.access.grants import grant_letters
        from tui.access.summary import who

        return cls(
            api_client.id,
            api_client.app_name,
            api_client.active,
            api_client.default_context_user_name or "",
            intern(who(api_client)),
            intern(grant_letters(api_client)),
            api_client.access_token_duration,
            api_client.refresh_token_duration,
            api_client.anonymous_token_duration or 0,
            api_client.assigned_buyer_count,
            api_client.assigned_supplier_count,
            len(api_client.minimum_required_roles) + len(api_client.minimum_required_custom_roles),
            len(api_client.maximum_granted_roles) + len(api_client.maximum_granted_custom_roles),
            bool(api_client.client_secret),
        )
