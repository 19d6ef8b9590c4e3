"""What the place Quality shows, as plain values: which runs may be compared, their figures, and what these mean."""
