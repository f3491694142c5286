"""Whether a change shuts out whoever makes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.access.world import NOW, Client, Secret
from tui.access.attempt import Attempt, Facts, PasswordEvidence
from tui.access.facts import Party, PartyKind, User
from tui.access.way_in import shut_out

ADMIN = User("harbor-admin", Party(PartyKind.SELLER, "harbor"), available_roles=frozenset({"FullAccess", "MeAdmin"}))
OPEN = Client(allow_seller=True)


def told(client: Client | None, user: User = ADMIN, secrets: tuple[Secret, ...] = ()) -> str:
    attempt = Attempt("password", OPEN.id, password=PasswordEvidence.ASSUMED)
    return shut_out(attempt, Facts(client, secrets, user=user), NOW) or ""


@pytest.mark.parametrize(
    ("client", "why"),
    [
        (None, "No API client has the ID"),
        (replace(OPEN, active=False), "is not active"),
        (replace(OPEN, allow_seller=False), "AllowSeller is off"),
        (replace(OPEN, allow_seller=False, allow_any_buyer=True), "AllowSeller is off"),
        (replace(OPEN, client_secret="s"), "every grant must send a live one"),
        (replace(OPEN, maximum_granted_roles=("Shopper",)), "None of the roles"),
        (replace(OPEN, maximum_granted_roles=("MeAdmin",)), "neither FullAccess nor ApiClientAdmin"),
        (OPEN, ""),
        (replace(OPEN, maximum_granted_roles=("FullAccess",), minimum_required_roles=("Shopper",)), ""),
    ],
)
def test_what_shuts_out_is_told(client: Client | None, why: str) -> None:
    assert why in told(client)
    assert bool(told(client)) is bool(why)


def test_a_named_secret_shuts_out_who_sends_none() -> None:
    assert "1 named secret" in told(OPEN, secrets=(Secret(),))


def test_an_admin_of_api_clients_gets_in_without_full_access() -> None:
    assert told(OPEN, replace(ADMIN, available_roles=frozenset({"ApiClientAdmin"}))) == ""
    assert told(OPEN, replace(ADMIN, available_roles=frozenset({"ApiClientReader"})))
