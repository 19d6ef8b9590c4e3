"""An import that a person prepares: files, what they said about them, what was seen, what would remain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_rec.common.notices import Failure
from engine.events import Event, Progressed, StageStarted
from engine.text import plural
from engine.wording import said

if TYPE_CHECKING:
    from engine.data.importing.estimate import Estimate
    from engine.data.importing.options import Duplicates, ImportOptions, Remaining, Selection
    from engine.data.importing.preview import Preview
    from engine.data.reading.roles import Given


def _as_found() -> Given:
    from engine.data.reading.roles import Given  # brings pyarrow, which the first view is shown without

    return Given()


def _everything() -> Selection:
    from engine.data.importing.options import Selection

    return Selection()


@dataclass(frozen=True)
class Gathering:
    """How far the rows are read for counting: words for people, and a share 0..1 or None."""

    words: str = said("Reading all rows to count them")
    share: float | None = None

    def after(self, event: Event) -> Gathering:
        match event:
            case StageStarted():
                return Gathering(event.words)
            case Progressed():
                return Gathering(event.words, min(1.0, event.done / event.total) if event.total else None)
        return self


@dataclass(frozen=True)
class ImportPlan:
    """`name` is None until a person types one. `preview` is the last one seen, before the choices while `is_looking`.

    `gathering` is there while rows are read for counting, `remaining` when they are counted: one for each rule in
    force, the last for all. `failure` is a program error of looking or counting.
    """

    paths: tuple[Path, ...]
    given: Given = field(default_factory=_as_found)
    items: Path | None = None
    name: str | None = None
    duplicates: Duplicates = "last"
    selection: Selection = field(default_factory=_everything)
    preview: Preview | None = None
    is_looking: bool = True
    estimate: Estimate | None = None
    wants_counts: bool = False
    gathering: Gathering | None = None
    is_counting: bool = False
    remaining: tuple[Remaining, ...] | None = None
    failure: Failure | None = None

    @property
    def can_import(self) -> bool:
        """Whether Import can be pressed: the files can be read, and the rules leave something."""
        leaves_nothing = self.remaining is not None and not self.is_counting and not self.remaining[-1].entries
        return self.preview is not None and self.preview.obstacle is None and not self.is_looking and not leaves_nothing

    @property
    def title(self) -> str:
        """What is imported, in a word."""
        return self.paths[0].name if len(self.paths) == 1 else plural(len(self.paths), "file")

    @property
    def ratings_paths(self) -> tuple[Path, ...]:
        """The files without a list of titles that came with them."""
        return self.preview.paths if self.preview is not None else self.paths

    @property
    def name_or_found(self) -> str:
        return (self.name or "").strip() or (self.preview.name if self.preview is not None else "")

    def options(self) -> ImportOptions:
        """How the files are to be imported."""
        from engine.data.importing.options import ImportOptions

        return ImportOptions(
            name=self.name_or_found or None,
            items=self.items or (self.preview.items if self.preview is not None else None),
            given=self.given,
            duplicates=self.duplicates,
            selection=self.selection,
        )

    def looking_again(self) -> ImportPlan:
        """The same plan while the files are looked at anew: what was counted is of no use any more."""
        return replace(self, is_looking=True, gathering=None, is_counting=False, remaining=None, failure=None)
