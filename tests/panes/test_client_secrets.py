"""The secrets of an API client over the real sandbox: expiry, last use, what is shown for how long, and rotation."""

from __future__ import annotations

import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.console import START, Console, console_request, open_console
from tests.panes.secrets_lab import (
    account,
    below,
    field,
    fill,
    home,
    press,
    rotate,
    rows_shown,
    steps_told,
    to_secrets,
    until,
)
from tui.config.connection import Connection
from tui.config.credentials import CredentialKey, MemoryStore
from tui.config.secret_file import CannotSave, save_secret
from tui.ordercloud.transports.retry import RetryPolicy
from tui.panes import client_secrets
from tui.panes.client_secrets import SecretsView
from tui.panes.new_secret import check_new_secret
from tui.panes.secret_rotation import SecretRotation
from tui.panes.secret_rows import ago, coarse, expiry, last_use
from tui.panes.secret_shown import SecretShown
from tui.sandbox.control.rules import Fault, Rule
from tui.sandbox.demo import PASSWORD
from tui.session.attempts import Attempts, Form, Kind
from tui.session.rotation import Half, Step
from tui.session.secret_use import SecretUses, Use
from tui.widgets import clipboard
from tui.widgets.clipboard import TERMINAL, copy, system_command
from tui.widgets.dialogs import Ask, Choose, Confirm, Note


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr(RetryPolicy, "wait", lambda *_: 0.0)


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


# -- the list ---------------------------------------------------------------------------------------------------------


def test_an_expiry_has_a_sign_when_it_is_near_or_over() -> None:
    def told(**amount: float) -> tuple[str, list[str]]:
        shown = expiry(START + timedelta(**amount), START)
        return shown.plain, [str(span.style) for span in shown.spans]

    assert expiry(None, START).plain == "never"
    assert told(days=30) == ("in 30 days", [])
    assert told(days=14) == ("in 14 days", [])
    assert told(days=9, hours=3) == ("▲ in 9 days", ["$countdown-near"])
    assert told(hours=5, minutes=1) == ("▲ in 5h 1m", ["$countdown-near"])
    assert told(days=-300) == ("✗ expired 300 days ago", ["$refused"])
    assert told() == ("✗ expired just now", ["$refused"])


def test_a_last_use_is_told_only_where_it_is_known() -> None:
    uses = SecretUses(START, {"": Use(2, 1, START, "erp")})
    later = START + timedelta(minutes=3)
    assert last_use(None, None, later).plain == ""
    assert last_use(uses, "b", later).plain == "not seen"
    assert last_use(uses, None, later).plain == "3m ago"
    assert (ago(timedelta(0)), coarse(timedelta(hours=49))) == ("just now", "2 days")


async def test_the_list_tells_names_expiry_and_last_use(console: Console) -> None:
    await to_secrets(console, "Reporting Job")
    session = console.app.session
    api_client = console.app.query_one(SecretsView).api_client
    assert api_client is not None
    near = {"Name": "B", "Expiration": (START + timedelta(days=9)).isoformat()}
    await session.client.api_clients.secrets(api_client.id).create(near)
    attempts = Attempts(session)
    for secret in (PASSWORD, PASSWORD, "wrong"):
        await attempts.run(Form(Kind.CLIENT_CREDENTIALS, api_client.id, secret=secret))
    assert session.opened.sandbox is not None
    session.opened.sandbox.control.clock.advance(timedelta(minutes=2))
    session.marketplace.forget()
    await console.press("escape", "r")
    await to_secrets(console, "Reporting Job")
    await until(console, lambda: len(rows_shown(console)) == 2)
    assert rows_shown(console) == [("legacy secret", "never", "2m ago"), ("B", "▲ in 8 days", "not seen")]
    assert "legacy secret: It was used 2 times since the log began at 09:14:03, 2 of them refused" in below(console)
    await console.press("j")
    assert "B: No request came with it since the log began" in below(console)
    await to_secrets(console, "Nightly Export")
    (row,) = rows_shown(console)
    assert row[1].startswith("✗ expired ")


async def test_deleting_the_last_one_that_works_says_what_is_left(console: Console) -> None:
    client = console.app.session.client.api_clients
    export = next(
        each for each in console.app.session.marketplace.api_clients.values() if each.app_name[:7] == "Nightly"
    )
    for name in ("Rotation B", "Rotation C"):
        await client.secrets(export.id).create({"Name": name})
    nobody, everybody = "nobody gets in until there is another one", "every grant works without a secret"
    for name, wanted in (("Rotation C", ""), ("Rotation B", nobody), ("Export 2025", everybody)):
        await console.press("r")
        view = await to_secrets(console, "Nightly Export")
        view._list.cursor = [row.name for row in view._list.rows].index(name)
        await press(console, "delete", Confirm)
        question = console.app.screen
        assert isinstance(question, Confirm)
        told = str(question._body)
        assert (nobody in told, everybody in told) == (wanted == nobody, wanted == everybody)
        await home(console, "y")


