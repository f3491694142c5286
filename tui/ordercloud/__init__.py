"""The typed client: HTTP and the wire, and no screen."""
