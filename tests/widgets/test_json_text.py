from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tui.widgets.json_text import COLOURED, json_text, json_value


def coloured(content: Content) -> dict[str, str]:
    return {content.plain[span.start : span.end]: str(span.style) for span in content.spans}


def test_each_kind_of_token_has_its_colour() -> None:
    found = coloured(json_text('{"name": "text", "n": -1.5e3, "yes": true, "nothing": null}'))
    assert found['"name"'] == "$primary"
    assert found['"text"'] == "$success"
    assert found["-1.5e3"] == "$warning"
    assert found["true"] == found["null"] == "$secondary"


def test_an_escaped_quote_does_not_end_a_text() -> None:
    assert coloured(json_text(r'["a \" b"]'))[r'"a \" b"'] == "$success"


@pytest.mark.parametrize("text", ["", "{", '{"a', '{"a": tru', "<html>[bold]</html>", "[/nope]", '"\\'])
def test_broken_json_is_shown_as_it_is(text: str) -> None:
    assert json_text(text).plain == text


def test_markup_and_escapes_in_values_are_text() -> None:
    shown = json_value({"name": "[bold]x[/bold]", "title": "\x1b]0;x\x07", "turned": "\u202eabc", "c1": "\x9b31m"})
    assert "[bold]x[/bold]" in shown.plain
    assert not any(each in shown.plain for each in "\x1b\x07\u202e\x9b")


def test_a_long_text_is_whole_and_coloured_only_at_its_beginning() -> None:
    text = json.dumps(["x" * 10] * 20_000)
    shown = json_text(text)
    assert shown.plain == text
    assert max(span.end for span in shown.spans) <= COLOURED


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_colours_never_overlap(value: object) -> None:
    shown = json_value(value)
    ends = [0]
    for span in shown.spans:
        assert ends[-1] <= span.start < span.end <= len(shown.plain)
        ends.append(span.end)
