"""A person's export <-> the catalogue of a data set: which title is meant, and how sure that is."""
