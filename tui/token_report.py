"""What `ocgate decode` writes of a token, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from tui.tokens.explain import explain, explain_header
from tui.tokens.token import Token
from tui.tokens.verify import DECODED, Verdict, check_claims, verify_signature
from tui.visible import visible


def as_json(token: Token, now: datetime) -> str:
    """Return one JSON object: header, claims, and the three verdicts at a moment."""
    document = {
        "header": dict(token.header_json),
        "claims": dict(token.claims_json),
        "verdicts": {
            name: {"status": str(verdict.status), "why": verdict.why} for name, verdict in _verdicts(token, now).items()
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _verdicts(token: Token, now: datetime) -> dict[str, Verdict]:
    """Return the three verdicts by name; without a marketplace there is no key to check the signature with."""
    return {"decoded": DECODED, "signature": verify_signature(token, None), "claims": check_claims(token, now)}


def as_text(token: Token, now: datetime) -> str:
    """Return header, claims with what each means, and the three verdicts at a moment, a line each."""
    header, claims = (
        [(visible(each.name), visible(each.value), visible(each.meaning)) for each in part]
        for part in (explain_header(token), explain(token, now))
    )
    verdicts = [(name, str(verdict.status), visible(verdict.why)) for name, verdict in _verdicts(token, now).items()]
    parts = (("Header", header), ("Claims", claims), ("Verdicts", verdicts))
    return "\n".join(f"{title}\n{_rows(rows)}" for title, rows in parts)


def _rows(rows: Sequence[tuple[str, str, str]]) -> str:
    """Lay out name, value and meaning in columns; a long value pushes its meaning to the right, nothing is cut."""
    names = min(max((len(name) for name, _, _ in rows), default=0), 20)
    values = min(max((len(value) for _, value, _ in rows), default=0), 40)
    return "".join(f"  {name:{names}}  {value:{values}}  {meaning}".rstrip() + "\n" for name, value, meaning in rows)
