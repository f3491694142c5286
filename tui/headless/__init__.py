"""Commands that sign in to a marketplace without the console. A command takes a request and returns an exit code."""
