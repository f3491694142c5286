"""What the session has read, told to the stand-ins: exchanges, what is known of the marketplace, records, tokens."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tui.access.facts import Party, PartyKind
from tui.session.stand_ins.known import Kind, StandIns

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud.models.base import JSON
    from tui.session.known_marketplace import KnownMarketplace
    from tui.session.session import Session

_OF_PATH: Mapping[str, Kind] = {
    "apiclients": Kind.API_CLIENT,
    "buyers": Kind.BUYER,
    "suppliers": Kind.SUPPLIER,
    "users": Kind.USER,
    "adminusers": Kind.USER,
    "supplierusers": Kind.USER,
    "me": Kind.USER,
    "usergroups": Kind.GROUP,
    "securityprofiles": Kind.PROFILE,
    "secrets": Kind.SECRET,
}
_OF_MEMBER: Mapping[str, Kind] = {
    "apiclientid": Kind.API_CLIENT,
    "clientid": Kind.API_CLIENT,
    "ordercloudapiclientid": Kind.API_CLIENT,
    "client_id": Kind.API_CLIENT,
    "cid": Kind.API_CLIENT,
    "buyerid": Kind.BUYER,
    "buyer": Kind.BUYER,
    "supplierid": Kind.SUPPLIER,
    "supplier": Kind.SUPPLIER,
    "sellerid": Kind.SELLER,
    "seller": Kind.SELLER,
    "userid": Kind.USER,
    "username": Kind.USER,
    "defaultcontextusername": Kind.USER,
    "usr": Kind.USER,
    "u": Kind.USER,
    "usergroupid": Kind.GROUP,
    "securityprofileid": Kind.PROFILE,
}
_SECRET_MEMBERS = frozenset({"clientsecret", "client_secret", "access_token", "refresh_token", "password", "hashkey"})
_PARTIES = {PartyKind.BUYER: Kind.BUYER, PartyKind.SUPPLIER: Kind.SUPPLIER, PartyKind.SELLER: Kind.SELLER}
_CLAIMS_WITH_IDS = ("orderid", "anonuserid", "jti")


def learn_session(session: Session, stand_ins: StandIns) -> Iterator[None]:
    """Learn everything that one sitting has read so far, a step at a time: there may be very much."""
    profiles = session.request.settings.profiles.values()
    for profile in profiles:
        stand_ins.name(Kind.PROFILE, profile.name)
    for each in (*profiles, session.connection):
        if each is not None:
            stand_ins.id(Kind.USER, each.username or "")
            stand_ins.id(Kind.API_CLIENT, each.client_id or "")
    if session.ready:
        who = session.identity
        seller = session.marketplace.seller
        stand_ins.name(Kind.SELLER, who.marketplace, seller.id)
        learn_party(seller, stand_ins)
        stand_ins.id(Kind.USER, who.username)
        stand_ins.id(Kind.API_CLIENT, who.client_id)
        yield from _learn_marketplace(session.marketplace, stand_ins)
    for exchange in tuple(session.exchanges):
        learn_exchange(exchange, stand_ins)
        yield


def _learn_marketplace(marketplace: KnownMarketplace, stand_ins: StandIns) -> Iterator[None]:
    for party in marketplace.companies_known:
        learn_party(party, stand_ins)
        yield
    for api_client in tuple(marketplace.api_clients.values()):
        stand_ins.name(Kind.API_CLIENT, api_client.app_name, api_client.id)
        stand_ins.id(Kind.API_CLIENT, api_client.id)
        stand_ins.secret(api_client.client_secret or "")
        stand_ins.id(Kind.USER, api_client.default_context_user_name or "")
        yield
    for person in marketplace.so_far.people or ():
        learn_person(person.user.to_wire(), stand_ins)
        yield


def learn_party(party: Party, stand_ins: StandIns) -> None:
    """Learn a company's name and ID."""
    kind = _PARTIES[party.kind]
    stand_ins.name(kind, party.name or "", party.id)
    stand_ins.id(kind, party.id)


