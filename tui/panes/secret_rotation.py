"""A secret's rotation as a guided path: each step with what is expected of it and what it brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button

from tui.access.limits import SECRETS_PER_API_CLIENT
from tui.panes.changing import Kind, Question, change
from tui.panes.new_secret import ask_new_secret
from tui.panes.secret_rows import LEGACY_NAME, expiry
from tui.panes.secret_shown import SecretShown
from tui.session.rotation import TITLES, Half, Report, Step, Verdict
from tui.session.rotator import Rotator
from tui.widgets.background import start
from tui.widgets.buttons import Buttons
from tui.widgets.dialogs import Ask, Asking, Choose, Confirm, Note
from tui.widgets.fact_sheet import GAP, Fact, FactSheet
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientSecret
    from tui.session.session import Session

DEEDS: Mapping[Step, str] = {
    Step.CREATE: "Create…",
    Step.PROVE: "Sign in with it",
    Step.USE: "Look",
    Step.RETIRE: "Retire…",
    Step.REFUSED: "Try the old one",
}
_SIGNS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.AS_EXPECTED: ("✓", "$allowed"),
    Verdict.OTHERWISE: ("✗", "$refused"),
    Verdict.NOT_KNOWN: ("?", "$warning"),
}


class SecretRotation(Asking[None]):
    """The path. It can be left at every step, and then tells where things stand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
    ]
    DEFAULT_CSS = """
    SecretRotation > Vertical { width: 92; max-height: 96%; }
    SecretRotation VerticalScroll { max-height: 70vh; margin-top: 0; scrollbar-size-vertical: 1; }
    """

    def __init__(self, session: Session, api_client: ApiClient, old: ApiClientSecret | None) -> None:
        super().__init__()
        self.session = session
        name = f"the {LEGACY_NAME}" if old is None else old.name
        self.rotator = Rotator(session, api_client, old, name)
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay out the steps above what can be done now."""
        with Vertical() as box:
            rotation = self.rotator.rotation
            box.border_title = literal(f"Rotate {rotation.old} of {rotation.app_name}")
            box.border_subtitle = Content("enter does the step · esc leaves")
            with VerticalScroll(can_focus=False):
                yield FactSheet(label_width=11)
            with Buttons():
                yield Button("", id="go", compact=True)
                yield Button("Go on anyway", id="anyway", compact=True)
                yield Button("Show value", id="value", compact=True)
                yield Button("Leave", id="leave", compact=True)

    def on_mount(self) -> None:
        """Begin at the first step."""
        for button in self.query(Button):
            button.active_effect_duration = 0  # while it lasts a second enter would be lost, and each step wants one
        self.draw()
        self.query_one("#go").focus()
        start(self, self._find_way, group="way")

    async def _find_way(self) -> None:
        """Say early how the proofs sign in."""
        await self.rotator.find_way()
        self.draw()

    # -- drawing -------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Show the steps, and what can be done now."""
        rotation = self.rotator.rotation
        facts: list[Fact] = []
        for number, step in enumerate(Step, 1):
            facts.extend(self._facts(number, step))
            if self.size.height > 30:
                facts.append(GAP)
        self.query_one(FactSheet).show(facts[:-1] if facts[-1] is GAP else facts)
        here = rotation.step
        go = self.query_one("#go", Button)
        go.label = DEEDS[here] if here is not None else "Close"
        if here is not None and rotation.report(here) is not None:
            go.label = f"{DEEDS[here].rstrip('…')} again"
        self.query_one("#anyway").display = rotation.may_go_on_anyway
        self.query_one("#value").display = bool(self.rotator.value) and not rotation.continued
        self.query_one("#leave").display = here is not None
        if self._busy:
            go.label = "Under way…"  # not disabled: the focus would be nowhere
        go.refresh(layout=True)  # a longer label would be cut
        self.call_after_refresh(self._show_step)

    def _facts(self, number: int, step: Step) -> list[Fact]:
        """Return the lines of a step: those to come are their titles alone."""
        rotation = self.rotator.rotation
        report, here = rotation.report(step), rotation.step
        sign, style = ("▶", "bold $accent") if report is None and step is here else _sign(report)
        title = Content.assemble(Content.styled(sign, style), " ", Content.styled(TITLES[step], "bold"))
        facts = [Fact(str(number), title)]
        if report is not None or step is here:
            facts.append(Fact("expected", literal(rotation.expected(step))))
        if report is not None:
            facts.append(Fact("actual", literal(report.actual, style)))
        return facts

    def _show_step(self) -> None:
        """Scroll so that the end of what is known is in view."""
        self.query_one(VerticalScroll).scroll_end(animate=False)

    # -- doing ---------------------------------------------------------------------------------------------------

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says, unless a step is under way."""
        event.stop()
        if self._busy:
            return
        match event.button.id:
            case "anyway":
                self.rotator.go_on_anyway()
                self.draw()
                self.query_one("#go").focus()
            case "value":
                start(self, self._show_value, group="value")
            case "leave":
                self.action_leave()
            case _ if self.rotator.rotation.step is None:
                self.action_leave()
            case _:
                start(self, self._go, group="rotation", exclusive=False)

    async def _go(self) -> None:
        step = self.rotator.rotation.step
        if step is None or self._busy:
            return
        self._busy = True
        self.draw()
        try:
            await self._do(step)
        finally:
            self._busy = False
            if self.is_attached:
                self.draw()
                self.query_one("#go").focus()

    async def _do(self, step: Step) -> None:
        match step:
            case Step.CREATE:
                await self._create()
            case Step.PROVE:
                await self._prove()
            case Step.USE:
                await self._see_use()
            case Step.RETIRE:
                await self._retire()
            case Step.REFUSED:
                await self.rotator.prove_refused()

    async def _create(self) -> None:
        rotator = self.rotator
        api_client, marketplace = rotator.now, rotator.marketplace
        others = await rotator.candidates()
        if others and not await self._whether_new(others):
            return
        answer = await ask_new_secret(self, self.session, api_client, rotator.rotation.new or self._suggest())
        if answer is None:
            return
        name, expiration = answer
        told = f"{plain(rotator.rotation.old)} goes on working beside it."
        title = f"Create {plain(name)} of {plain(api_client.app_name)}?"
        await change(
            self,
            self.session,
            Question(Kind.NEW_SECRET, title, told, "Create", api_client.app_name),
            lambda there: rotator.create(there, name, expiration),
            threat=lambda: marketplace.way_in.after_new_secret(api_client, name),
            at=marketplace,
        )
        if rotator.value:
            await self._show_value()

    async def _whether_new(self, others: Sequence[ApiClientSecret]) -> bool:
        """Ask whether to go on with a secret that is there; return whether a new one is to be made instead."""
        now, rotator = self.session.clock(), self.rotator
        choices = []
        for each in others:
            ends = "" if each.expiration is None else f", ends {expiry(each.expiration, now)}"
            choices.append((each.id, f"Go on with {plain(each.name)}{ends}"))
        if len(others) + (rotator.old is not None) < SECRETS_PER_API_CLIENT:
            choices.append(("", "Create another one"))
        title = "A second secret is there already" if len(others) == 1 else "Other secrets are there already"
        answer = await self.app.push_screen_wait(Choose(title, choices))
        chosen = next((each for each in others if each.id == answer), None)
        if chosen is not None:
            body = "With it, that it works can be proven; it is kept nowhere. Blank: no proof."
            fields = ((f"Value of {plain(chosen.name)}", "", True),)
            value = await self.app.push_screen_wait(Ask("The new secret", fields, body=body))
            if value is not None:
                rotator.go_on_with(chosen, value[0])
        return answer == ""

    def _suggest(self) -> str:
        """Return a name for the new secret."""
        return f"Rotation {self.session.clock():%Y-%m-%d}"

    async def _show_value(self) -> None:
        rotator = self.rotator
        kept = list(rotator.rotation.kept)
        shown = SecretShown(self.session, rotator.now, rotator.rotation.new, rotator.value, kept)
        await self.app.push_screen_wait(shown)
        rotator.keep(kept)

    async def _prove(self) -> None:
        rotator = self.rotator
        if rotator.way is None:
            await rotator.find_way()
        if rotator.value and rotator.needs_user:
            fields = (("Username", "", False), ("Password", "", True))
            body = "Client credentials are refused here, so a user signs in. Blank: a refusal that comes later tells."
            answer = await self.app.push_screen_wait(Ask("Who signs in?", fields, body=body, yes="Sign in"))
            if answer is None:
                return
            if answer[0].strip() and answer[1]:
                rotator.sign_in_as(answer[0].strip(), answer[1])
            else:
                rotator.without_user()
        await rotator.prove()

    async def _see_use(self) -> None:
        if await self.rotator.see_use():
            return
        rotation = self.rotator.rotation
        body = "The marketplace does not tell when a secret was used last. Whatever still has the old one is shut out."
        confirm = Confirm(f"Has everything that needs it {plain(rotation.new)} by now?", body, yes="Yes", danger=True)
        if await self.app.push_screen_wait(confirm):
            self.rotator.say_unused(unused=True)
        else:
            self.rotator.say_unused(unused=False)

    async def _retire(self) -> None:
        rotator = self.rotator
        if rotator.old is not None and not rotator.old_value:
            body = "With it, its refusal can be proven afterwards; it is kept nowhere. Blank: no proof."
            fields = ((f"Value of {plain(rotator.rotation.old)}", "", True),)
            answer = await self.app.push_screen_wait(Ask("The old secret", fields, body=body))
            if answer is None:
                return
            rotator.old_value = answer[0]
        api_client, old, way_in = rotator.now, rotator.old, rotator.marketplace.way_in

        async def threat() -> str | None:
            if old is None:
                return await way_in.after_patch(api_client, {"ClientSecret": None})
            return await way_in.without_secret(api_client, old)

        name = LEGACY_NAME if old is None else old.name
        title = f"Retire {plain(name)} of {plain(api_client.app_name)}?"
        told = "Whoever signs in with it is refused from then on."
        question = Question(Kind.DELETE_SECRET, title, told, "Retire", name)
        await change(self, self.session, question, rotator.retire, threat=threat, at=rotator.marketplace)

    # -- leaving -------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Leave; where something was begun, tell where things stand."""
        if self._busy:
            return
        rotation = self.rotator.rotation
        self.dismiss(None)
        if rotation.reports:
            done = rotation.step is None
            title = f"{'Rotated' if done else 'Where things stand'}: {plain(rotation.app_name)}"
            whole = rotation.created is Half.YES and rotation.retired is Half.YES
            sign = ("✓", "$allowed") if done and whole else ("▲", "$warning")
            lines = Content("\n").join(literal(f"{each}") for each in rotation.account())
            self.app.push_screen(Note(title, Content.assemble(Content.styled(*sign), " ", lines)))


def _sign(report: Report | None) -> tuple[str, str]:
    return ("·", "$muted") if report is None else _SIGNS[report.verdict]
