"""What `ocgate decode` and `ocgate verify` write of a token, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui.access.endpoints import USER_KINDS, endpoints, may_call
from tui.tokens.compare import Difference
from tui.tokens.explain import explain, explain_header, explain_missing
from tui.tokens.salvage import Reading
from tui.tokens.token import Token
from tui.tokens.verify import Verdict, Verdicts
from tui.visible import visible


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to write. `remarks` are sentences on how it was checked; `differences` those from another
    token, None without one; `with_endpoints` asks for what it may do."""

    reading: Reading
    verdicts: Verdicts
    remarks: tuple[str, ...] = ()
    differences: tuple[Difference, ...] | None = None
    with_endpoints: bool = False

    def by_name(self) -> dict[str, Verdict]:
        """Return the three verdicts by name."""
        verdicts = self.verdicts
        return {"decoded": verdicts.decoded, "signature": verdicts.signature, "claims": verdicts.claims}


def as_json(report: Report) -> str:
    """Return one JSON object: header, claims, what is missing and wrong, and the three verdicts."""
    token = report.reading.token
    document: dict[str, object] = {
        "header": dict(token.header_json),
        "claims": dict(token.claims_json),
        "whole": report.reading.whole,
        "problems": [
            {"part": each.part, "reason": each.reason, "position": each.position} for each in report.reading.problems
        ],
        "missing": [each.name for each in explain_missing(token)],
        "verdicts": {
            name: {"status": str(verdict.status), "why": verdict.why} for name, verdict in report.by_name().items()
        },
        "remarks": list(report.remarks),
    }
    if report.differences is not None:
        document["differences"] = [
            {"what": each.what, "before": each.before, "after": each.after, "cause": each.cause}
            for each in report.differences
        ]
    if report.with_endpoints:
        document["endpoints"] = [
            {"method": method, "path": path, "allowed": allowed, "missing": list(missing)}
            for method, path, allowed, _, missing in _endpoints(token)
        ]
    return json.dumps(document, indent=2) + "\n"


def as_text(report: Report, now: datetime) -> str:
    """Return header, claims with what each means, and the three verdicts at a moment, a line each."""
    token = report.reading.token
    header = [(each.name, each.value, each.meaning) for each in explain_header(token)]
    claims = [(each.name, each.value, each.meaning) for each in (*explain(token, now), *explain_missing(token))]
    parts = [("Header", header), ("Claims", claims)]
    if report.reading.problems:
        problems = [
            (each.part or "token", f"character {each.position + 1}", each.reason) for each in report.reading.problems
        ]
        parts.append(("Wrong with it", problems))
    parts.append(("Verdicts", [(name, str(verdict.status), verdict.why) for name, verdict in report.by_name().items()]))
    if report.differences is not None:
        told = [(each.what, f"{each.before} → {each.after}", each.cause) for each in report.differences]
        parts.append(("Differences", told or [("none", "they mean the same", "")]))
    if report.with_endpoints:
        parts.append(
            (
                "What it may do",
                [
                    ("yes" if allowed else "no", f"{method} {path}", why)
                    for method, path, allowed, why, _ in _endpoints(token)
                ],
            )
        )
    text = "\n".join(f"{title}\n{_rows(rows)}" for title, rows in parts)
    return text + "".join(f"\n{visible(each)}" for each in report.remarks) + ("\n" if report.remarks else "")


def _endpoints(token: Token) -> list[tuple[str, str, bool, str, tuple[str, ...]]]:
    roles, kind = token.claims.role or (), USER_KINDS.get(token.claims.usrtype or "")
    judged = []
    for each in endpoints():
        may = may_call(each, roles, kind, anonymous=token.claims.orderid is not None)
        judged.append((each.method, f"/v1/{each.path}", may.allowed, may.why, may.missing))
    return judged


def _rows(rows: Sequence[tuple[str, str, str]]) -> str:
    """Lay out name, value and meaning in columns; a long value pushes its meaning to the right, nothing is cut."""
    shown = [(visible(name), visible(value), visible(meaning)) for name, value, meaning in rows]
    names = min(max((len(name) for name, _, _ in shown), default=0), 20)
    values = min(max((len(value) for _, value, _ in shown), default=0), 40)
    return "".join(f"  {name:{names}}  {value:{values}}  {meaning}".rstrip() + "\n" for name, value, meaning in shown)
