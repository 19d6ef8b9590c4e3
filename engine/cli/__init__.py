"""`python -m engine`: arguments in, one answer as text or as JSON out."""
