"""Signing in: what is missing, what was refused and why, and every way on, against real servers on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from textual.content import Content
from textual.widgets import Button, Input, Static
from textual.worker import WorkerCancelled

from tests.console import Console, console_request, open_console
from tests.sandbox.test_server import running
from tui.config.connection import Connection, ConnectionOptions, ConnectionProblem, Part, resolve_connection
from tui.config.credentials import CredentialKey, CredentialsUnavailable, MemoryStore
from tui.config.profiles import Profile
from tui.config.settings import Settings
from tui.panes.sign_in import OTHER_HOST, Pick, SignIn
from tui.panes.sign_in_form import Typed, complaint_of_session, typed_of
from tui.session.session import Phase

SIZE = (80, 24)


@dataclass(frozen=True)
class Sheet:
    url: str
    client_id: str
    username: str
    password: str


@pytest.fixture(scope="module")
def server() -> Iterator[Sheet]:
    """Serve a demo marketplace on a port of this machine."""
    with running(None) as (_, sheet):
        yield Sheet(sheet["url"], sheet["client_id"], sheet["username"], sheet["password"])


def nowhere() -> Connection:
    return Connection(
        "", problems=(ConnectionProblem(Part.URL, "Which marketplace? Its URL is missing.", missing=True),)
    )


def screen(console: Console) -> SignIn:
    found = console.app.screen
    assert isinstance(found, SignIn)
    return found


def field(console: Console, name: str) -> Input:
    return screen(console).query_one(f"#{name}", Input)


def fill(console: Console, **values: str) -> None:
    for name, value in values.items():
        field(console, name).value = value


def focused(console: Console) -> str:
    assert console.app.focused is not None
    return console.app.focused.id or ""


def said(console: Console) -> str:
    """Return the words above the form, unwrapped."""
    content = screen(console).query_one("#said", Static).content
    assert isinstance(content, Content)
    return content.plain


async def connected(console: Console, *keys: str) -> None:
    """Press keys, and wait until what they set off has come to an end, however it did."""
    await console.pilot.press(*keys)
    await console.pilot.pause()
    for worker in [each for each in console.app.workers if each.group in ("connect", "session", "keyring")]:
        with contextlib.suppress(WorkerCancelled):
            await worker.wait()
    await console.settle()


@asynccontextmanager
async def answering(status: str, body: object) -> AsyncIterator[str]:
    """Serve one answer to every request, on a port of this machine; no answer at all when the status is empty."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            if status:
                content = json.dumps(body).encode()
                head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
                writer.write(head.encode() + content)
                await writer.drain()
            else:
                await reader.read()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()


# -- what was typed ---------------------------------------------------------------------------------------------------


def test_blanks_around_pasted_values_go_and_a_password_keeps_its_own() -> None:
    typed = Typed(url=" https://x\n", client_id="\u00a0id\u200b", username="a", password=" p ", client_secret="s\t")
    trimmed, names = typed.trimmed()
    assert trimmed == Typed(url="https://x", client_id="id", username="a", password=" p ", client_secret="s")
    assert names == ("URL", "client ID", "client secret")


@pytest.mark.parametrize(
    ("typed", "part", "words"),
    [
        (Typed(), Part.URL, "missing"),
        (Typed(url="ftp://x"), Part.URL, "https://"),
        (Typed(url="http://10.0.0.5", client_id="c", username="u"), Part.URL, "readable to everybody"),
        (Typed(url="http://localhost:8080"), Part.CLIENT_ID, "missing"),
        (Typed(url="https://x", client_id="c"), Part.USERNAME, "missing"),
    ],
)
def test_what_keeps_it_from_being_tried(typed: Typed, part: Part, words: str) -> None:
    problem = typed.connection().problems[0]
    assert problem.part is part
    assert words in problem.message


def test_client_credentials_need_no_user_and_send_no_password() -> None:
    typed = Typed(url="https://x", client_id="c", grant="client_credentials", username="u", password="p")
    assert typed.connection().complete
    assert typed.connection().username == ""
    assert typed.secrets().password == ""
    assert typed.to_keep(typed.connection()) == ()
    assert typed_of(typed.connection()) == replace(typed, username="", password="")


# -- the screen -------------------------------------------------------------------------------------------------------


async def test_what_is_missing_is_asked_for_with_its_field_in_focus() -> None:
    problem = ConnectionProblem(Part.CLIENT_ID, "Which API client? Its ID is missing.", missing=True)
    connection = Connection("https://stagingapi.ordercloud.io", username="ada", problems=(problem,))
    async with open_console(console_request(connection=connection), size=SIZE) as console:
        assert "✗ Which API client? Its ID is missing." in console.text
        assert "US West staging" in console.text
        assert focused(console) == "client_id"
        assert field(console, "username").value == "ada"
        assert field(console, "url").disabled


