"""What ships with the application: icons and the sample ratings with their notice."""

from __future__ import annotations

from pathlib import Path


def resource_path(*parts: str) -> Path:
    """The file or folder of a shipped resource, such as `resource_path("sample", "ratings.csv")`."""
    return Path(__file__).resolve().parent.joinpath(*parts)
