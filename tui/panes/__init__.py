"""One module a pane, its stylesheet beside it."""
