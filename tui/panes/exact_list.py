"""A list of IDs to be assigned exactly: it is pasted or read from a file, and what is doubtful of it is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from tui.access.exact import IdList, read_ids
from tui.access.words import count
from tui.widgets.background import start
from tui.widgets.dialogs import Confirm
from tui.widgets.fact_sheet import Fact, FactSheet
from tui.widgets.framed import Veiled
from tui.widgets.plain import literal, plain
from tui.widgets.row_list import Column, RowList

if TYPE_CHECKING:
    from tui.access.exact import ExactPlan

LARGEST_FILE = 20 * 1024 * 1024


class CannotRead(Exception):
    """A file cannot be read as a list; the message says why, and what to do."""


def read_file(path: Path) -> str:
    """Read a list from a file; `~` is the person's home. Raises CannotRead."""
    try:
        path = path.expanduser()
        if path.stat().st_size > LARGEST_FILE:
            raise CannotRead(f"{path} is larger than 20 MiB: that is no list of IDs.")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CannotRead(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise CannotRead(f"{path} is a folder; name a file in it.") from None
    except UnicodeDecodeError:
        raise CannotRead(f"{path} is not UTF-8 text; save it as “CSV UTF-8”.") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise CannotRead(f"{path} cannot be read: {error}.") from None


class ExactText(Veiled[IdList | None]):
    """Where a list is pasted, or a file named; None when the person leaves.

    Args:
        title: What the list is for.
        noun: What the IDs are of: `buyer`.
        text: What stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("ctrl+s", "go_on", "Plan", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    ExactText > Vertical { width: 84; max-width: 96%; height: 24; max-height: 94%; }
    ExactText TextArea { height: 1fr; padding: 0; background: $panel; }
    ExactText TextArea, ExactText TextArea:focus { border: none; }
    ExactText #what { height: auto; margin-bottom: 1; color: $text-muted; }
    ExactText #understood { height: auto; max-height: 4; margin-top: 1; }
    ExactText #file { margin-top: 1; }
    """

    def __init__(self, title: str, noun: str, text: str = "") -> None:
        super().__init__()
        self._heading = plain(title)
        self._noun = noun
        self.text = text
        """What was pasted or typed so far."""

    def compose(self) -> ComposeResult:
        """Lay out the text, the file's name and what was understood."""
        with Vertical() as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = Content("ctrl+s: the plan · tab: a file · esc: leave")
            told = f"Paste the IDs of the {self._noun}s, or a table with them: what is not in the list is unassigned."
            yield Static(told, id="what", markup=False)
            yield TextArea(self.text, soft_wrap=False, tab_behavior="focus")
            file = f"~/{self._noun.replace(' ', '-').lower()}s.csv"
            yield Input(placeholder=f"or a CSV file: {file}", id="file", compact=True)
            yield Static(id="understood")

    def on_mount(self) -> None:
        """Start in the text."""
        self.query_one(TextArea).focus()
        self._understand()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say what was understood."""
        event.stop()
        self.text = event.text_area.text
        self._understand()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read the file into the text, to be seen before anything is planned."""
        event.stop()
        start(self, self._read, group="file")

    async def _read(self) -> None:
        name = self.query_one("#file", Input).value.strip()
        try:
            text = await asyncio.to_thread(lambda: read_file(Path(name)))
        except CannotRead as problem:
            self._tell(f"✗ {problem}", "$refused")
            return
        self.query_one(TextArea).load_text(text)
        self.query_one(TextArea).focus()

    def _understand(self) -> None:
        text = self.text
        if not text.strip():
            self._tell("No IDs yet.", "$muted")
            return
        found = read_ids(text)
        told = [count(len(found.ids), "ID")]
        if found.column:
            told.append(f"from the column {found.column}")
        if found.repeated:
            told.append(f"{found.repeated:,} more than once")
        words = ", ".join(told) + "."
        if found.wrong:
            more = f" And {len(found.wrong) - 1:,} more like it." if len(found.wrong) > 1 else ""
            words += f"\n▲ {found.wrong[0]}{more}"
        self._tell(words, "$warning" if found.wrong else "")

    def _tell(self, words: str, style: str) -> None:
        self.query_one("#understood", Static).update(literal(words, style, lines=True))

    def action_leave(self) -> None:
        """Leave without a list, after a question where one was pasted."""
        if not self.text.strip():
            self.dismiss(None)
            return

        def then(leave: bool | None) -> None:
            if leave:
                self.dismiss(None)

        told = f"{count(len(read_ids(self.text).ids), 'ID')} pasted or read here would be forgotten."
        self.app.push_screen(Confirm("Leave without the list?", told, yes="Leave", danger=True), then)

    def action_go_on(self) -> None:
        """Answer with the list; from the file's name the file is read first."""
        if self.query_one("#file", Input).has_focus and self.query_one("#file", Input).value.strip():
            start(self, self._read, group="file")
        elif not self.text.strip():
            self._tell("✗ There are no IDs yet: paste some, or name a file.", "$refused")
        else:
            self.dismiss(read_ids(self.text))


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Something in the list that cannot be done: an unknown ID, or a word that is none."""

    what: str
    why: str


class ExactDoubts(Veiled[bool]):
    """The plan, where something in the list cannot be done: whether to go on without that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Back", show=False),
        Binding("ctrl+s", "go_on", "Go on", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    ExactDoubts > Vertical {
        width: 84; max-width: 96%; height: 24; max-height: 94%;
        border: round $warning; border-title-color: $warning;
    }
    ExactDoubts FactSheet { margin-bottom: 1; }
    ExactDoubts #one { height: auto; max-height: 4; margin-top: 1; color: $text-muted; }
    """

    def __init__(
        self, title: str, plan: ExactPlan, near: Mapping[str, Sequence[tuple[str, str]]], listed: IdList
    ) -> None:
        super().__init__()
        self._heading = plain(title)
        self._plan = plan
        self._near = near
        self._listed = listed

    def compose(self) -> ComposeResult:
        """Lay the counts out above the doubts."""
        goes = self._plan.changes
        with Vertical() as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = Content(f"{'ctrl+s: go on without them · ' if goes else ''}esc: back to the list")
            yield FactSheet(label_width=14)
            columns: tuple[Column[_Doubt], ...] = (
                Column("In the list", lambda each: each.what, most=40),
                Column("Why not", lambda each: literal(each.why, "$warning"), grow=True),
            )
            yield RowList[_Doubt](columns, key=lambda each: each)
            yield Static(id="one")

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        """Tell the doubt under the cursor whole."""
        message.stop()
        doubt = message.row
        told = literal(f"{doubt.what}: {doubt.why}") if isinstance(doubt, _Doubt) else ""
        self.query_one("#one", Static).update(told)

    def on_mount(self) -> None:
        """Show the plan."""
        plan, listed = self._plan, self._listed
        self.query_one(FactSheet).show(
            (
                Fact("to assign", Content(f"{len(plan.add):,}")),
                Fact("to unassign", Content(f"{len(plan.remove):,}")),
                Fact("stay", Content(f"{len(plan.keep):,}")),
                Fact("unknown", Content.styled(f"{len(plan.unknown):,}", "$warning" if plan.unknown else "")),
            )
        )
        doubts = self.query_one(RowList)
        doubts.rows = [
            *(_Doubt(each, _why_unknown(self._near.get(each, ()))) for each in plan.unknown),
            *(_Doubt(*_wrong(each)) for each in listed.wrong),
        ]
        doubts.focus()

    def action_go_on(self) -> None:
        """Go on without them, where there is something to do."""
        if self._plan.changes:
            self.dismiss(True)
        else:
            self.app.notify("Nothing is left to do without them.", markup=False, timeout=4)


def _wrong(sentence: str) -> tuple[str, str]:
    """Part a sentence on what is no ID into what it is about and why."""
    what, cannot, _ = sentence.rpartition(" cannot be an ID.")
    return (what, "cannot be an ID") if cannot else ("", sentence)


def _why_unknown(near: Sequence[tuple[str, str]]) -> str:
    if not near:
        return "unknown"
    meant = " or ".join(f"{each} ({name})" if name and name != each else each for each, name in near)
    return f"unknown: {meant}?"
