"""The places of the window: each connects widgets to the session."""