async def test_no_real_marketplace_tells_of_a_use() -> None:
    async with open_console(console_request()) as console:
        session = console.app.session
        assert session._opened is not None
        session._opened = replace(session._opened, sandbox=None)
        assert await session.use_log() is None
        await rotate(console, "Reporting Job", log=False)
        assert "Last used" not in console.text


# -- values -----------------------------------------------------------------------------------------------------------


async def test_a_value_is_seen_while_its_key_is_felt_and_no_longer(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_secrets, "SHOWN_SECONDS", 60)
    await to_secrets(console, "Reporting Job")
    assert PASSWORD not in console.text
    for key in ("j", "tab", "right_square_bracket"):
        await console.press("v", "v")
        assert PASSWORD in console.text
        await console.press(key)
        assert PASSWORD not in console.text
        await to_secrets(console, "Reporting Job")
    monkeypatch.setattr(client_secrets, "SHOWN_SECONDS", 0.01)
    await console.press("v")
    for _ in range(100):
        if PASSWORD not in console.text:
            break
        await console.pilot.pause(0.01)
    assert PASSWORD not in console.text
    await console.press("v")
    await console.press("1")
    assert PASSWORD not in console.text


async def create(console: Console, name: str = "B") -> SecretShown:
    await press(console, "n", Ask)
    await console.type(name)
    await field(console, 1)
    await press(console, "enter", SecretShown)
    shown = console.app.screen
    assert isinstance(shown, SecretShown)
    return shown


def told_of(shown: SecretShown) -> str:
    return str(shown.query_one(".said", Static).content)


