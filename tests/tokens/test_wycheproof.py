"""The verifier held against Wycheproof's vectors for signatures and keys: every disagreement has been looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.tokens.decode import Source, header_of, part_bytes, part_object
from tui.tokens.keys import NotAKey, choose_key, read_keys
from tui.tokens.token import Claims, NotAToken, Token
from tui.tokens.verify import Status, Verdict, verify_compact

VECTORS: Mapping[str, Any] = json.loads(Path(__file__).with_name("wycheproof.json").read_text(encoding="utf-8"))

ANOTHER_ALGORITHM = (
    "OrderCloud signs with RS256 alone. A verifier that takes no other algorithm cannot be led to one by the token's "
    "own header, so a right signature of another kind is left unchecked."
)
A_FAULT_OF_THE_VECTOR = (
    "There is a character in it that is not of the base64url alphabet. RFC 7515, 2 forbids that, and the vectors' own "
    "notes call such a token wrong; the mark `valid` is a slip."
)
REVIEWED_SIGNATURES: Mapping[int, str] = {
    **dict.fromkeys((1, 18, *range(264, 276), 287, 288, *range(320, 324), *range(325, 329)), ANOTHER_ALGORITHM),
    **dict.fromkeys((346, 347, 348, 350, 351, 352, 357, 358, 359, 376, 377, 378), ANOTHER_ALGORITHM),
    **dict.fromkeys((372, 373), A_FAULT_OF_THE_VECTOR),
}
"""Signatures that Wycheproof calls valid and that are not taken here. There is none the other way round."""
REVIEWED_KEYS: Mapping[int, str] = dict.fromkeys((2, 13, 14, 15), ANOTHER_ALGORITHM)
"""The same of keys."""


def vectors(part: str) -> Iterator[tuple[int, bool, str, Mapping[str, object]]]:
    for group in VECTORS[part]:
        for number, valid, compact in group["tests"]:
            yield number, valid, compact, group["key"]


def with_key_set(compact: str, key_set: Mapping[str, object]) -> Verdict:
    """Choose the key as the reader does, then verify."""
    source = Source.of(compact)
    try:
        keys = read_keys(json.dumps(key_set)).keys
        span = source.parts()[0]
        header = part_object(source, "header", span, part_bytes(source, "header", span))
    except (NotAKey, NotAToken) as error:
        return Verdict(Status.NOT_CHECKED, str(error))
    key, why = choose_key(Token(header_of(header), Claims(), header, {}, b"", b"", compact), keys)
    return verify_compact(compact, key) if key is not None else Verdict(Status.NOT_CHECKED, why)


def test_no_signature_is_judged_otherwise_without_a_reason() -> None:
    judged = {number: (valid, verify_compact(compact, key)) for number, valid, compact, key in vectors("signatures")}
    assert len(judged) == 401
    taken_wrongly = [n for n, (valid, verdict) in judged.items() if verdict.status is Status.PASSED and not valid]
    assert taken_wrongly == []
    refused = {n: verdict for n, (valid, verdict) in judged.items() if valid and verdict.status is not Status.PASSED}
    assert refused.keys() == REVIEWED_SIGNATURES.keys()
    for number, verdict in refused.items():
        unchecked = REVIEWED_SIGNATURES[number] is ANOTHER_ALGORITHM
        assert not unchecked or verdict.status is Status.NOT_CHECKED, (number, verdict)
    assert sum(verdict.status is Status.PASSED for _, verdict in judged.values()) == 8


def test_no_key_is_judged_otherwise_without_a_reason() -> None:
    judged = {number: (valid, with_key_set(compact, key)) for number, valid, compact, key in vectors("keys")}
    assert len(judged) == 26
    assert [n for n, (valid, verdict) in judged.items() if verdict.status is Status.PASSED and not valid] == []
    refused = {n for n, (valid, verdict) in judged.items() if valid and verdict.status is not Status.PASSED}
    assert refused == REVIEWED_KEYS.keys()
    weak = [judged[number][1] for number in (7, 8, 9)]  # ROCA, 1024 bits, exponent 1
    assert [(each.status, "weak" in each.why) for each in weak] == [(Status.FAILED, True)] * 3
