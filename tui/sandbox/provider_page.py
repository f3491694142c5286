"""The identity provider's pages: plain HTML that needs no script. Everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

from starlette.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }}
button {{ font: inherit; padding: .4rem .8rem; margin: .2rem 0; width: 100%; text-align: left; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


class Pickable(NamedTuple):
    """A user who can be picked."""

    username: str
    name: str
    company: str


def sign_in_page(
    marketplace: str, users: Iterable[Pickable], request: Mapping[str, str], search: str, *, more: bool
) -> HTMLResponse:
    """Show the users to pick from. `request` is the authorization request, which goes along with the choice."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in request.items()
    )
    parts = [
        "<p>This is a sandbox: nobody has a password here. Pick the user to sign in as.</p>",
        f'<form method="get" role="search">{kept}<label for="q">Search users</label>',
        f'<input id="q" name="q" type="search" value="{escape(search)}">',
        '<button type="submit">Search</button></form>',
    ]
    company, opened = None, False
    for user in users:
        if user.company != company:
            parts.append("</ul></form></section>" if opened else "")
            company, opened = user.company, True
            parts.append(f'<section><h2>{escape(user.company)}</h2><form method="get">{kept}<ul>')
        label = f"{escape(user.name)} ({escape(user.username)})"
        button = f'<button type="submit" name="login_hint" value="{escape(user.username)}">{label}</button>'
        parts.append(f"<li>{button}</li>")
    parts.append("</ul></form></section>" if opened else "<p>No active user is called so.</p>")
    if more:
        parts.append("<p>There are more users than are shown: search for them.</p>")
    return _page(200, f"Sign in to {marketplace}", "\n".join(parts))


def problem_page(problem: str) -> HTMLResponse:
    """Say what is wrong with a request that cannot be sent back to where it came from."""
    return _page(400, "This sign-in cannot go on", f"<p>{escape(problem)}</p>")


def _page(status: int, title: str, body: str) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), status, _HEADERS)
