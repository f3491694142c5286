"""The command line: exit codes, what goes to which stream, and what each command is asked to do."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from tui import __version__, cli
from tui.arguments import Options, make_parser
from tui.cli import Exit, UsageError, console_request, main
from tui.config.credentials import CredentialKey, CredentialsUnavailable
from tui.config.request import ConsoleRequest
from tui.sandbox import server
from tui.sandbox.guard import Doors
from tui.sandbox.large import LargeSize
from tui.sandbox.server import Extras
from tui.visible import visible

HEADER = "eyJhbGciOiJSUzI1NiIsImtpZCI6Ing2c0EifQ"
# the claims: usr with an escape sequence and a change of direction in it, role Shopper, exp 1
TOKEN = f"{HEADER}.eyJ1c3IiOiAiYVx1MDAxYl0wO3hcdTAwMDdcdTIwMmViIiwgInJvbGUiOiAiU2hvcHBlciIsICJleHAiOiAxfQ.c2ln"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ConsoleRequest]:
    """Stand in for the console and for a terminal; collects the requests."""
    requests: list[ConsoleRequest] = []

    def run(request: ConsoleRequest) -> int:
        requests.append(request)
        return 3

    module = types.ModuleType("tui.app")
    monkeypatch.setattr(module, "run", run, raising=False)
    monkeypatch.setitem(sys.modules, "tui.app", module)
    monkeypatch.setattr(cli, "_has_terminal", lambda: True)
    return requests


def give_input(monkeypatch: pytest.MonkeyPatch, data: bytes, *, terminal: bool = False) -> None:
    stream = io.TextIOWrapper(io.BytesIO(data))
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stdin", stream)


def request_for(*arguments: str, environ: dict[str, str] | None = None) -> ConsoleRequest:
    options = make_parser().parse_args(list(arguments), namespace=Options())
    return console_request(options, {"OCGATE_HOME": os.environ["OCGATE_HOME"], **(environ or {})})


def write_settings(text: str) -> None:
    file = Path(os.environ["OCGATE_HOME"]) / "config" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


# -- version, help, usage


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == Exit.OK
    assert capsys.readouterr() == (f"ocgate {__version__}\n", "")
    assert main(["--help"]) == Exit.OK
    told = capsys.readouterr().out
    assert "ocgate" in told
    assert "OCGATE_PASSWORD" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nope"],
        ["nope"],
        ["--prof", "x"],
        ["--grant", "magic"],
        ["--db", "a", "--memory"],
        ["sandbox", "--port", "65536"],
        ["sandbox", "--port", "-1"],
        ["sandbox", "--seed", "big"],
        ["sandbox", "--users", "5"],
        ["sandbox", "--seed", "large", "--users", "-1"],
        ["sandbox", "--seed", "large", "--buyers", "1000001"],
        ["sandbox", "--deterministic", "x"],
        ["sandbox", "--snapshots", "folder"],
        ["sandbox", "--cors", "localhost"],
        ["sandbox", "--cors", "http://localhost/path"],
        ["sandbox", "--allow-host", "http://sandbox.test"],
        ["sandbox", "--allow-host", "sandbox.test:80"],
        ["decode", "a", "b"],
        ["--url", "x", "decode", "a"],
        ["--memory", "sandbox"],
        ["--theme", "nope"],
        ["--memory", "--url", "https://x.example"],
        ["--db", "f", "--profile", "p"],
        ["--sandbox", "--client-id", "1"],
    ],
)
def test_wrong_usage(arguments: list[str], asked: list[ConsoleRequest], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err
    assert asked == []


@pytest.mark.parametrize(
    "name", ["--password", "--client-secret", "--secret", "--token", "--access-token", "--refresh-token"]
)
@pytest.mark.parametrize("command", [[], ["sandbox"], ["decode"]])
def test_a_secret_is_never_an_option(command: list[str], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([*command, name, "hunter2"], [*command, f"{name}=hunter2"]):
        assert main(arguments) == Exit.USAGE
        out, err = capsys.readouterr()
        assert "hunter2" not in out + err
        assert "OCGATE_PASSWORD" in err


# -- decode


def test_decode_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", TOKEN]) == Exit.OK
    out, err = capsys.readouterr()
    assert err == ""
    assert "Shopper" in out
    assert "not checked" in out
    assert "failed" in out  # exp is long ago
    assert r"a\x1b]0;x\x07\u202eb" in out
    assert all(each.isprintable() or each == "\n" for each in out)


def test_decode_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--json", TOKEN]) == Exit.OK
    out = capsys.readouterr().out
    assert out.isascii()
    document = json.loads(out)
    assert document["header"] == {"alg": "RS256", "kid": "x6sA"}
    assert document["claims"] == {"usr": "a\x1b]0;x\x07\u202eb", "role": "Shopper", "exp": 1}
    assert {name: verdict["status"] for name, verdict in document["verdicts"].items()} == {
        "decoded": "passed",
        "signature": "not checked",
        "claims": "failed",
    }
    assert all(verdict["why"] for verdict in document["verdicts"].values())


@pytest.mark.parametrize("arguments", [["decode"], ["decode", "-"]])
def test_decode_reads_standard_input(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give_input(monkeypatch, f"  {TOKEN}\n".encode(), terminal=arguments[-1] == "-")
    assert main(arguments) == Exit.OK
    assert "Shopper" in capsys.readouterr().out


def test_decode_without_a_token_does_not_wait_for_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give_input(monkeypatch, b"", terminal=True)
    assert main(["decode"]) == Exit.USAGE
    assert "which token?" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "abc", "a.b", "e30.!!!.c2ln", "\x1b[31m.x.y", "\ufffd" * 9])
def test_no_token(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", text]) == Exit.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ocgate: not a token: ")
    assert "(at character " in err
    assert all(each.isprintable() or each == "\n" for each in err)


def test_bytes_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    give_input(monkeypatch, b"\xff\xfe\x00." * 99)
    assert main(["decode"]) == Exit.FAILED


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "tui", "decode", TOKEN]
    run = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=50)
    os.close(write)
    assert (run.returncode, run.stderr) == (0, "")


# -- the console


def test_without_a_terminal() -> None:
    command = [sys.executable, "-m", "tui"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=50)
    assert (run.returncode, run.stdout) == (Exit.USAGE, "")
    assert "needs a terminal" in run.stderr
    assert "`ocgate decode`" in run.stderr
    assert "`ocgate sandbox`" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_the_consoles_exit_code_is_ours(asked: list[ConsoleRequest]) -> None:
    assert main([]) == Exit.NOT_CONNECTED
    (request,) = asked
    assert request.connection is None
    assert request.sandbox_db == request.paths.sandbox_database
    assert (request.sandbox_memory, request.theme, request.read_only, request.problems) == (False, None, False, ())


def test_options_reach_the_request(tmp_path: Path) -> None:
    assert request_for("--memory").sandbox_db is None
    assert request_for("--memory").sandbox_memory
    assert request_for("--db", str(tmp_path / "x.db")).sandbox_db == tmp_path / "x.db"
    assert request_for("--theme", "dusk", "--read-only").theme == "dusk"
    connection = request_for(
        "--url", "https://x.example", "--client-id", "1", "--username", "me", "--read-only"
    ).connection
    assert connection is not None
    assert connection.complete
    assert connection.read_only
    variables = request_for(environ={"OCGATE_REGION": "us-west", "OCGATE_ENVIRONMENT": "production"}).connection
    assert variables is not None
    assert variables.url == "https://api.ordercloud.io"


def test_the_settings_reach_the_request() -> None:
    write_settings("read_only = true\nprofile = 'p'\n[sandbox]\ndatabase = 'mine.db'\n[profiles.p]\nclient_id = '1'\n")
    request = request_for()
    assert request.read_only
    assert request.connection is not None
    assert request.connection.profile == "p"
    sandbox = request_for("--sandbox")
    assert sandbox.connection is None
    assert sandbox.sandbox_db == sandbox.paths.config / "mine.db"
    assert request_for("--memory").connection is None


def test_broken_settings_do_not_keep_the_console_from_starting() -> None:
    write_settings("theme = 3\nread_only = true")
    request = request_for()
    assert request.read_only
    (problem,) = request.problems
    assert problem.endswith("config.toml:1: theme: must be the name of a theme, not the number 3")


async def test_secrets_in_variables_are_for_the_connection_of_this_start() -> None:
    named = ("--url", "https://x.example", "--client-id", "1", "--username", "me")
    request = request_for(*named, environ={"OCGATE_PASSWORD": "hunter2"})
    assert await request.credentials.get(CredentialKey("password", "https://x.example", "1", "me")) == "hunter2"
    assert "hunter2" not in repr(request)
    for arguments in ((), ("--sandbox",), named[:4]):
        later = request_for(*arguments, environ={"OCGATE_PASSWORD": "hunter2"}).credentials
        with pytest.raises(CredentialsUnavailable, match="keyring"):  # the last store that is asked has none
            await later.get(CredentialKey("password", "https://x.example", "1", "me"))


def test_the_persons_own_theme_may_be_named() -> None:
    themes = Path(os.environ["OCGATE_HOME"]) / "config" / "themes"
    themes.mkdir(parents=True)
    (themes / "mine.toml").write_text("")
    assert request_for("--theme", "mine").theme == "mine"
    with pytest.raises(UsageError, match="There are: contrast, daylight, dusk, harbor, mine, plain, terminal"):
        request_for("--theme", "their")


# -- the sandbox


def test_the_server_keeps_the_sandbox_where_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[Path | None] = []

    def serve(*, path: Path | None, **_: object) -> int:
        calls.append(path)
        return 0

    monkeypatch.setattr(server, "serve", serve)
    write_settings("[sandbox]\ndatabase = 'mine.db'\n")
    for arguments in ([], ["--memory"], ["--db", str(tmp_path / "x.db")]):
        assert main(["sandbox", *arguments]) == Exit.OK
    assert calls == [request_for("--sandbox").sandbox_db, None, tmp_path / "x.db"]
    assert capsys.readouterr().err == ""
    write_settings("[sandbox]\ndatabase = 7\n")
    assert main(["sandbox"]) == Exit.OK
    assert "sandbox.database: must be the path of a file, not the number 7" in capsys.readouterr().err


def test_the_sandboxs_options_reach_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[str, int, Path | None, str]] = []
    extras: list[Extras] = []

    def fake(*, host: str, port: int, path: Path | None, seed: str, extras_: Extras) -> int:
        calls.append((host, port, path, seed))
        extras.append(extras_)
        return 0

    monkeypatch.setattr(server, "serve", lambda *, extras, **said: fake(**said, extras_=extras))
    assert main(["sandbox"]) == Exit.OK
    assert main(["sandbox", "--memory", "--port", "8080", "--host", "::1", "--seed", "empty"]) == Exit.OK
    assert main(["sandbox", "--db", str(tmp_path / "x.db")]) == Exit.OK
    usual = Path(os.environ["OCGATE_HOME"]) / "data" / "sandbox.db"
    assert calls == [
        ("127.0.0.1", 0, usual, "demo"),
        ("::1", 8080, None, "empty"),
        ("127.0.0.1", 0, tmp_path / "x.db", "demo"),
    ]
    assert [each.control for each in extras] == [False] * 3
    assert [each.doors for each in extras] == [Doors()] * 3
    assert extras[0].snapshots == usual.parent / "snapshots"
    large = ["--seed", "large", "--api-clients", "5", "--buyers", "6", "--suppliers", "7", "--users", "8"]
    doors = ["--allow-host", "sandbox.test", "--allow-host", "Other", "--cors", "http://localhost:3000", "--cors", "*"]
    folder = ["--open-idp", "--control", "--snapshots", str(tmp_path)]
    assert (
        main(["sandbox", "--memory", *large, "--seed-number", "9", "--deterministic", "x", *doors, *folder]) == Exit.OK
    )
    assert extras[-1] == Extras(
        control=True,
        doors=Doors(("sandbox.test", "other"), ("http://localhost:3000", "*")),
        snapshots=tmp_path,
        size=LargeSize(5, 6, 7, 8, 9),
        deterministic="x",
        open_idp=True,
    )


def test_the_help_of_the_sandbox_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sandbox", "--help"]) == Exit.OK
    told = capsys.readouterr().out
    server = "--control --snapshots --deterministic --allow-host --open-idp --cors"
    data = "--seed --seed-number --db --memory --host --port"
    assert [each for each in f"{server} {data}".split() if each not in told] == []
    assert [each for each in ("--api-clients", "--buyers", "--suppliers", "--users") if each not in told] == []


# -- the last resort


@pytest.mark.parametrize(
    ("failure", "code"), [(KeyboardInterrupt(), Exit.INTERRUPTED), (RuntimeError("hunter2"), Exit.BUG)]
)
def test_interruptions_and_bugs(
    failure: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(options: Options) -> int:
        raise failure

    monkeypatch.setattr(cli, "_decode", fail)
    assert main(["decode", TOKEN]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert "hunter2" not in err
    assert ("RuntimeError at cli.py:" in err) == (code == Exit.BUG)


@pytest.mark.parametrize("closed", ["stdin", "stdout", "stderr"])
def test_streams_that_are_not_there(closed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, closed, None)
    assert main([]) == Exit.USAGE


def test_visible_changes_nothing_harmless() -> None:
    assert visible("Größe 数 [bold] \\ 'x'") == "Größe 数 [bold] \\ 'x'"
    assert visible("a\x1b\x9b\n\u202e\u2028\ud800") == r"a\x1b\x9b\n\u202e\u2028\ud800"
