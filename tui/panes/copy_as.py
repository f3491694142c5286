"""Copy as…: what is under the cursor as a command, a program or a file, with secrets as variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.ordercloud.copy_as import Target, Thing, targets_of, variables_of
from tui.widgets.dialogs import Confirm
from tui.widgets.framed import Veiled
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList
from tui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from tui.ordercloud.copy_as.parts import Slot
    from tui.session.session import Session

LARGE = 74_000
"""Characters of which some terminals take no more into their clipboard."""
NO_ADDRESS = "The embedded sandbox has no address of its own outside of this console: ocgate sandbox serves one."


@dataclass(frozen=True, slots=True)
class Whole:
    """A text to copy as it is, such as an ID. `shown` stands for it on the screen where it is secret itself."""

    title: str
    text: str = field(repr=False)
    shown: str | None = None

    def written(self, *, values: bool) -> str:
        """Return the text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a thing."""

    target: Target
    thing: Thing = field(repr=False)
    shown: None = None

    @property
    def title(self) -> str:
        """Its name."""
        return self.target.title

    @property
    def variables(self) -> tuple[Slot, ...]:
        """The variables that stand in it."""
        return variables_of(self.thing, self.target)

    def written(self, *, values: bool) -> str:
        """Return the text of it, with the values of secrets only when they are asked for."""
        return self.target.write(self.thing, values)


@dataclass(frozen=True, slots=True)
class Offer:
    """One of the things that the subject can be copied as, such as the token request of a grant."""

    title: str
    thing: Thing = field(repr=False)


class CopyAs(Veiled[None]):
    """The forms on the left, what would be copied beside them.

    Args:
        title: What is copied.
        offers: Its things; one at a time, `]` gives the next.
        wholes: Texts of it to copy as they are; they come first.
        note: A sentence on what has to be known before it is used elsewhere.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Leave", show=False),
        Binding("v", "values", "Values", show=False),
        Binding("right_square_bracket,right,l", "other(1)", "Next", show=False),
        Binding("left_square_bracket,left,h", "other(-1)", "Previous", show=False),
        Binding("J", "scroll(1)", "Down", show=False),
        Binding("K", "scroll(-1)", "Up", show=False),
    ]
    DEFAULT_CSS = """
    CopyAs > Vertical { width: 104; max-width: 98%; height: 30; max-height: 92%; }
    CopyAs TabStrip { margin-bottom: 1; }
    CopyAs Horizontal { height: 1fr; }
    CopyAs RowList { width: 18; height: 1fr; }
    CopyAs VerticalScroll { width: 1fr; height: 1fr; border-left: solid $panel; padding: 0 1; }
    CopyAs #copy-told { height: auto; max-height: 4; margin-top: 1; color: $text-muted; }
    """

    def __init__(self, title: str, offers: Sequence[Offer], wholes: Sequence[Whole] = (), *, note: str = "") -> None:
        super().__init__()
        self._heading = plain(title)
        self._offers = tuple(offers)
        self._wholes = tuple(wholes)
        self._note = note
        self._values = False

    # -- layout --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the things, their forms, and the preview."""
        with Vertical() as box:
            box.border_title = Content(f"Copy {self._heading} as…")
            if len(self._offers) > 1:
                yield TabStrip([(str(number), offer.title) for number, offer in enumerate(self._offers)])
            with Horizontal():
                yield RowList[Whole | Form](
                    (Column("", lambda each: literal(each.title), grow=True),),
                    key=lambda each: each.title,
                    heading=False,
                )
                with VerticalScroll(can_focus=False):
                    yield Static(id="copy-preview")
            yield Static(id="copy-told")

    def on_mount(self) -> None:
        """Start on the first form."""
        self._draw()
        self._list.focus()

    @property
    def _list(self) -> RowList[Whole | Form]:
        return self.query_one(RowList)

    @property
    def _offer(self) -> Offer | None:
        for strip in self.query(TabStrip):
            return self._offers[int(strip.active)]
        return self._offers[0] if self._offers else None

    @on(TabStrip.Chosen)
    def _thing_chosen(self, message: TabStrip.Chosen) -> None:
        message.stop()
        self._draw()

    def _draw(self) -> None:
        offer = self._offer
        forms = () if offer is None else tuple(Form(target, offer.thing) for target in targets_of(offer.thing))
        self._list.rows = (*self._wholes, *forms)
        self._show()

    @on(RowList.Highlighted)
    def _moved(self, message: RowList.Highlighted) -> None:
        message.stop()
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _show(self) -> None:
        """Show what would be copied. Values are never on the screen, also when they are copied."""
        row = self._list.row
        if row is None:
            return
        text = row.written(values=False) if row.shown is None else row.shown
        self.query_one("#copy-preview", Static).update(literal(text, lines=True))
        self.query_one("#copy-told", Static).update(self._told(row))
        self._show_keys()
        self.call_after_refresh(self._show_keys)  # whether all of it fits is known then

    def _show_keys(self) -> None:
        row = self._list.row
        keys = ["enter copies"]
        if isinstance(row, Form) and any(slot.value for slot in row.variables):
            keys.append("v takes the values out" if self._values else "v puts values in")
        if len(self._offers) > 1:
            keys.append("[ ] other request")
        if self.query_one(VerticalScroll).max_scroll_y > 0:
            keys.append("J K scroll")
        self.query_one(Vertical).border_subtitle = Content(" · ".join([*keys, "esc leaves"]))

    def _told(self, row: Whole | Form) -> Content:
        if isinstance(row, Whole):
            return literal(self._note if row.shown is None and not self._wholes else "")
        slots = row.variables
        known = [slot.name for slot in slots if slot.value]
        unknown = [slot.name for slot in slots if not slot.value]
        parts: list[Content] = []
        if known and self._values:
            parts.append(literal(f"! Copied with the value of {', '.join(known)}.", "$refused"))
        elif known:
            parts.append(literal(f"Variables: {', '.join(known)}."))
        if unknown:
            parts.append(literal(f"{'Yours to set' if known else 'Variables, yours to set'}: {', '.join(unknown)}."))
        if self._note:
            parts.append(literal(self._note))
        return Content(" ").join(parts)

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_other(self, by: int) -> None:
        """Show another thing."""
        for strip in self.query(TabStrip):
            strip.step(by)

    def action_values(self) -> None:
        """Put the values that are known in, after a warning; or take them out again."""
        row = self._list.row
        if not isinstance(row, Form):
            return
        if self._values:
            self._values = False
            self._show()
            return
        known = [slot.name for slot in row.variables if slot.value]
        if not known:
            self.app.notify("No value is known here: what was shown once, or typed, is kept nowhere.", markup=False)
            return

        def then(yes: bool | None) -> None:
            self._values = bool(yes)
            self._show()

        told = (
            f"What is copied then holds the value of {', '.join(known)}. Whoever sees it can sign in with it: it stays "
            "in the clipboard, and in the history of a shell it is pasted into. The preview keeps the variable."
        )
        self.app.push_screen(Confirm("Copy with values?", told, yes="With values", danger=True), then)

    @on(RowList.Opened)
    def _copy(self, message: RowList.Opened) -> None:
        """Copy, and say how."""
        message.stop()
        row = self._list.row
        if row is None:
            return
        text = row.written(values=self._values)
        self.app.copy_to_clipboard(text)
        told = f"{plain(row.title)} of {self._heading} was sent to the terminal's clipboard (OSC 52)"
        if isinstance(row, Form):
            slots = row.variables
            with_values = self._values and any(slot.value for slot in slots)
            told += ", with values" if with_values else ", secrets as variables" if slots else ""
        elif row.shown is not None:
            told += ". Whoever has it is that user"
        if len(text) > LARGE:
            told += f". It has {len(text):,} characters, and some terminals take only {LARGE:,}"
        self.app.notify(f"{told}.", markup=False, timeout=6)
        self.dismiss(None)


def note_for(session: Session) -> str:
    """Return what has to be known of where the console is, before a request is used elsewhere."""
    return NO_ADDRESS if session.identity.kind == "sandbox" else ""
