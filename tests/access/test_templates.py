"""Templates: every setting has its reason, the rules find nothing against them, and their names are unique."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.access.world import CLIENT_ID, LIVE, NOW, SELLER, SHOPPER, Client
from tui.access.advice import advise
from tui.access.facts import User
from tui.access.grants import GrantKind, offers
from tui.access.limits import validate_api_client
from tui.access.names import said_nothing
from tui.access.templates import TEMPLATES, Template, unique_name

BY_ID = {each.id: each for each in TEMPLATES}
ROBOT = User("erp-robot", SELLER, available_roles=frozenset({"OrderAdmin"}))
EXPECTED = {
    "browser-storefront": {GrantKind.PASSWORD, GrantKind.REFRESH},
    "guest-storefront": {GrantKind.PASSWORD, GrantKind.REFRESH, GrantKind.ANONYMOUS},
    "back-office": {GrantKind.PASSWORD, GrantKind.REFRESH},
    "middleware": {GrantKind.PASSWORD, GrantKind.CLIENT_CREDENTIALS},
    "supplier-portal": {GrantKind.PASSWORD, GrantKind.REFRESH},
}


def made(template: Template) -> tuple[Client, User | None, bool]:
    """Return the API client as it is once everything that was left is done."""
    fields = template.fields
    user = {"guest-storefront": SHOPPER, "middleware": ROBOT}.get(template.id)
    client = Client(
        id=CLIENT_ID,
        app_name=template.name,
        active=bool(fields["Active"]),
        allow_any_buyer=bool(fields["AllowAnyBuyer"]),
        allow_any_supplier=bool(fields["AllowAnySupplier"]),
        allow_seller=bool(fields["AllowSeller"]),
        is_anon_buyer=bool(fields["IsAnonBuyer"]),
        access_token_duration=int(str(fields["AccessTokenDuration"])),
        refresh_token_duration=int(str(fields["RefreshTokenDuration"])),
        default_context_user_name=user.username if user else None,
        maximum_granted_roles=tuple(str(each) for each in fields.get("MaximumGrantedRoles", ())),  # type: ignore[union-attr]  # roles are a tuple
    )
    return client, user, template.id == "middleware"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.id)
def test_a_template_is_good_by_our_own_rules(template: Template) -> None:
    wire = {"AppName": template.name, **template.fields}
    assert validate_api_client(wire) == ()
    assert said_nothing(template.name) is None
    client, user, secret = made(template)
    secrets = (replace(LIVE, expiration=NOW + timedelta(days=90)),) if secret else ()
    assert [each.id for each in advise(client, secrets, (), user, NOW)] == []
    can = {offer.kind for offer in offers(client, secrets, (), user) if offer.can}
    assert can == EXPECTED[template.id]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.id)
def test_every_setting_has_its_reason(template: Template) -> None:
    assert set(template.reasons) == set(template.fields)
    for sentence in (*template.reasons.values(), template.what, *template.left):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) < 110, sentence


def test_names_are_made_unique_as_people_read_them() -> None:
    assert unique_name("Buyer Storefront", ()) == "Buyer Storefront"
    assert unique_name("Buyer Storefront", ["buyer-storefront"]) == "Buyer Storefront 2"
    assert unique_name("Buyer Storefront", ["Buyer Storefront", "Buyer Storefront 2"]) == "Buyer Storefront 3"
    assert len({each.name for each in TEMPLATES}) == len({each.id for each in TEMPLATES}) == 5
