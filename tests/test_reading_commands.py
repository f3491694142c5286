"""`ocgate decode` and `ocgate verify` on what people have: files, HARs, damaged tokens, keys, a marketplace."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import RSAKey

from tests.tokens.makers import BUYER, make, with_claims
from tui.cli import main
from tui.exits import Exit

TOKEN = make()
LATER = {**BUYER, "exp": 4_000_000_000}


class Output:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def of(self, *arguments: str | Path) -> tuple[int, str, str]:
        code = main([str(each) for each in arguments])
        out, err = self._capsys.readouterr()
        return code, out, err


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Output:
    return Output(capsys)


def signed(key: RSAKey, claims: Mapping[str, object]) -> str:
    from joserfc import jws

    members = {"alg": "RS256", "kid": "key-1"}
    return jws.serialize_compact(members, json.dumps(claims).encode(), key, algorithms=["RS256"])


def test_a_token_is_read_out_of_a_file_of_any_kind(output: Output, tmp_path: Path) -> None:
    file = tmp_path / "traffic.har"
    entries = [
        {"name": "Authorization", "value": f"Bearer {each}"} for each in (TOKEN, with_claims(usr="other"), TOKEN)
    ]
    file.write_text(json.dumps({"log": {"entries": entries}}))
    code, out, err = output.of("decode", file)
    assert (code, "shopper01" in out) == (Exit.OK, True)
    assert "2 tokens are in it; this is number 1, in Authorization, there 2 times" in err
    code, out, _ = output.of("decode", "--number", "2", "--json", file)
    assert json.loads(out)["claims"]["usr"] == "other"
    assert output.of("decode", "--number", "3", file)[0] == Exit.USAGE
    code, out, err = output.of("decode", f"curl -H 'Authorization: Bearer {TOKEN}' https://x.example")
    assert (code, err, "shopper01" in out) == (Exit.OK, "", True)


def test_of_a_damaged_token_what_is_left_is_written_with_the_place(output: Output) -> None:
    broken = f"{TOKEN[:150]}!{TOKEN[151:]}"
    code, out, err = output.of("decode", broken)
    assert code == Exit.FAILED
    assert "character 151" in out
    assert "(at character 151). What is left of it was written." in err
    assert "MeAdmin" in out
    code, out, err = output.of("decode", "--json", TOKEN.rpartition(".")[0])
    document = json.loads(out)
    assert (code, err, document["whole"]) == (Exit.OK, "", True)
    assert document["problems"][0]["part"] == "signature"
    assert document["verdicts"]["signature"]["status"] == "failed"


def test_what_is_missing_what_it_may_do_and_how_it_differs(output: Output) -> None:
    bare = make({"usr": "shopper01", "role": ["Shopper"], "usrtype": "buyer"})
    code, out, _ = output.of("decode", "--endpoints", "--compare", TOKEN, bare)
    assert code == Exit.OK
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "exp missing it would be good for ever" in lines
    assert any(line.startswith("yes GET /v1/me/products By Shopper") for line in lines)
    assert any(
        line.startswith("no GET /v1/apiclients 403 Auth.InsufficientRoles: it needs ApiClientAdmin") for line in lines
    )
    assert any(line.startswith("role added – → MeAdmin") for line in lines)
    document = json.loads(output.of("decode", "--json", "--endpoints", "--compare", TOKEN, TOKEN)[1])
    assert document["differences"] == []
    (secrets,) = [e for e in document["endpoints"] if (e["method"], e["path"]) == ("GET", "/v1/apiclients")]
    assert secrets["missing"] == ["ApiClientAdmin", "ApiClientReader", "FullAccess"]


def test_verify_says_by_its_exit_code_how_it_came_out(output: Output, tmp_path: Path) -> None:
    key, other = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
    files = {"key.pem": key.as_pem(private=False), "other.pem": other.as_pem(private=False)}
    files["keys.json"] = json.dumps({"keys": [{**key.as_dict(private=False), "kid": "key-2"}]}).encode()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    good, over = signed(key, LATER), signed(key, {**BUYER, "exp": 1})
    for token, file, code, status in (
        (good, "key.pem", 0, "passed"),
        (good, "other.pem", 1, "failed"),
        (good, "keys.json", 3, "not checked"),
        (over, "key.pem", 1, "passed"),
    ):
        done, out, err = output.of("verify", "--json", "--key", tmp_path / file, token)
        assert (done, json.loads(out)["verdicts"]["signature"]["status"], err) == (code, status, "")
        assert "Leeway: 0 s." in json.loads(out)["remarks"]
    code, out, _ = output.of("verify", good)
    assert code == Exit.NOT_CONNECTED
    assert "--key FILE" in out
    code, out, _ = output.of("verify", f"{good[:60]}!{good[61:]}", "--key", tmp_path / "key.pem")
    assert code == Exit.FAILED
    (tmp_path / "nothing").write_text("hello")
    for wrong in (
        ["--key", tmp_path / "none"],
        ["--key", tmp_path / "nothing"],
        ["--leeway", "soon"],
        ["--leeway", "9999"],
    ):
        code, out, err = output.of("verify", good, *wrong)
        assert (code, out) == (Exit.USAGE, "")
        assert str(wrong[1]) in err


def test_verify_asks_a_marketplace_for_the_key_and_measures_its_clock(output: Output, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui", "sandbox", "--memory"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            sheet = json.loads(server.stdout.readline())
            form = {"grant_type": "password", "client_id": sheet["client_id"], "username": sheet["username"]}
            with httpx.Client() as client:
                answer = client.post(f"{sheet['url']}/oauth/token", data={**form, "password": sheet["password"]})
            file = tmp_path / "answer.json"
            file.write_bytes(answer.content)
            code, out, err = output.of("verify", "--url", sheet["url"], file)
            assert (code, err) == (Exit.OK, ""), out
            assert "agrees with this one" in out
            assert "it is meant for this environment" in out
            assert output.of("--url", sheet["url"], "verify", make(LATER))[0] == Exit.FAILED  # aud is another
        finally:
            server.terminate()
    code, out, _ = output.of("verify", "--url", sheet["url"], file)
    assert code == Exit.NOT_CONNECTED
    assert "could not be read" in out