def learn_exchange(exchange: Exchange, stand_ins: StandIns) -> None:
    """Learn what a request and its answer hold."""
    kind = _kind_of_path(exchange.path, stand_ins)
    for secret in sorted(exchange.secrets):
        stand_ins.secret(secret)
        learn_token(secret, stand_ins)
    for body in (exchange.request_body, exchange.response_body):
        for name, value in body.form or ():
            _learn_member(name, value, Kind.THING, stand_ins)
        if body.json is not None:
            learn_json(body.json, kind, stand_ins)


def _kind_of_path(path: str, stand_ins: StandIns) -> Kind:
    """Return the kind of what a path answers with, and learn the IDs in the path."""
    kind = Kind.THING
    for part in map(unquote, urlsplit(path).path.split("/")):
        its = _OF_PATH.get(part.lower())
        if its is not None:
            kind = its
        elif kind is not Kind.THING and part not in ("assignments", "accesstoken"):
            stand_ins.id(kind, part)
    return kind


def learn_json(value: JSON, kind: Kind, stand_ins: StandIns) -> None:
    """Learn from JSON whose objects describe things of a kind."""
    if isinstance(value, list):
        for each in value:
            learn_json(each, kind, stand_ins)
    elif isinstance(value, Mapping):
        if "Username" in value:
            learn_person(value, stand_ins)
        own = value.get("ID") if isinstance(value.get("ID"), str) else ""
        for name, member in value.items():
            if isinstance(member, str):
                _learn_member(name, member, kind, stand_ins, str(own))
            elif name.lower() != "xp":
                learn_json(member, _OF_MEMBER.get(name.lower(), kind), stand_ins)


def _learn_member(name: str, value: str, kind: Kind, stand_ins: StandIns, own: str = "") -> None:
    member = name.lower()
    if member in _SECRET_MEMBERS:
        stand_ins.secret(value)
    elif member in _OF_MEMBER:
        stand_ins.id(_OF_MEMBER[member], value)
    elif member == "id":
        stand_ins.id(kind, value)
    elif member in ("name", "appname", "companyname"):
        stand_ins.name(kind, value, *filter(None, (own,)))
    elif "@" in value and len(value.split()) == 1:
        stand_ins.email(value)


def learn_person(user: Mapping[str, JSON], stand_ins: StandIns) -> None:
    """Learn a user's names and address from the wire form."""
    said = {
        name: value
        for name in ("ID", "Username", "FirstName", "LastName", "Email")
        if isinstance(value := user.get(name), str)
    }
    identities = [said[name] for name in ("Username", "ID") if said.get(name)]
    for each in identities:
        stand_ins.id(Kind.USER, each, *identities)
    first, last = said.get("FirstName", ""), said.get("LastName", "")
    for name in (f"{first} {last}".strip(), first, last):
        stand_ins.name(Kind.USER, name, *identities)
    stand_ins.email(said.get("Email", ""), *identities)


def learn_token(compact: str, stand_ins: StandIns) -> None:
    """Learn what a token's claims name; a text that is no token has none."""
    parts = compact.split(".")
    if len(parts) != 3:
        return
    for part in parts[:2]:
        try:
            said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (ValueError, binascii.Error):
            continue
        if isinstance(said, dict):
            learn_claims(said, stand_ins)


def learn_claims(claims: Mapping[str, JSON], stand_ins: StandIns) -> None:
    """Learn what claims, or a token's header, name: user, API client, order, visitor, key."""
    for name, value in claims.items():
        if isinstance(value, str):
            if name == "kid":
                stand_ins.secret(value)
            elif name in _CLAIMS_WITH_IDS:
                stand_ins.id(Kind.THING, value)
            elif name in _OF_MEMBER:
                stand_ins.id(_OF_MEMBER[name], value)
