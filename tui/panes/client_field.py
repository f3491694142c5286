"""One field of the form: its label, its input, and below it what is wrong with it, if anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tui.panes.client_draft import Draft, DraftField, FieldKind, said
from tui.widgets.flag import Flag
from tui.widgets.plain import literal

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

LABEL = 17
JSON_LINES = 5
MINUTES_WIDTH = 14


class FieldRow(Widget):
    """A row of the form. It draws label and problem itself and holds one widget, the input: forms open quickly so."""

    DEFAULT_CSS = f"""
    FieldRow {{ height: 1; layout: vertical; }}
    FieldRow > * {{ margin-left: {LABEL}; width: 1fr; }}
    FieldRow.-minutes > * {{ width: {MINUTES_WIDTH}; }}
    FieldRow > TextArea {{ height: {JSON_LINES}; border: none; padding: 0 1; background: $surface; }}
    FieldRow > TextArea:focus {{ border: none; background: $panel; }}
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Field above", show=False),
        Binding("down", "step(1)", "Field below", show=False),
    ]

    changed: reactive[bool] = reactive(False)
    problem: reactive[str] = reactive("")
    warning: reactive[str] = reactive("")
    aside: reactive[str] = reactive("")

    def __init__(self, field: DraftField, draft: Draft) -> None:
        super().__init__(classes="-minutes" if field.kind is FieldKind.MINUTES else "")
        self.field = field
        self._draft = draft

    def compose(self) -> ComposeResult:
        """Make the input."""
        field, draft = self.field, self._draft
        if field.kind is FieldKind.FLAG:
            yield Flag(draft.flag(field.name))
        elif field.kind is FieldKind.JSON:
            yield TextArea(draft.text(field.name), tab_behavior="focus", compact=True)
        else:
            secret = field.kind is FieldKind.SECRET
            yield Input(draft.text(field.name), password=secret, compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        """Show the field as the draft has it."""
        self.look({}, {})

    def on_resize(self) -> None:
        """Give the problem the lines it needs at this width."""
        self._fit()

    def look(self, problems: Mapping[str, str], warnings: Mapping[str, str]) -> None:
        """Show whether the field is changed, what is wrong with it, and what may be."""
        name = self.field.name
        self.changed = self._draft.changed(name)
        self.problem = problems.get(name, "")
        self.warning = warnings.get(name, "")
        value = self._draft.value(name)
        if self.field.kind is FieldKind.MINUTES and isinstance(value, int):
            self.aside = f"= {said(FieldKind.MINUTES, value)}"

    def watch_problem(self) -> None:
        """Make room for the problem, or give the room back."""
        self._fit()

    def watch_warning(self) -> None:
        """Make room for the warning, or give the room back."""
        self._fit()

    @property
    def _input_lines(self) -> int:
        return JSON_LINES if self.field.kind is FieldKind.JSON else 1

    def _problem_lines(self) -> list[Content]:
        if not (self.problem or self.warning):
            return []
        told = literal(f"✗ {self.problem}", "$refused") if self.problem else literal(f"▲ {self.warning}", "$warning")
        return told.wrap(max(10, self.size.width - LABEL - 1))

    def _fit(self) -> None:
        self.styles.height = self._input_lines + len(self._problem_lines())

    def render(self) -> Content:
        """Draw what is around the input."""
        label = Content.styled(f"{self.field.label:<{LABEL}}", "bold $accent" if self.changed else "$muted")
        aside = "" if self.problem else f"{'':<{MINUTES_WIDTH + 1}}{self.aside}"
        lines = [Content.assemble(label, literal(aside, "$muted")), *[Content("")] * (self._input_lines - 1)]
        lines += [Content.assemble(" " * (LABEL + 1), line) for line in self._problem_lines()]
        return Content("\n").join(lines)

    def action_step(self, by: int) -> None:
        """Go to the field above or below; inputs of several lines use these keys themselves."""
        rows = [] if self.parent is None else [each for each in self.parent.children if _is_stop(each)]
        at = rows.index(self) + by
        if 0 <= at < len(rows):
            (rows[at].children[0] if isinstance(rows[at], FieldRow) else rows[at]).focus()

    def show_value(self) -> None:
        """Put the draft's value back into the input."""
        for child in self.children:
            if isinstance(child, Flag):
                child.value = self._draft.flag(self.field.name)
            elif isinstance(child, Input):
                child.value = self._draft.text(self.field.name)
            elif isinstance(child, TextArea):
                child.text = self._draft.text(self.field.name)


def _is_stop(widget: Widget) -> bool:
    """Return whether the arrow keys stop there: at a field, or at another line that takes the focus."""
    return isinstance(widget, FieldRow) or widget.can_focus
