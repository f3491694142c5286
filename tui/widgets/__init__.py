"""Parts of screens that two panes or more use."""
