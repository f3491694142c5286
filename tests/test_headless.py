"""`ocgate token`, `who`, `can`, `advice`, `run` and `traffic`: exit codes, streams, and what they say."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.session.scenarios.examples import WHOLE
from tests.test_import_hygiene import loaded_by
from tui.cli import main
from tui.exits import Exit
from tui.headless import opening, token
from tui.sandbox.demo import PASSWORD
from tui.tokens.decode import decode

WRONG = "Not-The-Password-9"


def give_input(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_token_writes_a_token_and_tells_the_rest_on_the_other_stream(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert main(["token", "password", "Buyer Storefront", "shopper01", "--roles", "Shopper"]) == Exit.OK
    out, err = capsys.readouterr()
    assert decode(out).claims.role == ("Shopper",)
    assert "password at Buyer Storefront as shopper01: allowed, roles Shopper, access 10h, a refresh token" in err
    assert "AllowAnyBuyer is on" in err

    assert main(["token", "password", "Buyer Storefront", "shopper01", "--json"]) == Exit.OK
    document = json.loads(capsys.readouterr().out)
    assert (document["agreed"], document["expires_in"], document["token_type"]) == (True, 35999, "bearer")
    monkeypatch.setenv("OCGATE_TOKEN_REFRESH", document["refresh_token"])
    assert main(["token", "refresh", "Buyer Storefront"]) == Exit.OK
    assert decode(capsys.readouterr().out).claims.usr == "shopper01"
    (tmp_path / "refresh").write_text(f"{document['refresh_token']}\n", encoding="utf-8")
    monkeypatch.delenv("OCGATE_TOKEN_REFRESH")
    assert main(["token", "refresh", "Partner Portal", "--refresh-file", str(tmp_path / "refresh")]) == Exit.FAILED
    assert "invalid_grant Auth.OauthError" in capsys.readouterr().err

    assert main(["token", "client_credentials", "ERP Middleware"]) == Exit.OK
    assert decode(capsys.readouterr().out).claims.usr == "erp-service"
    monkeypatch.setenv("OCGATE_TOKEN_SECRET", WRONG)
    assert main(["token", "client_credentials", "ERP Middleware"]) == Exit.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert "refused: invalid_client Auth.OauthError" in err
    assert "Not as expected: Expected it to be allowed" in err
    monkeypatch.delenv("OCGATE_TOKEN_SECRET")
    assert main(["token", "anonymous", "Guest Storefront", "--visitor", "v", "--json"]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["refresh_token"] is None

    give_input(monkeypatch, f"{WRONG}\n")
    assert main(["token", "password", "Buyer Storefront", "shopper01", "--password-file", "-", "--json"]) == Exit.FAILED
    out, err = capsys.readouterr()
    assert json.loads(out)["actual"] == "refused: invalid_grant Auth.InvalidUsernameOrPassword"
    assert WRONG not in out + err


def test_wrong_use_says_what_would_be_right(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments, told in (
        (["token", "password", "Buyer Storefront"], "whose token?"),
        (["token", "anonymous", "Guest Storefront", "ada"], "names no user"),
        (["token", "refresh", "Buyer Storefront"], "OCGATE_TOKEN_REFRESH"),
        (["token", "password", "Buyer Storefronts", "ada"], "Did you mean Buyer Storefront?"),
        (["token", "password", "x", "y", "--password-file", "-", "--secret-file", "-"], "one of password"),
        (["token", "password", "x", "y", "--password-file", str(tmp_path / "none")], "could not be read"),
        (["token", "magic", "x"], "invalid choice"),
        (["token", "password", "x", "y", "--password", "z"], "--password is no option"),
        (["who", "Nobody's"], "there is no API client"),
        (["can", "nobody", "Kiosk Terminal"], "there is no user named nobody"),
        (["can", "shopper01", "ERP Middleware", "client_credentials"], "acts as erp-service"),
        (["can", "shopper01", "Partner Portal", "client_credentials"], "acts as nobody"),
        (["run"], "`ocgate run FILE...`"),
        (["run", "x", "--refusals", "y"], "`ocgate run FILE...`"),
        (["run", "x", "--here"], "--here says where"),
        (["run", str(tmp_path / "x.toml")], "could not be read"),
        (["traffic", str(tmp_path / "x.har")], "could not be read"),
        (["--theme", "dark", "who", "x"], "--theme before who"),
    ):
        assert main(arguments) == Exit.USAGE, arguments
        out, err = capsys.readouterr()
        assert out == ""
        assert told in err, err


def test_who_can_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who", "partner portal"]) == Exit.OK
    told = capsys.readouterr().out
    assert "2 buyers and 1 supplier may use it." in told
    assert "✓ Anchor Boats" in told
    assert "Breakwater" not in told
    assert "\x1b" not in told
    assert main(["who", "Partner Portal", "--all", "--json"]) == Exit.OK
    document = json.loads(capsys.readouterr().out)
    by_id = {each["ID"]: each for each in document["Parties"]}
    assert (by_id["gale-sails"]["By"], by_id["drydock-repairs"]["Allowed"], document["Refused"]) == (
        "assignment",
        False,
        8,
    )

    assert main(["can", "shopper01", "Kiosk Terminal"]) == Exit.OK
    told = capsys.readouterr().out
    assert told.startswith(
        "yes: shopper01 at Kiosk Terminal by password\n  roles: Shopper\n  lives: access 10m, no refresh"
    )
    assert main(["can", "breakwater-buyer", "Partner Portal"]) == Exit.FAILED
    assert "refused by check 13, the user's party may use the API client: Auth.OauthError" in capsys.readouterr().out
    assert main(["can", "erp-service", "ERP Middleware", "client_credentials", "--json"]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["Assumptions"] == ["The client secret is right."]

    assert main(["advice", "Nightly Export"]) == Exit.FAILED
    assert "[secrets-expired]" in capsys.readouterr().out
    assert main(["advice", "Kiosk Terminal"]) == Exit.OK
    capsys.readouterr()
    assert main(["advice", "--json"]) == Exit.FAILED
    document = json.loads(capsys.readouterr().out)
    assert len(document["ApiClients"]) == 17
    assert document["Errors"] == sum(
        each["Severity"] == "error" for client in document["ApiClients"] for each in client["Advice"]
    )


def test_run_says_by_its_exit_code_how_it_went(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, bad, demo = tmp_path / "good.toml", tmp_path / "bad.toml", tmp_path / "demo.toml"
    good.write_text(WHOLE, encoding="utf-8")
    bad.write_text(WHOLE.replace("AccessMinutes = 10", "AccessMinutes = 11"), encoding="utf-8")
    step = '[[Steps]]\nGrant = "password"\nApiClient = "Kiosk Terminal"\nUser = "shopper01"\n'
    demo.write_text(f'Format = 1\n[Facts]\nSeed = "demo"\n{step}', encoding="utf-8")
    assert main(["run", str(good), str(demo)]) == Exit.OK
    out, err = capsys.readouterr()
    assert err == ""
    assert "  ✓ in " in out
    assert "  1 of 1 as expected" in out
    assert main(["run", str(good), str(bad), "--format", "junit", "-o", str(tmp_path / "junit.xml")]) == Exit.FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert "16 of 16 as expected" in err
    suites = ElementTree.parse(tmp_path / "junit.xml").getroot().findall("testsuite")
    assert [each.get("failures") for each in suites] == ["0", "1"]
    demo.write_text(f'Format = 1\n[Facts]\nSeed = "demo"\n{step}PasswordFrom = "NOT_SET_ANYWHERE"\n', encoding="utf-8")
    assert main(["run", str(demo)]) == Exit.USAGE
    assert "The variable NOT_SET_ANYWHERE, which the scenario names, is not set." in capsys.readouterr().err
    demo.write_text('Format = 1\n[[Steps]]\nGrant = "magic"\n', encoding="utf-8")
    assert main(["run", str(good), str(demo)]) == Exit.USAGE
    assert "demo.toml:3: Steps[1].Grant: must be one of" in capsys.readouterr().err
    demo.write_text(f'Format = 1\nProfile = "nowhere"\n{step}', encoding="utf-8")
    assert main(["run", str(demo)]) == Exit.NOT_CONNECTED
    assert "nowhere" in capsys.readouterr().err
    demo.write_text(f"Format = 1\n{step}", encoding="utf-8")
    assert main(["run", "--memory", str(demo)]) == Exit.OK


def test_learn_checks_a_tour_without_a_console(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["learn", "--check"]) == Exit.OK
    assert capsys.readouterr().out.count("as expected\n") == 12
    mine = tmp_path / "mine.toml"
    step = '[[Steps]]\nName = "Me"\nText = "Who?"\nCall = "/v1/me"\n'
    mine.write_text(f'Format = 1\n[Facts]\nSeed = "demo"\n{step}Expect = {{ Status = 404 }}\n', encoding="utf-8")
    assert main(["learn", str(mine)]) == Exit.FAILED  # there is no terminal here
    assert "Expected status 404; it was 200." in capsys.readouterr().out
    mine.write_text(f"Format = 1\n{step}", encoding="utf-8")
    assert main(["learn", "--check", str(mine)]) == Exit.USAGE
    assert "mine.toml: a tour brings its own marketplace" in capsys.readouterr().err
    assert main(["--memory", "learn", "--check"]) == Exit.USAGE
    assert "--memory before learn" in capsys.readouterr().err


def test_every_refusal_of_an_api_client(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["run", "--refusals", "Partner Portal", "--format", "json"]) == Exit.OK
    report = json.loads(capsys.readouterr().out)
    assert report["Agreed"] is True
    assert report["Scenarios"][0]["Marketplace"] == "a copy of Harbor Supply in a sandbox"
    assert len(report["Scenarios"][0]["Steps"]) == 35
    file = tmp_path / "refusals.html"
    assert main(["run", "--refusals", "Partner Portal", "--here", "--format", "html", "-o", str(file)]) == Exit.OK
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_every_way_to_a_token_and_the_key_of_the_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    compact = ""
    for way, client in (("one_time_password", "Buyer Storefront"), ("openid_connect", "Kiosk Terminal")):
        assert main(["token", way, client, "shopper01"]) == Exit.OK
        compact, err = capsys.readouterr()
        assert "allowed, roles" in err
        assert "Not as expected" not in err
    assert main(["token", "impersonation", "Headless Shop", "shopper01", "--json"]) == Exit.FAILED
    document = json.loads(capsys.readouterr().out)
    assert document["actual"] == "refused: Impersonation.ConfigError"
    assert (document["expected"], document["agreed"]) == (None, None)
    assert main(["verify", "--sandbox", compact.strip()]) == Exit.OK
    assert "Key asked for at the embedded sandbox." in capsys.readouterr().out
    assert main(["verify", "--sandbox", compact.strip()[:-8] + "AAAAAAAA"]) == Exit.FAILED
    assert "The signature is wrong" in capsys.readouterr().out
    assert main(["token", "anonymous", "Guest Storefront", "ada"]) == Exit.USAGE
    assert "names no user" in capsys.readouterr().err


def test_traffic(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert main(["token", "password", "Buyer Storefront", "shopper01"]) == Exit.OK
    compact = capsys.readouterr().out.strip()
    lines = [
        json.dumps({"path": "/v1/me", "status": status, "ms": 5, "authorization": f"Bearer {compact}", "agent": agent})
        for status, agent in ((200, "shop\x1b[31m"), (404, "nightly"))
    ]
    file = tmp_path / "access.jsonl"
    file.write_text("\n".join([*lines, "nothing"]), encoding="utf-8")
    assert main(["traffic", "--names", str(file)]) == Exit.OK
    out, err = capsys.readouterr()
    assert "Buyer Storefront (25247ba6-" in out
    assert "Buyer Storefront is used by: nightly; shop\\x1b[31m" in out
    assert "1 of its entries left out: no request (number 3)" in err
    give_input(monkeypatch, "\n".join(lines))
    assert main(["traffic", "--json", "-"]) == Exit.OK
    out = capsys.readouterr().out
    assert json.loads(out)["ApiClients"][0]["Refused"] == 1
    assert compact not in out
    file.write_text("<html>", encoding="utf-8")
    assert main(["traffic", str(file)]) == Exit.USAGE
    assert "neither a HAR file" in capsys.readouterr().err


def test_a_real_marketplace_asks_for_what_no_store_has(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tui", "sandbox", "--memory"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            sheet = json.loads(server.stdout.readline())
            for name in ("url", "client_id", "username"):
                monkeypatch.setenv(f"OCGATE_{name.upper()}", sheet[name])
            monkeypatch.setenv("OCGATE_PASSWORD", sheet["password"])
            asked = ["token", "password", "Kiosk Terminal", "shopper01"]
            assert main(asked) == Exit.FAILED
            assert "The password of shopper01 is not known" in capsys.readouterr().err
            monkeypatch.setattr(token, "has_terminal", lambda: True)
            monkeypatch.setattr("getpass.getpass", lambda _, __: PASSWORD)
            assert main(asked) == Exit.OK
            assert decode(capsys.readouterr().out).claims.usr == "shopper01"
            file = tmp_path / "there.toml"
            step = '[[Steps]]\nGrant = "password"\nApiClient = "Kiosk Terminal"\nUser = "shopper01"\n'
            moved = '[[Steps]]\nAdvance = "1h"\n'
            file.write_text(f'Format = 1\n{step}PasswordFrom = "ADA"\n{moved}', encoding="utf-8")
            monkeypatch.setenv("ADA", PASSWORD)
            assert main(["run", str(file)]) == Exit.USAGE
            out, err = capsys.readouterr()
            assert "  ✓ step 1" in out
            assert "cannot be moved: it is a real marketplace" in err
            assert main(["run", "--refusals", "ERP Middleware", "--here"]) == Exit.OK
            assert main(["run", "--refusals", "ERP Middleware"]) == Exit.OK
            monkeypatch.delenv("OCGATE_PASSWORD")
            monkeypatch.setattr(opening, "has_terminal", lambda: False)
            assert main(["who", "Kiosk Terminal"]) == Exit.NOT_CONNECTED
        finally:
            server.kill()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command_and_option(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == Exit.OK
    script = capsys.readouterr().out
    for word in ("token", "refusals", "junit", "client_credentials", "password-file", "sandbox", "deterministic"):
        assert word in script
    if shell == "bash":
        lines = f'{script}\nCOMP_WORDS=(ocgate run --for); COMP_CWORD=2; _ocgate; echo "${{COMPREPLY[*]}}"\n'
        lines += 'COMP_WORDS=(ocgate run --format j); COMP_CWORD=3; _ocgate; echo "${COMPREPLY[*]}"\n'
        lines += 'COMP_WORDS=(ocgate to); COMP_CWORD=1; _ocgate; echo "${COMPREPLY[*]}"\n'
        ran = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=True, timeout=20)
        assert ran.stdout.splitlines() == ["--format", "json junit", "token"]


def test_nothing_of_a_screen_is_loaded() -> None:
    code = """
import json, sys
from tui.cli import main
main(["--memory", "run", "--refusals", "Kiosk Terminal", "-o", "/dev/null"])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
    loaded = loaded_by(code)
    assert not {each for each in loaded if each.split(".")[0] in ("textual", "rich", "uvicorn")}
    small = loaded_by(
        code.replace('"--memory", "run", "--refusals", "Kiosk Terminal", "-o", "/dev/null"', '"completion", "bash"')
    )
    assert not {each for each in small if each.split(".")[0] in ("pydantic", "httpx", "starlette", "cryptography")}
