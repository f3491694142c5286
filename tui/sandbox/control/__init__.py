"""What only a sandbox can do: its clock, faults that happen, the log of every request, the state as a whole.

`Sandbox.control` gives it as Python functions; `/sandbox` is the same over HTTP.
"""

from tui.sandbox.control.clock import ControlledClock
from tui.sandbox.control.control import Control
from tui.sandbox.control.log import Count, Entry, Filter, RequestLog
from tui.sandbox.control.rules import ActiveRule, Fault, Faults, Rule
from tui.sandbox.control.state import State

__all__ = [
    "ActiveRule",
    "Control",
    "ControlledClock",
    "Count",
    "Entry",
    "Fault",
    "Faults",
    "Filter",
    "RequestLog",
    "Rule",
    "State",
]
