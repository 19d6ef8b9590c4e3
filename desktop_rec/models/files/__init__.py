"""Trained models as files, and the room they take."""
