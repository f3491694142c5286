"""What if: changes drafted on the matrix, seen before anything is sent, then applied as a plan or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.access.facts import Party, PartyKind
from tui.access.matrix import KIND_LETTERS
from tui.access.parties import FLAG_OF_KIND
from tui.access.what_if import (
    Draft,
    Edit,
    Outlook,
    flip,
    turn_assignment,
    turn_company,
)
from tui.access.words import count
from tui.panes.access_picture import Picture
from tui.panes.plan import PlanScreen
from tui.panes.what_if_dialogs import KEYS, LEGEND, choose_roles, choose_users, is_of, who_note
from tui.panes.what_if_drafts import DraftRow, DraftsScreen, sign_of
from tui.panes.what_if_picture import DraftedPicture, renewed
from tui.session.what_if import WhatIf, foresee, read_world
from tui.widgets.background import start
from tui.widgets.dialogs import Ask, Choose, Note
from tui.widgets.fact_sheet import Fact
from tui.widgets.framed import Above
from tui.widgets.matrix import Matrix, Sign
from tui.widgets.plain import literal
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.access.world import Registered, World
    from tui.session.session import Session

NARROW: Final = 100
"""Columns from which on the draft stands beside the matrix."""


class WhatIfScreen(Above[None]):
    """The matrix with a draft on it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "flag", "Flag", show=False),
        Binding("a", "assign", "Assign", show=False),
        Binding("x", "active", "Activate", show=False),
        Binding("m", "roles", "Roles", show=False),
        Binding("c", "company", "Company", show=False),
        Binding("u", "users", "Users", show=False),
        Binding("delete,backspace", "drop", "Take out", show=False),
        Binding("i", "who", "Who", show=False),
        Binding("n", "new", "New draft", show=False),
        Binding("D", "drafts", "Drafts", show=False),
        Binding("R", "rename", "Rename", show=False),
        Binding("ctrl+s", "plan", "Plan", show=False, priority=True),
        Binding("question_mark,f1", "keys", "Keys", show=False),
        Binding("escape,q,w", "leave", "Leave", show=False),
    ]
    DEFAULT_CSS = """
    WhatIfScreen { background: $background 0%; }
    WhatIfScreen > Vertical {
        margin-top: 1; background: $background; border: round $accent;
        border-title-color: $accent; border-subtitle-color: $text-muted;
    }
    WhatIfScreen Container { layout: horizontal; height: 1fr; }
    WhatIfScreen #if-matrix { width: 1fr; height: 1fr; }
    WhatIfScreen #if-legend { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    WhatIfScreen #side { width: 42; border-left: solid $panel; padding-left: 1; }
    WhatIfScreen #draft-told { height: auto; max-height: 4; }
    WhatIfScreen RowList { height: 2fr; min-height: 4; margin-top: 1; }
    WhatIfScreen VerticalScroll { height: 3fr; margin-top: 1; }
    .-narrow WhatIfScreen Container, WhatIfScreen.-narrow Container { layout: vertical; }
    WhatIfScreen.-narrow #side { width: 1fr; height: 8; border-left: none; padding-left: 0; border-top: solid $panel; }
    WhatIfScreen.-narrow #draft-told { max-height: 2; }
    WhatIfScreen.-narrow RowList { height: 1fr; margin-top: 0; min-height: 2; }
    WhatIfScreen.-narrow VerticalScroll { height: 2; margin-top: 0; }
    """

    def __init__(self, session: Session, kept: WhatIf, picture: Picture, at: tuple[int, int]) -> None:
        super().__init__()
        self._session = session
        self._opened = session.opened
        self._kept = kept
        self._base = picture
        self._at: tuple[int, int] | None = at
        self._world: World | None = None
        self._unread = ""
        self._outlook = Outlook()
        self._drawn = DraftedPicture(picture, picture, self._outlook)

    def compose(self) -> ComposeResult:
        """Lay the matrix out beside the draft; above it where the screen is narrow."""
        with Vertical(id="if-box"), Container():
            with Vertical(id="if-matrix"):
                yield Matrix(self._sign, id="what-if-matrix", empty="Nothing to show.")
                yield Static(LEGEND, id="if-legend")
            with Vertical(id="side"):
                yield Static(id="draft-told")
                yield RowList[Edit](
                    (
                        Column("", sign_of, width=1),
                        Column("", lambda edit: edit.label, most=18),
                        Column("", lambda edit: edit.what, grow=True),
                    ),
                    key=lambda edit: edit.key,
                    heading=False,
                    empty="No change yet: f flag, a assign, ? all keys.",
                    id="edits",
                )
                with VerticalScroll(can_focus=False):
                    yield Static(id="cell-told")

    def on_mount(self) -> None:
        """Show the matrix at once, and read what counts."""
        self._arrange()
        self._show_matrix()
        self.query_one(Matrix).focus()
        start(self, self._read, group="read")

    def on_resize(self) -> None:
        """Follow the width."""
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.app.size.width < NARROW
        self.set_class(narrow, "-narrow")
        keys = "? keys · f flag · a assign · m roles · u users · ^s plan · esc leaves"
        wide = "f flag · a assign · x API client · m roles · c company · u users · i who · D drafts · ^s plan · ? keys"
        self._box.border_subtitle = Content(keys if narrow else wide)

    @property
    def _box(self) -> Vertical:
        return self.query_one("#if-box", Vertical)

    # -- what is so ----------------------------------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """The draft that is worked on."""
        return self._kept.draft

    async def _read(self) -> None:
        """Read the marketplace as facts, and the picture with it."""
        marketplace = self._opened.marketplace
        self._world, self._unread = await read_world(marketplace)
        parties = (await marketplace.companies()).parties(marketplace.seller)
        self._base = renewed(self._base, parties, marketplace.api_clients, await marketplace.all_assignments())
        self._kept.rebase(self._world)
        await self._look(afresh=True)

    async def _look(self, *, afresh: bool = False) -> None:
        """Work out what the draft does, and draw it."""
        world, draft = self._world, self.draft
        if world is None:
            return
        outlook = await foresee(world, draft, self._session.clock)
        if draft is not self.draft:
            return  # it was changed meanwhile, and the next look is on its way
        self._outlook = outlook
        self._drawn = DraftedPicture.of(self._base, world, draft, outlook)
        if afresh:
            self._show_matrix()
        self.query_one(Matrix).refresh()
        self._draw()

    def _put(self, draft: Draft) -> None:
        self._kept.put(draft)
        start(self, self._look, group="look")

    def _edit(self, edit: Edit) -> None:
        self._put(self.draft.put(edit))

    # -- showing -------------------------------------------------------------------------------------------------

    def _sign(self, row: int, column: int) -> Sign:
        return self._drawn.sign(row, column)

    def _show_matrix(self) -> None:
        self.query_one(Matrix).show(
            [f"{KIND_LETTERS[party.kind]} {party.label}" for party in self._base.parties],
            [api_client.app_name for api_client in self._base.api_clients],
            at=self._at,
        )
        self._at = None
        self._draw()

    def _draw(self) -> None:
        draft = self.draft
        number = len(draft.edits)
        others = len([each for each in self._kept.kept if each.name != draft.name])
        kept = f" · {count(others, 'other draft')}" if others else ""
        self._box.border_title = literal(f"What if: {draft.name} · {count(number, 'change')}{kept}")
        rows = self.query_one("#edits", RowList)
        rows.rows = draft.edits
        self.query_one("#draft-told", Static).update(Content("\n").join(self._told()))
        self._draw_cell()

    def _told(self) -> Iterator[Content]:
        """Tell what the draft does altogether."""
        if self._world is None:
            yield Content.styled("Reading the users…", "$muted")
            return
        outlook = self._outlook
        cells = self._drawn.changed
        opened = f"{count(cells, 'cell')} {'opens or closes' if cells == 1 else 'open or close'}"
        if self._unread:
            yield Content.assemble(f"{opened}. ", literal(f"Users are not known: {self._unread}.", "$warning"))
        else:
            colour = "$warning" if outlook.users.losing else "$allowed" if outlook.users.gaining else "$muted"
            yield Content.assemble((outlook.users.told, f"bold {colour}"), (f" · {opened}", "$muted"))
        for each in outlook.programs[:2]:
            yield literal(each, "$warning")

    def _draw_cell(self) -> None:
        row, column = self.query_one(Matrix).cursor
        if self._drawn.then.has(row, column):
            self.query_one("#cell-told", Static).update(self._drawn.content(row, column))

    def on_matrix_moved(self, message: Matrix.Moved) -> None:
        """Tell of the cell under the cursor."""
        message.stop()
        self._draw_cell()

    # -- changing the draft --------------------------------------------------------------------------------------

    @property
    def _here(self) -> tuple[Party, Registered] | None:
        """The party and the API client under the cursor, as the marketplace has them."""
        row, column = self.query_one(Matrix).cursor
        if self._world is None or not self._base.has(row, column):
            self._say("Still reading." if self._world is None else "There is nothing under the cursor.")
            return None
        found = self._world.client(self._base.api_clients[column].id)
        return None if found is None else (self._base.parties[row], found)

    def _say(self, words: str) -> None:
        self.app.notify(words, markup=False, timeout=4)

    def action_flag(self) -> None:
        """Flip the flag of the party's kind."""
        if (here := self._here) is not None:
            self._edit(flip(here[1], FLAG_OF_KIND[here[0].kind], self.draft))

    def action_assign(self) -> None:
        """Assign the company, or no longer."""
        if (here := self._here) is not None:
            if here[0].kind is PartyKind.SELLER:
                self._say("There is no assignment for the seller: AllowSeller decides. f flips it.")
            else:
                self._edit(turn_assignment(here[1], here[0], self.draft))

    def action_active(self) -> None:
        """Activate or deactivate the API client."""
        if (here := self._here) is not None:
            self._edit(flip(here[1], "Active", self.draft))

    def action_company(self) -> None:
        """Activate or deactivate the company."""
        if (here := self._here) is not None:
            if here[0].kind is PartyKind.SELLER:
                self._say("The seller is the marketplace itself, and stays active.")
            else:
                self._edit(turn_company(here[0], self.draft))

    def action_users(self) -> None:
        """Choose the active users of the party."""
        if (here := self._here) is not None:
            start(self, partial(self._choose_users, here[0]), group="dialog")

    async def _choose_users(self, party: Party) -> None:
        world = self._world
        theirs = [each for each in world.users if is_of(each, party)] if world is not None else []
        if not theirs:
            self._say(f"Not known: {self._unread}." if self._unread else f"There is no user of {party.label}.")
        elif (draft := await choose_users(self, self.draft, party, theirs)) is not None:
            self._put(draft)

    def action_roles(self) -> None:
        """Change floor and ceiling of the roles."""
        if (here := self._here) is not None:
            start(self, partial(self._choose_roles, here[1]), group="dialog")

    async def _choose_roles(self, registered: Registered) -> None:
        people = () if self._unread else await self._opened.marketplace.people()
        if (edit := await choose_roles(self, self.draft, registered, people)) is not None:
            self._edit(edit)

    def action_drop(self) -> None:
        """Take a change out of the draft."""
        rows = self.query_one("#edits", RowList)
        edits = self.draft.edits
        edit = rows.row if rows.has_focus else edits[-1] if edits else None
        if isinstance(edit, Edit):
            self._put(self.draft.without(edit.key))

    # -- drafts --------------------------------------------------------------------------------------------------

    def action_new(self) -> None:
        """Begin another draft."""
        if not self.draft.edits:
            self._say("This draft is empty still.")
            return
        self._kept.begin()
        start(self, self._look, group="look")

    def action_rename(self) -> None:
        """Give the draft another name."""
        start(self, self._rename, group="dialog")

    async def _rename(self) -> None:
        others = {each.name for each in self._kept.kept if each.name != self.draft.name}

        def check(values: tuple[str, ...]) -> str | None:
            name = values[0].strip()
            return "It needs a name." if not name else "Another draft has this name." if name in others else None

        answer = await self.app.push_screen_wait(
            Ask("Name of the draft", [("Name", self.draft.name, False)], check=check)
        )
        if answer is not None:
            self._kept.put(self.draft)
            self._kept.rename(answer[0].strip())
            self._draw()

    def action_drafts(self) -> None:
        """Compare the drafts."""
        if not self._kept.kept:
            self._say("There is no draft yet.")
        else:
            start(self, self._compare, group="dialog")

    async def _compare(self) -> None:
        if (world := self._world) is None:
            return
        rows = [DraftRow(each, await foresee(world, each, self._session.clock)) for each in self._kept.kept]
        name = await self.app.push_screen_wait(DraftsScreen(rows, self.draft.name))
        if name is not None:
            self._kept.choose(name)
            await self._look()

    def action_who(self) -> None:
        """Say who gains and who loses."""
        self.app.push_screen(who_note(self.draft, self._outlook))

    def action_keys(self) -> None:
        """Show every key."""
        self.app.push_screen(Note("What if", [Fact(f"{key:>4}", Content(told)) for key, told in KEYS], label_width=7))

    # -- the end -------------------------------------------------------------------------------------------------

    def action_plan(self) -> None:
        """Show the plan of the draft."""
        if not self.draft.edits:
            self._say("The draft changes nothing yet.")
        elif self.app.screen is self:
            start(self, self._plan, group="dialog")

    async def _plan(self) -> None:
        await self.app.push_screen_wait(PlanScreen(self._session, self.draft))
        await self._read()

    def action_leave(self) -> None:
        """Leave; a draft is kept or forgotten."""
        if self.draft.edits:
            start(self, self._leave, group="dialog")
        else:
            self.dismiss(None)

    async def _leave(self) -> None:
        choices = [
            ("keep", "Keep it for this sitting: w goes on with it"),
            ("forget", "Forget it"),
            ("stay", "Stay here"),
        ]
        answer: str | None = await self.app.push_screen_wait(
            Choose(f"{self.draft.name}: {count(len(self.draft.edits), 'change')}", choices)
        )
        if answer == "forget":
            self._kept.forget()
        if answer in ("keep", "forget"):
            self.dismiss(None)
