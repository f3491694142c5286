"""ocgate: a keyboard console for OrderCloud API Clients."""

__version__ = "0.1.0"
