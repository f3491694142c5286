"""The journal that stays: lines, rotation, two consoles at once, no secrets; and ways back from another day."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.sandbox_gate import Gated, gated
from tui.access.facts import Party, PartyKind
from tui.config.paths import find_paths
from tui.ordercloud.models import ApiClient
from tui.ordercloud.models.base import JSON
from tui.sandbox.control import Fault, Rule
from tui.session.failures import CannotUndo, CutShort
from tui.session.journal_file import JournalFile, Reading, read_line, write_line
from tui.session.record import ChangeKind, Entry, Record, Signature

NOW = datetime(2026, 11, 23, 9, 14, 3, tzinfo=UTC)
BY = Signature("harbor-admin", "https://x.example", "Harbor Supply", "https://x.example harbor")
HUSH = "hush-hush-hush"


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gated]:
    async with gated(monkeypatch) as session:
        yield session


def entry(number: int, record: Record | None = None, **more: str) -> Entry:
    return Entry(f"id{number}", NOW, f"change {number}", BY, record or Record(ChangeKind.OTHER), **more)


def written(file: JournalFile) -> Reading:
    return file.read()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
records = st.builds(
    Record,
    st.sampled_from(ChangeKind),
    st.text(max_size=9),
    st.text(max_size=9),
    st.dictionaries(st.sampled_from(["AppName", "xp", "Active"]), json_values, max_size=3),
    st.dictionaries(st.sampled_from(["AppName", "xp", "Active"]), json_values, max_size=3),
    st.lists(
        st.builds(
            Party, st.sampled_from([PartyKind.BUYER, PartyKind.SUPPLIER]), st.text(max_size=5), st.text(max_size=5)
        ),
        max_size=2,
    ).map(tuple),
    st.lists(st.text(max_size=9), max_size=2).map(tuple),
)


@given(records, st.text(max_size=20))
def test_an_entry_reads_back_as_it_was_written(record: Record, what: str) -> None:
    whole = Entry("a1", NOW, what, BY, record, "b2")
    line = write_line(whole)
    assert line.count("\n") == 1
    read = read_line(line.encode())
    assert replace(read, record=replace(read.record, unkept=())) == replace(whole, record=replace(record, unkept=()))


@given(st.binary(max_size=60))
def test_what_is_no_entry_is_refused_and_breaks_nothing(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_line(line)


@pytest.mark.parametrize(
    "fields",
    [
        {"ClientSecret": HUSH},
        {"xp": {"integration": {"client_secret": HUSH}}},
        {"xp": {"note": f"Bearer eyJhbGciOiJ9.eyJ1c3IiOiJ4In0.{HUSH}"}},
    ],
)
def test_a_credential_is_named_and_never_written(fields: Mapping[str, JSON], tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "journal.jsonl")
    file.append(entry(1, Record(ChangeKind.CHANGED, "a", "A", {**fields, "Active": True}, {**fields, "Active": False})))
    kept = written(file).entries[0].record
    file.close()
    assert HUSH not in file.path.read_text(encoding="utf-8")
    assert kept.unkept == tuple(fields)
    assert kept.before == {"Active": True}


def test_only_its_owner_reads_it_and_the_newest_come_first(tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "data" / "journal.jsonl")
    for number in range(5):
        file.append(entry(number))
    assert [each.id for each in file.read(3).entries] == ["id4", "id3", "id2"]
    assert file.path.parent.stat().st_mode & 0o077 == 0
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    file.close()


def test_a_line_cut_short_harms_no_other_and_is_counted(tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "journal.jsonl")
    file.append(entry(1))
    file.close()
    with file.path.open("ab") as torn:
        torn.write(b'not json\n\n{"id": "x", "wh')
    file.append(entry(2))
    reading = file.read()
    file.close()
    assert [each.id for each in reading.entries] == ["id2", "id1"]
    assert reading.broken == 2


def test_a_large_file_is_set_aside_and_still_read(tmp_path: Path) -> None:
    file = JournalFile(tmp_path / "journal.jsonl", most_bytes=600)
    for number in range(40):
        file.append(entry(number))
    assert [each.id for each in file.read().entries] == [f"id{number}" for number in reversed(range(40))]
    file.close()
    files = sorted(tmp_path.glob("*.jsonl"))
    assert len(files) > 10
    assert all(each.stat().st_size < 900 for each in files)
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in files)


def test_two_consoles_append_whole_lines_and_lose_none(tmp_path: Path) -> None:
    files = [JournalFile(tmp_path / "journal.jsonl", most_bytes=3_000) for _ in range(4)]
    record = Record(ChangeKind.CHANGED, "a", "A", {"xp": {"text": "x" * 500}}, {"xp": None})

    def write(console: int) -> None:
        for number in range(30):
            files[console].append(entry(console * 100 + number, record))
        files[console].close()

    with ThreadPoolExecutor(4) as consoles:
        list(consoles.map(write, range(4)))
    reading = files[0].read()
    assert reading.broken == 0
    assert {each.id for each in reading.entries} == {f"id{c * 100 + n}" for c in range(4) for n in range(30)}
    assert all(not each.problem for each in files)


def test_a_journal_that_cannot_be_written_says_so_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    file = JournalFile(tmp_path / "data" / "journal.jsonl")
    file.append(entry(1))
    reading = file.read()
    file.close()
    assert "could not be written" in file.problem
    assert reading.entries == ()


# -- through the sandbox ----------------------------------------------------------------------------------------------


def kept(opened: Gated) -> Reading:
    """Read the journal as another console would."""
    own = opened.session.journal.file
    assert own is not None
    own.read(1)
    return JournalFile(find_paths().journal).read()


async def test_every_change_is_kept_with_who_when_where_before_and_after(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    await marketplace.patch_api_client(portal, {"AccessTokenDuration": 33, "ClientSecret": HUSH})
    created = await marketplace.create_api_client({"AppName": "Kiosk", "AccessTokenDuration": 60, "ClientSecret": HUSH})
    buyer = (await marketplace.companies()).buyers[0]
    await marketplace.assign(created, Party(PartyKind.BUYER, buyer.id, buyer.name))
    await marketplace.create_secret(created, "rotation", None)
    await marketplace.delete_api_client(created)
    newest = kept(opened).entries
    assert [each.record.kind for each in newest] == ["deleted", "other", "assigned", "created", "changed"]
    assert {(each.by.who, each.by.url, each.by.marketplace) for each in newest} == {
        ("harbor-admin", opened.session.identity.url, opened.session.identity.marketplace)
    }
    changed, gone = newest[-1].record, newest[0].record
    assert changed.before == {"AccessTokenDuration": portal.access_token_duration}
    assert changed.after == {"AccessTokenDuration": 33}
    assert changed.unkept == ("ClientSecret",)
    assert [each.id for each in gone.companies] == [buyer.id]
    assert HUSH not in find_paths().journal.read_text(encoding="utf-8")


async def test_a_change_of_another_day_is_taken_back_from_the_file(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    await marketplace.patch_api_client(portal, {"AccessTokenDuration": 33})
    change = marketplace.ways_back.change_of(kept(opened).entries[0])
    assert await marketplace.journal.undo(change) == ""
    assert (await marketplace.api_client(portal.id)).access_token_duration == portal.access_token_duration
    assert kept(opened).undone == {change.id}
    with pytest.raises(CannotUndo, match="taken back already"):
        await marketplace.journal.undo(change)


async def test_many_of_another_day_are_taken_back_in_two_goes_when_the_connection_is_lost(opened: Gated) -> None:
    """None is taken back twice, which would bring a deleted one back twice, and the journal tells of each go."""
    marketplace, sandbox = opened.session.marketplace, opened.session.opened.sandbox
    assert sandbox is not None
    desk, kiosk = opened.named("Supplier Desk"), opened.named("Kiosk Terminal")
    await marketplace.patch_api_client(desk, {"AccessTokenDuration": 33})
    await marketplace.delete_api_client(kiosk)
    parts = [each.record for each in marketplace.journal.changes]
    parties = await marketplace.parties_assigned(opened.named("Partner Portal").id)
    portal = opened.named("Partner Portal")
    for party in parties:
        await marketplace.unassign(portal, party)
    gone = Record(ChangeKind.UNASSIGNED, portal.id, portal.app_name, companies=tuple(parties))
    marketplace.note_many("3 API clients: this and that", records=[*parts, gone])
    found = kept(opened).entries[0]
    sandbox.control.faults.add(Rule(Fault.DROP_BEFORE, method="PATCH", path="/v1/apiclients/*"))
    sandbox.control.faults.add(Rule(Fault.DROP_BEFORE, method="POST", path="/v1/apiclients/assignments", every=2))
    with pytest.raises(CutShort, match="Only 1 of 3 changes could be taken back"):
        await marketplace.journal.undo(marketplace.ways_back.change_of(found))
    sandbox.control.faults.clear()
    after = kept(opened)
    assert after.entries[0].what.startswith("Taken back in part: 3 API clients: this and that. Only 1 of 3")
    assert found.id not in after.undone
    remark = await marketplace.journal.undo(marketplace.ways_back.change_of(found))
    assert "Kiosk Terminal has the new ID" in remark
    assert found.id in kept(opened).undone
    names = [each.app_name async for each in opened.session.client.api_clients.iterate()]
    assert names.count("Kiosk Terminal") == 1
    assert (await marketplace.api_client(desk.id)).access_token_duration == desk.access_token_duration
    assert set(await marketplace.parties_assigned(portal.id)) == set(parties)


async def test_what_somebody_else_changed_since_is_left(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    await marketplace.patch_api_client(portal, {"AccessTokenDuration": 33})
    await opened.session.client.api_clients.patch(portal.id, {"AccessTokenDuration": 44})
    change = marketplace.ways_back.change_of(kept(opened).entries[0])
    with pytest.raises(CannotUndo, match="changed again since"):
        await marketplace.journal.undo(change)
    await opened.session.client.api_clients.delete(portal.id)
    with pytest.raises(CannotUndo, match="not there any more"):
        await marketplace.journal.undo(change)
    assert kept(opened).undone == frozenset()


async def test_any_change_of_this_sitting_can_be_taken_back(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    await marketplace.patch_api_client(portal, {"AccessTokenDuration": 33})
    await marketplace.patch_api_client(portal, {"AppName": "Renamed"})
    first, second = marketplace.journal.changes
    await marketplace.journal.undo(first)
    assert marketplace.journal.last is second
    now = await marketplace.api_client(portal.id)
    assert (now.app_name, now.access_token_duration) == ("Renamed", portal.access_token_duration)


async def with_everything(opened: Gated) -> tuple[ApiClient, int]:
    """Return an API client with settings, assignments and secrets of both kinds."""
    marketplace = opened.session.marketplace
    fields: dict[str, JSON] = {
        "AppName": "Quay Kiosk",
        "Active": True,
        "AccessTokenDuration": 60,
        "RefreshTokenDuration": 1440,
        "DefaultContextUserName": "shopper01",
        "MaximumGrantedRoles": ["Shopper"],
        "ClientSecret": HUSH,
        "xp": {"owner": {"team": "web"}},
    }
    created = await marketplace.create_api_client(fields)
    companies = await marketplace.companies()
    parties = companies.parties(marketplace.seller)[1:4]
    for party in parties:
        await marketplace.assign(created, party)
    await marketplace.create_secret(created, "rotation", None)
    return await marketplace.api_client(created.id), len(parties)


async def test_a_deleted_api_client_is_brought_back_and_what_is_lost_is_said(opened: Gated) -> None:
    marketplace = opened.session.marketplace
    before, count = await with_everything(opened)
    assigned = {(each.buyer_id, each.supplier_id) for each in await marketplace.assignments(before.id)}
    await marketplace.delete_api_client(before)
    told = await marketplace.journal.undo_last()
    after = next(each for each in marketplace.api_clients.values() if each.app_name == "Quay Kiosk")
    assert after.id != before.id
    assert f"new ID {after.id}" in told
    assert f"{count} of {count} companies assigned again" in told
    assert "the legacy secret: set a new one" in told
    assert "the secret rotation: create a new one" in told
    assert HUSH not in told
    left_out = {"ID", "ClientSecret"}
    assert {**after.to_wire(), **dict.fromkeys(left_out)} == {**before.to_wire(), **dict.fromkeys(left_out)}
    assert {(each.buyer_id, each.supplier_id) for each in await marketplace.assignments(after.id)} == assigned
    assert after.client_secret is None


async def test_what_it_referred_to_and_is_gone_is_left_out_and_said(opened: Gated) -> None:
    marketplace, client = opened.session.marketplace, opened.session.client
    user: dict[str, JSON] = {"Username": "temp-user", "FirstName": "T", "LastName": "T", "Email": "t@x.example"}
    await client.seller_users.create({**user, "Active": True})
    fields: dict[str, JSON] = {"AppName": "Quay Kiosk", "AccessTokenDuration": 60}
    created = await client.api_clients.create({**fields, "DefaultContextUserName": "temp-user"})
    await client.buyers.create({"ID": "late-buyer", "Name": "Late", "Active": True})
    await marketplace.assign(created, Party(PartyKind.BUYER, "late-buyer", "Late"))
    event: dict[str, JSON] = {
        "ID": "ev",
        "Name": "Ev",
        "CustomImplementationUrl": "https://x.example/a",
        "HashKey": "k",
    }
    await client.integration_events.create(event)
    await client.api_clients.patch(created.id, {"OrderCheckoutIntegrationEventID": "ev"})
    await marketplace.delete_api_client(await marketplace.api_client(created.id))
    await client.buyers.delete("late-buyer")
    await client.integration_events.delete("ev")
    users = [each async for each in client.seller_users.iterate() if each.username == "temp-user"]
    await client.seller_users.delete(users[0].id)
    marketplace.forget()
    told = await marketplace.journal.undo_last()
    assert "the context user temp-user: there is no such user any more" in told
    assert "the integration event ev (OrderCheckoutIntegrationEventID): it is not there any more" in told
    assert "0 of 1 companies assigned again" in told
    assert "the assignment of Late: " in told
    again = next(each for each in marketplace.api_clients.values() if each.app_name == "Quay Kiosk")
    assert again.default_context_user_name is None


async def test_what_referred_to_it_is_known(opened: Gated) -> None:
    portal = opened.named("Partner Portal")
    await opened.session.client.openid_connects.create(
        {
            "ID": "sso",
            "OrderCloudApiClientID": portal.id,
            "ConnectClientID": "c",
            "ConnectClientSecret": HUSH,
            "AppStartUrl": "https://x.example",
            "AuthorizationEndpoint": "https://x.example/a",
            "TokenEndpoint": "https://x.example/t",
        }
    )
    told = await opened.session.marketplace.references.to(portal.id.upper())
    assert "the OpenID Connect configuration sso" in told
    impersonated = [each async for each in opened.session.client.impersonation_configs.iterate()]
    told = await opened.session.marketplace.references.to(impersonated[0].client_id)
    assert f"the impersonation configuration {impersonated[0].id}" in told


async def test_a_changed_secret_does_not_keep_the_rest_from_being_taken_back(opened: Gated) -> None:
    marketplace, portal = opened.session.marketplace, opened.named("Partner Portal")
    await marketplace.patch_api_client(portal, {"AccessTokenDuration": 33, "ClientSecret": HUSH})
    told = await marketplace.journal.undo_last()
    assert "ClientSecret stays as now" in told
    now = await opened.session.client.api_clients.get(portal.id)
    assert (now.access_token_duration, now.client_secret) == (portal.access_token_duration, HUSH)


def test_a_line_of_a_later_ocgate_is_skipped_not_misread() -> None:
    line = json.dumps({**json.loads(write_line(entry(1))), "kind": "teleported"}).encode()
    with pytest.raises(ValueError):
        read_line(line)
