"""Password policies, resets, one-time passwords and forgotten user names over the wire."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tests.sandbox.support import Clock, Http, error_of, named
from tui.ordercloud._httpx import AsyncClient
from tui.sandbox import Sandbox, passwords
from tui.sandbox.demo import PASSWORD
from tui.sandbox.outbox import MessageKind

NEXT = "Another-One-2"
SHOPPER = "buyers/anchor-boats/users/shopper01"


@pytest.fixture
async def policy(admin: Http) -> Any:
    """Give Anchor Boats a password policy."""

    async def give(holder: dict[str, str] | None = None, name: str = "strict", **config: object) -> None:
        await admin.ok("PUT", f"securityprofiles/{name}", {"Name": name, "PasswordConfig": config})
        given = {"SecurityProfileID": name, **(holder or {"BuyerID": "anchor-boats"})}
        await admin.ok("POST", "securityprofiles/assignments", given, 204)

    return give


async def sign_in(http: Http, password: str = PASSWORD, username: str = "shopper01", **more: str) -> tuple[int, str]:
    answer = await http.password("Buyer Storefront", username, password, **more)
    return (200, "") if answer.status_code == 200 else error_of(answer)


async def test_a_password_expires(http: Http, admin: Http, policy: Any) -> None:
    await admin.ok("PATCH", SHOPPER, {"Password": NEXT})
    await policy(MaximumPasswordAge=30)
    await policy({"BuyerID": "anchor-boats", "UserID": "shopper01"}, "stricter", MaximumPasswordAge=10)
    http.clock.forward(days=9, hours=23)
    assert await sign_in(http, NEXT) == (200, "")
    http.clock.forward(hours=1)
    answer = await http.password("Buyer Storefront", "shopper01", NEXT)
    assert (answer.json()["error"], error_of(answer)) == ("invalid_grant", (400, "Auth.PasswordExpired"))
    assert await sign_in(http, "wrong") == (400, "Auth.InvalidUsernameOrPassword"), "only the owner is told"


async def test_a_password_that_is_too_weak_today(http: Http, policy: Any) -> None:
    await policy(MinimumCharacterCount=20, MaxConsecutiveDupeChars=1)
    answer = await http.password("Buyer Storefront", "shopper01")
    body = answer.json()
    assert (body["error"], body["error_description"]) == (
        "invalid_grant",
        "Password does not meet security requirements.",
    )
    entry = body["Errors"][0]
    assert (entry["ErrorCode"], entry["Data"]) == (
        "Auth.InsecurePassword",
        {"MinimumCharacterCount": 20, "MaxConsecutiveDupeChars": 1},
    )
    assert PASSWORD not in answer.text


async def test_the_policy_is_looked_at_last(http: Http, admin: Http, policy: Any) -> None:
    await policy(MinimumCharacterCount=20)
    await admin.ok("PATCH", "buyers/anchor-boats", {"Active": False})
    assert await sign_in(http) == (400, "Auth.CompanyNotActive")


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("Short-1", {"MinimumCharacterCount": 10}),
        ("alllowercaseletters", {f"{kind}Required": True for kind in ("UpperCase", "Numeric", "SpecialCharacter")}),
    ],
)
async def test_every_way_to_set_a_password_keeps_to_the_minimum(admin: Http, password: str, lacks: Any) -> None:
    user = {"Username": "new-one", "FirstName": "N", "LastName": "O", "Email": "n@o.example", "Active": True}
    for method, path, body in (
        ("POST", "buyers/anchor-boats/users", {**user, "Password": password}),
        ("PUT", "buyers/anchor-boats/users/new-one", {**user, "Password": password}),
        ("POST", "adminusers", {**user, "Password": password}),
        ("PATCH", SHOPPER, {"Password": password}),
        ("POST", "me/password", {"NewPassword": password}),
        ("PATCH", "me", {"Password": password}),
    ):
        answer = await admin.send(method, path, body)
        assert error_of(answer) == (400, "PasswordReset.InsecurePassword"), (method, path)
        assert answer.json()["Errors"][0]["Data"] == lacks
        assert password not in answer.text


async def test_a_new_user_comes_under_the_policy_of_its_company(admin: Http, policy: Any) -> None:
    await policy(MinimumCharacterCount=30)
    user = {"Username": "n", "FirstName": "N", "LastName": "O", "Email": "n@o.example", "Active": True}
    answer = await admin.send("POST", "buyers/anchor-boats/users", {**user, "Password": PASSWORD})
    assert error_of(answer) == (400, "PasswordReset.InsecurePassword")
    await admin.ok("POST", "buyers/chandlery/users", {**user, "Password": PASSWORD}, 201)


async def test_passwords_cannot_be_reused_as_often_as_the_policy_says(http: Http, admin: Http, policy: Any) -> None:
    await policy(LimitPasswordReuse=2)
    for password in (PASSWORD, "Second-Word-2", "Third-Word-33"):
        if password != PASSWORD:
            await admin.ok("PATCH", SHOPPER, {"Password": password})
        answer = await admin.send("PATCH", SHOPPER, {"Password": password})
        assert error_of(answer) == (400, "PasswordReset.CannotReusePassword")
    assert error_of(await admin.send("PATCH", SHOPPER, {"Password": "Second-Word-2"}))[1].endswith(
        "CannotReusePassword"
    )
    await admin.ok("PATCH", SHOPPER, {"Password": PASSWORD})
    dump = await http.sandbox._services.store.run(lambda c: "\n".join(c.iterdump()))
    assert "Second-Word-2" not in dump


async def test_the_owner_must_wait_before_changing_again(http: Http, admin: Http, policy: Any) -> None:
    await policy(MinimumPasswordAge=30)
    await policy(None, "reset")
    await admin.ok("PATCH", "securityprofiles/reset", {"Roles": ["PasswordReset"]})
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    await shopper.ok("POST", "me/password", {"NewPassword": NEXT}, 204)
    assert await sign_in(http, NEXT) == (200, "")
    http.clock.forward(minutes=29)
    again = {"NewPassword": "Yet-Another-3"}
    assert error_of(await shopper.send("POST", "me/password", again)) == (400, "PasswordReset.TooSoonToChange")
    await admin.ok("PATCH", SHOPPER, {"Password": "Set-By-Admin-4"})
    http.clock.forward(minutes=30)
    await shopper.ok("POST", "me/password", again, 204)


async def test_setting_ones_own_password_needs_the_role_and_the_member(http: Http, admin: Http) -> None:
    shopper = await http.sign_in("Buyer Storefront", "shopper01")
    answer = await shopper.send("POST", "me/password", {"NewPassword": NEXT})
    assert error_of(answer) == (403, "Auth.InsufficientRoles")
    assert error_of(await admin.send("POST", "me/password", {})) == (400, "ValidationFailure")
    assert error_of(await admin.send("POST", "me/password", {"NewPassword": 5})) == (400, "ValidationFailure")


async def test_a_policy_that_makes_no_sense_is_not_saved(admin: Http) -> None:
    config = {"AllowedFailedAttempts": 10, "LockoutDuration": 5, "NumericRequired": "yes", "MaximumPasswordAge": 366}
    answer = await admin.send("PUT", "securityprofiles/strange", {"Name": "S", "PasswordConfig": config})
    assert answer.status_code == 400
    named_ = {entry["Data"]["Property"] for entry in answer.json()["Errors"]}
    assert named_ == {f"PasswordConfig.{name}" for name in config}


# -- forgotten -------------------------------------------------------------------------------------------------------


async def forgotten(http: Http, path: str, **body: str) -> None:
    answer = await http.client.post(f"/v1/password/{path}", json={"ClientID": named("Buyer Storefront"), **body})
    assert (answer.status_code, answer.content) == (204, b"")


async def code_sent(http: Http) -> str:
    return (await http.sandbox.outbox())[0].code or ""


async def reset(http: Http, code: str, password: str = NEXT, **body: str) -> tuple[int, str]:
    form = {"ClientID": named("Buyer Storefront"), "Username": "shopper01", "Password": password, **body}
    answer = await http.client.put(f"/v1/password/reset/{code}", json=form)
    return (204, "") if answer.status_code == 204 else error_of(answer)


async def test_a_forgotten_password_is_reset_once_within_two_hours(http: Http) -> None:
    await forgotten(http, "reset", Username="Shopper01", URL="https://shop.example/reset")
    message = (await http.sandbox.outbox())[0]
    assert (message.kind, message.username, message.app_name, message.url) == (
        MessageKind.FORGOTTEN_PASSWORD,
        "shopper01",
        "Buyer Storefront",
        "https://shop.example/reset",
    )
    code = message.code or ""
    assert code not in repr(message)
    assert await reset(http, code, Username="breakwater-buyer") == (400, "PasswordReset.InvalidVerification")
    assert await reset(http, code, ClientID=named("Partner Portal")) == (400, "PasswordReset.InvalidVerification")
    assert await reset(http, code, "weak") == (400, "PasswordReset.InsecurePassword")
    http.clock.forward(minutes=119, seconds=59)
    assert await reset(http, code) == (204, "")
    assert await reset(http, code, "Again-Again-3") == (400, "PasswordReset.InvalidVerification")
    assert await sign_in(http, NEXT) == (200, "")
    assert await sign_in(http) == (400, "Auth.InvalidUsernameOrPassword")


async def test_a_reset_code_ends_and_is_replaced_by_the_next(http: Http) -> None:
    await forgotten(http, "reset", Email="shopper01@anchor-boats.example")
    first = await code_sent(http)
    await forgotten(http, "reset", Username="shopper01")
    second = await code_sent(http)
    assert await reset(http, first) == (400, "PasswordReset.InvalidVerification")
    http.clock.forward(minutes=120)
    assert await reset(http, second) == (400, "PasswordReset.InvalidVerification")


async def test_a_locked_out_user_cannot_reset(http: Http) -> None:
    await forgotten(http, "reset", Username="shopper01")
    code = await code_sent(http)
    for _ in range(10):
        await sign_in(http, "wrong")
    assert await reset(http, code) == (400, "PasswordReset.LockedOut")


async def test_nobody_learns_who_exists(http: Http) -> None:
    for body in ({"Username": "nobody"}, {"Email": "nobody@example.com"}, {"Username": "chandlery-former"}):
        await forgotten(http, "reset", **body)
        await forgotten(http, "onetimepassword", **body)
    await forgotten(http, "reset", Username="shopper01", Email="other@example.com")
    query = f"clientID={named('Buyer Storefront')}&email=nobody@example.com"
    assert (await http.client.post(f"/v1/username/retrieve?{query}")).status_code == 204
    assert await http.sandbox.outbox() == ()


async def test_what_is_missing_is_told(http: Http) -> None:
    async def refused(method: str, path: str, **body: object) -> tuple[int, str]:
        return error_of(await http.client.request(method, f"/v1/{path}", json=body))

    known = {"ClientID": named("Buyer Storefront")}
    assert await refused("POST", "password/reset", **known) == (400, "PasswordReset.MissingUsernameOrEmail")
    no_client = (400, "PasswordReset.MissingOrInvalidClientID")
    assert await refused("POST", "password/reset", Username="x") == no_client
    assert await refused("POST", "password/reset", Username="x", ClientID=named("Old ERP Bridge")) == no_client
    assert await refused("PUT", "password/reset/code", **known) == (400, "PasswordReset.MissingUsername")
    assert await refused("PUT", "password/reset/code", Username="x", ClientID="x") == no_client
    neither = (400, "OneTimePasswordRequest.UsernameOrEmailRequired")
    assert await refused("POST", "password/onetimepassword", **known) == neither
    assert await refused("POST", "password/onetimepassword", Username="x") == (400, "ApiClient.InvalidClientID")
    assert await refused("POST", "password/reset", ClientID=5, Username="x") == (400, "ValidationFailure")
    assert await refused("POST", "username/retrieve") == (400, "ValidationFailure")


async def test_the_user_names_of_an_address_are_sent_to_it(http: Http, admin: Http) -> None:
    await admin.ok("PATCH", "buyers/anchor-boats/users/anchor-approver", {"Email": "SHOPPER01@anchor-boats.example"})
    query = f"clientID={named('Buyer Storefront').lower()}&email=shopper01%40anchor-boats.example"
    assert (await http.client.post(f"/v1/username/retrieve?{query}")).status_code == 204
    sent = await http.sandbox.outbox()
    assert {each.username for each in sent} == {"shopper01", "anchor-approver"}
    assert {each.code for each in sent} == {None}


async def test_a_one_time_password_opens_once(http: Http, admin: Http, policy: Any) -> None:
    await policy(MaximumPasswordAge=1)
    assert await sign_in(http) == (400, "Auth.PasswordExpired")
    await forgotten(http, "onetimepassword", Username="shopper01")
    code = await code_sent(http)
    wrong = await http.password("Partner Portal", "shopper01", code)
    assert error_of(wrong) == (400, "Auth.InvalidUsernameOrPassword"), "it is good for the API client it was asked for"
    assert await sign_in(http, code, "anchor-approver") == (400, "Auth.InvalidUsernameOrPassword")
    http.clock.forward(minutes=9)
    assert await sign_in(http, code.lower()) == (200, ""), "no policy asks anything of it"
    assert (await admin.ok("GET", SHOPPER))["FailedLoginAttempts"] == 0
    assert await sign_in(http, code) == (400, "Auth.InvalidUsernameOrPassword")
    assert (await admin.ok("GET", SHOPPER))["FailedLoginAttempts"] == 1


async def test_a_one_time_password_ends_after_ten_minutes(http: Http) -> None:
    await forgotten(http, "onetimepassword", Username="shopper01")
    code = await code_sent(http)
    http.clock.forward(minutes=10)
    assert await sign_in(http, code) == (400, "Auth.InvalidUsernameOrPassword")


async def test_of_two_at_the_same_moment_one_gets_in(http: Http) -> None:
    await forgotten(http, "onetimepassword", Username="shopper01")
    code = await code_sent(http)
    answers = await asyncio.gather(*(sign_in(http, code) for _ in range(5)))
    assert sorted(answers)[:1] == [(200, "")]
    assert sorted(answers)[1:] == [(400, "Auth.InvalidUsernameOrPassword")] * 4


async def test_codes_are_kept_as_digests_but_for_the_outbox(http: Http) -> None:
    await forgotten(http, "reset", Username="shopper01")
    await forgotten(http, "onetimepassword", Username="shopper01")
    codes = [each.code or "" for each in await http.sandbox.outbox()]
    await http.sandbox._services.store.run(lambda c: c.execute("DELETE FROM outbox"), write=True)
    dump = await http.sandbox._services.store.run(lambda c: "\n".join(c.iterdump()))
    assert len(codes) == 2
    assert not any(code in dump for code in codes)


async def test_the_outbox_does_not_grow_for_ever(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.sandbox.outbox.KEPT", 3)
    for _ in range(5):
        await forgotten(http, "onetimepassword", Username="shopper01")
    assert len(await http.sandbox.outbox()) == 3


# -- hashing blocks nobody -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["sign in", "set", "reset"])
async def test_a_read_answers_while_a_password_is_hashed(
    http: Http, admin: Http, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    await forgotten(http, "reset", Username="shopper01")
    code = await code_sent(http)
    begun, go_on = threading.Event(), threading.Event()
    scrypt = passwords._scrypt

    def held_up(*given: Any) -> bytes:
        begun.set()
        assert go_on.wait(30)
        return scrypt(*given)

    monkeypatch.setattr(passwords, "_scrypt", held_up)
    if how == "sign in":
        hashing: asyncio.Task[Any] = asyncio.create_task(sign_in(http))
    elif how == "set":
        hashing = asyncio.create_task(admin.ok("PATCH", SHOPPER, {"Password": NEXT}))
    else:
        hashing = asyncio.create_task(reset(http, code))
    try:
        assert await asyncio.to_thread(begun.wait, 30)
        assert (await admin.get("apiclients")).status_code == 200
        assert not hashing.done()
    finally:
        go_on.set()
    await hashing


async def test_others_are_answered_while_passwords_are_hashed_at_their_real_cost() -> None:
    sandbox = await Sandbox.open(hashing=passwords.DEFAULT)
    async with AsyncClient(transport=sandbox.transport(), base_url=sandbox.sign_in.url) as client:
        admin = await Http(sandbox, client, Clock()).sign_in("Default API Client", "harbor-admin")
        grants = [asyncio.create_task(admin.password("Buyer Storefront", f"nobody-{n}")) for n in range(3)]
        answered = 0
        while not all(grant.done() for grant in grants):
            await admin.ok("GET", "me")
            await admin.ok("GET", "buyers?search=boats")
            await admin.ok("PATCH", "buyers/anchor-boats", {"xp": {"round": answered}})
            answered += 1
        assert [(await grant).status_code for grant in grants] == [400] * 3
        assert answered > 20, "in the time of three passwords there is time for hundreds"
    await sandbox.close()
