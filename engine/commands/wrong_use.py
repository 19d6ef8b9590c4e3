"""What the command line refuses before anything starts."""

from __future__ import annotations


class WrongUse(Exception):  # noqa: N818  (a request that cannot be meant, not a failure)
    """The command was used wrongly: exit status 2, and a sentence that says how it is meant."""
