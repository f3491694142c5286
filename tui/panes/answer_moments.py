"""What ends in the life of the tokens on screen, and trying one: for the answer, and for the sandbox's clock."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self

from tui.session.moments import longest_secret, outer_moments
from tui.tokens.timeline import Kind, Moment, moments_of, upcoming
from tui.widgets.background import start

if TYPE_CHECKING:
    from textual.app import App

    from tui.panes.answer_view import AnswerView
    from tui.panes.tokens import TokensPane
    from tui.session.attempts import Call, Result
    from tui.session.session import Session

FOLLOWED = 50
"""How many of the latest attempts count as on screen."""


def follow(view: AnswerView, session: Session, result: Result) -> None:
    """Find out in the background when the secret of a result expires and when its user's lockout ends."""
    if session.ready and session.opened.identity.url == result.url:
        start(view, partial(_look, view, session, result), group="moments")


async def _look(view: AnswerView, session: Session, result: Result) -> None:
    from tui.ordercloud.errors import OrderCloudError

    try:
        found = await outer_moments(session, result)
    except OrderCloudError:
        return  # the picture has what the token itself tells
    view.take_moments(result, longest_secret(found))


class OnScreen:
    """The tokens that Tokens shows."""

    def __init__(self, pane: TokensPane | None) -> None:
        self._pane = pane

    @classmethod
    def of(cls, app: App[int]) -> Self:
        """Return those of an app, on whose main screen Tokens may have been opened or not."""
        if not app.query("#tokens"):
            return cls(None)
        from tui.panes.tokens import TokensPane

        return cls(app.query_one(TokensPane))

    def upcoming(self, now: datetime) -> tuple[tuple[Result, Moment], ...]:
        """Return what ends next, the nearest first, each with whose it is."""
        if self._pane is None:
            return ()
        found: list[tuple[Result, Moment]] = []
        for result in self._pane.attempts.results[-FOLLOWED:]:
            lifetime, more = result.lifetime(), self._pane.answer.moments(result)
            every = more if lifetime is None else moments_of(lifetime, more)
            found += [(result, each) for each in upcoming(every, now) if each.kind is not Kind.END]
        return tuple(sorted(found, key=lambda each: (each[1].at, each[0].number)))

    @property
    def shown(self) -> Result | None:
        """The result whose token can be tried; None when none can."""
        result = None if self._pane is None else self._pane.shown
        if self._pane is None or result is None or result.token is None:
            return None
        return result if self._pane.attempts.is_of_here(result) else None

    async def call(self, result: Result) -> Call | None:
        """Call `/v1/me` with the token of a result, and let the answer show it."""
        if self._pane is None:
            return None
        call = await self._pane.attempts.call_me(result)
        self._pane.answer.add_call(result, call)
        return call
