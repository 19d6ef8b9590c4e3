"""The map of all titles in For you."""
