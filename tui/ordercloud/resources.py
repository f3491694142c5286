"""The resources, as thin as can be: a path, a model, and the few things each has of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Generic

from tui.ordercloud import errors
from tui.ordercloud.models.api_clients import ApiClient, ApiClientAssignment, ApiClientSecret
from tui.ordercloud.models.base import JSON
from tui.ordercloud.models.page import M, Page
from tui.ordercloud.query import LAST_NUMBERED_PAGE, MAX_PAGE_SIZE, ListQuery
from tui.ordercloud.wire import Answer, Wire, body_of, pairs_of, path_of


class Listing(Generic[M]):
    """What can be listed and looked at."""

    def __init__(self, wire: Wire, path: str, model: type[M]) -> None:
        self._wire = wire
        self._path = path
        self._model = model

    async def list(self, query: ListQuery | None = None) -> Page[M]:
        """Give one page. Raises errors.OrderCloudError, as everything here does."""
        return (await self._list(query or ListQuery())).page(self._model)

    async def iterate(self, query: ListQuery | None = None) -> AsyncIterator[M]:
        """Give every item, page by page.

        Past page 30 OrderCloud asks for paging by last ID, which needs a list sorted by ID: that is the order unless
        the query names another, and then pages are counted to the end. Raises errors.WrongShape when the server gives
        the same page twice.
        """
        asked = query or ListQuery()
        asked = replace(asked, sort_by=tuple(asked.sort_by) or ("ID",), page_size=asked.page_size or MAX_PAGE_SIZE)
        number, last = asked.page or 1, ""
        before: tuple[M, ...] = ()
        while True:
            by_id = bool(last) and asked.by_id and number > LAST_NUMBERED_PAGE
            answer = await self._list(asked.after(last) if by_id else asked.on_page(number))
            page = _next_page(answer, answer.page(self._model), before)
            for item in page.items:
                yield item
            # Asked by ID, each answer is the first page of what is left, so it is the last one when it is the only one.
            if _is_last(page, 1 if by_id else number):
                return
            before, last = page.items, str(getattr(page.items[-1], "id", ""))
            number += 1

    async def get(self, item_id: str) -> M:
        """Give one object. Raises errors.NotFound."""
        return (await self._wire.send("GET", self._item(item_id))).model(self._model)

    async def delete(self, item_id: str) -> None:
        """Delete one object. Raises errors.NotFound."""
        await self._wire.send("DELETE", self._item(item_id))

    async def create(self, item: M | Mapping[str, JSON]) -> M:
        """Create an object; what comes back has what the server added. Raises errors.Conflict when the ID is taken."""
        return (await self._wire.send("POST", self._path, json=body_of(item))).model(self._model)

    async def patch(self, item_id: str, changes: Mapping[str, JSON]) -> M:
        """Change the members given, by their wire names, and leave the others."""
        return (await self._wire.send("PATCH", self._item(item_id), json=dict(changes))).model(self._model)

    async def revoke_tokens(self, item_id: str) -> None:
        """Revoke every token of a user; only users have tokens. Raises errors.NotFound."""
        await self._wire.send("DELETE", f"{self._item(item_id)}/tokens")

    async def unlock(self, item_id: str) -> None:
        """End the lockout of a user after too many wrong passwords. Raises errors.NotFound."""
        await self._wire.send("POST", f"{self._item(item_id)}/unlock")

    def _item(self, item_id: str) -> str:
        return f"{self._path}{path_of(item_id)}"

    async def _list(self, query: ListQuery) -> Answer:
        return await self._wire.send("GET", self._path, query=query.to_pairs())


class Resource(Listing[M]):
    """What can also be saved whole."""

    async def save(self, item_id: str, item: M | Mapping[str, JSON]) -> M:
        """Replace an object, or create it with that ID. What is left out is reset: `patch` is nearly always better."""
        return (await self._wire.send("PUT", self._item(item_id), json=body_of(item))).model(self._model)


class Secrets(Listing[ApiClientSecret]):
    """The named secrets of one API client. The value is in the answer to `create`, and never again."""


class Assignments(Generic[M]):
    """What the assignment lists have in common: IDs and pages, and no search."""

    def __init__(self, wire: Wire, path: str, model: type[M]) -> None:
        self._wire = wire
        self._path = path
        self._model = model

    async def assign(self, assignment: M) -> None:
        """Make an assignment; one that is there already stays."""
        await self._wire.send("POST", self._path, json=body_of(assignment))

    async def _answer(self, page: int | None, page_size: int | None, **ids: str | None) -> Answer:
        return await self._wire.send("GET", self._path, query=pairs_of(**ids, page=page, pageSize=page_size))

    async def _page(self, page: int | None, page_size: int | None, **ids: str | None) -> Page[M]:
        return (await self._answer(page, page_size, **ids)).page(self._model)

    async def _every(self, **ids: str | None) -> AsyncIterator[M]:
        number = 1
        before: tuple[M, ...] = ()
        while True:
            answer = await self._answer(number, MAX_PAGE_SIZE, **ids)
            page = _next_page(answer, answer.page(self._model), before)
            for item in page.items:
                yield item
            if _is_last(page, number):
                return
            before = page.items
            number += 1


def _next_page(answer: Answer, page: Page[M], before: tuple[M, ...]) -> Page[M]:
    """Insist that a page is not the one before it, which would go on for ever."""
    if page.items and page.items == before:
        raise errors.WrongShape("The list gives the same page again and again", answer.exchange)
    return page


def _is_last(page: Page[M], number: int) -> bool:
    counted = "total_pages" in page.meta.model_fields_set
    return not page.items or (counted and number >= page.meta.total_pages)


class ApiClientAssignments(Assignments[ApiClientAssignment]):
    """Which buyers and suppliers are assigned to which API clients."""

    async def list(
        self,
        *,
        api_client_id: str | None = None,
        buyer_id: str | None = None,
        supplier_id: str | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> Page[ApiClientAssignment]:
        """Give one page of the assignments that match every ID given."""
        return await self._page(page, page_size, apiClientID=api_client_id, buyerID=buyer_id, supplierID=supplier_id)

    def iterate(
        self, *, api_client_id: str | None = None, buyer_id: str | None = None, supplier_id: str | None = None
    ) -> AsyncIterator[ApiClientAssignment]:
        """Give every assignment that matches every ID given."""
        return self._every(apiClientID=api_client_id, buyerID=buyer_id, supplierID=supplier_id)

    async def unassign(self, assignment: ApiClientAssignment) -> None:
        """Remove an assignment. Raises ValueError when it names no company, or two."""
        buyer, supplier = assignment.buyer_id, assignment.supplier_id
        if bool(buyer) == bool(supplier):
            raise ValueError("An assignment of an API client names one buyer or one supplier")
        company = path_of("buyers", buyer) if buyer else path_of("suppliers", supplier or "")
        # The casing of these two paths is OrderCloud's own.
        await self._wire.send("DELETE", f"/v1{company}/ApiClients/Assignments{path_of(assignment.api_client_id)}")


class ApiClients(Resource[ApiClient]):
    """The API clients, with their secrets and assignments."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, "/v1/apiclients", ApiClient)
        self.assignments = ApiClientAssignments(wire, f"{self._path}/assignments", ApiClientAssignment)

    def secrets(self, api_client_id: str) -> Secrets:
        """Give the named secrets of one API client."""
        return Secrets(self._wire, f"{self._item(api_client_id)}/secrets", ApiClientSecret)


def resource(wire: Wire, model: type[M], *segments: str) -> Resource[M]:
    """Give the plain resource at a path under /v1."""
    return Resource(wire, f"/v1{path_of(*segments)}", model)


__all__ = [
    "ApiClientAssignments",
    "ApiClients",
    "Assignments",
    "Listing",
    "Resource",
    "Secrets",
    "resource",
]
