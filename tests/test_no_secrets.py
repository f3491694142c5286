"""No token, secret or password of a whole run is in anything that the run leaves behind or says.

One sitting in the console and one run of every headless command, on one sandbox: whatever went over the wire as a
credential, and whatever was typed, is looked for in every file, report and line. The sandbox's own database holds
secrets, as a server's does; the standard output of `ocgate token` is the token that was asked for.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tests.panes.test_clients import go_to
from tests.panes.test_editing import put
from tests.panes.tokens_lab import open_tokens
from tui import crash
from tui.cli import main
from tui.config.paths import find_paths
from tui.exits import Exit
from tui.ordercloud import Exchange
from tui.sandbox.demo import PASSWORD
from tui.session.attempts import Kind
from tui.session.declared.reading import export
from tui.session.declared.toml import write_document
from tui.session.findings import keep_finding
from tui.session.scenarios import stage
from tui.session.session import Session

WRONG_PASSWORD, WRONG_SECRET = "Typed-Wrong-Password-77", "Typed-Wrong-Secret-88"
LEGACY, DRAFTED = "A-Legacy-Secret-99", "A-Drafted-Secret-66"
TYPED = {PASSWORD, WRONG_PASSWORD, WRONG_SECRET, LEGACY, DRAFTED}
SHORTEST = 6


@pytest.fixture
def travelled(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Collect every credential that goes over the wire, to the marketplace and to every sandbox made for a scenario."""
    found: set[str] = set()
    heard = Session._heard

    def hear(session: Session, exchange: Exchange) -> None:
        found.update(exchange.secrets)
        heard(session, exchange)

    monkeypatch.setattr(Session, "_heard", hear)
    monkeypatch.setattr(stage, "_unheard", lambda exchange: found.update(exchange.secrets))
    return found


