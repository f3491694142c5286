"""Paths to handlers: a tree over path segments, matched without case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import unquote

H = TypeVar("H")


class _Node(Generic[H]):
    def __init__(self) -> None:
        self.literals: dict[str, _Node[H]] = {}
        self.parameter: _Node[H] | None = None
        self.methods: dict[str, tuple[H, tuple[str, ...]]] = {}


class Match(NamedTuple, Generic[H]):
    """What a path leads to: the handlers by method, each with the names of its parameters, and their values."""

    methods: Mapping[str, tuple[H, tuple[str, ...]]]
    values: tuple[str, ...]


class Router(Generic[H]):
    """Routes such as `buyers/{buyerID}/users`; a literal segment goes before a parameter."""

    def __init__(self) -> None:
        self._root: _Node[H] = _Node()

    def add(self, method: str, path: str, handler: H) -> None:
        """Add a route. Raises ValueError when it is taken."""
        node, names = self._root, []
        for segment in _segments(path):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment.lower(), _Node())
        if method in node.methods:
            raise ValueError(f"two handlers for {method} {path}")
        node.methods[method] = (handler, tuple(names))

    def match(self, path: str) -> Match[H] | None:
        """Find a path as it came on the wire, percent-encoded; None when there is no such route."""
        segments = _segments(path)
        if "%" in path:
            segments = [unquote(segment) for segment in segments]
        return _match(self._root, segments, 0, ())


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _match(node: _Node[H], segments: list[str], at: int, values: tuple[str, ...]) -> Match[H] | None:
    if at == len(segments):
        return Match(node.methods, values) if node.methods else None
    segment = segments[at]
    literal = node.literals.get(segment.lower())
    found = None if literal is None else _match(literal, segments, at + 1, values)
    if found is None and node.parameter is not None and segment:
        found = _match(node.parameter, segments, at + 1, (*values, segment))
    return found