async def test_a_new_value_goes_where_the_person_wants_and_only_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "xclip"
    tool.write_text(f'#!/bin/sh\ncat > "{tmp_path}/clipboard"\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(clipboard, "SECONDS", 30)
    keyring = MemoryStore()
    async with open_console(replace(console_request(), keyring=keyring)) as console:
        await to_secrets(console, "Buyer Storefront")
        shown = await create(console)
        value = shown._value
        await console.press("escape")
        assert console.app.screen is shown, "nothing was done with it yet"
        assert "neither copied nor kept" in told_of(shown)
        await console.press("y")
        await until(console, lambda: shown.kept)
        assert told_of(shown) == "✓ Sent to the terminal's clipboard (OSC 52) and the system's (xclip)."
        assert (tmp_path / "clipboard").read_text() == value == console.app.clipboard
        await console.press("s")
        await until(console, lambda: "in this sitting" in shown.kept)
        key = CredentialKey("client_secret", console.app.session.identity.url, shown._key.client_id)
        assert await keyring.get(key) == value
        for said in ("only you can read it", "is there already"):
            await press(console, "f", Ask)
            await press(console, "enter", SecretShown)
            await until(console, lambda said=said: said in told_of(shown), said)  # type: ignore[misc]  # its default
        file = tmp_path / "buyer-storefront-b.secret"
        assert file.read_text() == value
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert shown.kept == ["copied", "in this sitting", f"in {file}"]
        await home(console, "escape")
        assert value[:30] not in console.text
        changes = [each.what for each in console.app.session.journal.changes]
        assert changes == ["Buyer Storefront: created the secret B"]


async def test_without_a_keyring_it_says_so_and_closing_twice_lets_go(console: Console) -> None:
    await to_secrets(console, "Buyer Storefront")
    shown = await create(console)
    await console.press("s")
    await until(console, lambda: told_of(shown))
    assert told_of(shown) == "✗ It was not stored: this machine has no keyring."
    assert shown.kept == []
    await home(console, "escape", "escape")


@pytest.mark.parametrize(
    ("lifetime", "wrong"),
    [("", False), ("30d", False), ("12h", False), ("1h30", False), ("30", True), ("0m", True), ("soon", True)],
)
def test_a_life_without_a_unit_is_asked_about_for_days_are_meant_more_often(lifetime: str, wrong: bool) -> None:
    told = check_new_secret(("Rotation", lifetime))
    assert (told is not None) is wrong
    if lifetime == "30":
        assert told == "Is it days, hours or minutes? Write 30d, 30h or 30m."


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for path in (target, link, tmp_path, tmp_path / "no" / "folder", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(CannotSave) as refused:
            save_secret(path, "s3cr3t")
        assert "s3cr3t" not in str(refused.value)
    assert target.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()
    assert save_secret(tmp_path / "new", "ö").read_bytes() == "ö".encode()


def test_which_clipboard_there_is(tmp_path: Path) -> None:
    assert system_command("darwin", {}) == ("pbcopy",)
    assert system_command("win32", {}) == ("clip",)
    for name in ("wl-copy", "xsel"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o700)
    path = {"PATH": str(tmp_path)}
    assert system_command("linux", path) is None, "no display"
    assert system_command("linux", {**path, "DISPLAY": ":0"}) == ("xsel", "--clipboard", "--input")
    assert system_command("linux", {**path, "DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}) == ("wl-copy",)


@pytest.mark.skipif(sys.platform == "win32", reason="the system's clipboard needs no display there")
async def test_a_clipboard_that_fails_is_not_claimed(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "xclip"
    tool.write_text("#!/bin/sh\nexit 1\n")
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert await copy(console.app, "x") == TERMINAL
    tool.write_text("no program at all")
    assert await copy(console.app, "x") == TERMINAL


# -- rotation ---------------------------------------------------------------------------------------------------------


async def created(console: Console, name: str) -> SecretRotation:
    """Walk to where the new secret is there, and its value copied."""
    screen = await rotate(console, name)
    await press(console, "enter", Ask)
    await field(console, 1)
    await press(console, "enter", SecretShown)
    await console.press("y")
    shown = console.app.screen
    assert isinstance(shown, SecretShown)
    await until(console, lambda: shown.kept)
    await press(console, "escape", Step.PROVE)
    return screen


async def test_the_path_is_walked_with_the_keyboard(console: Console) -> None:
    await rotate(console, "Dockside Sensor")
    await press(console, "enter", Ask)
    await press(console, "escape", Step.CREATE)
    await home(console, "escape")  # nothing was done, so there is nothing to tell
    assert console.app.session.journal.last is None
    screen = await created(console, "Dockside Sensor")
    assert "goes on working beside it, and nobody is signed out." in steps_told(screen)
    await press(console, "enter", Ask)  # its context user has no access, so a user signs in
    fill(console, 0, "shopper01")
    fill(console, 1, PASSWORD)
    await field(console, 1)
    await press(console, "enter", Step.USE)
    assert not screen.query_one("#go").has_class("-active"), "an enter while it is so would be lost"
    assert "A token for shopper01" in steps_told(screen)
    await press(console, "enter", Step.RETIRE)
    await press(console, "enter", Confirm)
    await press(console, "y", Step.REFUSED)
    await press(console, "enter", None)
    assert "Before, it was taken." in steps_told(screen)
    await press(console, "enter", Note)
    assert account(console).endswith("That it is refused is proven.")
    await home(console, "escape")
    await until(console, lambda: [row[0] for row in rows_shown(console)] == ["Rotation 2026-11-23"])
    assert screen.rotator.value not in "".join(console.told)


async def test_a_connection_lost_between_creating_and_retiring(console: Console) -> None:
    """The new secret stays, the old one works on, and what is told of it is true."""
    screen = await created(console, "ERP Middleware")
    sandbox = console.app.session.opened.sandbox
    assert sandbox is not None
    faults = sandbox.control.faults
    faults.add(Rule(Fault.DROP_AFTER, path="/oauth/token", method="POST"))
    await console.press("enter")
    await until(console, lambda: "No answer that tells." in steps_told(screen))
    faults.clear()
    await press(console, "enter", Step.USE)
    await press(console, "enter", Step.RETIRE)
    faults.add(Rule(Fault.DROP_BEFORE, path="/v1/*", method="DELETE"))
    faults.add(Rule(Fault.DROP_BEFORE, path="/v1/*", method="GET"))
    await press(console, "enter", Ask)
    fill(console, 0, PASSWORD)
    await press(console, "enter", Confirm)
    await press(console, "y", Step.RETIRE)
    assert screen.rotator.rotation.retired is Half.MAYBE
    assert "Whether it is gone is not known." in steps_told(screen)
    await press(console, "escape", Note)
    told = account(console)
    assert "Rotation 2026-11-23 was created; its value was copied. That it works is proven." in told
    assert "Whether Rotation A is gone is not known: the answer was lost." in told
    faults.clear()
    await home(console, "escape")
    await console.press("escape", "r")
    await to_secrets(console, "ERP Middleware")
    await until(console, lambda: sorted(row[0] for row in rows_shown(console)) == ["Rotation 2026-11-23", "Rotation A"])


async def test_on_a_real_marketplace_the_person_is_asked_whether_it_is_used(console: Console) -> None:
    screen = await created(console, "ERP Middleware")
    await press(console, "enter", Step.USE)
    session = console.app.session
    opened = session._opened
    assert opened is not None
    session._opened = replace(opened, sandbox=None, connection=Connection("https://x.example", "c"))
    try:
        await press(console, "enter", Confirm)
        await press(console, "enter", Step.USE)
        assert "You said that something still needs it." in steps_told(screen)
        screen.query_one("#anyway").focus()
        await press(console, "enter", Step.RETIRE)
    finally:
        session._opened = opened
    # It is left there, and another day it goes on with the second secret.
    value = screen.rotator.value
    await press(console, "escape", Note)
    await home(console, "escape")
    again = await rotate(console, "ERP Middleware", log=False)  # its list was read while there seemed to be no log
    await press(console, "enter", Choose)
    assert "A second secret is there already" in console.text
    assert "Go on with Rotation 2026-11-23 " in console.text
    await press(console, "enter", Ask)
    fill(console, 0, value)
    await press(console, "enter", Step.PROVE)
    assert "Rotation 2026-11-23 is there already; nothing was created." in steps_told(again)
    await press(console, "enter", Step.USE)
    assert "A token for erp-service" in steps_told(again)
    await press(console, "escape", Note)
    assert "Rotation 2026-11-23 was there already, and this rotation went on with it." in account(console)
