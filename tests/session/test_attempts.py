"""The token tester against the sandbox: what is expected of an attempt is what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tui.access.decision import Check, Decision, Lifetimes, TokenError
from tui.config.credentials import MemoryStore
from tui.config.paths import find_paths
from tui.config.request import ConsoleRequest
from tui.config.settings import Settings
from tui.config.state import StateFile
from tui.ordercloud import errors
from tui.ordercloud.models import AccessToken, ApiClientSecret, PublicKey
from tui.session.attempts import Attempts, Form, Kind, Result
from tui.session.outcome import Comparison, compare
from tui.session.session import Session
from tui.tokens.token import NotAToken
from tui.tokens.verify import Status

DEMO_PASSWORD = "Harbor-Supply-1"


class StandingClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def request() -> ConsoleRequest:
    paths = find_paths()
    return ConsoleRequest(
        connection=None,
        sandbox_db=None,
        sandbox_memory=True,
        settings=Settings(),
        state=StateFile(paths.state_file),
        credentials=MemoryStore(),
        keyring=MemoryStore(),
        paths=paths,
    )


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def session(clock: StandingClock) -> AsyncIterator[Session]:
    session = Session(request(), clock=clock)
    await session.open()
    assert session.ready, session.problem
    async for _ in session.marketplace.read_api_clients():
        pass
    yield session
    await session.close()


@pytest.fixture
def attempts(session: Session) -> Attempts:
    return Attempts(session)


def id_of(session: Session, name: str) -> str:
    return next(each.id for each in session.marketplace.api_clients.values() if each.app_name == name)


def password(session: Session, client: str, username: str, **more: str) -> Form:
    kind = Kind.ELEVATED if "secret" in more else Kind.PASSWORD
    fields = {"password": DEMO_PASSWORD, **more}
    return Form(kind, id_of(session, client), username, **fields)  # type: ignore[arg-type]  # names of text fields


def told(result: Result) -> str:
    return f"{result.app_name} {result.form.kind} {result.who}: {result.error} {result.comparison}"


@pytest.mark.timeout(300)
async def test_every_answer_is_as_expected_over_all_clients_users_and_grants(
    session: Session, attempts: Attempts
) -> None:
    people = [each.user.username for each in await session.marketplace.people()]
    for api_client in list(session.marketplace.api_clients.values()):
        has_secret = bool(api_client.client_secret or await session.marketplace.secrets(api_client.id))
        for username in (*people, "nobody"):
            await attempts.run(Form(Kind.PASSWORD, api_client.id, username, DEMO_PASSWORD))
            if has_secret:
                await attempts.run(Form(Kind.ELEVATED, api_client.id, username, DEMO_PASSWORD, DEMO_PASSWORD))
        for secret in ("", DEMO_PASSWORD, "wrong"):
            await attempts.run(Form(Kind.CLIENT_CREDENTIALS, api_client.id, secret=secret))
            await attempts.run(Form(Kind.ANONYMOUS, api_client.id, secret=secret, anon_user_id="visitor"))
    for result in [each for each in attempts.results if each.refresh_token]:
        await attempts.run(attempts.refresh_form(result))
    assert [told(each) for each in attempts.results if not each.agreed] == []
    surprises = {each.comparison.note for each in attempts.results} - {""}
    assert surprises == {
        "Whether a user is locked out cannot be read beforehand; this one is.",
        "The client secret was assumed to be right; it is not, or it has expired.",
    }
    met = Counter(each.comparison.decision.check for each in attempts.results if each.comparison.decision)
    assert set(met) == {None, *CHECKS_OF_THE_DEMO}
    assert all(each.signature and each.signature.status is Status.PASSED for each in attempts.results if each.token)


CHECKS_OF_THE_DEMO = {
    Check.CLIENT_ACTIVE,
    Check.CLIENT_SECRET,
    Check.CREDENTIALS_RIGHT,
    Check.NOT_LOCKED_OUT,
    Check.CONTEXT_USER,
    Check.ALL_ACTIVE,
    Check.PARTY_ALLOWED,
    Check.ROLES_LEFT,
}


@pytest.mark.parametrize(
    ("client", "scope"),
    [
        ("Buyer Storefront", "Shopper"),
        ("Buyer Storefront", "Shopper undefined"),
        ("Buyer Storefront", "  "),
        ("Buyer Storefront", "shopper"),
        ("Buyer Storefront", "ProductAdmin"),
        ("Kiosk Terminal", "MeAdmin"),
        ("Kiosk Terminal", "Shopper MeAdmin"),
    ],
)
async def test_scopes_are_granted_as_expected(session: Session, attempts: Attempts, client: str, scope: str) -> None:
    assert (await attempts.run(password(session, client, "shopper01", scope=scope))).agreed, scope


async def test_a_refresh_narrows_and_widens_again_within_the_first_sign_in(
    session: Session, attempts: Attempts
) -> None:
    first = await attempts.run(password(session, "Buyer Storefront", "shopper01", scope="Shopper MeAdmin"))
    narrow = await attempts.run(replace(attempts.refresh_form(first), scope="Shopper"))
    again = await attempts.run(attempts.refresh_form(narrow))
    more = await attempts.run(replace(attempts.refresh_form(first), scope="ProductAdmin"))
    assert [each.agreed for each in (first, narrow, again, more)] == [True] * 4
    assert narrow.token is not None
    assert again.token is not None
    assert narrow.token.claims.role == ("Shopper",)
    assert set(again.token.claims.role or ()) == {"MeAdmin", "Shopper"}
    assert again.first is first
    assert more.error is not None


async def test_a_refresh_token_ends_by_the_first_sign_in(
    session: Session, attempts: Attempts, clock: StandingClock
) -> None:
    result = await attempts.run(password(session, "Partner Portal", "shopper01"))
    first = result.lifetime()
    for _ in range(3):
        clock.advance(hours=7, minutes=59)
        result = await attempts.run(attempts.refresh_form(result))
        lifetime = result.lifetime()
        assert result.agreed
        assert first is not None
        assert lifetime is not None
        assert lifetime.refresh_expires_at == first.refresh_expires_at
    clock.advance(minutes=2, seconds=59)
    assert (await attempts.run(attempts.refresh_form(result))).token is not None
    clock.advance(seconds=1)
    late = await attempts.run(attempts.refresh_form(result))
    assert late.agreed
    assert late.expected is not None
    assert late.expected.check is Check.REFRESH_TOKEN


async def test_a_refresh_answers_with_the_same_token_though_new_ones_are_no_longer_issued(
    session: Session, attempts: Attempts
) -> None:
    first = await attempts.run(password(session, "Buyer Storefront", "shopper01"))
    before = session.marketplace.api_clients[first.form.api_client_id]
    await session.marketplace.patch_api_client(before, {"RefreshTokenDuration": 0})
    again = await attempts.run(attempts.refresh_form(first))
    assert again.agreed, told(again)
    assert again.answer is not None
    assert again.answer.refresh_token == first.refresh_token
    assert again.expected is not None
    assert again.expected.lifetimes is not None
    assert again.expected.lifetimes.refresh_minutes == first.refresh_minutes > 0
    anew = await attempts.run(password(session, "Buyer Storefront", "shopper01"))
    assert anew.agreed
    assert anew.refresh_token is None


async def test_a_refresh_token_of_another_client_or_of_a_deleted_user_is_refused_as_expected(
    session: Session, attempts: Attempts
) -> None:
    first = await attempts.run(password(session, "Buyer Storefront", "shopper01"))
    foreign = Form(Kind.REFRESH, id_of(session, "Partner Portal"), refreshing=first)
    assert told(await attempts.run(foreign)).startswith("Partner Portal")
    person = await session.marketplace.person("shopper01")
    assert person is not None
    await session.client.buyer_users("anchor-boats").delete(person.user.id)
    gone = await attempts.run(attempts.refresh_form(first))
    assert [each.agreed for each in attempts.results] == [True] * 3
    assert gone.token is None


async def test_a_client_id_is_compared_without_case(session: Session, attempts: Attempts) -> None:
    form = replace(password(session, "Buyer Storefront", "SHOPPER01"), api_client_id="")
    form = replace(form, api_client_id=id_of(session, "Buyer Storefront").swapcase())
    assert (await attempts.run(form)).agreed


async def test_an_unknown_client_id_is_expected_to_be_refused(attempts: Attempts) -> None:
    result = await attempts.run(Form(Kind.PASSWORD, "nobody-has-this", "shopper01", DEMO_PASSWORD))
    assert result.agreed
    assert result.app_name == "nobody-has-this"


async def test_a_change_made_elsewhere_is_found_out(session: Session, attempts: Attempts) -> None:
    form = password(session, "Buyer Storefront", "shopper01")
    assert (await attempts.expect(form)).allowed
    await session.client.api_clients.patch(form.api_client_id, {"AllowAnyBuyer": False, "Active": False})
    result = await attempts.run(form)
    assert result.expected is not None
    assert result.expected.allowed
    assert result.agreed
    assert result.comparison.decision is not None
    assert result.comparison.decision.check is Check.CLIENT_ACTIVE
    assert not (await attempts.expect(form)).allowed


@pytest.mark.parametrize(
    ("policy", "note"),
    [
        ({"MaximumPasswordAge": 1}, "The password has expired: its policy is not read beforehand."),
        ({"MinimumCharacterCount": 30}, "The password is too weak: its policy is not read beforehand."),
    ],
)
async def test_a_password_policy_explains_a_refusal(
    session: Session, attempts: Attempts, policy: dict[str, int], note: str
) -> None:
    first = await attempts.run(password(session, "Buyer Storefront", "shopper01"))
    assert first.answer is not None
    await session.client.security_profiles.patch("buyer-shopper", {"PasswordConfig": policy})
    result = await attempts.run(password(session, "Buyer Storefront", "shopper01"))
    assert (result.agreed, result.comparison.note) == (True, note)
    assert result.comparison.decision is not None
    assert result.comparison.decision.check is Check.PASSWORD_GOOD


async def test_a_deleted_client_is_found_out(session: Session, attempts: Attempts) -> None:
    form = password(session, "Kiosk Terminal", "shopper01")
    await attempts.expect(form)
    await session.client.api_clients.delete(form.api_client_id)
    result = await attempts.run(form)
    assert result.agreed
    assert attempts.api_client(form.api_client_id) is None


async def test_calls_of_me_are_expected_by_expiry_and_state(
    session: Session, attempts: Attempts, clock: StandingClock
) -> None:
    result = await attempts.run(password(session, "Kiosk Terminal", "shopper01"))
    call = await attempts.call_me(result)
    assert call.expected
    assert call.me is not None
    assert call.me.username == "shopper01"
    clock.advance(minutes=10)
    late = await attempts.call_me(result)
    assert not late.expected
    assert late.error is not None
    other = await attempts.run(password(session, "Buyer Storefront", "shopper01"))
    before = session.marketplace.api_clients[other.form.api_client_id]
    await session.marketplace.patch_api_client(before, {"Active": False})
    dead = await attempts.call_me(other)
    assert not dead.expected
    assert dead.error is not None


async def test_a_key_that_cannot_be_had_leaves_the_signature_unchecked(
    session: Session, attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def offline(_: str) -> PublicKey:
        raise errors.ConnectionRefused("Nothing listens there.")

    monkeypatch.setattr(session.opened.tester.certs, "get", offline)
    result = await attempts.run(password(session, "Kiosk Terminal", "shopper01"))
    verdicts = result.verdicts(session.clock())
    statuses = [verdicts.decoded.status, verdicts.signature.status, verdicts.claims.status]
    assert statuses == [Status.PASSED, Status.NOT_CHECKED, Status.PASSED]


async def test_what_cannot_be_read_leaves_nothing_to_compare(
    session: Session, attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(_: str) -> tuple[ApiClientSecret, ...]:
        raise errors.ConnectionRefused("Nothing listens there.")

    form = password(session, "Kiosk Terminal", "shopper01")
    monkeypatch.setattr(session.marketplace, "secrets", refused)
    result = await attempts.run(form)
    assert result.token is not None
    assert result.agreed is None
    assert result.expected is None


async def test_each_difference_of_a_token_is_a_finding(session: Session, attempts: Attempts) -> None:
    form = password(session, "Buyer Storefront", "shopper01", scope="Shopper")
    result = await attempts.run(form)
    decision = result.expected
    prepared = await attempts._prepare(form)
    assert decision is not None
    now = session.clock()

    def differences(expected: Decision) -> str:
        return " ".join(compare(prepared, expected, result.answer, result.token, None, now).differences)

    assert differences(decision) == ""
    assert "roles are missing: MeAdmin" in differences(replace(decision, roles=("MeAdmin", "Shopper")))
    assert "not expected: Shopper" in differences(replace(decision, roles=()))
    assert "Expected a life of 60 seconds" in differences(replace(decision, lifetimes=Lifetimes(1, 43200)))
    assert "Expected no refresh token; one came" in differences(replace(decision, lifetimes=Lifetimes(600)))
    assert "Expected an orderid; none came" in differences(replace(decision, anonymous=True))
    assert "a token came" in differences(Decision(allowed=False, check=Check.PARTY_ALLOWED))


async def test_a_refusal_by_another_check_is_a_finding_and_other_words_are_told(
    session: Session, attempts: Attempts
) -> None:
    form = password(session, "Partner Portal", "breakwater-buyer")
    result = await attempts.run(form)
    prepared, error, now = await attempts._prepare(form), result.error, session.clock()
    assert isinstance(error, errors.OAuthRefused)

    def hold(code: str, description: str) -> Comparison:
        expected = Decision(False, Check.CONTEXT_USER, TokenError("invalid_grant", code, description))
        return compare(prepared, expected, None, None, error, now)

    assert hold("Auth.OauthError", error.description) == Comparison(
        True, hold("Auth.OauthError", error.description).decision
    )
    assert "words differ" in hold("Auth.OauthError", "something else").note
    assert hold("Auth.LockedOut", "").agreed is False


async def test_a_token_that_no_header_can_hold_is_an_error_of_the_result(
    session: Session, attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def odd(*_: object, **__: object) -> AccessToken:
        return AccessToken(access_token="no token\r\nX: y")

    monkeypatch.setattr(session.opened.tester.oauth, "password", odd)
    result = await attempts.run(password(session, "Kiosk Terminal", "shopper01"))
    assert isinstance(result.error, NotAToken)
    assert result.agreed is None
    assert (await attempts.call_me(result)).error is not None


async def test_no_repr_shows_a_secret(session: Session, attempts: Attempts) -> None:
    result = await attempts.run(password(session, "Reporting Job", "harbor-admin", secret=DEMO_PASSWORD))
    again = await attempts.run(attempts.refresh_form(result))
    call = await attempts.call_me(result)
    assert result.answer is not None
    shown = f"{result!r} {again!r} {call!r} {again.form!r} {again.error!r}"
    for secret in (DEMO_PASSWORD, result.answer.access_token, result.answer.refresh_token):
        assert secret is None or secret not in shown
