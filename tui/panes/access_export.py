"""What is in sight in Access, written to a file: each cell with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

from tui.panes.file_commands import ask_where, write_to
from tui.widgets.plain import plain

if TYPE_CHECKING:
    from tui.panes.access_view import View
    from tui.session.session import Session


async def export_view(app: App[Any], session: Session, view: View) -> None:
    """Ask for a file, and write the parties and API clients that the filters leave; its name says in which form."""
    from tui.session.matrix_export import Sheet, form_of, write_sheet

    name = session.identity.marketplace
    sheet = Sheet(name, session.clock(), view.picture.matrix, view.rows, view.columns)
    told = (
        f"{sheet.told}, each cell with its reason, as filtered now. "
        "The end of the name says the form: .md .html .csv .json .svg .txt"
    )
    file = await ask_where(
        app, "Export the matrix", f"{session.marketplace.seller.id or 'access'}.html", told, "Export"
    )
    if file is None:
        return
    form = form_of(file) or "html"
    if not await write_to(app, file, lambda: write_sheet(sheet, form, file)):
        return
    app.notify(plain(f"The matrix was written to {file} as {form}."), markup=False, timeout=6)
