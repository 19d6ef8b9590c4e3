"""The matrix of ratings with its gaps filled."""
