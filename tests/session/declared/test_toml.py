"""The document as TOML: nothing is lost, the bytes are stable, and what is wrong is said with its place."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.session.declared.makers import JSON_VALUES, TEXTS, documents
from tui.access.xp import JSON
from tui.session.declared.document import Document, Entry, Kind, NamedSecret, tidy_xp
from tui.session.declared.toml import NotADocument, from_toml, to_toml, write_document

FILE = Path("api-clients.toml")


def read(text: str) -> Document:
    return from_toml(text.encode(), FILE)


def problems_of(text: str) -> list[str]:
    with pytest.raises(NotADocument) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def entry_text(*lines: str) -> str:
    return "\n".join(["Format = 1", "", "[[ApiClients]]", 'AppName = "Shop"', *lines, ""])


@settings(deadline=None, max_examples=50)
@given(documents())
def test_what_is_written_is_read_again(document: Document) -> None:
    again = read(to_toml(document))
    by_name = {entry.name: entry for entry in again.api_clients}
    assert by_name == {entry.name: entry for entry in document.api_clients}
    assert (again.marketplace_id, again.marketplace_name) == ("m", "M")
    assert to_toml(again) == to_toml(document)


@settings(deadline=None, max_examples=50)
@given(documents(), st.randoms())
def test_the_order_of_the_marketplace_does_not_show(document: Document, chance: Random) -> None:
    shuffled = list(document.api_clients)
    chance.shuffle(shuffled)
    assert to_toml(Document(tuple(shuffled), {}, "m", "M")) == to_toml(document)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(TEXTS, JSON_VALUES, max_size=4))
def test_xp_is_kept_but_for_members_that_are_null(xp: dict[str, JSON]) -> None:
    document = Document((Entry("a", {"AppName": "Shop", "xp": tidy_xp(xp)}),))
    (entry,) = read(to_toml(document)).api_clients
    assert entry.fields["xp"] == tidy_xp(xp)
    assert tidy_xp({"a": None, "b": {"c": None, "d": [None]}}) == {"b": {"d": [None]}}


def test_a_file_says_what_it_is_and_holds_the_names_of_what_it_refers_to() -> None:
    ends = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    entry = Entry(
        "ID-1",
        {"AppName": "Shop", "DefaultContextUserName": "ada"},
        {Kind.BUYER: frozenset({"b2", "b1"})},
        (NamedSecret("s", "Rotation", ends),),
        legacy_secret=True,
    )
    references = {Kind.BUYER: {"b2": "Two", "b1": "One"}, Kind.USER: {"ada": "buyer b1"}}
    text = to_toml(Document((entry,), references, "harbor", "Harbor"))
    assert text.startswith("# API clients of OrderCloud, written by `ocgate export`.\n")
    values = tomllib.loads(text)
    assert values["Format"] == 1
    assert values["Marketplace"] == {"ID": "harbor", "Name": "Harbor"}
    assert values["ApiClients"][0]["Buyers"] == ["b1", "b2"]
    assert values["ApiClients"][0]["Secrets"] == [{"ID": "s", "Name": "Rotation", "Expiration": ends}]
    assert values["References"] == {"Buyers": {"b1": "One", "b2": "Two"}, "Users": {"ada": "buyer b1"}}
    assert read(text).references == references


def test_what_is_left_out_says_nothing() -> None:
    (entry,) = read(entry_text()).api_clients
    assert (dict(entry.fields), dict(entry.companies), entry.secrets, entry.legacy_secret) == (
        {"AppName": "Shop"},
        {},
        None,
        None,
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "Format: is missing"),
        ('Format = "1"', 'api-clients.toml:1: Format: must be a whole number from 1, not "1"'),
        ("Format = 2\nWhatever = 3", "api-clients.toml:1: Format: is 2: written by a newer ocgate"),
        ("Format = 1\n=", "api-clients.toml:2: is not TOML"),
        ("Format = 1\nApiClients = 3", "api-clients.toml:2: ApiClients: must be a list of tables"),
        ("Format = 1\nApiClient = []", "api-clients.toml:2: ApiClient: unknown key; did you mean ApiClients?"),
        (entry_text("Actve = true"), "api-clients.toml:5: ApiClients[1].Actve: unknown key; did you mean Active?"),
        (entry_text("Active = 1"), "api-clients.toml:5: ApiClients[1].Active: must be true or false"),
        (entry_text("AccessTokenDuration = 5"), "5: ApiClients[1].AccessTokenDuration: must be 10 to 600 minutes"),
        (entry_text('MinimumRequiredRoles = ["Nope"]'), "MinimumRequiredRoles: holds a name that is no API role"),
        (entry_text("Buyers = [1]"), "api-clients.toml:5: ApiClients[1].Buyers: must be a list of IDs in quotes"),
        (
            entry_text('Buyers = ["anchor", ""]'),
            "api-clients.toml:5: ApiClients[1].Buyers: must be a list of IDs in quotes, and holds something else",
        ),
        (entry_text("xp = 3"), "api-clients.toml:5: ApiClients[1].xp: must be a JSON object"),
        (entry_text("xp = '{'"), "api-clients.toml:5: ApiClients[1].xp: must be a table, or a JSON object in a text"),
        (entry_text("xp = {day = 2026-01-01}"), "ApiClients[1].xp: holds what JSON has no form for: xp.day"),
        (entry_text("xp = {a = [nan]}"), "ApiClients[1].xp: holds what JSON has no form for: xp.a[1]"),
        (entry_text("DefaultContextUserName = 2026-01-01"), "DefaultContextUserName: must be text"),
        (entry_text("Secrets = [{ID = 'a'}]"), "Secrets[1].Name: is missing"),
        (entry_text("Secrets = [{Name = 'a', Expiration = 'soon'}]"), "Expiration: must be a date with time"),
        ("Format = 1\n[[ApiClients]]\nActive = true", "api-clients.toml:2: ApiClients[1]: needs an ID or an AppName"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, wrong: str) -> None:
    assert any(wrong in problem for problem in problems_of(text)), problems_of(text)


@pytest.mark.parametrize("line", ["ClientSecret = 'hush'", "Secrets = [{Name = 'a', ClientSecret = 'hush'}]"])
def test_a_secret_in_a_file_is_refused_and_not_repeated(line: str) -> None:
    (problem,) = problems_of(entry_text(line))
    assert "a secret's value has no place in this file" in problem
    assert "hush" not in problem


def test_bytes_that_are_no_text_and_nesting_without_end_are_no_crash() -> None:
    with pytest.raises(NotADocument, match="is not UTF-8 text"):
        from_toml(b"\xff", FILE)
    with pytest.raises(NotADocument, match="nested too deeply"):
        from_toml(b"a = " + b"[" * 100_000, FILE)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "gone" / "x.toml"
    with pytest.raises(OSError, match=r"x\.toml"):
        write_document(Document(()), file)
    write_document(Document(()), tmp_path / "x.toml")
    assert [each.name for each in tmp_path.iterdir()] == ["x.toml"]
