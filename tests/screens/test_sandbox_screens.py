"""How the dialogs of the embedded sandbox look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.console import START, open_console
from tests.screens.conftest import Pictures, named
from tui.panes.outbox import Outbox
from tui.sandbox.outbox import Message, MessageKind

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


def mail(kind: MessageKind, minutes: int, code: str | None) -> Message:
    """Return a message with a code that no chance has made."""
    sent = START - timedelta(minutes=minutes)
    ends = None if code is None else sent + timedelta(hours=1)
    return Message(sent, kind, "ada@example.com", "shopper01", "Buyer Storefront", code, None, ends)


@SIZES
async def test_the_clock(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        await console.press("c", "h", "f")
        await console.app.workers.wait_for_complete()
        await console.settle()
        pictures.check_text(console, named("clock", size))
        pictures.check_svg(console, named("clock", size))


@SIZES
async def test_the_outbox(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        console.app.push_screen(
            Outbox(
                console.app.session,
                (
                    mail(MessageKind.ONE_TIME_PASSWORD, 3, "48213377"),
                    mail(MessageKind.FORGOTTEN_PASSWORD, 90, "Q7c-long-reset-code"),
                    mail(MessageKind.FORGOTTEN_USERNAME, 95, None),
                ),
            )
        )
        await console.settle()
        await console.press("v")
        pictures.check_text(console, named("outbox", size))
        pictures.check_svg(console, named("outbox", size))


@SIZES
async def test_an_outbox_without_mail(pictures: Pictures, size: tuple[int, int]) -> None:
    async with open_console(size=size) as console:
        console.app.push_screen(Outbox(console.app.session, ()))
        await console.settle()
        pictures.check_text(console, named("outbox-empty", size))
