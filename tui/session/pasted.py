"""Mistakes that can be seen in what was typed or pasted into an attempt, before anything is sent. Pure.

No remark holds any part of a password, a secret or a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, urlsplit

from tui.access.near import MISNAMED_FLAGS
from tui.access.parties import FLAG_OF_KIND
from tui.access.roles import API_ROLES
from tui.tokens.decode import decode
from tui.tokens.token import NotAToken, Token

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SECRET = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_QUOTES = "\"'`“”‘’"
_BY_FOLDED = {role.lower(): role for role in API_ROLES}


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What stands in the fields of an attempt that are shown; blank where there is no such field. Any may be a secret.

    `api_secret` is the API client's legacy secret, where that is known; `here` the marketplace's address.
    `alike` says that passwords and secrets are the same by design, as in the embedded sandbox.
    """

    api_client_id: str = ""
    username: str = ""
    password: str = ""
    secret: str = ""
    scope: str = ""
    anon_user_id: str = ""
    api_secret: str = ""
    here: str = ""
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A mistake: in which row of the form, what it is in a sentence, and the value it was meant to be if that is clear.

    `mended` may hold a secret, and is not shown.
    """

    row: str
    text: str
    mended: str | None = field(default=None, repr=False)


def remarks(typed: Typed) -> tuple[Remark, ...]:
    """Return the mistakes, in the order of the form's rows, one a row: the first that explains most."""
    rows = (
        ("client", "client ID", typed.api_client_id),
        ("user", "username", typed.username),
        ("password", "password", typed.password),
        ("secret", "secret", typed.secret),
        ("visitor", "anonuserid", typed.anon_user_id),
    )
    found = [next(_of_field(typed, *each), None) for each in rows]
    return tuple(each for each in (*found, next(_of_scope(typed.scope), None)) if each is not None)


def _of_field(typed: Typed, row: str, name: str, text: str) -> Iterator[Remark]:
    bare = _bare(text)
    if not bare:
        if text:
            yield Remark(row, f"The {name} is blank: it holds nothing but blanks or quotes.", "")
        return
    if (token := _token(bare)) is not None:
        yield Remark(row, _of_token(token, name, typed.here))
    if bare in MISNAMED_FLAGS or bare in FLAG_OF_KIND.values():
        yield Remark(row, f"The {name} is the name of a flag; {_flag(bare)}")
    if row == "password":
        yield from _in_password(typed, bare)
    if row == "secret" and bare == _bare(typed.password) and bare != typed.api_secret and not typed.alike:
        yield Remark(row, "The secret is the same as the password: one of the two is in the wrong field.")
    if row in ("secret", "user") and typed.api_client_id and _same(bare, typed.api_client_id):
        yield Remark(row, f"The {name} is the client ID; the ID is no {name}.")
    if row == "user" and typed.api_secret and bare == typed.api_secret:
        yield Remark(row, "The username is the client secret of this API client.")
    if text != text.strip():
        yield Remark(row, f"There are blanks or line breaks around the {name}.", text.strip())
    elif text != bare:
        yield Remark(row, f"There are quotes around the {name}.", bare)


def _in_password(typed: Typed, bare: str) -> Iterator[Remark]:
    told = "is sent as client_secret, with elevated password or client credentials."
    if typed.api_secret and bare == typed.api_secret and not typed.alike:
        yield Remark("password", f"The password is the client secret of this API client: that {told}")
    elif typed.api_client_id and _same(bare, typed.api_client_id):
        yield Remark("password", "The password is the client ID; a user's own password belongs here.")
    elif _GUID.fullmatch(bare):
        yield Remark("password", "The password has the form of an ID or refresh token, and of no password.")
    elif _SECRET.fullmatch(bare) and _mixed(bare):
        yield Remark("password", f"The password has the form of a client secret: one {told}")


def _of_scope(scope: str) -> Iterator[Remark]:
    bare = _bare(scope)
    if not bare:
        return
    if _token(bare) is not None:
        yield Remark("scope", "The roles are an access token; names of roles belong here.")
        return
    words = bare.split()
    if "undefined" in words or "null" in words:
        word = "undefined" if "undefined" in words else "null"
        mended = " ".join(each for each in words if each != word)
        yield Remark(
            "scope", f"The scope holds the word {word}: a script joined a variable that was never set to it.", mended
        )
    if "," in bare or ";" in bare:
        yield Remark("scope", "Roles are parted by blanks, not by commas.", " ".join(re.split(r"[\s,;]+", bare)))
    if "%20" in bare or "+" in bare:
        yield Remark("scope", "The scope is URL-encoded already, and would be once more.", unquote_plus(bare))
    flags = [each for each in words if each in MISNAMED_FLAGS or each in FLAG_OF_KIND.values()]
    if flags:
        mended = " ".join(each for each in words if each not in flags)
        yield Remark("scope", f"{flags[0]} is no role, but a flag; {_flag(flags[0])}", mended)
    wrong = {each: _BY_FOLDED[each.lower()] for each in words if _BY_FOLDED.get(each.lower(), each) != each}
    if wrong:
        one, right = next(iter(wrong.items()))
        mended = " ".join(wrong.get(each, each) for each in words)
        yield Remark("scope", f"{one} is spelled {right}: capitals count in roles.", mended)
    if bare != scope.strip():
        yield Remark("scope", "There are quotes around the roles.", bare)


def _flag(name: str) -> str:
    right = MISNAMED_FLAGS.get(name)
    return f"it is called {right}, and is set at the API client." if right else "it is set at the API client."


def _of_token(token: Token, name: str, here: str) -> str:
    told = f"The {name} is an access token"
    claimed = token.claims.aud or token.claims.iss or ""
    there, ours = _host(claimed), _host(here)
    if there and ours and there != ours and _host(token.claims.iss or "") != ours:
        return f"{told}, and of another environment: it is good at {there}, and this is {ours}."
    return f"{told}, and no {name}."


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _token(text: str) -> Token | None:
    scheme, _, rest = text.partition(" ")
    candidate = rest.strip() if scheme.lower() == "bearer" else text
    if candidate.count(".") != 2:
        return None
    try:
        return decode(candidate)
    except NotAToken:
        return None


def _bare(text: str) -> str:
    stripped = text.strip()
    if len(stripped) >= 2 and stripped[0] in _QUOTES and stripped[-1] in _QUOTES:
        stripped = stripped[1:-1].strip()
    return stripped


def _mixed(text: str) -> bool:
    return any(each.isdigit() for each in text) and any(each.isalpha() for each in text)


def _same(one: str, other: str) -> bool:
    return one.lower() == other.strip().lower()