def test_nothing_secret_is_left_behind_or_said(
    travelled: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(sit(tmp_path))
    said = run_everything(tmp_path, capsys, monkeypatch)
    secrets = {each for each in travelled | TYPED if len(each) >= SHORTEST}
    assert len(secrets) > 40, "tokens of many kinds have travelled"
    assert sum(each.startswith("eyJ") for each in secrets) > 10
    paths = find_paths()
    left = {str(file): file.read_bytes() for file in files(paths.config, paths.state, paths.data, tmp_path)}
    kinds = (
        "journal.jsonl",
        "attempts.jsonl",
        "state.toml",
        "drafts",
        "crashes",
        "seen",
        "export.toml",
        "findings",
        "requests.log",
        "screen-tokens.svg",
        "screen-traffic.txt",
        "recorded.toml",
    )
    for kind in (*kinds, *(f"report.{each}" for each in ("junit", "html", "json", "markdown", "text"))):
        assert any(kind in name for name in left), f"{kind} is looked into: {sorted(left)}"
    left |= {f"what `ocgate {name}` said": text.encode() for name, text in said.items()}
    assert [(name, secret[:4]) for name, content in left.items() for secret in secrets if holds(content, secret)] == []


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file() and not file.name.startswith("sandbox.db"):
                yield file


def holds(content: bytes, secret: str) -> bool:
    """Whether a secret is there as it is, or as JSON, a form or Basic write it."""
    forms = {secret, quote_plus(secret), json.dumps(secret)[1:-1], b64encode(f":{secret}".encode()).decode().strip("=")}
    if secret.count(".") == 2:
        forms.add(secret.split(".")[1])  # the claims of a token name people, and its signature makes it one
    return any(each.encode() in content for each in forms)


async def sit(tmp_path: Path) -> None:
    """Sit at the console: attempts, changes, a draft, an export, a scenario, and a crash."""
    database = find_paths().sandbox_database
    request = replace(console_request(), sandbox_db=database, sandbox_memory=False)
    async with open_console(request) as console:
        log = await console.app.session.request_log()  # it is kept from when it is first asked for
        assert log is not None
        edited = await go_to(console, "Partner Portal")
        marketplace = console.app.session.marketplace
        await marketplace.create_secret(edited, "rotation", None)
        kiosk = next(each for each in marketplace.api_clients.values() if each.app_name == "Kiosk Terminal")
        await marketplace.patch_api_client(kiosk, {"ClientSecret": LEGACY})
        lab = await open_tokens(console)
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")
        await console.press("m", "f")
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01", password=WRONG_PASSWORD)
        await lab.run("ERP Middleware", Kind.CLIENT_CREDENTIALS, secret=WRONG_SECRET)
        await lab.run("ERP Middleware", Kind.CLIENT_CREDENTIALS, secret=PASSWORD)
        await lab.run("Buyer Storefront", Kind.PASSWORD, WRONG_PASSWORD, password=WRONG_PASSWORD)
        await lab.run("Buyer Storefront", Kind.PASSWORD, "shopper01")  # a form shows the user as it was typed
        await snapshot(console, tmp_path, "tokens")
        await console.press("right_square_bracket")
        await snapshot(console, tmp_path, "request")
        await console.press("y")
        await snapshot(console, tmp_path, "copy")
        await console.press("escape")
        await record(console, tmp_path / "recorded.toml")
        found = next(each for each in lab.pane.attempts.results if each.token is not None)
        assert found.record is not None
        keep_finding(find_paths().findings, found.record, found.exchange)
        await console.press("4")
        await snapshot(console, tmp_path, "traffic")
        await console.press("enter")
        await snapshot(console, tmp_path, "exchange")
        await console.press("escape")
        entries = "\n".join(repr(each) for each in log.entries())
        assert "/oauth/token" in entries
        (tmp_path / "requests.log").write_text(entries, encoding="utf-8")
        kept = console.app.session.attempt_file
        assert kept is not None
        for result in lab.pane.attempts.results:
            assert result.record is not None
            kept.append(result.record)
        await console.press("1")
        write_document((await export(console.app.session.opened)).document, tmp_path / "export.toml")
        await go_to(console, "Partner Portal")
        await console.press("e")
        await put(console, "ClientSecret", DRAFTED)
        await put(console, "AccessTokenDuration", "90")
        request.state.remember_silenced("x", {"rule": "because"})
        error = RuntimeError(f"{DRAFTED} {PASSWORD}")
        crash.write_report(error, find_paths().crashes, console.clock.now)


async def snapshot(console: Console, folder: Path, name: str) -> None:
    """Keep what the screen shows, as text and as a picture; of the picture the text of its lines, joined."""
    await console.settle()
    (folder / f"screen-{name}.txt").write_text(console.text + "".join(console.text.split()), encoding="utf-8")
    picture = console.app.export_screenshot()
    joined = "".join(re.findall(r">([^<]+)</text>", picture))
    (folder / f"screen-{name}.svg").write_text(picture + joined, encoding="utf-8")


async def record(console: Console, file: Path) -> None:
    console.app.query_one("#history").focus()
    await console.press("S")
    console.app.screen.query_one(Input).value = str(file)
    await console.press("enter")
    await console.app.workers.wait_for_complete()
    await console.settle()


def run_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Run every headless command; return what each said on either stream."""
    said: dict[str, str] = {}
    given = ""

    def do(*arguments: str, code: int = Exit.OK) -> str:
        assert main(arguments) == code, (arguments, capsys.readouterr().err)
        out, err = capsys.readouterr()
        is_token = arguments[0] == "token" and code == Exit.OK
        told = " ".join("TOKEN" if each == given else each for each in arguments)
        said[told] = err if is_token else out + err
        return out

    compact = do("token", "password", "Buyer Storefront", "shopper01").strip()
    given = compact
    answer = json.loads(do("token", "password", "Buyer Storefront", "shopper01", "--json"))
    monkeypatch.setenv("OCGATE_TOKEN_REFRESH", answer["refresh_token"])
    do("token", "refresh", "Buyer Storefront")
    do("token", "refresh", "Partner Portal", code=Exit.FAILED)
    do("token", "client_credentials", "ERP Middleware", "--json")
    monkeypatch.setenv("OCGATE_TOKEN_PASSWORD", WRONG_PASSWORD)
    monkeypatch.setenv("OCGATE_TOKEN_SECRET", WRONG_SECRET)
    do("token", "password", "Buyer Storefront", "shopper01", "--json", code=Exit.FAILED)
    do("token", "client_credentials", "ERP Middleware", code=Exit.FAILED)
    for name in [name for name in os.environ if name.startswith("OCGATE_TOKEN")]:
        monkeypatch.delenv(name)
    for command in ("decode", "verify"):
        code = Exit.OK if command == "decode" else Exit.NOT_CONNECTED
        do(command, compact, code=code)
        do(command, "--json", compact, code=code)
    do("verify", "--sandbox", compact)
    do("who", "Kiosk Terminal", "--all", "--json")
    do("can", "shopper01", "Kiosk Terminal")
    do("advice", code=Exit.FAILED)
    do("advice", "--json", code=Exit.FAILED)
    do("export")
    do("plan", str(tmp_path / "export.toml"))
    do("run", str(tmp_path / "recorded.toml"))
    for form in ("text", "json", "junit", "markdown", "html"):
        do("run", "--refusals", "ERP Middleware", "--format", form, "-o", str(tmp_path / f"report.{form}"))
    do("run", "--refusals", "ERP Middleware", "--here")
    log = [
        {"path": f"/v1/me?access_token={compact}", "status": 200, "authorization": f"Bearer {compact}"},
        {"path": "/oauth/token", "status": 400, "client_id": "x", "client_secret": WRONG_SECRET},
    ]
    requests = find_paths().data / "sandbox.db-requests.jsonl"  # it holds tokens as it comes: others' logs do
    requests.write_text("\n".join(map(json.dumps, log)), encoding="utf-8")
    do("traffic", str(requests))
    do("traffic", "--json", "--names", str(requests))
    return said


def test_no_picture_shows_one() -> None:
    pictures = [file for file in (Path(__file__).parent / "screens").rglob("*") if file.is_file()]
    assert len(pictures) > 10
    token = re.compile(rb"eyJ[A-Za-z0-9_-]{20,}")
    held = [file.name for file in pictures if file.suffix != ".pyc" and token.search(file.read_bytes())]
    assert held == []
    assert [
        file.name for file in pictures if file.suffix in (".svg", ".txt") and PASSWORD.encode() in file.read_bytes()
    ] == []
