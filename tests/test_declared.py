"""`ocgate export`, `plan` and `apply`: exit codes, streams, questions, production, and ctrl+c."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.test_import_hygiene import loaded_by
from tui.cli import main
from tui.exits import WOULD_CHANGE, Exit
from tui.headless import declared, opening
from tui.session.bulk import Progress
from tui.session.declared.apply import Applying
from tui.session.session import Session


class Answers(io.StringIO):
    """Standard input at which a person sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An export of the sandbox in the home's file."""
    file = tmp_path / "api-clients.toml"
    assert main(["export", "-o", str(file)]) == Exit.OK
    assert capsys.readouterr() == ("", "")
    return file


def edited(file: Path, *changes: tuple[str, str]) -> str:
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    other = file.with_name("edited.toml")
    other.write_text(text, encoding="utf-8")
    return str(other)


LONGER = ("AccessTokenDuration = 120", "AccessTokenDuration = 90")
"""A change of the Partner Portal alone."""


def sit(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Put a person at the terminal who answers."""
    monkeypatch.setattr(sys, "stdin", Answers("".join(f"{answer}\n" for answer in answers)))
    monkeypatch.setattr(opening, "has_terminal", lambda: True)
    monkeypatch.setattr(declared, "has_terminal", lambda: True)


def put_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    straight = Session.open

    async def open_there(session: Session) -> None:
        await straight(session)
        session.identity = replace(session.identity, kind="production")

    monkeypatch.setattr(Session, "open", open_there)


def test_an_export_is_the_same_twice_on_standard_output_as_in_a_file(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export"]) == Exit.OK
    out, err = capsys.readouterr()
    assert (out, err) == (export.read_text(encoding="utf-8"), "")
    assert main(["export", "Partner Portal"]) == Exit.OK
    assert [each["AppName"] for each in tomllib.loads(capsys.readouterr().out)["ApiClients"]] == ["Partner Portal"]
    assert main(["export", "Nobodys"]) == Exit.FAILED
    assert "no API client with the ID or the name Nobodys" in capsys.readouterr().err
    assert main(["export", "-o", str(export / "x")]) == Exit.FAILED
    assert "could not be written" in capsys.readouterr().err


def test_a_plan_says_by_its_exit_code_whether_something_would_change(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(export)]) == Exit.OK
    assert "Nothing would change." in capsys.readouterr().out
    file = edited(export, LONGER, ('AppName = "Kiosk Terminal"', 'AppName = "Quay \\u001b[31m"'))
    assert main(["plan", file]) == WOULD_CHANGE == 2
    out, err = capsys.readouterr()
    assert err == ""
    assert "~ Partner Portal: matched by ID\n  ~ AccessTokenDuration: 120 → 90\n" in out
    assert "2 fields to change." in out
    assert "\x1b" not in out
    assert main(["plan", "--json", file]) == WOULD_CHANGE
    document = json.loads(capsys.readouterr().out)
    step = next(each for each in document["Steps"] if each["Field"] == "AccessTokenDuration")
    assert (step["Do"], step["ApiClient"], step["Before"], step["After"]) == ("change", "Partner Portal", 120, 90)
    assert {each["How"] for each in document["Matches"]} == {"by ID"}
    problem = edited(export, ('    "gale-sails",', '    "nobody",'))
    assert main(["plan", problem]) == Exit.FAILED
    assert "Partner Portal: Suppliers: there is no supplier nobody here" in capsys.readouterr().out


def test_what_is_wrong_with_the_file_or_the_use_is_no_plan(
    export: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (
        ["plan"],
        ["plan", "--nope", "x"],
        ["--theme", "dusk", "plan", "x"],
        ["plan", "--password", "x", "y"],
    ):
        assert main(arguments) == int(Exit.PLAN_USAGE) == 64
        out, err = capsys.readouterr()
        assert out == ""
        assert err
    assert main(["apply"]) == Exit.USAGE
    assert main(["plan", str(export.with_name("gone.toml"))]) == Exit.FAILED
    assert "gone.toml: could not be read: No such file" in capsys.readouterr().err
    assert main(["plan", edited(export, LONGER, ("Format = 1", "Format = 9"))]) == Exit.FAILED
    assert "edited.toml:7: Format: is 9: written by a newer ocgate" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Format = 1\nx = 1\n")))
    assert main(["plan", "-"]) == Exit.FAILED
    assert "standard input:2: x: unknown key" in capsys.readouterr().err


def test_where_to_connect_may_be_said_before_and_after_the_command(
    export: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--memory", "plan", str(export)]) == Exit.OK
    assert main(["plan", "--db", str(tmp_path / "other.db"), str(export)]) == Exit.OK
    assert (tmp_path / "other.db").exists()
    capsys.readouterr()
    named = ["--url", "https://localhost:1", "--client-id", "1", "--username", "me"]
    assert main(["plan", *named, str(export)]) == Exit.NOT_CONNECTED
    assert "The password of me is not known. Set OCGATE_PASSWORD" in capsys.readouterr().err
    assert main(["plan", *named[:4], str(export)]) == Exit.NOT_CONNECTED
    assert "The username is missing" in capsys.readouterr().err


def test_nothing_is_applied_without_a_yes(
    export: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = edited(export, LONGER)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(["apply", file]) == Exit.USAGE
    assert "then add --yes" in capsys.readouterr().err
    for answer in ("", "n", "Harbor Supply"):
        sit(monkeypatch, answer)
        assert main(["apply", file]) == Exit.FAILED
        out, err = capsys.readouterr()
        assert "AccessTokenDuration: 120 → 90" in out
        assert "1 field to change. Go on? (y/N)" in err
        assert "Nothing was changed." in err
    assert main(["apply", "--read-only", "--yes", file]) == Exit.FAILED
    assert "This connection is read-only" in capsys.readouterr().err
    assert main(["plan", str(export)]) == Exit.OK, "all is as it was"


def test_a_file_is_applied_with_a_line_for_each_step_and_an_account(
    export: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = edited(export, LONGER, ('    "gale-sails",', '    "nobody",'))
    assert main(["apply", "--yes", file]) == Exit.FAILED
    assert "Nothing was changed, because of the problems" in capsys.readouterr().err
    assert main(["apply", "--yes", "--partial", "--json", file]) == Exit.FAILED, "not all of it could be done"
    out, err = capsys.readouterr()
    assert "ocgate: Partner Portal: AccessTokenDuration: 120 → 90: done\n" in err
    account = json.loads(out)
    assert account["Counts"] == {"done": len(account["Steps"])}
    assert {each["Result"] for each in account["Steps"]} == {"done"}
    sit(monkeypatch, "y")
    assert main(["apply", str(export)]) == Exit.OK
    out, err = capsys.readouterr()
    assert out.endswith(f"{len(account['Steps'])} done.\n")
    assert main(["plan", str(export)]) == Exit.OK
    assert main(["apply", "--yes", str(export)]) == Exit.OK
    assert capsys.readouterr().out.endswith("Nothing would change.\n")


def test_what_is_not_in_the_file_goes_only_when_asked_for(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = export.read_text(encoding="utf-8")
    start = text.index("[[ApiClients]]\n", text.index("Supplier Network"))
    export.write_text(text[:start] + text[text.index("[References.Buyers]") :], encoding="utf-8")
    assert main(["plan", str(export)]) == Exit.OK
    assert "Here, not in the file, and left alone: Vendor Onboarding." in capsys.readouterr().out
    assert main(["apply", "--delete", "--yes", str(export)]) == Exit.OK
    assert "- Vendor Onboarding: not in the file" in capsys.readouterr().out
    assert main(["export", "Vendor Onboarding"]) == Exit.FAILED


def test_production_wants_its_name(
    export: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_production(monkeypatch)
    file = edited(export, LONGER)
    assert main(["apply", "--yes", file]) == Exit.FAILED
    assert "add --confirm with the marketplace's name, Harbor Supply" in capsys.readouterr().err
    assert main(["apply", "--yes", "--confirm", "Harbour", file]) == Exit.FAILED
    assert "--confirm says Harbour, and this is Harbor Supply" in capsys.readouterr().err
    sit(monkeypatch, "y")
    assert main(["apply", file]) == Exit.FAILED
    assert "This is production. Type Harbor Supply to go on:" in capsys.readouterr().err
    sit(monkeypatch, "Harbor Supply")
    assert main(["apply", file]) == Exit.OK
    assert main(["apply", "--yes", "--confirm", "Harbor Supply", str(export)]) == Exit.OK


def test_ctrl_c_leaves_an_account(
    export: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes as the first step has ended, whatever the machine does meanwhile."""
    ended = Applying.run

    async def run(applying: Applying, told: Callable[[Progress], None]) -> Progress:
        sent: list[bool] = []

        def tell(progress: Progress) -> None:
            told(progress)
            if progress.done and not sent:
                sent.append(True)
                os.kill(os.getpid(), signal.SIGINT)

        return await ended(applying, tell)

    monkeypatch.setattr(Applying, "run", run)
    file = edited(export, ("RefreshTokenDuration = 0", "RefreshTokenDuration = 5"))
    assert main(["apply", "--yes", file]) == Exit.INTERRUPTED
    out, _ = capsys.readouterr()
    account = out[out.rindex("\n\n") :]
    assert "Cancelled." in account
    assert "not tried" in account
    done = int(account.split(" done")[0])
    capsys.readouterr()
    assert main(["plan", "--json", file]) == WOULD_CHANGE
    left = json.loads(capsys.readouterr().out)["Steps"]
    assert 0 < done < done + len(left) == text_count(export, "RefreshTokenDuration = 0")


def text_count(file: Path, text: str) -> int:
    return file.read_text(encoding="utf-8").count(text)


def test_a_marketplace_behind_a_port_is_reached_with_what_the_environment_says(
    export: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "tui", "sandbox", "--memory"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            sheet = json.loads(server.stdout.readline())
            for name in ("url", "client_id", "username"):
                monkeypatch.setenv(f"OCGATE_{name.upper()}", sheet[name])
            monkeypatch.setattr("getpass.getpass", lambda _, __: sheet["password"])
            sit(monkeypatch)
            assert main(["plan", edited(export, LONGER)]) == WOULD_CHANGE, "the password is asked for"
            monkeypatch.setattr(opening, "has_terminal", lambda: False)
            assert main(["plan", str(export)]) == Exit.NOT_CONNECTED
            monkeypatch.setenv("OCGATE_PASSWORD", sheet["password"])
            assert main(["apply", "--yes", edited(export, LONGER)]) == Exit.OK
            assert main(["export", "Partner Portal"]) == Exit.OK
            out, err = capsys.readouterr()
            assert "AccessTokenDuration = 90" in out
            assert sheet["password"] not in out + err
        finally:
            server.kill()


def test_what_would_keep_ocgate_out_is_warned_of(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = export.read_text(encoding="utf-8")
    own = text.index('AppName = "Default API Client"')
    export.write_text(text[:own] + text[own:].replace("AllowSeller = true", "AllowSeller = false", 1), encoding="utf-8")
    assert main(["plan", str(export)]) == WOULD_CHANGE
    assert "ocgate is signed in through one of these API clients" in capsys.readouterr().err
    assert main(["apply", "--yes", str(export)]) == Exit.FAILED, "the embedded sandbox is not left without a way in"
    assert "Afterwards it could not get in again" in capsys.readouterr().out


def test_the_command_line_says_it_to_a_pipe_too(export: Path) -> None:
    command = [sys.executable, "-m", "tui", "plan", edited(export, LONGER)]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=50)
    assert (run.returncode, run.stderr) == (2, "")
    assert "1 field to change." in run.stdout


def test_no_screen_is_loaded_for_it(tmp_path: Path) -> None:
    code = f"""
import json, sys
from tui.cli import main
assert main(["--memory", "export", "-o", {str(tmp_path / "x.toml")!r}]) == 0
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
    loaded = loaded_by(code)
    assert "tui.session.declared.reading" in loaded
    assert not {each for each in loaded if each.split(".")[0] in ("textual", "rich", "uvicorn")}
