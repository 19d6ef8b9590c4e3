"""Known layouts of ratings files: how they are recognised and what their columns mean, in tables of declarations."""

from engine.data.formats.columns import (
    CHOSEN_COLUMNS,
    LAYOUTS,
    NAMED_COLUMNS,
    ORANGE,
    ROLES,
    SYNONYMS,
    THINGS,
    UNNAMED_COLUMNS,
    kind_of_layout,
    layout_by_marks,
    layout_of_cells,
    layout_of_columns,
    layout_of_header,
    normalised,
    roles_of,
)
from engine.data.formats.layout import BLANKS, NO_IDS, ItemsLayout, Layout
from engine.data.formats.population import WIDE_TABLE

__all__ = [
    "BLANKS",
    "CHOSEN_COLUMNS",
    "LAYOUTS",
    "NAMED_COLUMNS",
    "NO_IDS",
    "ORANGE",
    "ROLES",
    "SYNONYMS",
    "THINGS",
    "UNNAMED_COLUMNS",
    "WIDE_TABLE",
    "ItemsLayout",
    "Layout",
    "kind_of_layout",
    "layout_by_marks",
    "layout_of_cells",
    "layout_of_columns",
    "layout_of_header",
    "normalised",
    "roles_of",
]
