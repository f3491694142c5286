"""A matrix of signs as an SVG picture, drawn with nothing but text and lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tui.session.escaping import html_text

ROW, COLUMN, LETTER = 22, 34, 7.3
"""Pixels: the height of a line, the width of a column, and about the width of a letter."""
LONGEST = 34
"""Letters of a name that are drawn; the whole name is in its tooltip."""

_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #1c2430; } .title { font-size: 16px; font-weight: 600; }
.told { fill: #5b6675; } .sign { font-size: 13px; text-anchor: middle; }
.in { fill: #14713d; } .out { fill: #8a94a2; } .stopped { fill: #b3261e; } .nullified { fill: #7a3fb0; }
line { stroke: #e3e8ee; } .ground { fill: #ffffff; }
"""


def svg(
    title: str,
    told: Sequence[str],
    rows: Sequence[str],
    columns: Sequence[str],
    cell: Callable[[int, int], tuple[str, str, str]],
) -> Iterator[str]:
    """Draw it, with some lines told below the title.

    `cell` gives of a row and a column its sign, its class (in, out, stopped, nullified) and its tooltip.
    """
    left = 20 + LETTER * min(LONGEST, max(map(len, rows), default=0))
    # Names of columns lean: they take as much height as width.
    lean = LETTER * min(LONGEST, max(map(len, columns), default=0)) * 0.72
    top = 44 + 18 * len(told) + lean
    widest = 24 + 0.95 * LETTER * max(map(len, told), default=0)
    width, height = max(left + COLUMN * len(columns) + lean + 10, widest), top + ROW * len(rows) + 16
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
    yield f' viewBox="0 0 {width:.0f} {height:.0f}" role="img">\n<title>{html_text(title)}</title>\n'
    yield f'<style>{_STYLE}</style>\n<rect class="ground" width="100%" height="100%"/>\n'
    yield f'<text class="title" x="12" y="24">{html_text(title)}</text>\n'
    for number, line_told in enumerate(told):
        yield f'<text class="told" x="12" y="{44 + 18 * number}">{html_text(line_told)}</text>\n'
    for place, name in enumerate(columns):
        x, y = left + COLUMN * (place + 0.5), top - 8
        yield f'<text x="{x:.0f}" y="{y:.0f}" transform="rotate(-45 {x:.0f} {y:.0f})">{_name(name)}</text>\n'
    for line, name in enumerate(rows):
        y = top + ROW * line
        yield f'<line x1="12" x2="{left + COLUMN * len(columns):.0f}" y1="{y:.0f}" y2="{y:.0f}"/>\n'
        yield f'<text x="12" y="{y + 15:.0f}">{_name(name)}</text>\n'
        for place in range(len(columns)):
            sign, kind, why = cell(line, place)
            x = left + COLUMN * (place + 0.5)
            yield (
                f'<text class="sign {kind}" x="{x:.0f}" y="{y + 15:.0f}">{html_text(sign)}'
                f"<title>{html_text(why)}</title></text>\n"
            )
    yield "</svg>\n"


def _name(name: str) -> str:
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}\u2026"
    return f"{html_text(shown)}<title>{html_text(name)}</title>"
