"""Reading tokens, pure: decode, verify, explain, lifetimes."""
