"""A person's own ratings: given, imported, saved."""
