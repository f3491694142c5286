"""Every refusal there is of one API client, as a scenario: each attempt with what the rules say comes of it.

In a copy of the facts there are twins as well: a user like the one who gets in, but not active; the API client as it
is, but without its context user. Nothing is expected here that `decide` did not say.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tui.access.api_roles import API_ROLES
from tui.access.attempt import Facts, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.facts import Party, PartyKind, User
from tui.access.parties import Gate
from tui.access.roles import FULL_ACCESS
from tui.access.times import UNTIL_UNLOCKED, is_past
from tui.access.world import Client, Registered, Secret, World
from tui.session.scenarios.document import (
    NO_TOKEN,
    UNKNOWN_TOKEN,
    Advance,
    Ask,
    Grant,
    PasswordKind,
    Revoke,
    Scenario,
    SecretKind,
    Step,
)
from tui.session.scenarios.tries import Tried

NO_SUCH_ROLE = "NoSuchRoleAnywhere"
NOBODY = "nobody-of-this-name"
_TWIN = "twin"


def refusals(world: World, wanted: Registered, now: datetime) -> Scenario:
    """Generate them for a sandbox that is made of the facts and of what they need beside."""
    return _Generator(world, wanted, now).scenario()


def harmless_refusals(world: World, wanted: Registered, now: datetime) -> Scenario:
    """Generate those that change nothing in a real marketplace and lock nobody out.

    They send no right password and no right secret, and no wrong password of a user that exists.
    """
    generator = _Generator(world, wanted, now)
    steps = tuple(generator.harmless())
    return Scenario(f"Harmless refusals of {wanted.client.app_name}", steps, world=None)


@dataclass
class _Generator:
    world: World
    wanted: Registered
    now: datetime
    _twins: list[Registered] = field(default_factory=list)
    _users: list[User] = field(default_factory=list)
    _companies: list[Party] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.wanted.secret_required:
            expired = Secret("ocgate-expired", "Expired", self.now - timedelta(days=1))
            self._own = replace(self.wanted, secrets=(*self.wanted.secrets, expired))
        else:
            self._own = self.wanted
        self._guest = self._somebody()
        self._add_twins_of_guest()

    # -- the facts, and what is added to them --------------------------------------------------------------------

    @property
    def _client(self) -> Client:
        return self.wanted.client

    def _somebody(self) -> User:
        """Find the user who gets in most easily; where nobody does, one who would but for the party."""
        gate = Gate.of(self._client, self.wanted.assignments)
        may = [each for each in self.world.users if gate.access(each.party).allowed]
        for user in may:
            if self._password(user).decided(self.now).allowed:
                return user
        party = next(
            (each.party for each in may if each.party.active and each.party.kind is not PartyKind.SELLER), None
        )
        party = party or next((each for each in self.wanted.companies if each.active), None)
        companies = [each for each in self.world.companies if each.active and gate.access(each).allowed]
        party = party or next(iter(companies), self.world.seller)
        roles = {*self._client.minimum_required_roles, *self._client.minimum_required_custom_roles}
        roles |= set(self._client.maximum_granted_roles[:1]) or {"Shopper", "MeAdmin"}
        return self._add_user(User(f"{_TWIN}-guest", party, available_roles=frozenset(roles)))

    def _add_user(self, user: User) -> User:
        self._users.append(user)
        return user

    def _add_twins_of_guest(self) -> None:
        guest, name = self._guest, self._guest.username
        self._inactive = self._add_user(replace(guest, username=f"{name}-inactive-{_TWIN}", active=False))
        self._roleless = self._add_user(
            replace(guest, username=f"{name}-roleless-{_TWIN}", available_roles=frozenset())
        )
        locked = replace(guest, username=f"{name}-locked-{_TWIN}", locked_until=UNTIL_UNLOCKED)
        self._locked = self._add_user(locked)
        self._of_inactive_company: User | None = None
        if guest.party.kind is not PartyKind.SELLER:
            twin = Party(guest.party.kind, f"{guest.party.id[:80]}-inactive-{_TWIN}", "Inactive twin", active=False)
            self._companies.append(twin)
            if guest.party in self.wanted.companies or guest.party.id in {each.id for each in self.wanted.companies}:
                self._own = replace(self._own, companies=(*self._own.companies, twin))
            member = replace(guest, username=f"{name}-of-inactive-{_TWIN}", party=twin)
            self._of_inactive_company = self._add_user(member)

    def _twin(self, what: str, client: Client) -> Registered:
        """Add the API client as it is but for one thing. It has an ID of its own."""
        made = uuid.uuid5(uuid.NAMESPACE_URL, f"ocgate:{client.id}:{what}")
        twin = replace(self._own, client=replace(client, id=str(made).upper(), app_name=f"{client.app_name}, {what}"))
        self._twins.append(twin)
        return twin

    def _complete(self) -> World:
        world = self.world
        rest = [each for each in world.clients if each.client.id.casefold() != self._client.id.casefold()]
        return World(
            world.seller,
            (*world.companies, *self._companies, *self.wanted.companies),
            (*world.users, *self._users),
            (self._own, *rest, *self._twins),
        ).without_doubles()

    # -- attempts ------------------------------------------------------------------------------------------------

    def _secret(self, kind: SecretKind, registered: Registered, now: datetime | None = None) -> SecretEvidence:
        if kind is SecretKind.NONE or (kind is SecretKind.RIGHT and not registered.secret_required):
            return SecretEvidence.ABSENT
        live = any(not is_past(each.expiration, now or self.now) for each in registered.secrets)
        began_live = any(not is_past(each.expiration, self.now) for each in registered.secrets)
        if kind is SecretKind.EXPIRED:
            return SecretEvidence.EXPIRED
        if kind is SecretKind.WRONG or not (registered.client.client_secret or began_live):
            return SecretEvidence.WRONG
        return SecretEvidence.LIVE if registered.client.client_secret or live else SecretEvidence.EXPIRED

    def _try(
        self,
        name: str,
        ask: Ask,
        registered: Registered,
        user: User | None,
        now: datetime | None = None,
    ) -> Tried:
        facts = self.world.facts(registered, user)
        return Tried(name, ask, facts, self._secret(ask.secret, registered, now))

    def _password(
        self,
        user: User,
        name: str = "",
        *,
        at: Registered | None = None,
        secret: SecretKind = SecretKind.RIGHT,
        scope: Sequence[str] = (),
    ) -> Tried:
        registered = at or self._own
        ask = Ask(Grant.PASSWORD, registered.client.id, user.username, secret=secret, scope=tuple(scope))
        return self._try(f"password: {name}", ask, registered, user)

    def _credentials(
        self,
        user: User | None,
        name: str,
        *,
        at: Registered | None = None,
        secret: SecretKind = SecretKind.RIGHT,
        scope: Sequence[str] = (),
    ) -> Tried:
        registered = at or self._own
        ask = Ask(Grant.CLIENT_CREDENTIALS, registered.client.id, secret=secret, scope=tuple(scope))
        return self._try(f"client credentials: {name}", ask, registered, user)

    def scenario(self) -> Scenario:
        """Put everything together; what the rules let pass is no refusal, and is left out."""
        tried = [*self._by_password(), *self._by_credentials()]
        steps = [each.step(self.now) for each in tried if self._belongs(each)]
        steps += self._by_refresh()
        name = f"All refusals of {self._client.app_name}"
        return Scenario(name, tuple(_numbered(steps)), world=self._complete(), now=self.now)

    def _belongs(self, tried: Tried) -> bool:
        """Whether it is refused, or at least gives less than was asked for."""
        decision = tried.decided(self.now)
        return not decision.allowed or (bool(tried.ask.scope) and bool(decision.role_gaps))

    def _by_password(self) -> Iterator[Tried]:
        guest, own = self._guest, self._own
        yield self._unknown_client()
        inactive = self._twin("inactive", replace(self._client, active=False))
        yield self._password(guest, "the API client is not active", at=inactive)
        yield self._password(guest, "as the API client is", at=own)
        for kind, words in _SECRETS:
            yield self._password(guest, f"{words} secret", secret=kind)
        for user, words in self._users_who_may_not():
            yield self._password(user, words)
        wrong = self._password(guest, "wrong password")
        yield replace(wrong, ask=replace(wrong.ask, password=PasswordKind.WRONG), password=PasswordEvidence.WRONG)
        missing = self._password(guest, "no password")
        yield replace(missing, ask=replace(missing.ask, password=PasswordKind.NONE), password=PasswordEvidence.ABSENT)
        yield self._unknown_user()
        for scope, words in self._scopes(guest):
            yield self._password(guest, words, scope=scope)

    def _users_who_may_not(self) -> Iterator[tuple[User, str]]:
        yield self._inactive, "the user is not active"
        yield self._roleless, "the user has no role"
        yield self._locked, "the user is locked out"
        if self._of_inactive_company is not None:
            yield self._of_inactive_company, "the company is not active"
        for user in self._outsiders():
            yield user, f"the {user.party.kind} may not use it"
        if (poor := self._below_floor()) is not None:
            yield poor, "a role below the floor"

    def _outsiders(self) -> Iterator[User]:
        """Give for each kind of party a user who may not use it; where nobody is known, one is made."""
        gate = Gate.of(self._own.client, self._own.assignments)
        for kind in PartyKind:
            if gate.flag(kind):
                continue
            known = [each for each in self.world.users if each.party.kind is kind and each.active and each.party.active]
            user = next((each for each in known if not gate.access(each.party).allowed and not each.locked_until), None)
            if user is not None:
                yield user
                continue
            party = self.world.seller
            if kind is not PartyKind.SELLER:
                party = Party(kind, f"outside-{kind}-{_TWIN}", f"Another {kind}")
                self._companies.append(party)
            yield self._add_user(
                User(f"outside-{kind}-{_TWIN}", party, available_roles=frozenset({"MeAdmin", "Shopper"}))
            )

    def _below_floor(self) -> User | None:
        minimum = {*self._client.minimum_required_roles, *self._client.minimum_required_custom_roles}
        if not minimum:
            return None
        roles = frozenset(self._guest.available_roles - minimum - {FULL_ACCESS}) or frozenset({"MeAdmin"} - minimum)
        name = f"{self._guest.username}-below-floor-{_TWIN}"
        return self._add_user(replace(self._guest, username=name, available_roles=roles))

    def _scopes(self, user: User) -> Iterator[tuple[tuple[str, ...], str]]:
        yield (NO_SUCH_ROLE,), "a role that nobody has"
        yield ("undefined",), "the word undefined in the scope"
        held = sorted(user.available_roles)
        for ceiling, ours in (
            (self._client.maximum_granted_roles, True),
            (self._client.maximum_granted_custom_roles, False),
        ):
            above = [each for each in held if (each in API_ROLES) is ours and ceiling and each not in ceiling]
            if above:
                yield (above[0],), f"a role above the ceiling ({above[0]})"
                yield (above[0], *[each for each in held if each in ceiling][:1]), "more than the ceiling gives"

    def _unknown_client(self) -> Tried:
        client_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"ocgate:nobody:{self._client.id}"))
        ask = Ask(Grant.CLIENT_CREDENTIALS, client_id, secret=SecretKind.NONE)
        return Tried("client credentials: an unknown client ID", ask, Facts(None), SecretEvidence.ABSENT)

    def _unknown_user(self, secret: SecretKind = SecretKind.RIGHT) -> Tried:
        ask = Ask(Grant.PASSWORD, self._client.id, NOBODY, PasswordKind.WRONG, secret=secret)
        words = "" if secret is SecretKind.RIGHT else f", {_WORDS[secret]} secret"
        tried = self._try(f"password: an unknown user{words}", ask, self._own, None)
        return replace(tried, password=PasswordEvidence.WRONG)

    def _by_credentials(self) -> Iterator[Tried]:
        client, own = self._client, self._own
        user = self.world.user(client.default_context_user_name)
        if client.default_context_user_name:
            yield self._credentials(user, "as the API client is")
            for kind, words in _SECRETS:
                yield self._credentials(user, f"{words} secret", secret=kind)
            if user is not None:
                for scope, words in self._scopes(user):
                    yield self._credentials(user, words, scope=scope)
        inactive = replace(client, active=False)
        yield self._credentials(
            user, "the API client is not active", at=self._twin("inactive, by credentials", inactive)
        )
        bare = replace(client, default_context_user_name=None)
        without = own if not client.default_context_user_name else self._twin("no context user", bare)
        yield self._credentials(None, "no context user", at=without)
        gone = self._twin("its context user is gone", replace(client, default_context_user_name=NOBODY))
        yield self._credentials(None, "the context user is gone", at=gone)
        for other, words in self._users_who_may_not():
            named = replace(client, default_context_user_name=other.username)
            twin = self._twin(f"its context user is {other.username}", named)
            yield self._credentials(other, f"as context user, {words}", at=twin)

    # -- refresh tokens ------------------------------------------------------------------------------------------

    def _refresh(
        self, name: str, token: str, evidence: RefreshEvidence, user: User | None, **more: SecretKind
    ) -> Tried:
        ask = Ask(Grant.REFRESH, self._client.id, refreshing=token, secret=more.get("secret", SecretKind.RIGHT))
        return replace(self._try(f"refresh: {name}", ask, self._own, user), refresh=evidence)

    def _by_refresh(self) -> Iterator[Step]:
        guest, now = self._guest, self.now
        nobody = self._refresh("an unknown refresh token", UNKNOWN_TOKEN, RefreshEvidence.UNKNOWN, None)
        yield nobody.step(now)
        yield self._refresh("no refresh token", NO_TOKEN, RefreshEvidence.ABSENT, None).step(now)
        yield from self._by_foreign_refresh(guest)
        first = self._password(guest, "")
        signed_in = first.decided(now)
        minutes = 0 if signed_in.lifetimes is None else signed_in.lifetimes.refresh_minutes
        if not signed_in.allowed or minutes <= 0:
            return
        began = "sign in, for its refresh token"
        yield replace(first, name=began).step(now)
        live = replace(
            self._refresh("", began, RefreshEvidence.LIVE, guest),
            refreshed_roles=frozenset(signed_in.roles),
            refreshed_minutes=minutes,
        )
        for kind, words in _SECRETS:
            wrong = replace(live, name=f"refresh: {words} secret", ask=replace(live.ask, secret=kind))
            wrong = replace(wrong, secret=self._secret(kind, self._own))
            if not wrong.decided(now).allowed:
                yield wrong.step(now)
        scope = replace(live, name="refresh: a role not granted before", ask=replace(live.ask, scope=(NO_SUCH_ROLE,)))
        yield scope.step(now)
        yield Step("an administrator revokes the tokens", Revoke(guest.username))
        yield replace(live, name="refresh: after it was revoked", refresh=RefreshEvidence.REVOKED).step(now)
        again = "sign in again, for another one"
        yield replace(first, name=again).step(now)
        yield Step("its time runs out", Advance(timedelta(minutes=minutes)))
        later = now + timedelta(minutes=minutes)
        late = replace(live, name="refresh: after it expired", ask=replace(live.ask, refreshing=again))
        late = replace(late, refresh=RefreshEvidence.EXPIRED, secret=self._secret(SecretKind.RIGHT, self._own, later))
        yield late.step(later)

    def _by_foreign_refresh(self, guest: User) -> Iterator[Step]:
        """Get a refresh token of another API client, and use it here."""
        other = Registered(
            Client(
                str(uuid.uuid5(uuid.NAMESPACE_URL, f"ocgate:other:{self._client.id}")).upper(),
                f"Another API client than {self._client.app_name}",
                refresh_token_duration=60,
                allow_any_buyer=True,
                allow_any_supplier=True,
                allow_seller=True,
            )
        )
        self._twins.append(other)
        there = self._password(guest, "", at=other)
        name = "sign in at another API client"
        decision = there.decided(self.now)
        yield replace(there, name=name).step(self.now)
        if decision.allowed:
            yield self._refresh("a token of another API client", name, RefreshEvidence.FOREIGN, guest).step(self.now)

    # -- on a real marketplace -----------------------------------------------------------------------------------

    def harmless(self) -> Iterable[Step]:
        """Give what can be tried anywhere: no attempt that could succeed, none that counts against a user."""
        own, client = self.wanted, self._client
        self._own = own
        user = self.world.user(client.default_context_user_name)
        tried = [self._unknown_client()]
        for kind in (SecretKind.NONE, SecretKind.WRONG):
            words = f"{_WORDS[kind]} secret"
            tried.append(self._credentials(user, words, secret=kind))
            unknown, absent = RefreshEvidence.UNKNOWN, RefreshEvidence.ABSENT
            tried.append(self._refresh(f"an unknown token, {words}", UNKNOWN_TOKEN, unknown, None, secret=kind))
            tried.append(self._refresh(f"no token, {words}", NO_TOKEN, absent, None, secret=kind))
            tried.append(self._unknown_user(kind))
            nothing = self._password(User(NOBODY, self.world.seller), f"no password, {words}", secret=kind)
            ask = replace(nothing.ask, password=PasswordKind.NONE)
            facts = self.world.facts(own, None)
            tried.append(replace(nothing, ask=ask, facts=facts, password=PasswordEvidence.ABSENT))
            scope = (NO_SUCH_ROLE,)
            tried.append(self._credentials(user, f"a role that nobody has, {words}", secret=kind, scope=scope))
        refused = [each.step(self.now) for each in tried if not each.decided(self.now).allowed]
        return _numbered(refused)


_SECRETS = ((SecretKind.WRONG, "a wrong"), (SecretKind.NONE, "no"), (SecretKind.EXPIRED, "an expired"))
_WORDS = {SecretKind.WRONG: "a wrong", SecretKind.NONE: "no"}


def _numbered(steps: Iterable[Step]) -> Iterator[Step]:
    """Tell steps of one name apart."""
    seen: dict[str, int] = {}
    for step in steps:
        number = seen[step.name] = seen.get(step.name, 0) + 1
        yield step if number == 1 else replace(step, name=f"{step.name} ({number})")
