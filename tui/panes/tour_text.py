"""A step of a tour as text: what is sent, what came back, and what there is to notice, highlighted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from textual.content import Content

from tui.session.scenarios.document import Advance, Ask, Call, Grant, Look, Revoke, Show, Step, Tell
from tui.session.scenarios.toml import format_duration
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud.models.base import JSON
    from tui.session.scenarios.came import Came
    from tui.session.scenarios.noticing import Noticing
    from tui.session.scenarios.touring import Done, Playing
    from tui.session.traffic_groups import Group

QUIET = "$muted"
MARKED = "bold $accent"
SIGN = "▶ "
"""Stands before what is to be noticed, so that it is found without colours."""
_FEW = 3
_MANY = 8
_LONGEST = 96
_QUIET_CLAIMS = ("u", "iss", "aud", "iat", "nbf")
_TOLD = ("Who may use it", "Grants", "Secrets", "Context user")
"""Of a token only what is marked, or worth a look, and of an API client these facts: the rest no tour is about."""

_Hanging: TypeAlias = tuple[Content, Content]
"""What leads a line, and its text, which is wrapped under itself."""


# -- before: what will be done ----------------------------------------------------------------------------------------


def will_do(step: Step) -> Content:
    """Say what the step is going to send, before it is sent."""
    match step.deed:
        case Ask() as ask:
            return _will_ask(ask)
        case Call() as call:
            who = f"with the token of “{call.token_of}”" if call.token_of else "as the administrator"
            times = f", {call.times} times" if call.times > 1 else ""
            lines = [
                Content.assemble(literal(call.method, "bold"), " ", literal(call.path), (f"   {who}{times}", QUIET))
            ]
            if call.body is not None:
                lines.append(literal(json.dumps(call.body, ensure_ascii=False), "$primary"))
            return Content("\n").join(lines)
        case Advance() as advance:
            return Content.assemble("The clock goes on by ", (format_duration(advance.by), "bold"))
        case Revoke() as revoke:
            return Content.assemble("Every token of ", literal(revoke.user, "bold"), " is revoked")
        case Tell():
            return Content("")


def _will_ask(ask: Ask) -> Content:
    grant = {Grant.REFRESH: "refresh_token", Grant.ANONYMOUS: "client_credentials"}.get(ask.grant, ask.grant.value)
    form = [f"grant_type={grant}", f"client_id=<{ask.api_client}>"]
    if ask.grant is Grant.PASSWORD:
        form += [f"username={ask.user}", "password=••••••"]
    if ask.grant is Grant.REFRESH:
        form.append(f"refresh_token=<of {ask.refreshing}>")
    if (ask.grant is Grant.CLIENT_CREDENTIALS and ask.secret.value != "none") or ask.secret_of:
        form.append("client_secret=••••••")
    form += [f"scope={' '.join(ask.scope)}"] if ask.scope else []
    return Content.assemble(("POST", "bold"), " /oauth/token\n", literal(" & ".join(form), "$primary"))


# -- after: what came -------------------------------------------------------------------------------------------------


def came_of(step: Step, done: Done) -> Content:
    """Say what was sent and how it was answered, each in a line; the body is shown by itself."""
    from tui.widgets.exchange_text import status_text

    exchange = done.came.exchange
    hand = Content.styled("   done by hand", "$allowed") if done.by_hand else Content("")
    if exchange is None:
        deed = Content("") if isinstance(step.deed, Tell) else Content.assemble(("✓ ", "$allowed"), will_do(step), hand)
        return deed if not done.came.not_tried else literal(done.came.not_tried, "$refused")
    shown = exchange.redacted()
    times = f"   {step.deed.times} times" if isinstance(step.deed, Call) and step.deed.times > 1 else ""
    lines = [
        Content.assemble(
            literal(shown.method, "bold"),
            " ",
            literal(_short(shown.request_line.partition(" ")[2])),
            (times, QUIET),
            hand,
        )
    ]
    if sent := _sent(shown):
        lines.append(literal(sent, "$primary"))
    return Content("\n").join([*lines, status_text(shown)])


def _sent(exchange: Exchange) -> str:
    body = exchange.request_body
    if body.form is not None:
        return " & ".join(f"{name}={_short(value, 24)}" for name, value in body.form)
    return "" if body.json is None else json.dumps(body.json, ensure_ascii=False)


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def differences_text(done: Done) -> Content:
    """Say where what came is not what the tour says; nothing where it is."""
    return Content("\n").join(literal(f"✗ {each}", "$refused") for each in done.outcome.differences)


def notice_text(step: Step) -> Content:
    """Return what there is to notice."""
    return Content.assemble((f"{SIGN}Notice  ", MARKED), literal(step.notice, "bold")) if step.notice else Content("")


async def looked(playing: Playing, width: int) -> Content:
    """Return what the step shows, with its marks. Raises the typed errors of the marketplace."""
    from tui.ordercloud.redact import redact_json

    done, look, noticing = playing.done, playing.look, playing.noticing
    if done is None:
        return Content("")
    if look.show is Show.ANSWER:
        exchange = done.came.exchange
        if exchange is None or isinstance(playing.step.deed, Tell):
            return Content("")
        body: JSON = redact_json(exchange.response_body.json)
        return Content("") if body is None else Content("\n").join(json_lines(body, look.marks, width))
    if look.show in (Show.TOKEN, Show.LIFETIME):
        came = noticing.token_of(playing.step.name, look)
        return Content("") if came is None else await _token(playing, came, look, width)
    if look.show is Show.API_CLIENT:
        return await _api_client(playing, look, width)
    if look.show is Show.ACCESS:
        return await _access(playing, look, noticing)
    return _traffic(await noticing.load(), look)


def json_lines(value: JSON, marks: Sequence[str], width: int) -> list[Content]:
    """Return JSON in short, a line each: of a large object only what is marked and the first few members."""
    found = _json_lines(value, "", "", frozenset(marks), 0)
    return [line for lead, text in found for line in _hung(lead, text, width, further=4)]


def _hung(lead: Content, text: Content, width: int, *, further: int = 0) -> list[Content]:
    """Return a text after what leads it, wrapped under itself, and `further` cells to the right of that."""
    room = max(20, width - lead.cell_length)
    lines = text.wrap(room)
    first, *others = lines if len(lines) == 1 else text.wrap(max(20, room - further))
    indent = " " * (lead.cell_length + further)
    return [Content.assemble(lead, first), *(Content.assemble(indent, each) for each in others)]


def _json_lines(value: JSON, name: str, path: str, marks: frozenset[str], depth: int) -> Iterator[_Hanging]:
    indent, label = "  " * depth, f'"{plain(name)}": ' if name else ""
    marked = path in marks
    if depth and marks and not _leads(path, marks) and not _is_small(value):
        yield _json_line(indent, f"{label}{'{ … }' if isinstance(value, Mapping) else '[ … ]'}", marked)
    elif isinstance(value, Mapping) and value and not _is_small(value):
        kept = _kept(value, path, marks)
        yield _json_line(indent, f"{label}{{", marked)
        for each in kept:
            yield from _json_lines(value[each], each, _below(path, each), marks, depth + 1)
        if left := len(value) - len(kept):
            yield Content(f"    {indent}"), Content.styled(f"… and {left} more", QUIET)
        yield _json_line(indent, "}", False)
    elif isinstance(value, list | tuple) and value and not _is_small(value):
        yield _json_line(indent, f"{label}[", marked)
        for number, item in enumerate(value[:_FEW]):
            yield from _json_lines(_in_short(item), "", _below(path, str(number)), marks, depth + 1)
        if len(value) > _FEW:
            yield Content(f"    {indent}"), Content.styled(f"… and {len(value) - _FEW} more", QUIET)
        yield _json_line(indent, "]", False)
    else:
        yield _json_line(indent, f"{label}{_short(json.dumps(value, ensure_ascii=False))}", marked)


def _json_line(indent: str, text: str, marked: bool) -> _Hanging:
    return _lead(marked, indent), literal(text, MARKED if marked else "")


def _lead(marked: bool, more: str = "") -> Content:
    return Content.assemble((SIGN if marked else "  ", MARKED), more)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_small(value: JSON) -> bool:
    """Whether a value fits into a line: anything but an object or list that holds others."""
    if isinstance(value, Mapping):
        return not value
    return not isinstance(value, list | tuple) or not any(isinstance(each, Mapping | list) for each in value)


def _leads(path: str, marks: frozenset[str]) -> bool:
    """Whether what is marked is there, or below it."""
    return any(f"{mark}.".startswith(f"{path}.") for mark in marks)


def _kept(value: Mapping[str, JSON], path: str, marks: frozenset[str]) -> list[str]:
    if len(value) <= _MANY:
        return list(value)
    return [each for number, each in enumerate(value) if number < _FEW or _leads(_below(path, each), marks)]


def _in_short(item: JSON) -> JSON:
    """Return an item of a list as its names: the rest of it is not what a tour is about."""
    if not isinstance(item, Mapping) or len(item) <= _MANY:
        return item
    return {name: item[name] for name in ("ID", "AppName", "Name", "Username") if name in item}


async def _token(playing: Playing, came: Came, look: Look, width: int) -> Content:
    from tui.panes.lifetime_view import lifetime_picture
    from tui.tokens.explain import explain
    from tui.tokens.lifetimes import Lifetime

    token, now = came.token, playing.stage.now()
    if token is None:
        return Content("")
    if look.show is Show.LIFETIME:
        lifetime = Lifetime.of(token.claims, refresh_minutes=came.refresh_minutes)
        return Content("") if lifetime is None else lifetime_picture(lifetime, now, max(30, width))
    names = {
        ("cid", each.id.lower()): each.app_name for each in await playing.stage.api_clients([token.claims.cid or ""])
    }
    lines = [Content.styled("The access token, read:", QUIET)]
    for claim in explain(token, now, names):
        if claim.name in _QUIET_CLAIMS and claim.name not in look.marks:
            continue
        marked = claim.name in look.marks
        style = MARKED if marked else ""
        meaning = literal(f"  {claim.meaning}", QUIET) if marked else Content("")
        lead = Content.assemble(_lead(marked), literal(f"{claim.name:<8} ", style))
        lines += _hung(lead, Content.assemble(literal(_short(claim.value), style), meaning), width)
    return Content("\n").join(lines)


async def _api_client(playing: Playing, look: Look, width: int) -> Content:
    from tui.panes.client_text import details_facts

    found = await playing.stage.api_clients(look.api_clients[:1])
    if not found:
        return Content("")
    api_client, marketplace = found[0], playing.stage.opened.marketplace
    person = await marketplace.person(api_client.default_context_user_name)
    wire = api_client.to_wire()
    lines = [literal(api_client.app_name, "bold")]
    for each in look.marks:
        lines += _hung(*_json_line("", f"{each}: {json.dumps(wire.get(each))}", True), width, further=2)
    facts = details_facts(
        api_client,
        await marketplace.assignments(api_client.id),
        await marketplace.secrets(api_client.id),
        None if person is None else person.facts(),
        playing.stage.now(),
    )
    told, label = [], ""
    for fact in facts:
        label = fact.label or label
        if label in _TOLD and fact.text.plain:
            told += _hung(Content.assemble("  ", (f"{fact.label:<16} ", QUIET)), fact.text, width)
    return Content("\n").join([*lines, *told])


async def _access(playing: Playing, look: Look, noticing: Noticing) -> Content:
    from tui.panes.access_picture import TONE_COLOURS, Picture
    from tui.session.scenarios.noticing import party_name

    marketplace = playing.stage.opened.marketplace
    clients = await playing.stage.api_clients(look.api_clients)
    parties = [each for each in await noticing.parties() if not look.parties or party_name(each) in look.parties]
    assignments = {each.id: await marketplace.assignments(each.id) for each in clients}
    picture = Picture(tuple(parties), clients, assignments)
    lines: list[Content] = []
    for column, client in enumerate(clients):
        lines.append(Content.assemble(("Who gets in by ", QUIET), literal(client.app_name, "bold")))
        for row, party in enumerate(parties):
            sign, marked = picture.sign(row, column), party_name(party) in look.marks
            verdict, colour = picture.reason(row, column).verdict
            nullified = "  ⊘ nullified" if "⊘" in sign.text else ""
            lines.append(
                Content.assemble(
                    _lead(marked),
                    (f"{sign.text:<3}", TONE_COLOURS[sign.tone]),
                    literal(f"{party.label:<20} ", MARKED if marked else ""),
                    literal(f"{party.kind.value:<9} ", QUIET),
                    (verdict, colour),
                    (nullified, "$nullified"),
                )
            )
    return Content("\n").join(lines)


def _traffic(groups: Sequence[tuple[Group, str]], look: Look) -> Content:
    most = max((each.requests for each, _ in groups), default=1)
    lines = [Content.styled(f"  {'API client':<22} {'requests':>8} {'refused':>8}", QUIET)]
    for group, name in groups:
        marked = name in look.marks
        lines.append(
            Content.assemble(
                _lead(marked),
                literal(f"{_short(name, 22):<22} {group.requests:>8} {group.refusals:>8}  ", MARKED if marked else ""),
                ("█" * max(1, round(group.requests / most * 24)), "$accent"),
            )
        )
    return Content("\n").join(lines)
