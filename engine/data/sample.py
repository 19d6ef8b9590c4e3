"""The built-in sample: the files that the importer reads when a person has none of their own yet."""

from __future__ import annotations

from pathlib import Path

from resources import resource_path

SAMPLE_NAME = "Films (MovieLens small)"


def sample_files() -> list[Path]:
    """The ratings that ship with the application; their titles lie beside them."""
    return [resource_path("sample", "ratings.csv")]
