"""Ratings on their way in: from files in the wild to splits and batches on a device."""
