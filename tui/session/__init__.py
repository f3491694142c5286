"""What every pane shares: the connection, who is signed in, what is known of the marketplace, and what was changed."""
