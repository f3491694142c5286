"""The filter language of the list of API clients: words, keys such as `who:buyer`, and OrderCloud's `Field=value`.

`parse` reads a text and never fails. The `Filter` it gives says what it understood (`explain`), what the API can do of
it (`server`), what has to be judged here (`rest`) and what must be known for that (`needs`).
"""

from tui.session.filtering.complete import Completion, Known, complete
from tui.session.filtering.facts import CompanyIndex, Need, RowFacts
from tui.session.filtering.filter import Filter
from tui.session.filtering.parse import parse
from tui.session.filtering.problems import Problem
from tui.session.filtering.serving import Query

__all__ = [
    "CompanyIndex",
    "Completion",
    "Filter",
    "Known",
    "Need",
    "Problem",
    "Query",
    "RowFacts",
    "complete",
    "parse",
]