async def test_everything_fits_into_80_by_24_and_is_reached_by_keyboard() -> None:
    profiles = {"acme": Profile("acme", url="https://acme.example")}
    request = console_request(connection=nowhere(), settings=Settings(profiles=profiles))
    async with open_console(request, size=SIZE) as console:
        reached = []
        for _ in range(20):
            reached.append(focused(console))
            region = console.app.focused.region if console.app.focused else None
            assert region is not None
            assert 0 < region.y < 23
            await console.press("tab")
        wanted = {"profile", "host", "url", "client_id", "grant", "username", "password", "client_secret", "scope"}
        assert wanted | {"connect", "sandbox", "leave"} <= set(reached)


async def test_a_wrong_password_is_told_in_the_servers_words_then_the_right_one_gets_in(server: Sheet) -> None:
    connection = Connection(server.url, server.client_id, username=server.username)
    credentials = MemoryStore()
    await credentials.put(CredentialKey("password", server.url, server.client_id, server.username), "wrong-password")
    request = console_request(connection=connection, credentials=credentials)
    async with open_console(request, size=SIZE) as console:
        assert "Invalid username or password" in console.text
        assert "(invalid_grant · Auth.InvalidUsernameOrPassword)" in said(console)
        assert focused(console) == "password"
        assert "wrong-password" not in console.text
        await console.type(server.password)
        assert server.password not in console.text
        await connected(console, "enter")
        assert console.app.session.phase is Phase.READY
        assert not isinstance(console.app.screen, SignIn)
        assert "Buyer Storefront" in console.text


async def test_what_was_typed_stays_when_it_fails(server: Sheet) -> None:
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        fill(console, url=server.url, client_id="no-such-client", username="ada", password="pass-word-1")
        await connected(console, "ctrl+s")
        assert "Invalid Client ID" in console.text
        assert focused(console) == "client_id"
        assert field(console, "url").value == server.url
        assert field(console, "password").value == "pass-word-1"
        fill(console, client_id=server.client_id, username=server.username, password=server.password)
        await connected(console, "ctrl+s")
        assert console.app.session.phase is Phase.READY


async def test_blanks_are_taken_away_and_that_is_said(server: Sheet) -> None:
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        fill(console, url=f" {server.url}/v1 ", client_id=f"{server.client_id} ", username=server.username)
        fill(console, password=server.password)
        await connected(console, "ctrl+s")
        assert console.app.session.phase is Phase.READY
        messages = console.told
        assert messages == ["Blanks around the URL and the client ID were taken away."]


async def test_a_host_without_a_scheme_gets_the_one_it_must_have(server: Sheet) -> None:
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        fill(console, url=server.url.removeprefix("http://"), client_id=server.client_id, username=server.username)
        await connected(console, "ctrl+s")
        assert field(console, "url").value == server.url
        fill(console, password=server.password)
        await connected(console, "ctrl+s")
        assert console.app.session.phase is Phase.READY


async def test_a_url_that_is_none_stays_in_the_form_with_what_is_wrong() -> None:
    options = ConnectionOptions(url="htps://x.example", client_id="c", username="u")
    connection = resolve_connection(options, ConnectionOptions(), Settings())
    async with open_console(console_request(connection=connection), size=SIZE) as console:
        assert field(console, "url").value == "htps://x.example"
        assert "The URL must start with https://" in said(console)
        assert focused(console) == "url"


async def test_http_to_another_machine_is_refused_before_anything_is_sent() -> None:
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        fill(console, url="http://10.20.30.40", client_id="c", username="u", password="pass-word-1")
        await connected(console, "ctrl+s")
        assert "readable" in console.text
        assert focused(console) == "url"
        assert not console.app.session.exchanges


async def test_nothing_listening_there_is_told_at_the_url() -> None:
    async with answering("200 OK", {}) as url:
        pass
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        fill(console, url=url, client_id="c", username="u", password="pass-word-1")
        await connected(console, "ctrl+s")
        assert console.app.session.phase is Phase.FAILED
        assert "✗" in console.text
        assert focused(console) == "url"


async def test_escape_cancels_a_server_that_does_not_answer_and_keeps_the_form() -> None:
    async with (
        answering("", None) as url,
        open_console(console_request(connection=nowhere()), size=SIZE) as console,
    ):
        fill(console, url=url, client_id="c", username="u", password="pass-word-1")
        await console.pilot.press("ctrl+s")
        await console.pilot.pause()
        assert "Connecting to http://127.0.0.1" in console.text
        assert field(console, "url").is_disabled
        await connected(console, "escape")
        assert "Cancelled" in console.text
        assert field(console, "url").value == url
        assert not field(console, "url").is_disabled
        assert console.app.session.phase is Phase.SIGN_IN_NEEDED
        await console.press("escape")
        assert not isinstance(console.app.screen, SignIn)


async def test_the_embedded_sandbox_is_the_way_out() -> None:
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        screen(console).query_one("#sandbox", Button).focus()
        await connected(console, "enter")
        assert console.app.session.phase is Phase.READY
        assert "Buyer Storefront" in console.text


