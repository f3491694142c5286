"""What is written in another language: texts with places for secrets in them, requests, and what makes them. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

FORM = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value that a variable holds. Its value is only written when somebody asked for that."""

    name: str
    value: str = field(default="", repr=False)


Text: TypeAlias = "str | Slot | tuple[str | Slot, ...]"
"""A text, perhaps with slots in it."""

SECRET = Slot("OC_CLIENT_SECRET")
PASSWORD = Slot("OC_PASSWORD")
TOKEN = Slot("OC_TOKEN")
REFRESH_TOKEN = Slot("OC_REFRESH_TOKEN")
USERNAME = Slot("OC_USERNAME")


def pieces(text: Text, *, values: bool) -> tuple[str | Slot, ...]:
    """Give the pieces of a text, joined where they can be; with `values`, slots whose value is known are filled."""
    found: list[str | Slot] = []
    for piece in text if isinstance(text, tuple) else (text,):
        filled = piece.value if isinstance(piece, Slot) and values and piece.value else piece
        if isinstance(filled, str) and found and isinstance(found[-1], str):
            found[-1] += filled
        elif filled != "":
            found.append(filled)
    return tuple(found)


def joined(*texts: Text) -> Text:
    """Give several texts as one."""
    return tuple(piece for text in texts for piece in (text if isinstance(text, tuple) else (text,)))


def slots_of(text: Text, *, values: bool = False) -> tuple[Slot, ...]:
    """Give the slots that are left open in a text."""
    return tuple(each for each in pieces(text, values=values) if isinstance(each, Slot))


def form_text(form: tuple[tuple[str, Text], ...], *, values: bool) -> Text:
    """Give a form as the body it is sent as; what a variable holds is not encoded by anybody."""
    parts: list[str | Slot] = []
    for name, value in form:
        parts.append(f"{'&' if parts else ''}{quote_plus(name)}=")
        parts += (quote_plus(each) if isinstance(each, str) else each for each in pieces(value, values=values))
    return tuple(parts)


def expression(text: Text, literal: Callable[[str], str], variable: Callable[[str], str], *, values: bool) -> str:
    """Write a text as an expression of a language that joins texts with `+`."""
    parts = [variable(each.name) if isinstance(each, Slot) else literal(each) for each in pieces(text, values=values)]
    return " + ".join(parts) or literal("")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `body` is JSON in which a Slot may stand for any text; a form is pairs; else it is text."""

    method: str
    url: Text
    headers: tuple[tuple[str, Text], ...] = ()
    form: tuple[tuple[str, Text], ...] | None = None
    body: object = None
    has_body: bool = False

    def texts(self) -> tuple[Text, ...]:
        """Give every text of it, for looking at its slots."""
        texts = [self.url, *(value for _, value in self.headers), *(value for _, value in self.form or ())]
        return (*texts, self.body_text()) if self.has_body else tuple(texts)

    def body_text(self) -> Text:
        """Give the body as it is sent."""
        return self.body if isinstance(self.body, str) and not self.is_json else json_text(self.body)

    @property
    def is_json(self) -> bool:
        """Whether the body is sent as JSON."""
        types = [value for name, value in self.headers if name.casefold() == "content-type"]
        return not types or "json" in str(types[0]).casefold()

    def variables(self, *, values: bool) -> tuple[str, ...]:
        """Give the names of the variables it needs, in order."""
        return tuple(dict.fromkeys(slot.name for text in self.texts() for slot in slots_of(text, values=values)))


def json_text(value: object, *, indent: int | None = 2, ascii_only: bool = False) -> Text:
    """Write JSON with slots in it as a text: the name or value of a slot stands inside the quotes of a JSON text."""
    slots: list[Slot] = []

    def without(each: object) -> object:
        if isinstance(each, Slot):
            slots.append(each)
            return f"{_MARK}{len(slots) - 1}{_MARK}"
        if isinstance(each, Mapping):
            return {str(name).replace(_MARK, "\ufffd"): without(inner) for name, inner in each.items()}
        if isinstance(each, list | tuple):
            return [without(inner) for inner in each]
        return each.replace(_MARK, "\ufffd") if isinstance(each, str) else each

    written = json.dumps(without(value), indent=indent, ensure_ascii=ascii_only).split(
        json.dumps(_MARK, ensure_ascii=ascii_only)[1:-1]
    )
    filled = (
        Slot(slots[int(part)].name, json.dumps(slots[int(part)].value)[1:-1]) if index % 2 else part
        for index, part in enumerate(written)
    )
    return tuple(filled)


_MARK = "\ue0ff\ue0fe"
"""A sign of no meaning that stands around the number of a slot while JSON is written."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for a token. `grant` is the one on the wire; anonymous shopping is client credentials, too.

    `resource` is the API client it was made for, when there is one.
    """

    url: str
    grant: str
    client_id: Text
    username: Text = ""
    password: Text = ""
    secret: Text = ""
    refresh_token: Text = ""
    scope: str = ""
    anonymous: bool = False
    anon_user_id: Text = ""
    resource: Mapping[str, object] | None = None

    def request(self) -> Request:
        """Give it as it goes over the wire."""
        pairs: Sequence[tuple[str, Text]] = (
            ("grant_type", self.grant),
            ("client_id", self.client_id),
            ("username", self.username),
            ("password", self.password),
            ("refresh_token", self.refresh_token),
            ("client_secret", self.secret),
            ("scope", self.scope),
            ("anonuserid", self.anon_user_id),
        )
        form = tuple(pair for pair in pairs if pair[1] != "")
        return Request("POST", f"{self.url}/oauth/token", form=form)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The request that assigns a buyer or supplier to an API client, or with `remove` the one that ends it."""

    url: str
    client_id: str
    kind: str
    company_id: str
    remove: bool = False

    @property
    def members(self) -> Mapping[str, JSON]:
        """The assignment as the wire has it."""
        return {"ApiClientID": self.client_id, f"{self.kind.capitalize()}ID": self.company_id}

    def request(self) -> Request:
        """Give it as it goes over the wire."""
        headers: tuple[tuple[str, Text], ...] = (("Authorization", ("Bearer ", TOKEN)),)
        if self.remove:
            path = f"{self.kind}s/{quote(self.company_id, safe='')}/ApiClients/Assignments"
            return Request("DELETE", f"{self.url}/v1/{path}/{quote(self.client_id, safe='')}", headers)
        headers = (*headers, ("Content-Type", JSON_TYPE))
        return Request("POST", f"{self.url}/v1/apiclients/assignments", headers, body=self.members, has_body=True)


@dataclass(frozen=True, slots=True)
class Resource:
    """An API client without a grant to ask for a token by."""

    url: str
    client_id: str
    resource: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sent:
    """An exchange that was: its request, the token request that it is when it is one, and both sides as JSON."""

    made: Request
    token: TokenRequest | None
    both: Mapping[str, object]

    def request(self) -> Request:
        """Give it as it went over the wire."""
        return self.made


Thing: TypeAlias = TokenRequest | Assignment | Resource | Sent
