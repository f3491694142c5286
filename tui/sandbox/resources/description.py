"""What a description of a resource is made of; `engine` and `assignments` serve whatever is described so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from tui.access.facts import PartyKind
from tui.access.limits import FieldProblem
from tui.sandbox.fields import Column, Field, Kind, Reference, by_name, from_column, writer
from tui.tokens.token import JSON

FULL_ACCESS = "FullAccess"

EVERY_METHOD = frozenset({"list", "create", "get", "save", "patch", "delete"})
READ_ONLY = frozenset({"list", "get"})


class Reach(StrEnum):
    """What users of a kind of party may do with a resource, given the role."""

    NOTHING = "nothing"
    READ = "read"
    OWN = "own"
    """Read and change what belongs to their own company; companies themselves they neither make nor delete."""
    ALL = "all"


class Parent(NamedTuple):
    """The company, catalog or API client which objects belong to: `{parameter}` in the path, `column` in the table.

    Suppliers do not scope IDs: what belongs to them has IDs which are unique across all of them.
    """

    object_type: str
    parameter: str
    table: str
    column: str
    scopes_ids: bool = True


BUYER = Parent("Buyer", "buyerID", "buyers", "buyer")
SUPPLIER = Parent("Supplier", "supplierID", "suppliers", "supplier", scopes_ids=False)

COMPANY: Mapping[str, str] = MappingProxyType({"buyer": "buyer", "supplier": "supplier"})
"""For a reference to a user or a group: it is of the same company; of the seller where the row names none."""


@dataclass(frozen=True)
class Described:
    """What resources and assignments have in common: where they are, what they hold, who may read and write them.

    `path` is below `/v1`. `fixed` are columns that every row has. `reach` is about buyer and supplier users; seller
    users reach everything, unless `sellers` says otherwise. Where users reach what is their own company's and the path
    does not name the company, a column named for its kind does. Without roles, any valid token will do. `words` are
    parts of the path that are no IDs. `mine` is a condition that picks what is the caller's, whose keys it may name as
    `:user` and `:company` and whose one order, when it is anonymous, as `:order`.
    """

    object_type: str
    path: str
    table: str
    fields: tuple[Field, ...]
    read_roles: tuple[str, ...] | None
    write_roles: tuple[str, ...] | None
    reach: Mapping[PartyKind, Reach] = field(default_factory=dict)
    parent: Parent | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)
    sellers: bool = True
    words: tuple[Field, ...] = ()
    mine: str = ""

    @cached_property
    def select(self) -> str:
        """The columns of a whole object, its key first, and the table."""
        columns = ", ".join(each.expression for each in self.fields)
        return f"SELECT t.key, {columns} FROM {self.table} t"  # noqa: S608 - from the descriptions

    def record(self, row: Sequence[Column]) -> dict[str, JSON]:
        """Give the wire object of a row of `select`."""
        return {field.name: from_column(field, value) for field, value in zip(self.fields, row[1:], strict=True)}

    def write(self, row: Sequence[Column]) -> str:
        """Give the same as JSON, without making objects of it first: a page has a hundred of them."""
        return self._template % tuple([write(value) for write, value in zip(self._writers, row[1:], strict=True)])

    @cached_property
    def _template(self) -> str:
        return "{" + ",".join(f'"{field.name}":%s' for field in self.fields) + "}"

    @cached_property
    def _writers(self) -> tuple[Callable[[Column], str], ...]:
        return tuple(writer(field) for field in self.fields)

    @cached_property
    def members(self) -> Mapping[str, Field]:
        """The fields by their names in lower case."""
        return by_name(self.fields)

    @property
    def readers(self) -> frozenset[PartyKind]:
        """The kinds of user who may read at all."""
        others = {kind for kind, reach in self.reach.items() if reach is not Reach.NOTHING}
        return frozenset(others | {PartyKind.SELLER} if self.sellers else others)

    @property
    def writers(self) -> frozenset[PartyKind]:
        """The kinds of user who may write at all."""
        return self.readers - {kind for kind, reach in self.reach.items() if reach is Reach.READ}


@dataclass(frozen=True)
class Resource(Described):
    """A resource of objects with IDs. `parameter` is the object's own place in the path.

    `methods` are those of the six that exist; `roles` are those of the methods that have others than the rest.
    `company` says that the objects are themselves the companies of a kind. `shown_once` are the members which only the
    answer to the creation has. `open_to_guests` lets anonymous callers write.
    """

    parameter: str = ""
    company: PartyKind | None = None
    methods: frozenset[str] = EVERY_METHOD
    validate: Callable[..., tuple[FieldProblem, ...]] | None = None
    server_made_id: bool = False
    shown_once: tuple[Field, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_to_guests: bool = False


@dataclass(frozen=True)
class Assignment(Described):
    """Pairings of objects, which have no ID of their own: the members that refer to objects tell one from another.

    `path` has the list and takes POST, `saves` are paths of PUT, `removals` of DELETE; members that refer to something
    and that the path of a DELETE does not name are asked for in the query. Of each group in `exclusive` at most one
    member is given, of `needs` at least one. A row with one of the columns `finest` names no company beside it, so that
    it goes along when a user moves. `filters` narrow the list beside the members.
    """

    removals: tuple[str, ...] = ()
    saves: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    needs: tuple[str, ...] = ()
    finest: tuple[str, ...] = ()
    filters: tuple[Field, ...] = ()

    @cached_property
    def ends(self) -> tuple[Field, ...]:
        """The members which refer to what is paired."""
        return tuple(each for each in self.fields if each.refers is not None)


def readers(*names: str) -> tuple[str, ...]:
    """Give roles of which any suffices; FullAccess always does."""
    return (FULL_ACCESS, *names)


def read_by_shoppers(of: Resource, path: str, mine: str) -> Resource:
    """Describe those objects of a resource which a shopper may read; `mine` is the condition in SQL."""
    return Resource(
        object_type=of.object_type,
        path=path,
        parameter=of.parameter,
        table=of.table,
        fields=of.fields,
        read_roles=readers("Shopper"),
        write_roles=None,
        reach={PartyKind.BUYER: Reach.ALL},
        sellers=False,
        methods=READ_ONLY,
        mine=mine,
    )


def id_field(*, read_only: bool = False) -> Field:
    """Describe an object's own ID."""
    return Field("ID", read_only=read_only, searchable=True, sortable=True)


def refers_to(
    name: str,
    object_type: str,
    table: str,
    column: str,
    within: Mapping[str, str] = MappingProxyType({}),
    *,
    required: bool = False,
) -> Field:
    """Describe a member that is the ID of another object."""
    reference = Reference(object_type, table, column, within)
    return Field(name, required=required, sortable=required, searchable=required, refers=reference)


def nothing_to_refer_to(name: str, object_type: str) -> Field:
    """Describe a member that is the ID of an object of a type which this marketplace has not got."""
    return Field(name, refers=Reference(object_type, ""))


XP = Field("xp", Kind.OBJECT)
CREATED = Field("DateCreated", Kind.TIME, read_only=True, sortable=True)
NAME = Field("Name", required=True, length=100, searchable=True, sortable=True)
DESCRIPTION = Field("Description", length=2000, searchable=True)
SELLER_ONLY: Mapping[PartyKind, Reach] = MappingProxyType({})
