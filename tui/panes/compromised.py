"""A compromised API client: one action stops it, or puts a fresh one in its place and tells what to reconfigure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.panes.changing import Kind, Question, change
from tui.panes.secret_shown import SecretShown
from tui.session.replacing import References, Replacement, read_references, to_reconfigure
from tui.widgets.dialogs import Choose, Note
from tui.widgets.plain import literal, plain
from tui.widgets.under_way import UnderWay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.ordercloud.models import ApiClient
    from tui.session.marketplace import Marketplace
    from tui.session.session import Session

CHOICES = (("deactivate", "Deactivate it at once"), ("replace", "Replace it by a fresh one"))


async def compromised(host: Widget, session: Session, api_client: ApiClient) -> None:
    """Ask which way, do it, and tell what must be reconfigured."""
    at, client = session.marketplace, session.client
    choice = await host.app.push_screen_wait(Choose(f"{plain(api_client.app_name)} is compromised", CHOICES))
    if choice is None:
        return
    references = await read_references(client, api_client.id)
    if choice == "deactivate":
        await _deactivate(host, session, api_client, references, at)
        return
    has_secret = bool(api_client.client_secret or await at.secrets(api_client.id))
    replacement = Replacement(api_client, at, client, f"Replacement {session.clock():%Y-%m-%d}")
    told = (
        "A new API client with the same settings and assignments, and a secret of its own where this one has any; "
        "then this one is deactivated, and its tokens stop at once.\n\nTo be reconfigured:"
    )
    title = f"Replace {plain(api_client.app_name)}?"
    body = Content.assemble(told, "\n", _lines(to_reconfigure(references, "", new_secret=has_secret)))
    done = await change(
        host,
        session,
        Question(Kind.DEACTIVATE, title, body, "Replace", api_client.app_name),
        lambda _: _run(host, session, replacement),
        threat=lambda: at.way_in.after_patch(api_client, {"Active": False}),
        at=at,
    )
    if done:
        await _tell(host, session, replacement, references)


async def _run(host: Widget, session: Session, replacement: Replacement) -> None:
    def stop() -> None:
        replacement.stopped = True

    shown = UnderWay(f"Replacing {replacement.old.app_name}", stop)
    await host.app.push_screen(shown)
    try:
        await replacement.run(session.clock(), shown.tell)
    finally:
        shown.dismiss()


async def _deactivate(
    host: Widget, session: Session, api_client: ApiClient, references: References, at: Marketplace
) -> None:
    off = {"Active": False}
    told = "Nobody can sign in through it then, and tokens that are out stop working at once.\n\nTo be reconfigured:"
    body = Content.assemble(told, "\n", _lines(to_reconfigure(references, None, new_secret=False)))
    title = f"Deactivate {plain(api_client.app_name)}?"
    done = await change(
        host,
        session,
        Question(Kind.DEACTIVATE, title, body, "Deactivate", api_client.app_name),
        lambda marketplace: marketplace.patch_api_client(api_client, off),
        threat=lambda: at.way_in.after_patch(api_client, off),
        at=at,
    )
    if done:
        sentences = ("It is inactive: nobody gets in, and its tokens have stopped. Its secrets are as they were.",)
        _note(
            host,
            f"{plain(api_client.app_name)} is stopped",
            sentences,
            to_reconfigure(references, None, new_secret=False),
        )


async def _tell(host: Widget, session: Session, replacement: Replacement, references: References) -> None:
    kept: list[str] = []
    if replacement.new is not None and replacement.secret:
        shown = SecretShown(
            session, replacement.new, replacement.secret_name, replacement.secret, kept, replacement.client.base_url
        )
        await host.app.push_screen_wait(shown)
    account = list(replacement.account())
    if replacement.secret:
        account.append(f"The secret's value was {', '.join(kept)}." if kept else "The secret's value was not kept.")
    new_id = None if replacement.new is None else replacement.new.id
    whole = replacement.old_off and not replacement.problem
    name = plain(replacement.old.app_name)
    title = f"{name} is replaced" if whole else f"{name}: where things stand"
    todo = () if new_id is None else to_reconfigure(references, new_id, new_secret=bool(replacement.secret))
    _note(host, title, account, todo)


def _note(host: Widget, title: str, account: Iterable[str], todo: Iterable[str]) -> None:
    done, left = tuple(account), tuple(todo)
    copied = "\n".join((*done, "", *(f"- {each}" for each in left)))
    parts: list[Content | str] = [literal("\n".join(done), lines=True)]
    if left:
        parts += ["\n\n", Content.styled("To be reconfigured", "bold $accent"), "\n", _lines(left)]
    host.app.push_screen(Note(title, Content.assemble(*parts), copied=copied))


def _lines(sentences: Iterable[str]) -> Content:
    return Content("\n").join(literal(f"· {each}") for each in sentences)
