"""What Learn teaches about who gets in, how, and for how long; the rules themselves answer the examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tui.access.attempt import Facts, PasswordEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.decision import Decision
from tui.access.facts import PartyKind
from tui.access.parties import FLAG_OF_KIND
from tui.ordercloud.models import ApiClient
from tui.panes.learn_card import (
    ADA,
    BUYER,
    HELD,
    OTHER_BUYER,
    PASSWORD,
    PROGRAM,
    SELLER,
    SHOP,
    SUPPLIER,
    Card,
    about_life,
    about_party,
    about_roles,
    asked,
    changed,
    prose,
)


def lessons(now: datetime) -> tuple[Card, ...]:
    """Return the cards about who gets in, how, and for how long; the rules answer for the moment given."""
    return (*_who(), *_grants(now), *_secrets(now), *_how_long(now), *_what(now))


def _who() -> tuple[Card, ...]:
    any_buyer, nobody = SHOP, changed(allow_any_buyer=False)
    return (
        Card(
            "api-client",
            "Who",
            "What an API client is",
            prose(
                """
                Everything in OrderCloud is reached through an API client. It is a door: one for
                the storefront, one for the back office, one for each program that exchanges
                data.

                The door decides three things: who may come through, how they prove who they
                are, and how long what they get is good for. What somebody may do once inside is
                decided by the user's roles.

                Its ID, also called client ID, stands in every browser that uses it. It is a
                name, not a secret.

                Give each application a door of its own, with a name that says what it is for:
                then one can be closed without closing the others.
                """
            ),
            fits=lambda each: each.active,
        ),
        Card(
            "party",
            "Who",
            "Parties and their users",
            prose(
                """
                Three kinds of company meet in a marketplace: one seller, who owns it, any
                number of buyers, and any number of suppliers. Each of them is a party.

                Every user belongs to exactly one party, and gets in only where that party may.
                Usernames are unique in the whole marketplace, so nobody has to say which party
                is meant.
                """
            ),
            (
                about_party("Shop lets in any buyer. May a user of Anchor Boats, a buyer?", any_buyer, BUYER),
                about_party("And a user of the seller, who owns it all?", any_buyer, SELLER),
            ),
        ),
        Card(
            "flags",
            "Who",
            "Three flags",
            prose(
                """
                AllowSeller, AllowAnyBuyer and AllowAnySupplier each open the door to every
                party of one kind, those that will be created tomorrow included.

                They do not overlap: each is about its own kind alone.
                """
            ),
            tuple(
                about_party(
                    f"Only {FLAG_OF_KIND[party.kind]} is on. May {party.label}?",
                    changed(
                        allow_any_buyer=party.kind is PartyKind.BUYER,
                        allow_any_supplier=party.kind is PartyKind.SUPPLIER,
                        allow_seller=party.kind is PartyKind.SELLER,
                    ),
                    party,
                )
                for party in (SELLER, BUYER, SUPPLIER)
            ),
            fits=lambda each: each.allow_seller or each.allow_any_buyer or each.allow_any_supplier,
        ),
        Card(
            "assignments",
            "Who",
            "Assignments",
            prose(
                """
                With the flag of its kind off, a buyer or a supplier gets in when it is
                assigned: when the API client and that company are paired.

                This is how one customer gets an application that no other customer can use.
                There is no assignment for the seller, because there is only one: its flag says
                it all.
                """
            ),
            (
                about_party("AllowAnyBuyer is off, Anchor Boats is assigned. May it?", nobody, BUYER, assigned=True),
                about_party("And Breakwater, which is not?", nobody, OTHER_BUYER, assigned=True),
            ),
            fits=lambda each: (
                not (each.allow_any_buyer or each.allow_any_supplier)
                and each.assigned_buyer_count + each.assigned_supplier_count > 0
            ),
        ),
        Card(
            "nullified",
            "Who",
            "Nullified assignments",
            prose(
                """
                Where the flag of a kind is on, the assignments of that kind have no effect:
                everybody is in already. They are not deleted. They are nullified, and count
                again the moment the flag is switched off.

                So an assignment beside its flag does not narrow anything, although it looks as
                if it did. That is the mistake made most often here.
                """
            ),
            (
                about_party(
                    "AllowAnyBuyer is on, only Anchor Boats is assigned. May Breakwater?", any_buyer, OTHER_BUYER
                ),
                about_party("And Anchor Boats?", any_buyer, BUYER, assigned=True),
                about_party("The flag is switched off. May Breakwater now?", nobody, OTHER_BUYER, assigned=True),
            ),
            fits=lambda each: (
                (each.allow_any_buyer and each.assigned_buyer_count > 0)
                or (each.allow_any_supplier and each.assigned_supplier_count > 0)
            ),
        ),
    )


def _grants(now: datetime) -> tuple[Card, ...]:
    machine = changed(client_secret=HELD, default_context_user_name=ADA.username)
    guests = changed(is_anon_buyer=True, default_context_user_name=ADA.username, anonymous_token_duration=1440)
    right = replace(PROGRAM, secret=SecretEvidence.LIVE)
    guest = decide(PROGRAM, Facts(guests, user=ADA), now)
    return (
        Card(
            "password",
            "How",
            "Password: a user signs in",
            prose(
                """
                The application sends the client ID, the username and the password, and receives
                a token that acts as that user. This is how people sign in to a storefront or a
                back office.

                The token is what later requests show. The password is not sent again.
                """
            ),
            (
                asked("ada of Anchor Boats, right password?", decide(PASSWORD, Facts(SHOP, user=ADA), now)),
                asked(
                    "And with a wrong one?",
                    decide(replace(PASSWORD, password=PasswordEvidence.WRONG), Facts(SHOP, user=ADA), now),
                ),
            ),
            fits=lambda each: (
                each.active
                and each.allow_any_buyer
                and not (each.client_secret or each.is_anon_buyer or each.minimum_required_roles)
            ),
        ),
        Card(
            "client-credentials",
            "How",
            "Client credentials: a program signs in",
            prose(
                """
                A program that runs by itself has no password to type. It sends the client ID
                and the client secret.

                A token must act as somebody, though: as the API client's default context user.
                With a secret and no such user, the grant is refused. And that user's party must
                be let in like anybody else.
                """
            ),
            (
                asked("Secret right, context user ada?", decide(right, Facts(machine, user=ADA), now)),
                asked("Secret right, no context user?", decide(right, Facts(changed(client_secret=HELD)), now)),
            ),
            fits=lambda each: each.active and each.allow_seller and bool(each.default_context_user_name),
        ),
        Card(
            "guests",
            "How",
            "Guests",
            prose(
                """
                A visitor who has not signed in still needs a basket. With IsAnonBuyer on, the
                storefront asks for a token without any user: the visitor becomes a temporary
                copy of the default context user, a buyer user, with one order that no other
                guest can see.

                On the wire this is client_credentials. There is no grant called anonymous.

                Never put a client secret into a storefront: whatever a browser holds, every
                visitor can read.
                """
            ),
            (
                asked("A visitor asks, IsAnonBuyer is on?", guest),
                about_life("How long is that good for (AnonymousTokenDuration 1440)?", guest),
            ),
            fits=lambda each: each.is_anon_buyer and bool(each.default_context_user_name),
        ),
    )


def _secrets(now: datetime) -> tuple[Card, ...]:
    locked = changed(client_secret=HELD)
    return (
        Card(
            "secrets",
            "How",
            "A secret is for every grant",
            prose(
                """
                An API client may have client secrets. From the first one on, every grant must
                send a live one: password, client credentials, guests and refresh alike.

                So creating a secret on a storefront signs everybody out at their next sign-in.
                It is the surprise people report most.
                """
            ),
            (
                asked("Right password, but no secret sent?", decide(PASSWORD, Facts(locked, user=ADA), now)),
                asked(
                    "Right password and the secret?",
                    decide(replace(PASSWORD, secret=SecretEvidence.LIVE), Facts(locked, user=ADA), now),
                ),
            ),
            fits=lambda each: bool(each.client_secret),
        ),
        Card(
            "rotation",
            "How",
            "Changing a secret",
            prose(
                """
                An API client can have several named secrets at a time, each with its own end.
                To change one without a gap: create the new one, give it to the program, and
                delete the old one when nothing uses it.

                A secret's value is shown once, when it is created. Afterwards nobody can read
                it again.

                An expired secret still counts as a secret: when the last one expires, nobody
                gets in any more, until there is a live one or all are deleted.
                """
            ),
        ),
    )


def _how_long(now: datetime) -> tuple[Card, ...]:
    def life(access: int, refresh: int) -> Decision:
        api_client = changed(access_token_duration=access, refresh_token_duration=refresh)
        return decide(PASSWORD, Facts(api_client, user=ADA), now)

    return (
        Card(
            "lifetimes",
            "How long",
            "How long a token lives",
            prose(
                """
                AccessTokenDuration says how many minutes an access token is good for: 10 at
                least, 600 (10 hours) unless told otherwise.

                Nothing the user does makes it longer, and changing the roles of a user does not
                change a token that is out already. Short is careful; with a refresh token
                beside it, short costs nobody a sign-in.
                """
            ),
            (
                about_life("AccessTokenDuration 600, RefreshTokenDuration 0?", life(600, 0)),
                about_life("AccessTokenDuration 10, RefreshTokenDuration 43200?", life(10, 43200)),
            ),
            fits=lambda each: each.access_token_duration <= 60,
        ),
        Card(
            "refresh",
            "How long",
            "Refresh tokens",
            prose(
                """
                With RefreshTokenDuration above 0, a refresh token comes along. It buys a new
                access token without the password, as often as wanted, until its own time is
                over.

                That time runs from the sign-in and is not extended by refreshing. So people are
                signed out when the refresh token ends, even in the middle of work.

                Guests get none. And a refresh is a grant like the others: it is judged by
                today's rules, so it is refused as soon as the user, the company or the API
                client is switched off.
                """
            ),
            (about_life("AccessTokenDuration 600, RefreshTokenDuration 1440?", life(600, 1440)),),
            fits=lambda each: each.refresh_token_duration > 0,
        ),
        Card(
            "switching-off",
            "How long",
            "Switching one off",
            prose(
                """
                Active off stops every grant at once, and the tokens that are out already stop
                working with it. All other API clients go on.

                That is what separate doors are for: when one application is broken into, close
                its door alone.
                """
            ),
            (asked("Right password, Active off?", decide(PASSWORD, Facts(changed(active=False), user=ADA), now)),),
            fits=lambda each: not each.active,
        ),
    )


def _what(now: datetime) -> tuple[Card, ...]:
    def tried(api_client: ApiClient, *scope: str) -> Decision:
        return decide(replace(PASSWORD, scope=scope or None), Facts(api_client, user=ADA), now)

    return (
        Card(
            "roles",
            "What",
            "Roles: held, asked for, granted",
            prose(
                """
                What a user may do is said by roles, which security profiles give to users,
                groups and companies.

                A token carries the roles that the user holds and that the request asks for (in
                its scope). No scope asks for everything. A role that is asked for and not held
                is left out without a word, so compare what you asked for with what the token
                carries.
                """
            ),
            (
                about_roles("ada holds MeAdmin and Shopper, no scope?", tried(SHOP)),
                about_roles("Scope Shopper OrderAdmin?", tried(SHOP, "Shopper", "OrderAdmin")),
                about_roles("Scope OrderAdmin alone?", tried(SHOP, "OrderAdmin")),
            ),
        ),
        Card(
            "floor-and-ceiling",
            "What",
            "Roles: floor and ceiling",
            prose(
                """
                MaximumGrantedRoles is a ceiling: whatever the user holds, tokens of this API
                client carry no more. Put one on everything that runs in public.

                MinimumRequiredRoles is a floor: who cannot be granted all of these is refused.
                """
            ),
            (
                about_roles("Ceiling Shopper?", tried(changed(maximum_granted_roles=("Shopper",)))),
                about_roles("Floor OrderAdmin?", tried(changed(minimum_required_roles=("OrderAdmin",)))),
            ),
            fits=lambda each: bool(each.maximum_granted_roles or each.minimum_required_roles),
        ),
    )
