"""A plan on the screen over the real sandbox: chosen change by change, applied, cancelled, and gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.console import Console, console_request, open_console
from tests.panes.test_changing import in_production, writes
from tests.panes.test_clients import go_to, on_server
from tests.session.sandbox_gate import Gate, Held
from tui.panes.plan import PlanScreen
from tui.sandbox import Sandbox
from tui.sandbox.control.rules import Fault, Rule
from tui.session.bulk import State
from tui.session.declared.reading import export
from tui.session.declared.toml import to_toml
from tui.widgets.dialogs import Ask, Confirm, Note
from tui.widgets.row_list import RowList


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    async with open_console() as opened:
        yield opened


async def edited_export(console: Console, tmp_path: Path) -> Path:
    """Export, and change what the tests plan: a field, two companies, a new API client with one, a missing buyer."""
    text = to_toml((await export(console.app.session.opened)).document)
    portal = text.index('AppName = "Partner Portal"')
    mine = text[portal:].replace("AccessTokenDuration = 120", "AccessTokenDuration = 90", 1)
    mine = mine.replace('    "chandlery",\n', '    "breakwater-marine",\n    "nobody",\n', 1)
    new = (
        '[[ApiClients]]\nAppName = "Quay [/nope]"\nActive = true\nAccessTokenDuration = 60\nBuyers = ["chandlery"]\n'
        'Secrets = [{ Name = "rotation" }]\n\n'
    )
    file = tmp_path / "edited.toml"
    file.write_text(
        (text[:portal] + mine).replace("[References.Buyers]", f"{new}[References.Buyers]"), encoding="utf-8"
    )
    return file


async def open_plan(console: Console, file: Path) -> PlanScreen:
    console.app.action_run_command("app.plan")
    await console.settle()
    assert isinstance(console.app.screen, Ask)
    console.app.screen.query_one(Input).value = str(file)
    await console.press("enter")
    await until_planned(console)
    assert isinstance(console.app.screen, PlanScreen)
    return console.app.screen


async def until_planned(console: Console) -> None:
    """Wait for what the screen on top has under way."""
    while busy := [worker for worker in console.app.workers if worker.is_running and worker.group == "plan"]:
        await asyncio.wait([asyncio.ensure_future(worker.wait()) for worker in busy])
    for _ in range(20):
        if isinstance(console.app.screen, PlanScreen) and console.app.screen.query_one(RowList).rows:
            break
        await console.pilot.pause()
        for worker in [each for each in console.app.workers if each.is_running and each.group == "plan"]:
            await worker.wait()
    await console.settle()


def rows(screen: PlanScreen) -> list[tuple[str, str, str]]:
    return [(row.kind.value, row.label, row.text) for row in screen.query_one(RowList).rows]


async def apply(console: Console, answer: str = "y") -> None:
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Confirm), console.told
    await console.press(answer)
    await until_planned(console)


async def test_a_plan_is_shown_chosen_from_and_applied(console: Console, tmp_path: Path) -> None:
    before = await go_to(console, "Partner Portal")
    screen = await open_plan(console, await edited_export(console, tmp_path))
    assert rows(screen) == [
        ("problem", "Partner Portal", rows(screen)[0][2]),
        ("step", "Quay [/nope]", "create"),
        ("step", "Quay [/nope]", "assign buyer chandlery (Chandlery Ltd)"),
        ("step", "Partner Portal", "AccessTokenDuration: 120 → 90"),
        ("step", "Partner Portal", "assign buyer breakwater-marine (Breakwater Marine)"),
        ("step", "Partner Portal", "unassign buyer chandlery (Chandlery Ltd)"),
        ("for a person", "Quay [/nope]", "create the named secret rotation and give its value to whoever uses it."),
    ]
    assert "there is no buyer nobody here" in rows(screen)[0][2]
    assert "5 of 5 changes chosen · 1 problem · 1 for a person to do" in console.text
    await console.press("j", "space")
    assert "3 of 5 changes chosen" in console.text, "what is assigned to a new API client goes with it"
    assert "Quay [/nope], new: nothing here has its ID or its name" in console.text
    await console.press("space")
    assert "5 of 5 changes chosen" in console.text, "and it needs the API client"
    await console.press("k", "k", "space", "G", "k", "space")
    assert "2 of 5 changes chosen" in console.text
    await apply(console)
    applied = screen._applying
    assert applied is not None
    assert [each.result.state for each in applied.account] == [State.DONE] * 2
    assert "2 of 2: 2 done." in console.text
    after = await on_server(console, before.id)
    assert (after.access_token_duration, after.assigned_buyer_count) == (90, 3)
    (change,) = console.app.session.journal.changes
    assert change.what == "Applied 2 changes of edited.toml to Partner Portal"
    await console.press("r")
    await until_planned(console)
    assert "3 of 3 changes chosen" in console.text
    await console.press("a")
    assert "0 of 3 changes chosen" in console.text
    await console.press("ctrl+s")
    assert console.told == ["No change is chosen."]
    await console.press("escape")
    assert not isinstance(console.app.screen, PlanScreen)
    assert "1h 30m" in console.text, "the panes below show it"
    await console.press("1", "u", "y")
    assert (await on_server(console, before.id)).to_wire() == before.to_wire()


async def test_what_is_not_in_the_file_is_deleted_only_when_asked_for(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    some = await export(console.app.session.opened, ["Partner Portal"])
    file.write_text(to_toml(some.document), encoding="utf-8")
    screen = await open_plan(console, file)
    assert rows(screen) == []
    assert "Nothing would change." in console.text
    assert "not in the file and left alone: Admin Backoffice, Buyer Approvals" in console.text
    await console.press("D")
    await until_planned(console)
    assert {row.step.verb.value for row in screen.query_one(RowList).rows if row.step} == {"delete"}
    assert "stays, though it is not in the file: ocgate is signed in through it" in rows(screen)[-1][2]
    await console.press("ctrl+s")
    assert isinstance(console.app.screen, Confirm)
    assert console.app.focused is not None
    assert console.app.focused.id == "no"
    await console.press("enter")
    assert writes(console) == []


async def test_a_change_that_fails_is_told_and_gone_on_with(console: Console, tmp_path: Path) -> None:
    file = await edited_export(console, tmp_path)
    await open_plan(console, file)
    sandbox = console.app.session.opened.sandbox
    assert sandbox is not None
    sandbox.control.faults.add(Rule(Fault.SERVER_ERROR, path="/v1/apiclients/*", method="PATCH", next=1))
    await apply(console)
    assert "5 of 5: 4 done, 1 failed." in console.text
    assert "^s goes on" in console.text
    await apply(console)
    assert "5 of 5: 5 done." in console.text
    assert "^s goes on" not in console.text


async def test_escape_cancels_what_is_under_way_and_closes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held: list[Held] = []
    straight = Sandbox.transport
    monkeypatch.setattr(Sandbox, "transport", lambda sandbox: Gate(straight(sandbox), held))
    async with open_console(size=(80, 24)) as console:
        screen = await open_plan(console, await edited_export(console, tmp_path))
        creation = Held(lambda request: request.method == "POST" and request.url.path == "/v1/apiclients")
        held.append(creation)
        await console.press("ctrl+s", "y")
        await creation.caught.wait()
        await console.press("r", "space", "D")
        assert "esc cancels" in console.text
        assert screen._applying is not None
        assert screen._applying.active
        await console.press("escape")
        creation.go.set()
        await until_planned(console)
        assert console.app.screen is screen
        assert "1 of 5: 1 done, 4 not done. Cancelled." in " ".join(console.text.split())
        assert console.text.count("not tried") >= 3
        assert len(writes(console)) == 1
        await apply(console)
        assert "5 of 5: 5 done." in console.text
        assert len(console.app.session.journal.changes) == 2


async def test_production_wants_the_name_and_another_marketplace_is_left(console: Console, tmp_path: Path) -> None:
    await open_plan(console, await edited_export(console, tmp_path))
    in_production(console)
    await console.press("ctrl+s")
    assert "Type Harbor Supply to go on" in console.text
    await console.press("escape")
    await console.app.session.use_sandbox()
    await console.press("ctrl+s", "y")
    await until_planned(console)
    assert any("the console is not there any more" in told for told in console.told), console.told
    assert writes(console) == []


async def test_a_file_that_cannot_be_planned_says_why(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("Format = 1\nApiClient = []\n", encoding="utf-8")
    console.app.action_run_command("app.plan")
    await console.settle()
    await console.press("enter")
    assert "Which file? Type its path." in console.text
    console.app.screen.query_one(Input).value = str(tmp_path)
    await console.press("enter")
    assert "is a folder" in console.text
    console.app.screen.query_one(Input).value = str(file)
    await console.press("enter")
    await console.app.workers.wait_for_complete()
    await console.settle()
    assert isinstance(console.app.screen, Note)
    assert "did you mean ApiClients?" in " ".join(console.text.split())


async def test_an_export_asks_before_it_replaces_a_file(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    for answer in ("", "n", "y"):
        console.app.action_run_command("app.export")
        await console.settle()
        entry = console.app.screen.query_one(Input)
        assert entry.value == "harbor-supply.toml"
        entry.value = str(file)
        await console.press("enter")
        if answer:
            assert isinstance(console.app.screen, Confirm)
            await console.press(answer)
        await console.app.workers.wait_for_complete()
        await console.settle()
        if answer == "":
            assert any("17 API clients were written to" in told for told in console.told), console.told
            written = file.read_text(encoding="utf-8")
            file.write_text("mine")
        elif answer == "n":
            assert file.read_text() == "mine"
    assert file.read_text(encoding="utf-8") == written


async def test_read_only_plans_and_applies_nothing(tmp_path: Path) -> None:
    async with open_console(console_request(read_only=True), size=(80, 24)) as console:
        await open_plan(console, await edited_export(console, tmp_path))
        await console.press("ctrl+s")
        assert console.told == ["This connection is read-only: changes are refused (profile, settings or --read-only)."]
        assert writes(console) == []


async def test_all_of_a_change_can_be_read_in_the_smallest_terminal(tmp_path: Path) -> None:
    roles = ["MeAddressAdmin", "MeAdmin", "MeCreditCardAdmin", "OrderReader", "Shopper", "UnsubmittedOrderReader"]
    quoted = ", ".join(f'"{each}"' for each in roles)
    note = "Long enough that no line holds it. " * 12
    file = tmp_path / "new.toml"
    file.write_text(
        f"""Format = 1
[[ApiClients]]
AppName = "Quay"
AccessTokenDuration = 60
MinimumRequiredRoles = [{quoted}]
MaximumGrantedRoles = [{quoted}]
xp = {{note = "{note}End."}}
""",
        encoding="utf-8",
    )
    async with open_console(size=(80, 24)) as console:
        await open_plan(console, file)
        assert "J K more" in console.text
        assert "End." not in console.text
        await console.press(*["J"] * 20)
        assert "End." in console.text
        await console.press(*["K"] * 20)
        assert "Quay, new: nothing here has its ID or its name" in console.text
