"""Known exports of one person's ratings, as one table of declarations: a new one is a few lines here.

Stands beside population.py; personal/ follows what these say.
"""

from __future__ import annotations

from engine.data.formats.layout import Layout

PERSONAL: tuple[Layout, ...] = ()
