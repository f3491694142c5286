"""The OpenAPI 3.1 document of the sandbox, made from the very descriptions and operations that are served."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tui import __version__
from tui.access.api_roles import API_ROLES
from tui.access.limits import ID_LENGTH
from tui.sandbox.calls import About, Operation, Shape
from tui.sandbox.fields import Field, Kind
from tui.sandbox.lists import DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE, LONGEST_VALUE
from tui.sandbox.openapi_fixed import ERRORS, FIXED_PATHS, FIXED_SCHEMAS, Schema, object_of, ref
from tui.tokens.token import JSON

Route = tuple[str, str, Operation]

_PLACES = re.compile(r"\{(\w+)\}")
_ID_PATTERN = "^[A-Za-z0-9_-]+$"
_TYPES: Mapping[Kind, Schema] = {
    Kind.TEXT: {"type": "string"},
    Kind.BOOL: {"type": "boolean"},
    Kind.INT: {"type": "integer", "format": "int32"},
    Kind.NUMBER: {"type": "number"},
    Kind.TIME: {"type": "string", "format": "date-time"},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
    Kind.OBJECT: {"type": "object"},
}


def document(base_url: str, routes: Iterable[Route]) -> Schema:
    """Give the whole document; `routes` are below `/v1`."""
    schemas: dict[str, JSON] = dict(FIXED_SCHEMAS)
    paths: dict[str, dict[str, JSON]] = {}
    roles: set[str] = set()
    for method, path, operation in routes:
        paths.setdefault(f"/v1/{path}", {})[method.lower()] = _operation(method, path, operation, schemas)
        roles.update(operation.roles or ())
    flows: dict[str, JSON] = {
        flow: {
            "tokenUrl": f"{base_url}/oauth/token",
            "scopes": {each: API_ROLES.get(each, "") for each in sorted(roles)},
        }
        for flow in ("password", "clientCredentials")
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "ocgate sandbox", "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": base_url}],
        "paths": {**FIXED_PATHS, **paths},
        "components": {
            "schemas": schemas,
            "securitySchemes": {"OrderCloud": {"type": "oauth2", "flows": flows}},
        },
    }


def _operation(method: str, path: str, operation: Operation, schemas: dict[str, JSON]) -> Schema:
    about = operation.about or About(method.lower())
    parameters: list[JSON] = [_place(name, about) for name in _PLACES.findall(path)]
    parameters += [_query(each) for each in about.query]
    if about.listing and about.gives is not None:
        parameters += _listing(about.gives)
    told: Schema = {
        "operationId": f"{method.lower()}:{path}",
        "tags": [_tag(path)],
        "summary": f"{about.summary.capitalize()} ({about.gives.name})" if about.gives else about.summary.capitalize(),
        "parameters": parameters,
        "security": [{"OrderCloud": [role]} for role in operation.roles or ()] or [{"OrderCloud": []}],
        "x-user-kinds": [*sorted(kind.value for kind in operation.kinds)],
        "responses": _responses(method, path, operation, about, schemas),
    }
    if about.takes is not None:
        schema = _body(about.takes, schemas, partial=about.partial)
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _tag(path: str) -> str:
    """Name the group of a path: what is left of it without its parameters."""
    return " ".join(part for part in path.split("/") if not part.startswith("{"))


def _responses(method: str, path: str, operation: Operation, about: About, schemas: dict[str, JSON]) -> dict[str, JSON]:
    if operation.about is None:
        return {"default": {"description": "An answer that is not described."}}
    answers: dict[str, JSON] = {str(about.status): _answer(about, schemas)}
    wrong = {401, 403, 414}
    if operation.writes or about.listing or about.query or about.words:
        wrong.add(400)
    if operation.writes or "{" in path:
        wrong.add(404)
    if operation.writes and method != "DELETE":
        wrong.add(409)
    if operation.has_body:
        wrong.add(413)
    error: JSON = {"application/json": {"schema": ref("Errors")}}
    for status in sorted(wrong):
        answers[str(status)] = {"description": ERRORS[status], "content": error}
    return answers


def _answer(about: About, schemas: dict[str, JSON]) -> Schema:
    if about.gives is None or about.status == 204:
        return {"description": "Done."}
    schema = _shape(about.gives, schemas)
    if about.page:
        schema = object_of({"Meta": ref("Meta"), "Items": {"type": "array", "items": schema}})
    description = "A page." if about.page else "The object."
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _shape(shape: Shape, schemas: dict[str, JSON]) -> Schema:
    """Refer to the schema of an answer."""
    if shape.name not in schemas:
        schemas[shape.name] = object_of({field.name: _answered(field) for field in shape.fields})
    return ref(shape.name)


def _answered(field: Field) -> Schema:
    if field.write_only:
        return {"type": "null"}
    schema = (
        object_of({each.name: _answered(each) for each in field.members}) if field.members else {**_TYPES[field.kind]}
    )
    if field.choices:
        schema["enum"] = [*field.choices]
    if field.read_only:
        schema["readOnly"] = True
    return _or_null(schema) if field.may_be_null else schema


def _body(shape: Shape, schemas: dict[str, JSON], *, partial: bool) -> Schema:
    """Refer to the schema of a body."""
    name = f"{shape.name}{'Changes' if partial else 'Body'}"
    if name not in schemas:
        fields = [field for field in shape.fields if not field.read_only]
        properties: dict[str, JSON] = {field.name: _sent(field) for field in fields}
        required: list[JSON] = [] if partial else [field.name for field in fields if field.required]
        schema: Schema = {"type": "object", "properties": properties}
        schemas[name] = {**schema, "required": required} if required else schema
    return ref(name)


def _sent(field: Field) -> Schema:
    schema: Schema = {**_TYPES[field.kind]}
    if field.choices:
        schema["enum"] = [*field.choices]
    elif field.name == "ID" or field.refers is not None:
        schema |= {"pattern": _ID_PATTERN, "maxLength": ID_LENGTH}
    elif field.length is not None:
        schema |= {"maxLength": field.length}
    if field.required and field.kind is Kind.TEXT:
        schema["minLength"] = 1
    if field.least is not None:
        schema["minimum"] = field.least
    if field.most is not None:
        schema["maximum"] = field.most
    return schema if field.required else _or_null(schema)


def _place(name: str, about: About) -> Schema:
    word = next((each for each in about.words if each.name == name), None)
    schema: Schema = (
        {"type": "string", "minLength": 1} if word is None else {**_TYPES[word.kind], "enum": [*word.choices]}
    )
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(field: Field) -> Schema:
    """Describe a parameter; names of members begin with a small letter here, as OrderCloud writes them."""
    name = field.name[0].lower() + field.name[1:]
    schema = _sent(field._replace(required=True))
    return {"name": name, "in": "query", "required": field.required, "schema": schema}


def _listing(shape: Shape) -> list[JSON]:
    """Describe the list language for the objects of a shape."""
    texts: Schema = {"type": "string", "maxLength": LONGEST_VALUE}
    searched = [field.name for field in shape.fields if field.searchable]
    sorted_by = [name for field in shape.fields if field.sortable for name in (field.name, f"!{field.name}")]
    parameters: list[JSON] = [
        {"name": "search", "in": "query", "schema": texts},
        _names("searchOn", searched),
        _names("sortBy", sorted_by),
        {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}},
        {
            "name": "pageSize",
            "in": "query",
            "schema": {
                "type": "integer",
                "minimum": 1,
                "maximum": LARGEST_PAGE_SIZE,
                "default": DEFAULT_PAGE_SIZE,
            },
        },
    ]
    for field in shape.fields:
        if field.filterable:
            schema: Schema = {"type": "array", "items": texts}
            parameters.append({"name": field.name, "in": "query", "explode": True, "schema": schema})
    if any(field.name == "xp" for field in shape.fields):
        values: Schema = {"type": "object", "propertyNames": {"pattern": r"^xp\."}, "additionalProperties": texts}
        parameters.append({"name": "xp", "in": "query", "style": "form", "explode": True, "schema": values})
    return parameters


def _names(name: str, names: Sequence[str]) -> Schema:
    schema: Schema = {"type": "array", "items": {"type": "string", "enum": [*names]}}
    return {"name": name, "in": "query", "style": "form", "explode": False, "schema": schema}


def _or_null(schema: Schema) -> Schema:
    made = {**schema, "type": [schema["type"], "null"]}
    enum = schema.get("enum")
    return {**made, "enum": [*enum, None]} if isinstance(enum, list) else made


_DESCRIPTION = (
    "The sandbox of ocgate, a marketplace in a box. `security` names roles of which any suffices, `x-user-kinds` the"
    " kinds of user who may do it at all. A filter's value is alternatives with `|` between them, each with an operator"
    " before it: `!` not, `>` `<` greater and less, `!<` at least, `!>` at most; `*` stands for any characters."
)
