"""API clients to start from: what each is for, its settings, and the reason for every one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tui.access.names import folded

Value: TypeAlias = bool | int | str | tuple[str, ...]

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of API client.

    Attributes:
        id: Never changes.
        title: What it is called in a list.
        what: What it is for, in a sentence.
        name: A name in the style that says whom it is for and what it does.
        fields: The settings by wire name.
        reasons: For each of them why it is so, in a sentence.
        left: What is left to be done after it is created, in sentences.
    """

    id: str
    title: str
    what: str
    name: str
    fields: Mapping[str, Value]
    reasons: Mapping[str, str]
    left: tuple[str, ...] = ()


def _template(
    id: str, title: str, what: str, name: str, settings: Mapping[str, tuple[Value, str]], *left: str
) -> Template:
    fields = {field: value for field, (value, _) in settings.items()}
    return Template(id, title, what, name, fields, {field: why for field, (_, why) in settings.items()}, left)


_ACTIVE = (True, "It can be tried at once; turn it off again with x.")
_NO_GUESTS = (False, "Everybody signs in; guest shopping would hand out copies of one user.")

TEMPLATES: tuple[Template, ...] = (
    _template(
        "browser-storefront",
        "Browser storefront",
        "A shop that runs in the browser, where buyers sign in with their own name and password.",
        "Buyer Storefront",
        {
            "Active": _ACTIVE,
            "AllowAnyBuyer": (True, "Every buyer shops here; turn it off to let in single buyers by assignment."),
            "AllowSeller": (False, "Seller users have more power than a browser should hold a token of."),
            "AllowAnySupplier": (False, "Suppliers do not shop."),
            "IsAnonBuyer": _NO_GUESTS,
            "AccessTokenDuration": (60, "A token in a browser can be stolen, so it lives an hour and is renewed."),
            "RefreshTokenDuration": (7 * _DAY, "Shoppers stay signed in for a week without typing the password again."),
            "MaximumGrantedRoles": (
                ("MeAddressAdmin", "MeAdmin", "MeCreditCardAdmin", "Shopper"),
                "No token carries more than shopping takes, whatever roles the user has.",
            ),
        },
        "It has no client secret, and must not get one: a browser cannot keep it, and every grant would need it.",
    ),
    _template(
        "guest-storefront",
        "Guest storefront",
        "A shop in the browser where guests fill a cart before they sign in, or never do.",
        "Guest Storefront",
        {
            "Active": _ACTIVE,
            "AllowAnyBuyer": (True, "The guests' context user and every buyer must be let in."),
            "AllowSeller": (False, "Seller users have more power than a browser should hold a token of."),
            "AllowAnySupplier": (False, "Suppliers do not shop."),
            "IsAnonBuyer": (True, "Each guest becomes a temporary copy of the context user, with an order of its own."),
            "AccessTokenDuration": (60, "A token in a browser can be stolen, so it lives an hour and is renewed."),
            "RefreshTokenDuration": (7 * _DAY, "Those who sign in stay signed in for a week."),
            "AnonymousTokenDuration": (7 * _DAY, "Guests get no refresh token: their cart lives as long as the token."),
            "MaximumGrantedRoles": (
                ("MeAddressAdmin", "MeAdmin", "Shopper"),
                "No token carries more than shopping takes; guests may do less still.",
            ),
        },
        "Name a buyer user as context user: guests shop as its copies, with its prices and catalogs.",
        "It has no client secret, and must not get one: a browser cannot keep it, and every grant would need it.",
    ),
    _template(
        "back-office",
        "Back office",
        "An application for the seller's own people: they sign in and administer the marketplace.",
        "Seller Back Office",
        {
            "Active": _ACTIVE,
            "AllowSeller": (True, "The seller's users work here."),
            "AllowAnyBuyer": (False, "Buyers have their storefront."),
            "AllowAnySupplier": (False, "Suppliers have their portal."),
            "IsAnonBuyer": _NO_GUESTS,
            "AccessTokenDuration": (120, "Tokens with administrator roles live two hours, not ten."),
            "RefreshTokenDuration": (10 * 60, "One working day; the next morning everybody signs in again."),
        },
        "Set a ceiling on roles when nobody needs everything here.",
    ),
    _template(
        "middleware",
        "Middleware integration",
        "A program without a screen, such as an ERP bridge, which acts as one user with its own secret.",
        "ERP Middleware",
        {
            "Active": _ACTIVE,
            "AllowSeller": (True, "Its context user is a seller user made for it alone."),
            "AllowAnyBuyer": (False, "No buyer signs in through a program."),
            "AllowAnySupplier": (False, "No supplier signs in through a program."),
            "IsAnonBuyer": (False, "With it, client credentials would be guest shopping."),
            "AccessTokenDuration": (60, "A program asks for another whenever it needs one."),
            "RefreshTokenDuration": (0, "It has its secret, so it needs no refresh tokens; none can be lost either."),
        },
        "Name a context user made for it alone, with the roles it needs and no more.",
        "Create a named secret: without one, whoever knows the client ID acts as the context user.",
    ),
    _template(
        "supplier-portal",
        "Supplier portal",
        "An application in which suppliers keep their products and orders.",
        "Supplier Portal",
        {
            "Active": _ACTIVE,
            "AllowAnySupplier": (True, "Every supplier; turn it off to let in single suppliers by assignment."),
            "AllowAnyBuyer": (False, "Buyers have their storefront."),
            "AllowSeller": (False, "The seller has its back office; one API client for each can be stopped by itself."),
            "IsAnonBuyer": _NO_GUESTS,
            "AccessTokenDuration": (120, "Two hours of work; then it is renewed."),
            "RefreshTokenDuration": (10 * 60, "One working day; the next morning everybody signs in again."),
        },
    ),
)


def unique_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name, with a number behind it when another reads alike: `Buyer Storefront 2`."""
    known = {folded(each) for each in taken}
    name, number = wanted, 1
    while folded(name) in known:
        number += 1
        name = f"{wanted} {number}"
    return name
