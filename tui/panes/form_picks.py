"""What each field of the form is picked from: users, roles with what they open, integration events, companies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tui.access.api_roles import API_ROLES
from tui.access.facts import Party, PartyKind
from tui.panes.form_outlook import drafted
from tui.panes.user_picks import acting, user_choices
from tui.session.facts import assignment_of
from tui.widgets.picker import Choice, Picker

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.integrations import IntegrationEvent
    from tui.panes.client_draft import Draft, DraftField
    from tui.panes.client_form import ApiClientForm
    from tui.panes.form_companies import CompaniesLine
    from tui.session.facts import Companies, Person
    from tui.session.marketplace import Marketplace

NAME = "AppName"
USER = "DefaultContextUserName"
API_ROLE_FIELDS = ("MinimumRequiredRoles", "MaximumGrantedRoles")
CUSTOM_ROLE_FIELDS = ("MinimumRequiredCustomRoles", "MaximumGrantedCustomRoles")
EVENT_FIELDS: Mapping[str, str] = {
    "OrderCheckoutIntegrationEventID": "OrderCheckout",
    "OrderReturnIntegrationEventID": "OrderReturn",
    "AddToCartIntegrationEventID": "AddToCart",
}
"""Field to the type of event that belongs there."""
PICKED = frozenset({NAME, USER, *API_ROLE_FIELDS, *CUSTOM_ROLE_FIELDS, *EVENT_FIELDS})
"""The fields for which there is something to pick from."""


def role_choices() -> tuple[Choice, ...]:
    """Return OrderCloud's own roles, each with what it opens."""
    return tuple(Choice(role, role, phrase) for role, phrase in API_ROLES.items())


def custom_role_choices(people: Iterable[Person]) -> tuple[Choice, ...]:
    """Return the custom roles that users of the marketplace hold, each with how many do."""
    holders: dict[str, int] = {}
    for person in people:
        for role in person.user.available_roles:
            if role not in API_ROLES:
                holders[role] = holders.get(role, 0) + 1
    return tuple(
        Choice(role, role, f"held by {count} user{'' if count == 1 else 's'}")
        for role, count in sorted(holders.items())
    )


def event_choices(field: str, events: Iterable[IntegrationEvent]) -> tuple[Choice, ...]:
    """Return the integration events, those of the field's own type first."""
    wanted = EVENT_FIELDS[field]
    ordered = sorted(events, key=lambda event: (event.event_type != wanted, event.name.casefold()))
    return tuple(
        Choice(
            event.id,
            event.name or event.id,
            event.custom_implementation_url,
            "" if event.event_type == wanted else "▲",
            aside=event.event_type,
            why="" if event.event_type == wanted else f"This field takes events of the type {wanted}.",
        )
        for event in ordered
    )


def company_choices(companies: Companies) -> tuple[Choice, ...]:
    """Return the buyers and suppliers."""
    parties = companies.parties(Party(PartyKind.SELLER, ""))[1:]
    return tuple(
        Choice(key_of(each), each.label, f"{each.kind} {each.id}{'' if each.active else ' · inactive'}")
        for each in parties
    )


def key_of(party: Party) -> str:
    """Return what tells a company from every other: a buyer and a supplier may have the same ID."""
    return f"{party.kind} {party.id}"


def parties_of(keys: Iterable[str], companies: Companies, known: Iterable[Party]) -> tuple[Party, ...]:
    """Return the companies of some keys."""
    by_key = {key_of(party): party for party in (*known, *companies.parties(Party(PartyKind.SELLER, ""))[1:])}
    return tuple(by_key[key] for key in keys if key in by_key)


async def pick(
    host: ApiClientForm, marketplace: Marketplace, field: DraftField, draft: Draft, before: ApiClient | None
) -> str | None:
    """Let the person pick what belongs in a field; return it as it would be typed, None when they leave."""
    name, label = field.name, field.label
    if name in (*API_ROLE_FIELDS, *CUSTOM_ROLE_FIELDS):
        from tui.widgets.multi_picker import MultiPicker

        own = name in API_ROLE_FIELDS
        choices = role_choices() if own else custom_role_choices(host.people or ())
        ticked = draft.text(name).split()
        picked = await host.app.push_screen_wait(
            MultiPicker(f"Roles: {label.lower()}", choices, ticked, typed=None if own else "custom role")
        )
        return None if picked is None else " ".join(picked)
    if name in EVENT_FIELDS:
        events = event_choices(name, await marketplace.references.events())
        return await host.app.push_screen_wait(Picker(label, events, current=draft.text(name), typed="known ID"))
    if name == NAME:
        return await host.app.push_screen_wait(
            Picker("A name that says what it is for", name_choices(host, draft, before))
        )
    people = host.people
    if people is None:
        people = await _people_of_one(host, marketplace)
    if people is None:
        return None
    parties = host.companies.now
    after = drafted(draft, before)
    judge = acting(after, [assignment_of(after.id, each) for each in parties], host.session.clock())
    choices = user_choices(people, judge)
    return await host.app.push_screen_wait(Picker("Context user", choices, current=draft.text(USER)))


async def _people_of_one(host: ApiClientForm, marketplace: Marketplace) -> tuple[Person, ...] | None:
    """Let the person pick a party first, where all users are too many to be read."""
    companies = await marketplace.companies()
    seller = Choice(key_of(marketplace.seller), marketplace.seller.label, "the seller")
    choices = (seller, *company_choices(companies))
    key = await host.app.push_screen_wait(Picker("Whose user is it?", choices))
    if key is None:
        return None
    party = next(each for each in companies.parties(marketplace.seller) if key_of(each) == key)
    return await marketplace.people_of(party)


async def pick_companies(host: ApiClientForm, marketplace: Marketplace, line: CompaniesLine) -> bool:
    """Let the person pick the buyers and suppliers; return whether they did."""
    from tui.widgets.multi_picker import MultiPicker

    companies = await marketplace.companies()
    ticked = [key_of(each) for each in line.now]
    keys = await host.app.push_screen_wait(MultiPicker("Buyers and suppliers", company_choices(companies), ticked))
    if keys is None:
        return False
    line.choose(parties_of(keys, companies, line.now))
    return True


def name_choices(host: ApiClientForm, draft: Draft, before: ApiClient | None) -> tuple[Choice, ...]:
    """Return names that say something: the one its settings suggest first, then those of the templates."""
    from tui.access.names import suggest
    from tui.access.templates import TEMPLATES, unique_name

    own = "" if before is None else before.id
    known = host.session.marketplace.api_clients.values()
    taken = [each.app_name for each in known if each.id != own]
    fitting = suggest(drafted(draft, before), has_secret=bool(draft.value("ClientSecret")))
    names = {unique_name(fitting, taken): "as its settings are now"}
    for template in TEMPLATES:
        names.setdefault(unique_name(template.name, taken), template.title.lower())
    return tuple(Choice(name, name, hint) for name, hint in names.items())
