"""The place For you: what to watch, and why."""
