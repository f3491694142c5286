"""Tokens made for the tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import strategies as st

NOW = datetime(2026, 11, 23, 18, 4, 51, tzinfo=UTC)
AT = int(NOW.timestamp())

BUYER: dict[str, object] = {
    "usr": "shopper01",
    "cid": "5f0c9a1e-0000-4000-8000-00000000beef",
    "u": "123456",
    "usrtype": "buyer",
    "role": ["Shopper", "MeAdmin", "LoyaltyTier"],
    "iss": "https://sandboxauth.example",
    "aud": "https://sandboxapi.example",
    "exp": AT + 552,
    "nbf": AT - 60,
    "iat": AT - 60,
}


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def make(
    claims: object = BUYER,
    header: object = {"alg": "RS256", "kid": "key-1", "typ": "JWT"},
    signature: bytes = b"signature",
) -> str:
    parts = [json.dumps(part, ensure_ascii=False).encode() for part in (header, claims)]
    return ".".join([*map(encode, parts), encode(signature)])


def with_claims(**claims: object) -> str:
    return make({**BUYER, **claims})


json_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
claim_names = st.sampled_from(
    ["usr", "cid", "u", "usrtype", "role", "iss", "aud", "exp", "nbf", "iat", "orderid", "imp"]
)
claim_sets: st.SearchStrategy[Mapping[str, object]] = st.dictionaries(
    claim_names | st.text(max_size=8), json_values, max_size=8
)
