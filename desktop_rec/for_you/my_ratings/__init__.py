"""my_ratings."""
