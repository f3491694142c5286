"""Reports of scenarios: for people, for programs, for build servers, for a page. None holds a secret or a token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from tui.access.decision import Check
from tui.session.escaping import html_text, markdown_text
from tui.session.scenarios.report import Outcome, Report
from tui.visible import visible

STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2430; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #d8dee6; padding: .35rem .6rem; text-align: left; vertical-align: top; }
.agreed { color: #14713d; } .differs { color: #b3261e; } .why { color: #5b6675; }
"""


def as_text(reports: Sequence[Report]) -> str:
    """Write reports for people: a line a step, and what differs below it."""
    return "\n".join("\n".join(_text_lines(each)) + "\n" for each in reports)


def _text_lines(report: Report) -> Iterator[str]:
    yield f"{visible(report.name)}, in {visible(report.marketplace)}"
    width = min(max((len(visible(each.name)) for each in report.outcomes), default=0), 64)
    for each in report.outcomes:
        yield f"  {_sign(each)} {visible(each.name):{width}}  {visible(each.actual)}"
        if not each.agreed:
            yield f"      expected: {visible(each.expected)}"
            yield from (f"      {visible(difference)}" for difference in each.differences)
            if each.why:
                yield f"      {visible(each.why)}"
    if report.problem:
        yield f"  ! {visible(report.problem)}"
    yield f"  {report.summary}"


def _sign(outcome: Outcome) -> str:
    return "✓" if outcome.agreed else "✗"


def as_json(reports: Sequence[Report]) -> str:
    """Write reports as one JSON object."""
    document = {
        "Agreed": all(not each.failed and not each.problem for each in reports),
        "Scenarios": [
            {
                "Name": each.name,
                "Marketplace": each.marketplace,
                "Began": each.began.isoformat(),
                "Problem": each.problem or None,
                "Steps": [_json_step(outcome) for outcome in each.outcomes],
            }
            for each in reports
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _json_step(outcome: Outcome) -> Mapping[str, object]:
    return {
        "Name": outcome.name,
        "Does": outcome.deed,
        "Expected": outcome.expected,
        "Actual": outcome.actual,
        "Agreed": outcome.agreed,
        "Differences": [*outcome.differences],
        "Why": outcome.why or None,
        "Check": outcome.check or None,
        "Milliseconds": round(outcome.milliseconds, 1),
    }


def as_junit(reports: Sequence[Report]) -> str:
    """Write reports as JUnit XML, which build servers read."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    root = Element("testsuites", {"name": "ocgate"})
    for report in reports:
        suite = SubElement(
            root,
            "testsuite",
            {
                "name": visible(report.name),
                "tests": str(len(report.outcomes)),
                "failures": str(len(report.failed)),
                "errors": "1" if report.problem else "0",
                "timestamp": report.began.strftime("%Y-%m-%dT%H:%M:%S"),
                "hostname": visible(report.marketplace),
                "time": f"{sum(each.milliseconds for each in report.outcomes) / 1000:.3f}",
            },
        )
        for each in report.outcomes:
            seconds = f"{each.milliseconds / 1000:.3f}"
            attributes = {"name": visible(each.name), "classname": visible(report.name), "time": seconds}
            case = SubElement(suite, "testcase", attributes)
            if not each.agreed:
                failure = SubElement(case, "failure", {"message": visible(" ".join(each.differences))})
                failure.text = (
                    f"{visible(each.deed)}\nexpected: {visible(each.expected)}\nactual: {visible(each.actual)}"
                )
        if report.problem:
            case = SubElement(
                suite, "testcase", {"name": "the scenario could be run", "classname": visible(report.name)}
            )
            SubElement(case, "error", {"message": visible(report.problem)})
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def as_markdown(reports: Sequence[Report]) -> str:
    """Write reports as Markdown, with a table each."""
    return "\n".join("\n".join(_markdown_lines(each)) + "\n" for each in reports)


def _markdown_lines(report: Report) -> Iterator[str]:
    yield f"# {markdown_text(report.name)}"
    yield ""
    yield f"{markdown_text(report.marketplace)}, {report.began:%Y-%m-%d %H:%M:%S %Z}: **{report.summary}**"
    yield ""
    yield "| | Step | Expected | Actual | Differences |"
    yield "|---|---|---|---|---|"
    for each in report.outcomes:
        cells = (each.name, each.expected, each.actual, " ".join(each.differences))
        yield f"| {_sign(each)} | {' | '.join(map(markdown_text, cells))} |"
    if report.problem:
        yield ""
        yield f"It could not go on: {markdown_text(report.problem)}"


def as_html(reports: Sequence[Report]) -> str:
    """Write reports as a page that needs nothing else."""
    parts = [f"<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>ocgate</title><style>\n{STYLE}</style>"]
    parts.append("</head><body>")
    for report in reports:
        parts.append(f"<h1>{html_text(report.name)}</h1>")
        began = f"{report.began:%Y-%m-%d %H:%M:%S %Z}"
        parts.append(f"<p>{html_text(report.marketplace)}, {began}: <strong>{html_text(report.summary)}</strong></p>")
        parts.append("<table><tr><th></th><th>Step</th><th>Expected</th><th>Actual</th></tr>")
        parts += [_html_row(each) for each in report.outcomes]
        parts.append("</table>")
        if report.problem:
            parts.append(f"<p class=differs>It could not go on: {html_text(report.problem)}</p>")
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _html_row(outcome: Outcome) -> str:
    kind = "agreed" if outcome.agreed else "differs"
    check = f"{Check(outcome.check).title}. " if outcome.check else ""
    why = f"<br><span class=why>{html_text(check + outcome.why)}</span>" if outcome.why else ""
    differences = "".join(f"<br><span class=differs>{html_text(each)}</span>" for each in outcome.differences)
    return (
        f"<tr><td class={kind}>{_sign(outcome)}</td><td>{html_text(outcome.name)}</td>"
        f"<td>{html_text(outcome.expected)}{why}</td><td>{html_text(outcome.actual)}{differences}</td></tr>"
    )


FORMATS: Mapping[str, Callable[[Sequence[Report]], str]] = {
    "text": as_text,
    "json": as_json,
    "junit": as_junit,
    "markdown": as_markdown,
    "html": as_html,
}
"""Every form a report can have, by its name on the command line."""
