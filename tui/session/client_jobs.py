"""Changes of many API clients as one job: fields, or deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.access.words import count
from tui.access.xp import same_json
from tui.session.bulk import Found, Job, Step, Undo

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON
    from tui.session.marketplace import Marketplace
    from tui.session.record import Record


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

    async def verify(api_client: ApiClient, fields: Mapping[str, JSON]) -> Found:
        now = (await marketplace.api_client(api_client.id)).to_wire()
        return Found(all(same_json(now.get(name), value) for name, value in fields.items()))

    steps = [
        (each, partial(marketplace.patch_among_many, each, fields), detail(each, fields), partial(verify, each, fields))
        for each, fields in changes
    ]
    names = ", ".join(sorted({name for _, fields in changes for name in fields}))
    return _job(marketplace, title, f"changed {names}", steps, timer)


def delete_job(
    marketplace: Marketplace, title: str, api_clients: Sequence[ApiClient], *, timer: Callable[[], float]
) -> Job:
    """Return the job that deletes API clients; it is noted in the journal as one change."""

    async def verify(api_client: ApiClient) -> Found:
        from tui.ordercloud import errors

        try:
            await marketplace.api_client(api_client.id)
        except errors.NotFound:
            return Found(done=True)
        return Found(done=False)

    steps = [
        (each, partial(marketplace.delete_among_many, each), f"delete {each.id}", partial(verify, each))
        for each in api_clients
    ]
    return _job(marketplace, title, "deleted", steps, timer)


def _job(
    marketplace: Marketplace,
    title: str,
    what: str,
    steps: Sequence[tuple[ApiClient, Callable[[], Awaitable[Record]], str, Callable[[], Awaitable[Found]]]],
    timer: Callable[[], float],
) -> Job:
    records: dict[str, Record] = {}

    async def do(api_client: ApiClient, change: Callable[[], Awaitable[Record]]) -> Undo | None:
        record = records[api_client.id] = await change()
        return marketplace.ways_back.undo(record)

    def note(done: tuple[Step, ...]) -> None:
        keys = frozenset(each.key for each in done)
        made = [records[each.id] for each, *_ in steps if each.id in keys and each.id in records]
        told = f"{count(len(made), 'API client')}: {what}" if len(made) != 1 else f"{made[0].name}: {what}"
        marketplace.note_many(told, records=made)

    return Job(
        title,
        [Step(each.id, each.app_name, partial(do, each, change), told, verify) for each, change, told, verify in steps],
        timer=timer,
        note=note,
    )