async def test_secrets_are_kept_in_the_keyring_only_when_asked(server: Sheet) -> None:
    key = CredentialKey("password", server.url, server.client_id, server.username)
    for answer, kept in (("no", None), ("yes", server.password)):
        keyring = MemoryStore()
        request = replace(console_request(connection=nowhere()), keyring=keyring)
        async with open_console(request, size=SIZE) as console:
            fill(console, url=server.url, client_id=server.client_id, username=server.username)
            fill(console, password=server.password)
            screen(console).query_one("#keep", Pick).value = answer
            await connected(console, "ctrl+s")
            assert console.app.session.phase is Phase.READY
            assert await keyring.get(key) == kept


class NoKeyring(MemoryStore):
    async def get(self, key: CredentialKey) -> str | None:
        raise CredentialsUnavailable("this machine has no [keyring]")


async def test_without_a_keyring_it_says_why_secrets_cannot_be_kept() -> None:
    request = replace(console_request(connection=nowhere()), keyring=NoKeyring())
    async with open_console(request, size=SIZE) as console:
        await connected(console)
        assert "no: this machine has no [keyring]" in console.text
        assert screen(console).query_one("#keep", Pick).disabled


async def test_a_profile_fills_the_form() -> None:
    profile = Profile(
        "acme",
        region="europe-west",
        environment="staging",
        client_id="C-1",
        username="ada",
        scope=("Shopper", "X"),
        read_only=True,
    )
    request = console_request(connection=nowhere(), settings=Settings(profiles={"acme": profile}))
    async with open_console(request, size=SIZE) as console:
        screen(console).query_one("#profile", Pick).value = "acme"
        await console.settle()
        typed = screen(console).typed
        assert typed.url == "https://westeurope-staging.ordercloud.io"
        assert (typed.client_id, typed.username, typed.scope) == ("C-1", "ada", "Shopper X")
        assert (typed.profile, typed.read_only) == ("acme", True)


async def test_all_fifteen_hosts_can_be_chosen_and_any_url_besides() -> None:
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        host = screen(console).query_one("#host", Pick)
        assert len(host._options) == 16
        host.value = "https://japaneast-sandbox.ordercloud.io"
        await console.settle()
        assert screen(console).typed.url == "https://japaneast-sandbox.ordercloud.io"
        host.value = OTHER_HOST
        await console.settle()
        assert not field(console, "url").disabled


async def test_client_credentials_hide_the_user() -> None:
    async with open_console(console_request(connection=nowhere()), size=SIZE) as console:
        screen(console).query_one("#grant", Pick).value = "client_credentials"
        await console.settle()
        assert "Username" not in console.text
        assert "Client secret" in console.text


@pytest.mark.parametrize("hostile", ["[/nope]", "[bold]x", "\x1b]0;x\x07", "a\u202eb", "z" * 10_000])
async def test_hostile_words_of_a_server_are_shown_as_they_are(hostile: str) -> None:
    body = {"error": hostile, "error_description": hostile, "Errors": [{"ErrorCode": hostile, "Message": hostile}]}
    async with (
        answering("400 Bad Request", body) as url,
        open_console(console_request(connection=nowhere()), size=SIZE) as console,
    ):
        fill(console, url=url, client_id="c", username="u", password="pass-word-1")
        await connected(console, "ctrl+s")
        shown = hostile.replace("\x1b", "␛").replace("\x07", "␇").replace("\u202e", "�")[:6]
        assert shown in console.text
        assert screen(console).query_one("#connect", Button).region.bottom <= 24


@pytest.mark.parametrize(
    ("code", "description", "field_name"),
    [
        ("Auth.ClientNotActive", "Client ID is not active.", "client_id"),
        ("Auth.OauthError", "invalid client secret", "client_secret"),
        ("Auth.OauthError", "Default context user required for client credentials grant", "grant"),
        ("Auth.OauthError", "The user may not use this API client.", "username"),
        ("Auth.InsufficientRoles", "User does not have role(s)", "scope"),
        ("Auth.LockedOut", "locked", "username"),
        ("Something.Else", "no idea", "client_id"),
    ],
)
async def test_each_refusal_leads_to_the_field_that_mends_it(code: str, description: str, field_name: str) -> None:
    body = {"error": "invalid_grant", "error_description": description, "Errors": [{"ErrorCode": code, "Message": "x"}]}
    async with (
        answering("400 Bad Request", body) as url,
        open_console(console_request(connection=nowhere()), size=SIZE) as console,
    ):
        fill(console, url=url, client_id="c", username="u", password="pass-word-1")
        await connected(console, "ctrl+s")
        assert focused(console) == field_name
        complaint = complaint_of_session(console.app.session)
        assert complaint is not None
        assert description in complaint.said
        assert code in complaint.said


async def test_p_asks_and_leaving_changes_nothing() -> None:
    async with open_console(size=SIZE) as console:
        await console.press("p")
        assert "Connected as harbor-admin to Harbor Supply." in console.text
        await console.press("escape")
        assert console.app.session.phase is Phase.READY
        assert "Buyer Storefront" in console.text
