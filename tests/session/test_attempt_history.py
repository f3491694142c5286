"""What was tried is found again in another sitting, without secrets; noted upon, compared and tried again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.session.sandbox_gate import START
from tests.session.test_attempts import DEMO_PASSWORD, StandingClock, id_of, password, request
from tui.session.attempt_compare import Difference, differences
from tui.session.attempt_file import AttemptFile
from tui.session.attempt_history import AttemptHistory
from tui.session.attempt_record import AttemptRecord, Outcome, Sent
from tui.session.attempts import Attempts, Form, Kind
from tui.session.findings import finding_text, keep_finding
from tui.session.session import Session


async def tried(clock: StandingClock) -> tuple[list[AttemptRecord], Attempts, Session]:
    session = Session(request(), clock=clock)
    await session.open()
    async for _ in session.marketplace.read_api_clients():
        pass
    attempts = Attempts(session)
    client = id_of(session, "Guest Storefront")
    good = await attempts.run(password(session, "Buyer Storefront", "shopper01", scope="Shopper"))
    for form in (
        password(session, "Partner Portal", "breakwater-buyer"),
        attempts.refresh_form(good),
        Form(Kind.ANONYMOUS, client, anon_user_id="visitor"),
        Form(Kind.IMPERSONATION, client, "shopper01"),
        Form(Kind.OPENID, client, "guest-shopper"),
    ):
        await attempts.run(form)
    return [each.record for each in attempts.results if each.record is not None], attempts, session


async def test_the_history_outlives_the_sitting_without_any_credential(tmp_path: Path) -> None:
    records, attempts, session = await tried(StandingClock())
    path = tmp_path / "state" / "attempts.jsonl"
    file = AttemptFile(path)
    here = AttemptHistory(file, "memory")
    for result in attempts.results:
        here.add(result)
    here.note(records[1], "  asked Bea  ")
    file.append(replace(records[0], id="elsewhere", place="https://other"))
    file.close()
    with path.open("ab") as damaged:
        damaged.write(b'{"id": "half')
    file.append(replace(records[0], id="afterwards"))
    file.close()
    assert path.stat().st_mode & 0o777 == 0o600
    later = AttemptHistory(AttemptFile(path), "memory")
    await later.read()
    wanted = [replace(each, note="asked Bea" if each is records[1] else "") for each in reversed(records)]
    assert list(later.records) == [replace(records[0], id="afterwards"), *wanted]
    written = path.read_text()
    secrets = {DEMO_PASSWORD, *(each.refresh_token or DEMO_PASSWORD for each in attempts.results)}
    secrets |= {each.token.compact for each in attempts.results if each.token is not None}
    assert not [secret for secret in secrets if secret in written]
    orders = [each.token.claims.orderid for each in attempts.results if each.token and each.token.claims.orderid]
    assert orders
    assert orders[0] not in written
    # Tried again, the password has to be had again; a refresh token is gone for good.
    form = later.form_of(later.records[-2])
    assert (form.kind, form.username, form.password) == (Kind.PASSWORD, "breakwater-buyer", "")
    assert [bool(later.why_not_again(each)) for each in reversed(wanted)] == [False, False, True, False, False, False]
    assert here.form_of(records[0]).password == DEMO_PASSWORD
    await session.close()


def test_the_file_is_bounded_and_damage_costs_only_its_line(tmp_path: Path) -> None:
    sent = Sent(Kind.PASSWORD, "5f0c9a1e-0000-4000-8000-00000000beef", "Buyer Storefront", "shopper01")
    one = AttemptRecord("one", START, "memory", sent, None, Outcome(False, 400, "invalid_grant", "Auth.OauthError"))
    path = tmp_path / "attempts.jsonl"
    file = AttemptFile(path, most_bytes=20_000)
    for number in range(120):
        file.append(replace(one, id=f"n{number}"))
    file.close()
    assert sum(each.stat().st_size for each in tmp_path.glob("*.jsonl")) < 44_000
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
    assert [each.id for each in file.read("memory", 3)] == ["n119", "n118", "n117"]
    path.write_bytes(b'[]\n{"id": 5}\n\xff\xfe\n{"id":"x","at":"no time"}\n')
    assert file.read("memory")[0].id.startswith("n")
    path.unlink()
    path.mkdir()
    file.append(one)
    file.close()
    assert "could not be written" in file.problem


async def test_two_attempts_differ_in_what_was_sent_and_what_came_back() -> None:
    records, attempts, session = await tried(StandingClock())
    again = (await attempts.run(attempts.results[0].form)).record
    assert again is not None
    assert differences(records[0], again) == ()
    found = differences(records[0], records[1])
    assert Difference("sent", "user", "shopper01", "breakwater-buyer") in found
    assert Difference("sent", "roles", "Shopper", "all") in found
    assert Difference("came back", "", "a token", "no token") in found
    assert [each.other for each in found if (each.part, each.what) == ("expected", "")] == [
        "refused by check 13: the user's party may use the API client"
    ]
    assert {each.what for each in differences(records[0], records[2])} == {
        "grant",
        "user",
        "roles",
        "password",
        "refresh token",
    }
    await session.close()


async def test_a_finding_is_kept_with_its_exchange_and_no_credential(tmp_path: Path) -> None:
    records, attempts, session = await tried(StandingClock())
    record = replace(records[0], agreed=False, differences=("Roles came\x1b[2J.",), note="seen twice")
    path = tmp_path / "deep" / "findings.md"
    keep_finding(path, record, attempts.results[0].exchange)
    keep_finding(path, record, None)
    text = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    for part in (
        "not as expected",
        "Buyer Storefront",
        "seen twice",
        "POST http",
        "/oauth/token",
        "200 OK",
        "Roles came",
    ):
        assert part in text
    assert "\x1b" not in text
    token = attempts.results[0].token
    assert token is not None
    assert token.compact not in text
    assert DEMO_PASSWORD not in text
    assert finding_text(record, None).count("## ") == 1
    await session.close()
