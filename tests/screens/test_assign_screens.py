"""How many assignments look: the selection, a list and its plan, the dry run, the account, and one company."""

from __future__ import annotations

import pytest
from textual.widgets import TextArea

from tests.console import open_console
from tests.panes.test_bulk_screen import faults, until
from tests.screens.conftest import Pictures, named
from tui.panes.bulk_screen import BulkScreen
from tui.panes.company_assignments import CompanyAssignments
from tui.panes.exact_list import ExactDoubts, ExactText
from tui.sandbox.control import Fault, Rule
from tui.widgets.row_list import RowList

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
LIST = """Name;Buyer ID
A;anchor-boats
B;Breakwater
C;drydock-repairs
D;foghorn-cruises
E;nobody-at-all
F;what is this?
G;estuary-guest
"""


@SIZES
async def test_exactly_those_of_a_list(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("j", "j", "a", "j", "j", "j", "space", "space")
        pictures.check_text(console, named("assign-selected", size))
        await console.press("escape", "equals_sign")
        await until(console, lambda: isinstance(console.app.screen, ExactText))
        console.app.screen.query_one(TextArea).load_text(LIST)
        await console.pilot.pause()
        pictures.check_text(console, named("assign-exact-list", size))
        await console.press("ctrl+s")
        await until(console, lambda: isinstance(console.app.screen, ExactDoubts))
        pictures.check_text(console, named("assign-exact-doubts", size))
        await console.press("ctrl+s")
        await until(console, lambda: isinstance(console.app.screen, BulkScreen))
        pictures.check_text(console, named("assign-dry-run", size))
        faults(console).add(Rule(Fault.SERVER_ERROR, path="*ssignments*", method="DELETE", status=500, next=1))
        await console.press("enter")
        screen = console.app.screen
        assert isinstance(screen, BulkScreen)
        await until(console, lambda: screen._job.progress.ended)
        pictures.check_text(console, named("assign-account", size))


@SIZES
async def test_the_api_clients_of_a_company(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("2", "j", "a")
        await until(console, lambda: isinstance(console.app.screen, CompanyAssignments))
        await until(console, lambda: len(console.app.screen.query_one(RowList).rows) > 10)
        pictures.check_text(console, named("assign-company", size))
