"""Names of API clients: which say nothing, which are taken, and one that would say something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from tui.access.facts import ApiClientFacts
from tui.access.words import shorten

EXAMPLE = "Buyer Storefront"
"""A name as it should be: whom it is for, and what it does."""

_WORD = re.compile(r"[^\W_]+")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,}", re.IGNORECASE)
_COPY = re.compile(r"(\bcopy( of)?\b|\(\d+\))[\s\d()]*$|^copy of\b", re.IGNORECASE)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "1234567890", "abcdefgh")
_FILLING = frozenset({"a", "an", "and", "by", "for", "from", "in", "my", "new", "no", "of", "old", "our", "the", "to"})
_HOLLOW = frozenset(
    {
        *("api", "apiclient", "app", "apps", "application", "client", "clientid", "clients", "credentials", "id"),
        *("key", "login", "name", "oauth", "oc", "ordercloud", "sitecore", "thing", "token", "user"),
        *("bar", "baz", "blah", "bla", "foo", "foobar", "lorem", "ipsum", "hello", "world", "stuff", "misc"),
        *("default", "demo", "dummy", "example", "sample", "temp", "temporary", "test", "tester", "testing", "tests"),
        *("tmp", "todo", "tbd", "undefined", "unknown", "unnamed", "untitled", "none", "null", "nan", "delete", "me"),
        *("dev", "development", "local", "localhost", "prod", "production", "qa", "sandbox", "stage", "staging", "uat"),
        *("one", "two", "three", "first", "second", "third", "another", "other"),
    }
)
_BROWSER = frozenset(
    {"angular", "browser", "frontend", "kiosk", "mobile", "pwa", "react", "shop", "spa", "storefront", "vue", "webapp"}
    | {"webshop", "website"}
)

Names: TypeAlias = Mapping[str, int]
"""How many API clients bear each name, by `folded`."""


def said_nothing(name: str) -> str | None:
    """Say in a sentence that a name does not tell what its API client is for; None when it tells something."""
    bare = name.strip()
    shown = shorten(bare)
    if not bare:
        return f"There is no name; one like {EXAMPLE} says whom it is for and what it does."
    if _ID.fullmatch(bare):
        return f"{shown} is an ID, and no name; one like {EXAMPLE} says whom it is for and what it does."
    words = [word.casefold() for word in _WORD.findall(bare)]
    if not any(_says_something(word) for word in words):
        return f"{shown} says nothing; a name like {EXAMPLE} says whom it is for and what it does."
    if _COPY.search(bare):
        return f"{shown} says what it was copied from, and not what it is for."
    return None


def _says_something(word: str) -> bool:
    # Numbers at the end are versions and counters: `test2` is a test.
    word = word.rstrip("0123456789")
    if len(word) < 2 or word in _HOLLOW or word in _FILLING:
        return False
    return len(set(word)) > 1 and not _typed_at_random(word)


def _typed_at_random(word: str) -> bool:
    """Whether it is a run along the keys, or one run again and again: `asdf`, `qwe`, `asdasd`."""
    for length in range(2, len(word) + 1):
        run = word[:length]
        repeated = (run * (len(word) // length + 1))[: len(word)]
        if word == repeated and len(word) >= 3 and any(run in row or run in row[::-1] for row in _ROWS):
            return length > 2 or len(word) > 3
    return False


def folded(name: str) -> str:
    """Give what two names have in common that people take for one another: case, blanks and hyphens do not tell."""
    return " ".join(word.casefold() for word in _WORD.findall(name)) or name.strip().casefold()


def count_names(names: Iterable[str]) -> Names:
    """Count the names of all API clients of a marketplace."""
    return Counter(map(folded, names))


def taken(name: str, others: Iterable[str]) -> str | None:
    """Say in a sentence that another API client has this name, or one that reads alike; None when none has."""
    wanted = folded(name)
    alike = next((other for other in others if folded(other) == wanted), None)
    if alike is None:
        return None
    if alike.strip() == name.strip():
        return f"Another API client is named {shorten(alike.strip())}, too."
    return f"Another API client is named {shorten(alike.strip())}, which reads alike."


def for_browsers(name: str) -> bool:
    """Whether a name says that the API client is used by pages or apps that people have in their hands."""
    words = {word.casefold() for word in _WORD.findall(name)}
    return bool(words & _BROWSER) or {"web", "app"} <= words


def suggest(api_client: ApiClientFacts, *, has_secret: bool = False) -> str:
    """Suggest a name by what the settings say: whom it lets in, and how they come."""
    buyers = api_client.allow_any_buyer or api_client.assigned_buyer_count > 0
    suppliers = api_client.allow_any_supplier or api_client.assigned_supplier_count > 0
    if api_client.is_anon_buyer:
        return "Guest Storefront"
    if has_secret:
        whose = "Supplier " if suppliers and not api_client.allow_seller and not buyers else ""
        return (
            f"{whose}Integration Middleware" if api_client.default_context_user_name else f"{whose}Server Application"
        )
    if api_client.allow_seller:
        return "Back Office"
    if buyers and suppliers:
        return "Partner Portal"
    if suppliers:
        return "Supplier Portal"
    return EXAMPLE
