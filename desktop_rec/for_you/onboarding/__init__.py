"""The first ratings, one title at a time."""
