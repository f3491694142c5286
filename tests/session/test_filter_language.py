"""The filter language: what is understood, what is told about the rest, and that it reads back as it was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.random_filters import make_filter
from tui.access.advice import Advice, Severity
from tui.access.facts import Party, PartyKind
from tui.config.state import StateFile
from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
from tui.sandbox.fields import Kind, by_name
from tui.sandbox.resources.api_clients import API_CLIENTS
from tui.session.client_row import ClientRow
from tui.session.filtering import CompanyIndex, Known, Need, RowFacts, complete, parse, saved
from tui.session.filtering.fields import FIELDS, FieldKind

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANCHOR = Party(PartyKind.BUYER, "anchor-boats", "Anchor Boats")
ROPES = Party(PartyKind.SUPPLIER, "ropeworks", "Rope Works")
COMPANIES = CompanyIndex((ANCHOR, ROPES))
SAVED = {"guests": "guest:yes", "long": "access:>=10h", "both": "@guests @long"}

STOREFRONT = ApiClient(
    id="5F0C9A1E-0000-4000-8000-00000000BEEF",
    app_name="Buyer Storefront",
    active=True,
    access_token_duration=600,
    refresh_token_duration=43200,
    anonymous_token_duration=1440,
    default_context_user_name="shopper01",
    allow_any_buyer=True,
    is_anon_buyer=True,
    xp={"Team": "web", "Deep": {"Er": 5}, "Tags": ["a", "b"]},
)
BRIDGE = ApiClient(
    id="0B", app_name="Old ERP bridge", access_token_duration=60, client_secret="s3cret", assigned_supplier_count=1
)
PORTAL = ApiClient(id="0C", app_name="Partner Portal", active=True, access_token_duration=120, assigned_buyer_count=1)


def facts(api_client: ApiClient, **known: object) -> RowFacts:
    whole = RowFacts(ClientRow.of(api_client), api_client, COMPANIES, (), (), (), NOW)
    return replace(whole, **known)  # type: ignore[arg-type]  # names of its fields


def found(text: str) -> str:
    """Tell which of three API clients a filter finds, by their first letters."""
    assigned = {
        "0C": (ApiClientAssignment(api_client_id="0C", buyer_id="anchor-boats"),),
        "0B": (ApiClientAssignment(api_client_id="0B", supplier_id="ropeworks"),),
    }
    parsed = parse(text, SAVED)
    every = (STOREFRONT, BRIDGE, PORTAL)
    return "".join(
        each.app_name[0] for each in every if parsed.matches(facts(each, assignments=assigned.get(each.id, ())))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "BOP"),
        ("buyer STORE", "B"),
        ('"er store"', "B"),
        ('"store er"', ""),
        ("shopper01", "B"),
        ("beef", "B"),
        ("portal|bridge", "OP"),
        ("-portal", "BO"),
        ("!portal", "BO"),
        ("who:buyer", "BP"),
        ("who:buyers|suppliers", "BOP"),
        ("who:supplier", "O"),
        ("who:seller", ""),
        ("who:nobody", ""),
        ("who:anchor-boats", "BP"),
        ('who:"anchor boats"', "BP"),
        ("who:ropeworks", "O"),
        ("active:no", "O"),
        ("-active:no", "BP"),
        ("access:>60", "BP"),
        ("access:>=1h", "BOP"),
        ("access:<2h", "O"),
        ("access:2h", "P"),
        ("refresh:0", "OP"),
        ("guest:<7d", "B"),
        ("guest:>7d", ""),
        ("-guest:yes", "OP"),
        ("secret:yes", "O"),
        ("secret:no", "BP"),
        ("secret:legacy", "O"),
        ("grant:a", "B"),
        ("grant:password", "BOP"),
        ("grant:client_credentials", ""),
        ("user:shopper01", "B"),
        ("user:none", "OP"),
        ("name:Buyer*", "B"),
        ("name:er", "BOP"),
        ('name:"er*"', ""),
        ("id:0*", "OP"),
        ("advice:none", "BOP"),
        ("AppName=Buyer*", "B"),
        ("appname=*portal|*bridge", "OP"),
        ("AccessTokenDuration=>60", "BP"),
        ("AccessTokenDuration=!<120", "BP"),
        ("Active=!true", "O"),
        ("xp.Team=web", "B"),
        ("xp.Team=!*", "OP"),
        ("xp.Deep.Er=>4", "B"),
        ("xp.Tags=b", "B"),
        ("-xp.Tags=b", "OP"),
        ("AssignedBuyerCount=1", "P"),
        ("@guests", "B"),
        ("-@both", "OP"),
        ("active:yes access:<3h", "P"),
    ],
)
def test_what_is_found(text: str, expected: str) -> None:
    assert parse(text, SAVED).problems == ()
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "where", "said", "rest"),
    [
        ("portal acces:>60", "acces:", "access:", "P"),
        ("portal foo:bar", "foo:", "around the word", "P"),
        ("active:maybe portal", "maybe", "yes or no", "P"),
        ("access:soon portal", "soon", "1h30", "P"),
        ("access:999999999w portal", "access:999999999w"[7:], "364d", "P"),
        ("access: portal", "access:", "access:>60", "P"),
        ("portal grant:", "grant:", "grant:password", "P"),
        ("portal AppNme=x", "AppNme=", "AppName=", "P"),
        ("portal Active:yes", "", "", "P"),
        ("portal AppName:x", "AppName:", "AppName=", "P"),
        ("portal AccessTokenDuration=1h", "1h", "is a number", "P"),
        ("portal AccessTokenDuration=>=60", ">=60", "!<5", "P"),
        ("portal Active=>true", ">true", "Active=!true", "P"),
        ("portal ClientSecret=s3cret", "ClientSecret=s3cret", "secret:yes", "P"),
        ("portal @nope", "@nope", "@guests", "P"),
        ("portal -", "-", "nothing after -", "P"),
        ('"portal', '"portal', 'write "', "P"),
        ('portal ""', '""', "between the quotes", "P"),
        ("portal =5", "=", "before =", "P"),
        ("who:buyer|| portal", "", "no value", "P"),
    ],
)
def test_what_is_not_understood_is_told_and_the_rest_filters(text: str, where: str, said: str, rest: str) -> None:
    parsed = parse(text, SAVED)
    assert found(text) == rest
    if not said:
        assert parsed.problems == ()
        return
    problem = parsed.problems[0]
    assert said in str(problem)
    if where:
        assert text[problem.start : problem.end] == where


def test_a_secret_is_in_no_problem_and_no_query() -> None:
    parsed = parse("ClientSecret=s3cret")
    assert "s3cret" not in "".join(map(str, parsed.problems))
    assert not parsed.server()


def test_saved_filters_that_use_each_other_end() -> None:
    parsed = parse("@a", {"a": "@b", "b": "@a portal"})
    assert "uses itself" in str(parsed.problems[0])
    assert str(parsed) == "@a"


@given(st.text(max_size=60))
def test_any_text_is_read_and_its_problems_lie_in_it(text: str) -> None:
    parsed = parse(text, SAVED)
    assert parse(str(parsed), SAVED) == parsed
    assert parse(str(parsed), SAVED).problems == ()
    assert all(0 <= each.start <= each.end <= len(text) for each in parsed.problems)
    parsed.explain()
    for cursor in range(len(text) + 1):
        for each in complete(text, cursor, Known(saved=SAVED)):
            assert 0 <= each.start <= each.end <= len(text)


@given(st.text(alphabet='who:buyer|"=!-<>@ acesAppNm*\\0179', max_size=40))
def test_any_text_of_the_languages_own_signs_reads_back(text: str) -> None:
    parsed = parse(text, SAVED)
    assert parse(str(parsed), SAVED) == parsed


@pytest.mark.parametrize("seed", range(400))
def test_a_filter_reads_back_as_it_was_written(seed: int) -> None:
    made = make_filter(Random(seed))
    again = parse(str(made), SAVED)
    assert again.problems == ()
    assert again == made
    assert again.explain()


def test_it_says_what_it_understood() -> None:
    assert parse("who:buyer active:no access:>60").explain() == "buyers may use it, inactive, access token over 1h"
    assert parse("-active:no grant:p|r refresh:0").explain() == "active, offers password or refresh, no refresh token"
    assert parse("name:Buyer* -user:none").explain() == "name like “Buyer*”, not (no context user)"
    assert parse("AccessTokenDuration=!<60|5 xp.Team=!*").explain() == (
        "AccessTokenDuration is at least 60 or is 5, xp.Team is missing"
    )
    assert parse("").explain() == "every API client"
    assert parse("@guests", SAVED).explain() == "@guests (guests may shop)"


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("buyer who:buyer active:no access:>60 grant:p name:x AppName=x", set()),
        ("who:anchor-boats", {Need.COMPANIES, Need.ASSIGNMENTS}),
        ("secret:expired", {Need.SECRETS}),
        ("secret:yes", {Need.API_CLIENT, Need.SECRETS}),
        ("advice:warning", {Need.ADVICE}),
        ("guest:<7d", {Need.API_CLIENT}),
        ("xp.Team=web", {Need.API_CLIENT}),
    ],
)
def test_what_it_needs_and_what_is_not_known_yet(text: str, needs: set[Need]) -> None:
    parsed = parse(text)
    assert parsed.needs == needs
    row = RowFacts(ClientRow.of(STOREFRONT.model_copy(update={"app_name": "Buyer x", "active": False})))
    assert (parsed.matches(row) is None) is bool(needs)
    assert parse(f"-{text}").matches(row) is None or not needs


def test_what_is_known_decides_as_soon_as_it_can() -> None:
    unread = RowFacts(ClientRow.of(PORTAL))
    assert parse("who:ropeworks nothing-like-it").matches(unread) is False
    assert parse("secret:yes").matches(RowFacts(ClientRow.of(BRIDGE), BRIDGE)) is True
    expired = ApiClientSecret(id="1", name="x", expiration=NOW - timedelta(1))
    assert parse("secret:expired").matches(facts(PORTAL, secrets=(expired,))) is True
    assert parse("secret:no").matches(facts(PORTAL, secrets=(expired,))) is False
    advice = Advice("long-lived-admin", Severity.WARNING, "t", "r", (), "secret")
    assert parse("advice:long-lived-admin").matches(facts(PORTAL, advice=(advice,))) is True
    assert parse("advice:warning").matches(facts(PORTAL, advice=(advice,))) is True
    assert parse("advice:none").matches(facts(PORTAL, advice=(advice,))) is False


def test_what_the_api_is_asked_for() -> None:
    query = parse("portal store active:no access:>1h|0 name:Buyer* guest:yes -name:old").server()
    assert query.search == "portal"
    assert query.filters == {
        "Active": ("false",),
        "AccessTokenDuration": (">60|0",),
        "AppName": ("Buyer*", "!*old*"),
        "IsAnonBuyer": ("true",),
    }
    assert str(parse("portal store active:no").rest) == "store"
    assert not parse('xp.Team=web secret:yes "a*b" name:ü MinimumRequiredRoles=Shopper').server()
    long = parse(" ".join(f"name:{'x' * 150}{number}" for number in range(20)))
    assert long.server().cost <= 1500
    assert long.rest.terms


def test_the_fields_are_those_of_the_resource() -> None:
    described = by_name(API_CLIENTS.fields)
    kinds = {
        Kind.TEXT: FieldKind.TEXT,
        Kind.BOOL: FieldKind.BOOL,
        Kind.INT: FieldKind.NUMBER,
        Kind.TEXTS: FieldKind.TEXTS,
    }
    wire = {alias: name for name, alias in ApiClient.wire_names().items() if alias not in ("xp", "ClientSecret")}
    assert {each.name: each.attribute for each in FIELDS} == wire
    for each in FIELDS:
        assert kinds[described[each.name.lower()].kind] is each.kind


@pytest.mark.parametrize(
    ("text", "first", "then"),
    [
        ("ac", "active:", "active:"),
        ("-acc", "access:", "-access:"),
        ("portal who:b", "buyer", "portal who:buyer "),
        ("who:buyer|anch", "anchor-boats", "who:buyer|anchor-boats "),
        ("user:sh", "shopper01", "user:shopper01 "),
        ("user:od", '"odd one"', 'user:"odd one" '),
        ("advice:long", "long-lived-admin", "advice:long-lived-admin "),
        ("@gu", "@guests", "@guests "),
        ("AppN", "AppName=", "AppName="),
        ("Active=t", "Active=true", "Active=true "),
    ],
)
def test_completion(text: str, first: str, then: str) -> None:
    known = Known(("shopper01", "odd one"), (ANCHOR, ROPES), {"long-lived-admin": "Long-lived"}, SAVED)
    offered = complete(text, len(text), known)[0]
    assert offered.text == first
    assert offered.meaning
    assert offered.apply(text) == (then, len(then))


def test_completion_in_the_middle_leaves_the_rest() -> None:
    offered = complete("who:b|seller portal", 5, Known())[0]
    assert offered.apply("who:b|seller portal") == ("who:buyer|seller portal", 9)
    assert complete("http://x", 8, Known()) == ()


def test_filters_are_saved_by_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("state") / "state.toml"
    state = StateFile(file)
    saved.save(state, "guests", "guest:yes")
    saved.save(state, "bad-guests", "@guests advice:error")
    for name, text, said in (
        ("No Good", "x", "a-z"),
        ("fine", "active:maybe", "maybe"),
        ("fine", "", "no filter"),
        ("guests", "@bad-guests", "uses itself"),
        ("fine", "x" * 2000, "1000"),
    ):
        with pytest.raises(ValueError, match=said):
            saved.save(state, name, text)
    again = StateFile(file)
    assert saved.list_saved(again) == {"bad-guests": "@guests advice:error", "guests": "guest:yes"}
    assert saved.delete(again, "guests")
    assert not saved.delete(again, "guests")
    assert list(saved.list_saved(StateFile(file))) == ["bad-guests"]
