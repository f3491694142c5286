"""Carries a secret's rotation out, step by step; after a lost answer it looks at what the marketplace has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui.access.grants import GrantKind, offers
from tui.access.times import is_past
from tui.session.attempts import Attempts, Form, Kind, Result
from tui.session.failures import Declined, certainly_nothing, said
from tui.session.rotation import Half, Rotation, Step, Verdict
from tui.tokens.durations import format_minutes

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientSecret
    from tui.session.marketplace import Marketplace
    from tui.session.session import Session

_BEFORE_THE_SECRET = frozenset({"ApiClient.InvalidClientID", "Auth.ClientNotActive"})
"""Codes of invalid_client that say nothing of the secret: these checks come first."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the proofs sign in. `conclusive` is False where no grant is possible: then a refusal is looked at closely."""

    kind: Kind
    words: str
    conclusive: bool = True


_WITHOUT_GRANT = Way(Kind.CLIENT_CREDENTIALS, "client credentials, which are refused here", conclusive=False)


class _Tried(NamedTuple):
    """What came of a request with a secret: in words, whether the secret was taken (None: not told), and a token."""

    told: str
    taken: bool | None
    token: bool = False


class Rotator:
    """One rotation of one API client's secret; `old` is None for the legacy one. It stays with its marketplace."""

    def __init__(self, session: Session, api_client: ApiClient, old: ApiClientSecret | None, old_name: str) -> None:
        self._session = session
        self._attempts = Attempts(session)
        self.marketplace = session.marketplace
        self.api_client = api_client
        self.old = old
        self.rotation = Rotation(api_client.app_name, old_name)
        self.value = ""
        """The new secret's."""
        self.old_value = (api_client.client_secret or "") if old is None else ""
        """Known of the legacy secret; of a named one where somebody gave it."""
        self.way: Way | None = None
        self._user = ("", "")
        self._worked_before: bool | None = None
        self._created_at: datetime | None = None
        self._made: ApiClientSecret | None = None
        self._before: frozenset[str] | set[str] = frozenset()

    def __repr__(self) -> str:
        return f"Rotator({self.rotation!r})"

    @property
    def now(self) -> ApiClient:
        """The API client as it is known now."""
        return self.marketplace.api_clients.get(self.api_client.id, self.api_client)

    # -- the new secret ------------------------------------------------------------------------------------------

    async def create(self, marketplace: Marketplace, name: str, expiration: datetime | None) -> None:
        """Create the new secret. One that an earlier try left, its value lost with the answer, is deleted first."""
        from tui.ordercloud import errors

        try:
            await self._clear_up(marketplace)
            self._before = {each.id for each in await self._read()}
        except (errors.OrderCloudError, Declined) as error:
            self._tell(Step.CREATE, f"{said(error)} Nothing was created.", Verdict.OTHERWISE)
            return
        self.rotation = replace(self.rotation, new=name)
        try:
            made = await marketplace.create_secret(self.now, name, expiration)
        except (errors.OrderCloudError, Declined) as error:
            await self._look_for_new(error)
            return
        self._made, self.value, self._created_at = made, made.client_secret or "", self._session.clock()
        self.rotation = replace(self.rotation, created=Half.YES)
        self._tell(Step.CREATE, f"{name} was created.", Verdict.AS_EXPECTED)

    async def candidates(self) -> Sequence[ApiClientSecret]:
        """Read the live named secrets beside the old one: an earlier rotation may have made one, and been left.

        None where this rotation's own may be among them, its value lost, and none where they cannot be read.
        """
        if self.rotation.created in (Half.MAYBE, Half.LOST):
            return ()
        now, every = self._session.clock(), await self._try_read() or ()
        old = None if self.old is None else self.old.id
        return tuple(each for each in every if each.id != old and not is_past(each.expiration, now))

    def go_on_with(self, secret: ApiClientSecret, value: str) -> None:
        """Take a secret that is there for the new one; its value is blank where nobody has it at hand."""
        self._made, self.value = secret, value
        self.rotation = replace(self.rotation, new=secret.name, created=Half.YES, continued=True)
        self._tell(Step.CREATE, f"{secret.name} is there already; nothing was created.", Verdict.AS_EXPECTED)

    async def _clear_up(self, marketplace: Marketplace) -> None:
        if self.rotation.created is Half.MAYBE:
            self._found_new(await self._read())
        if self._made is not None and self.rotation.created is Half.LOST:
            await marketplace.delete_secret(self.now, self._made)
            self._found_new(())

    def _found_new(self, secrets: Sequence[ApiClientSecret]) -> None:
        """Take in whether the secret whose answer was lost is there."""
        new = self.rotation.new
        self._made = next((each for each in secrets if each.name == new and each.id not in self._before), None)
        self.rotation = replace(self.rotation, created=Half.NO if self._made is None else Half.LOST)

    async def _look_for_new(self, error: Exception) -> None:
        """Find out what became of a creation that was not answered."""
        found = None
        if certainly_nothing(error):
            told = "Nothing was created."
        elif (found := await self._try_read()) is None:
            self.rotation = replace(self.rotation, created=Half.MAYBE)
            told = "Whether it was created is not known."
        else:
            self._found_new(found)
            told = (
                "It was not created: the list does not have it."
                if self._made is None
                else "It was created all the same, but its value is lost: the next try deletes it and makes another."
            )
        self._tell(Step.CREATE, f"{said(error)} {told}", Verdict.OTHERWISE)

    # -- the proofs ----------------------------------------------------------------------------------------------

    async def find_way(self) -> Way:
        """Choose the grant that the proofs use: client credentials, or the one that is possible."""
        api_client, marketplace = self.now, self.marketplace
        secrets = await marketplace.secrets(api_client.id)
        assignments = await marketplace.assignments(api_client.id)
        person = await marketplace.person(api_client.default_context_user_name)
        context = None if person is None else person.facts()
        can = {each.kind for each in offers(api_client, secrets, assignments, context) if each.can}
        user = api_client.default_context_user_name or ""
        if GrantKind.CLIENT_CREDENTIALS in can:
            way = Way(Kind.CLIENT_CREDENTIALS, f"client credentials, as {user}")
        elif GrantKind.ANONYMOUS in can:
            way = Way(Kind.ANONYMOUS, f"anonymous shopping, as a copy of {user}")
        elif GrantKind.PASSWORD in can:
            way = Way(Kind.ELEVATED, "a user's password with the secret, as client credentials are refused here")
        else:
            way = _WITHOUT_GRANT
        self._choose(way)
        return way

    def _choose(self, way: Way) -> None:
        self.way = way
        self.rotation = replace(self.rotation, way=way.words, token_comes=way.conclusive)

    @property
    def needs_user(self) -> bool:
        """Whether a user has to sign in for the proofs, and nobody is named."""
        return self.way is not None and self.way.kind.needs_user and not all(self._user)

    def sign_in_as(self, username: str, password: str) -> None:
        """Have a user sign in for the proofs; the password is kept as long as the rotation is open."""
        self._user = (username, password)

    def without_user(self) -> None:
        """Do without a user's password: the refusal of client credentials tells whether the secret was taken."""
        self._choose(_WITHOUT_GRANT)

    async def prove(self) -> None:
        """Sign in with the new secret."""
        if not self.value:
            self._tell(Step.PROVE, "Its value is not known here, so it was not tried.", Verdict.NOT_KNOWN)
            return
        tried = await self._try(self.value)
        needs_user = self.way is not None and self.way.kind.needs_user
        if not tried.token:
            self._user = ("", "")  # so that another can try
        if tried.taken is False:
            self._tell(Step.PROVE, tried.told, Verdict.OTHERWISE)
        elif tried.taken is None:
            self._tell(Step.PROVE, tried.told, Verdict.NOT_KNOWN, goes_on=not self.now.active)
        elif tried.token or not self.rotation.token_comes:
            self._tell(Step.PROVE, tried.told, Verdict.AS_EXPECTED)
        else:
            self._tell(Step.PROVE, tried.told, Verdict.NOT_KNOWN, goes_on=not needs_user)

    async def _try(self, secret: str) -> _Tried:
        """Ask for a token with a secret."""
        from tui.ordercloud import errors

        if self.way is None:
            await self.find_way()
        assert self.way is not None
        username, password = self._user
        result = await self._attempts.run(Form(self.way.kind, self.api_client.id, username, password, secret))
        if result.token is not None:
            return _Tried(f"A token for {result.who or 'nobody'}{_life(result)}.", True, token=True)
        if not isinstance(result.error, errors.OAuthRefused):
            return _Tried(f"No answer that tells. {said(result.error) if result.error else ''}".rstrip(), None)
        parts = (result.error.error, result.error.code, (result.error.description or "").rstrip("."))
        words = ", ".join(each for each in parts if each)
        if result.error.error != "invalid_client":
            return _Tried(f"Refused, but not for its secret, which is looked at before: {words}.", True)
        if result.error.code in _BEFORE_THE_SECRET:
            return _Tried(f"Refused before the secret was looked at: {words}.", None)
        return _Tried(f"Refused: {words}.", False)

    # -- the old secret ------------------------------------------------------------------------------------------

    async def see_use(self) -> bool:
        """Look whether the old secret is used; return whether somebody knows it."""
        log = await self._session.use_log() if self._session.is_at(self.marketplace) else None
        if log is None:
            return False
        uses = log.uses(self.api_client.id)
        use = uses.of(None if self.old is None else self.old.id)
        since = f"since the log began at {uses.since:%H:%M:%S}"
        if use is None:
            self._tell(Step.USE, f"No request came with it {since}.", Verdict.AS_EXPECTED)
        elif self._created_at is not None and use.last <= self._created_at:
            told = f"{use.requests} requests {since}, the last at {use.last:%H:%M:%S}: none since the new one is there."
            self._tell(Step.USE, told, Verdict.AS_EXPECTED)
        else:
            by = f" by {use.user}" if use.user else ""
            told = f"It is in use: {use.requests} requests {since}, the last at {use.last:%H:%M:%S}{by}."
            self._tell(Step.USE, told, Verdict.OTHERWISE)
        return True

    def say_unused(self, *, unused: bool) -> None:
        """Take a person's word on whether the old secret is needed."""
        told = "You said so; the marketplace does not tell." if unused else "You said that something still needs it."
        self._tell(Step.USE, told, Verdict.AS_EXPECTED if unused else Verdict.OTHERWISE)

    async def retire(self, marketplace: Marketplace) -> None:
        """Take the old secret away; before that it is tried, where its value is known: else a refusal proves little."""
        from tui.ordercloud import errors

        if self.old_value and self._worked_before is None:
            self._worked_before = (await self._try(self.old_value)).taken
        try:
            if self.rotation.retired is Half.MAYBE and await self._is_gone():
                self._retired("It was gone already: only the answer was lost.")
                return
            if self.old is None:
                await marketplace.patch_api_client(self.now, {"ClientSecret": None})
            else:
                await marketplace.delete_secret(self.now, self.old)
        except (errors.OrderCloudError, Declined) as error:
            await self._look_for_old(error)
            return
        self._retired(f"{self.rotation.old} was taken away.")

    async def _look_for_old(self, error: Exception) -> None:
        """Find out what became of a retirement that was not answered."""
        gone = False if certainly_nothing(error) else await self._is_gone()
        if gone:
            self._retired(f"{said(error)} It is gone all the same.")
            return
        self.rotation = replace(self.rotation, retired=Half.MAYBE if gone is None else Half.NO)
        known = "Whether it is gone is not known." if gone is None else "It is still there."
        self._tell(Step.RETIRE, f"{said(error)} {known}", Verdict.OTHERWISE)

    def _retired(self, told: str) -> None:
        self.rotation = replace(self.rotation, retired=Half.YES)
        self._tell(Step.RETIRE, told[:1].upper() + told[1:], Verdict.AS_EXPECTED)

    async def _is_gone(self) -> bool | None:
        """Look whether the old secret is gone; None when that cannot be read."""
        from tui.ordercloud import errors

        if self.old is None:
            try:
                return not (await self.marketplace.api_client(self.api_client.id)).client_secret
            except errors.OrderCloudError:
                return None
        found = await self._try_read()
        return None if found is None else all(each.id != self.old.id for each in found)

    async def prove_refused(self) -> None:
        """Try the old secret once more; where its value is not known, look whether it is gone from the list."""
        if not self.old_value:
            gone = await self._is_gone()
            told = "Its value is not known here, so it was not tried."
            more = {True: " It is in the list no more.", False: " It is still in the list.", None: ""}[gone]
            verdict = Verdict.OTHERWISE if gone is False else Verdict.NOT_KNOWN
            self._tell(Step.REFUSED, told + more, verdict)
            return
        told, taken, _ = await self._try(self.old_value)
        if taken is None:
            self._tell(Step.REFUSED, told, Verdict.NOT_KNOWN, goes_on=not self.now.active)
        elif taken:
            self._tell(Step.REFUSED, f"It still opens the door. {told}", Verdict.OTHERWISE)
        elif self._worked_before is not True:
            told = f"{told} But it was not seen to work before, so that proves little."
            self._tell(Step.REFUSED, told, Verdict.NOT_KNOWN)
        else:
            self._tell(Step.REFUSED, f"{told} Before, it was taken.", Verdict.AS_EXPECTED)

    # -- the rest ------------------------------------------------------------------------------------------------

    def go_on_anyway(self) -> None:
        """Take a person's word that the next step may follow."""
        if self.rotation.may_go_on_anyway:
            self.rotation = self.rotation.went_on_anyway(Step.USE)

    def keep(self, kept: Sequence[str]) -> None:
        """Note where the new value went."""
        self.rotation = replace(self.rotation, kept=tuple(kept))

    def _tell(self, step: Step, actual: str, verdict: Verdict, *, goes_on: bool | None = None) -> None:
        self.rotation = self.rotation.told(step, actual, verdict, goes_on=goes_on)

    async def _read(self) -> Sequence[ApiClientSecret]:
        return await self.marketplace.secrets_now(self.api_client.id)

    async def _try_read(self) -> Sequence[ApiClientSecret] | None:
        from tui.ordercloud import errors

        try:
            return await self._read()
        except errors.OrderCloudError:
            return None


def _life(result: Result) -> str:
    lifetime = result.lifetime()
    if result.token is None or lifetime is None:
        return ""
    claims = result.token.claims
    if claims.exp is None or claims.iat is None:
        return ""
    return f", good for {format_minutes((claims.exp - claims.iat) // 60)}"
