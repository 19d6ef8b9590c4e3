"""for_you."""
