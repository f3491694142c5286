"""The fifteen checks of the token endpoint as cards; what each answers is asked of the rules, not written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, RefreshEvidence
from tui.access.decide import decide
from tui.access.decision import Check
from tui.panes.learn_card import ADA, HELD, PASSWORD, PROGRAM, SELLER, SHOP, Card, Example, Fits, changed, prose


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What to say about a check, an attempt that fails at it, and where to see it."""

    text: tuple[str, ...]
    question: str
    attempt: Attempt
    facts: Facts
    fits: Fits | None = None


CHAPTER = "The 15 checks"


def check_cards(now: datetime) -> tuple[Card, ...]:
    """Return an overview and one card for each check, in the order in which the token endpoint makes them."""
    cards = tuple(_card(check, lesson, now) for check, lesson in _lessons(now).items())
    order = tuple(
        Example(f"{check.value:>2}  {check.title}:", card.error.code if card.error is not None else "")
        for check, card in zip(Check, cards, strict=True)
    )
    overview = Card(
        "checks",
        CHAPTER,
        "In which order",
        prose(
            """
            A request for a token goes through fifteen checks. The first that fails answers, so an
            error tells that everything before it was right, and nothing about what comes after.

            Every refusal is HTTP 400. Several share OAuth's word and even the ErrorCode: the
            sentence tells them apart. The ErrorCode of each, in order:
            """
        ),
        order,
    )
    return (overview, *cards)


def _card(check: Check, lesson: _Lesson, now: datetime) -> Card:
    decision = decide(lesson.attempt, lesson.facts, now)
    examples = (Example(lesson.question, " ".join(decision.reasons), decision.allowed),)
    misses = tuple(Example("Worth knowing", miss) for miss in decision.near_misses)
    title = f"Check {check.value}: {check.title}"
    return Card(f"check-{check.value}", CHAPTER, title, lesson.text, (*examples, *misses), decision.error, lesson.fits)


def _lessons(now: datetime) -> Mapping[Check, _Lesson]:
    known = Facts(SHOP, user=ADA)
    refresh = Attempt(Grant.REFRESH_TOKEN, SHOP.id, refresh=RefreshEvidence.EXPIRED)
    return {
        Check.FORM_ENCODED: _Lesson(
            prose(
                """
                The token endpoint is the one place that takes no JSON: it wants a form, as
                OAuth says. Every other request of OrderCloud is JSON, so a program easily sends
                the wrong one.
                """
            ),
            "The same values, sent as JSON?",
            replace(PASSWORD, form_encoded=False),
            known,
        ),
        Check.GRANT_TYPE_PRESENT: _Lesson(
            prose(
                """
                The form must say by which grant a token is wanted.
                """
            ),
            "A form without grant_type?",
            replace(PASSWORD, grant_type=None),
            known,
        ),
        Check.GRANT_TYPE_SUPPORTED: _Lesson(
            prose(
                """
                Three are supported: password, client_credentials and refresh_token. Guests use
                client_credentials, on an API client with IsAnonBuyer on.
                """
            ),
            "grant_type anonymous?",
            replace(PASSWORD, grant_type="anonymous"),
            known,
            lambda each: each.is_anon_buyer,
        ),
        Check.CLIENT_KNOWN: _Lesson(
            prose(
                """
                The client ID must be one of this marketplace, on this host. The same
                application has different IDs in staging and in production, and mixing them up
                is the usual cause. Capitals do not matter.
                """
            ),
            "An ID of another environment?",
            PASSWORD,
            Facts(None, user=ADA),
        ),
        Check.CLIENT_ACTIVE: _Lesson(
            prose(
                """
                An API client with Active off gives out no tokens, and those it gave out are
                dead.
                """
            ),
            "Right password, Active off?",
            PASSWORD,
            Facts(changed(active=False), user=ADA),
            lambda each: not each.active,
        ),
        Check.CLIENT_SECRET: _Lesson(
            prose(
                """
                An API client with a secret wants a live one, on every grant. This comes before
                the password is looked at, so a missing secret shows whatever the password is.
                """
            ),
            "Right password, no secret sent?",
            PASSWORD,
            Facts(changed(client_secret=HELD), user=ADA),
            lambda each: bool(each.client_secret),
        ),
        Check.CREDENTIALS_PRESENT: _Lesson(
            prose(
                """
                The password grant wants both, and an empty one counts as missing.
                """
            ),
            "A username and an empty password?",
            replace(PASSWORD, password=PasswordEvidence.ABSENT),
            known,
        ),
        Check.CREDENTIALS_RIGHT: _Lesson(
            prose(
                """
                One answer for an unknown user and for a wrong password, so that nobody can find
                out who exists. Each wrong try counts: ten in a row lock the user out, unless a
                security profile says otherwise.
                """
            ),
            "A wrong password?",
            replace(PASSWORD, password=PasswordEvidence.WRONG),
            known,
        ),
        Check.NOT_LOCKED_OUT: _Lesson(
            prose(
                """
                After too many wrong passwords even the right one is refused for a while.
                """
            ),
            "The right password, too late?",
            PASSWORD,
            Facts(SHOP, user=replace(ADA, locked_until=now + timedelta(minutes=2))),
        ),
        Check.CONTEXT_USER: _Lesson(
            prose(
                """
                Client credentials name no user, so the API client must: DefaultContextUserName.
                A right secret does not stand in for it.
                """
            ),
            "client_credentials, and no context user?",
            PROGRAM,
            Facts(SHOP),
            lambda each: not each.default_context_user_name and bool(each.client_secret or each.is_anon_buyer),
        ),
        Check.REFRESH_TOKEN: _Lesson(
            prose(
                """
                A refresh token is good for the API client that gave it out, until its time is
                over, counted from the first sign-in. When it is refused, the user has to sign
                in again.
                """
            ),
            "A refresh token whose time is over?",
            refresh,
            Facts(changed(refresh_token_duration=1440), user=ADA),
            lambda each: each.refresh_token_duration > 0,
        ),
        Check.ALL_ACTIVE: _Lesson(
            prose(
                """
                Users, companies and the marketplace have an Active of their own. Switching a
                company off shuts out all its users; the ErrorCode tells which of the three it
                was.
                """
            ),
            "The right password of a user that is switched off?",
            PASSWORD,
            Facts(SHOP, user=replace(ADA, active=False)),
        ),
        Check.PARTY_ALLOWED: _Lesson(
            prose(
                """
                Only now, with the user known, the flags and assignments are asked: is this
                user's party let in? Look at Access (2) to see every answer at once.
                """
            ),
            "A user of the seller, and AllowSeller is off?",
            PASSWORD,
            Facts(SHOP, user=replace(ADA, username="sam", party=SELLER)),
            lambda each: each.active and not each.allow_seller,
        ),
        Check.ROLES_LEFT: _Lesson(
            prose(
                """
                What is left of the roles after scope and ceiling must not be nothing, and must
                hold every role of the floor.
                """
            ),
            "The floor is OrderAdmin, and ada does not hold it?",
            PASSWORD,
            Facts(changed(minimum_required_roles=("OrderAdmin",)), user=ADA),
            lambda each: bool(each.minimum_required_roles),
        ),
        Check.PASSWORD_GOOD: _Lesson(
            prose(
                """
                A right password may still be too old, or too weak for what the user's security
                profiles ask today. This comes last: whoever is told to set a new password gets
                in with it.
                """
            ),
            "The right password, but older than its policy allows?",
            PASSWORD,
            Facts(SHOP, user=replace(ADA, password_expires=now - timedelta(days=1))),
        ),
    }
