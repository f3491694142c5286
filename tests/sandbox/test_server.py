from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.support import named
from tui.ordercloud._httpx import httpx
from tui.sandbox.demo import PASSWORD

SERVE = """
import sys
from pathlib import Path
from tui.sandbox.guard import Doors
from tui.sandbox.server import Extras, serve
{}
"""


@contextmanager
def running(
    path: Path | None, *, seed: str = "demo", host: str = "127.0.0.1", extras: str = "None", **env: str
) -> Iterator[Any]:
    """Start a server of its own process; gives the process and what its first line says."""
    where = f"host={host!r}, port=0, path={f'Path({str(path)!r})' if path else None}"
    call = f"sys.exit(serve({where}, seed={seed!r}, extras={extras}))"
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(call)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline() or "null")
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def sign_in(sheet: dict[str, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sheet["url"], trust_env=False) as client:
        form = {"grant_type": "password", **{name: sheet[name] for name in ("client_id", "username", "password")}}
        answer = client.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_what_its_first_line_says_and_stops_at_a_signal(number: signal.Signals) -> None:
    with running(None) as (process, sheet):
        assert sheet == {
            "url": sheet["url"],
            "client_id": named("Default API Client"),
            "username": "harbor-admin",
            "password": PASSWORD,
            "marketplace": "Harbor Supply",
        }
        with sign_in(sheet) as client:
            answer = client.get("/v1/apiclients")
            assert answer.json()["Meta"]["TotalCount"] >= 13
            assert len(answer.headers.get_list("Date")) == 1
            process.send_signal(number)
            assert process.wait(20) == 0
        assert process.stderr.read() == ""


@pytest.mark.timeout(120)
def test_a_deterministic_server_repeats_itself() -> None:
    seen = []
    for _ in range(2):
        with running(None, extras="Extras(deterministic='x')") as (_, sheet), sign_in(sheet) as client:
            token = client.headers["Authorization"].split(".")[0]
            made = client.post("/v1/buyers", json={"Name": "B"})
            refused = client.get("/v1/me", headers={"Host": "evil.example"})
            seen.append((token, made.json(), made.headers["Date"], refused.headers["Date"]))
    assert seen[0] == seen[1]
    assert seen[0][2:] == ("Mon, 05 Jan 2026 09:00:00 GMT",) * 2


def test_an_acknowledged_write_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "sandbox.db"
    with running(path) as (process, sheet), sign_in(sheet) as client:
        for number in range(20):
            answer = client.post("/v1/buyers", json={"ID": f"kept-{number}", "Name": "Kept"})
            assert answer.status_code == 201
        os.kill(process.pid, signal.SIGKILL)
        process.wait(20)
    with running(path) as (_, sheet), sign_in(sheet) as client:
        kept = client.get("/v1/buyers", params={"Name": "Kept", "pageSize": 100}).json()
        assert kept["Meta"]["TotalCount"] == 20


def test_the_sheet_of_an_empty_marketplace_stays_good_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    sheets = []
    for _ in range(2):
        with running(path, seed="empty") as (_, sheet), sign_in(sheet) as client:
            assert client.get("/v1/me").json()["AvailableRoles"] == ["FullAccess"]
            sheets.append({**sheet, "url": ""})
    assert sheets[0] == sheets[1]


def test_it_says_in_red_when_other_machines_can_reach_it() -> None:
    with running(None, host="0.0.0.0", FORCE_COLOR="1") as (process, sheet):
        assert sheet["url"].startswith("http://127.0.0.1:")
        warning = process.stderr.readline()
        assert warning.startswith("\x1b[1;31m")
        assert "other machines" in warning
        assert "without a password" not in warning
        assert "--open-idp opens it" in process.stderr.readline()
        with sign_in(sheet) as client:
            assert client.get("/idp/authorize").text.count("closed while other machines can reach it") == 1
    with running(None, host="0.0.0.0", extras="Extras(open_idp=True)") as (process, sheet):
        assert "as anybody, without a password" in process.stderr.readline()
        with sign_in(sheet) as client:
            assert "client_id" in client.get("/idp/authorize").text


def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, though it is long enough to be looked at as one" * 100)
    with running(path) as (process, sheet):
        assert sheet is None
        assert process.wait(20) == 3
        assert process.stderr.read().count("\n") == 1
    assert path.read_text().startswith("not a database")
