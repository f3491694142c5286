"""Changes of many API clients as one job: fields, or deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.access.words import count
from tui.access.xp import same_json
from tui.session.bulk import Found, Job, Step, Undo
from tui.session.record import Record
from tui.session.taking_back import Noted

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.session.marketplace import Marketplace


def patch_job(
    marketplace: Marketplace,
    title: str,
    changes: Sequence[tuple[ApiClient, Mapping[str, JSON]]],
    *,
    detail: Callable[[ApiClient, Mapping[str, JSON]], str],
    timer: Callable[[], float],
) -> Job:
    """Return the job that changes fields of API clients; it is noted in the journal as one change.

    Args:
        marketplace: Where.
        title: What it is, in words.
        changes: Each API client as it was shown, with the fields to change, by wire name; of `xp` the whole.
        detail: Says what changes from and to.
        timer: Seconds, for the time it takes.
    """

    records: dict[str, Record] = {}

    async def verify(api_client: ApiClient, fields: Mapping[str, JSON]) -> Found:
        shown, now = api_client.to_wire(), (await marketplace.api_client(api_client.id)).to_wire()
        if not all(same_json(now.get(name), value) for name, value in fields.items()):
            return Found(done=False)
        sides = [{name: side.get(name) for name in fields} for side in (shown, now)]
        record = records[api_client.id] = Record.of_fields(api_client, *sides)
        return Found(done=True, undo=marketplace.ways_back.undo(record))

    steps = [
        (each, partial(marketplace.patch_among_many, each, fields), detail(each, fields), partial(verify, each, fields))
        for each, fields in changes
    ]
    names = ", ".join(sorted({name for _, fields in changes for name in fields}))
    return _job(marketplace, title, f"changed {names}", steps, records, timer)


def delete_job(
    marketplace: Marketplace, title: str, api_clients: Sequence[ApiClient], *, timer: Callable[[], float]
) -> Job:
    """Return the job that deletes API clients; it is noted in the journal as one change."""

    records: dict[str, Record] = {}

    async def verify(api_client: ApiClient) -> Found:
        from tui.ordercloud import errors

        try:
            await marketplace.api_client(api_client.id)
        except errors.NotFound:
            record = records.get(api_client.id)
            return Found(done=True, undo=None if record is None else marketplace.ways_back.undo(record))
        return Found(done=False)

    def learnt(record: Record) -> None:
        records[record.api_client_id] = record

    steps = [
        (each, partial(marketplace.delete_among_many, each, learnt), f"delete {each.id}", partial(verify, each))
        for each in api_clients
    ]
    return _job(marketplace, title, "deleted", steps, records, timer, back_repeatable=False)


def _job(
    marketplace: Marketplace,
    title: str,
    what: str,
    steps: Sequence[tuple[ApiClient, Callable[[], Awaitable[Record]], str, Callable[[], Awaitable[Found]]]],
    records: dict[str, Record],
    timer: Callable[[], float],
    *,
    back_repeatable: bool = True,
) -> Job:
    async def do(api_client: ApiClient, change: Callable[[], Awaitable[Record]]) -> Undo | None:
        record = records[api_client.id] = await change()
        return marketplace.ways_back.undo(record)

    def note(done: tuple[Step, ...]) -> None:
        keys = frozenset(each.key for each in done)
        made = [records[each.id] for each, *_ in steps if each.id in keys and each.id in records]
        told = f"{count(len(made), 'API client')}: {what}" if len(made) != 1 else f"{made[0].name}: {what}"
        noted.note(told, keys, made)

    noted = Noted(marketplace, lambda: job, partly=True)
    job = Job(
        title,
        [
            Step(each.id, each.app_name, partial(do, each, change), told, verify, back_repeatable=back_repeatable)
            for each, change, told, verify in steps
        ],
        timer=timer,
        note=note,
        taken_back=noted.taken_back,
    )
    return job
