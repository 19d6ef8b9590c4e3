"""Connects the import page to its controller: files as they will be read, before anything is imported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_rec.data.importing import text
from desktop_rec.data.importing.choices import given_with, text_choices
from desktop_rec.data.importing.controller import ImportController
from desktop_rec.data.importing.page import ImportPage, ImportPicture, Obstacle, Sources
from desktop_rec.data.importing.preview_table import PreviewTable, preview_table
from engine.wording import said

if TYPE_CHECKING:
    from desktop_rec.data.importing.plan import ImportPlan
    from engine.data.importing.preview import Preview


class ImportView(QWidget):
    """Emits file_asked (another ratings file) and titles_file_asked."""

    file_asked = Signal()
    titles_file_asked = Signal()

    def __init__(self, importing: ImportController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._importing = importing
        self._shown_paths: tuple[Path, ...] = ()
        self._shown: tuple[Preview | None, PreviewTable] = (None, PreviewTable())
        self.setObjectName("import_view")
        self.page = ImportPage()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.page)
        self._connect()
        self.show_state()

    def show_state(self) -> None:
        """Show what is being prepared."""
        plan = self._importing.plan
        if plan is None:
            self._shown_paths = ()
            return
        self.page.show_state(self._picture(plan))
        self._show_what_remains(plan)
        if plan.paths != self._shown_paths:
            self._shown_paths = plan.paths
            self.page.begin()

    def _connect(self) -> None:
        page = self.page
        self._importing.changed.connect(self.show_state)
        page.import_asked.connect(self._importing.start)
        page.cancel_asked.connect(self._importing.leave)
        page.keep_only_opened.connect(self._importing.want_counts)
        page.table.role_chosen.connect(self._on_role)
        page.choices.edited.connect(self._on_choice)
        page.keep_only.edited.connect(self._importing.keep_only)
        page.sources.name_edited.connect(self._importing.name)
        page.sources.titles_asked.connect(self.titles_file_asked)
        page.sources.titles_found_asked.connect(self._on_titles_found)
        page.obstacle.add_asked.connect(self._importing.add_to_my_ratings)
        page.obstacle.file_asked.connect(self.file_asked)

    def _picture(self, plan: ImportPlan) -> ImportPicture:
        preview = plan.preview
        title = said("Import {title}", title=plan.title)
        if preview is None:
            return ImportPicture(title, obstacle=_obstacle_of(plan), is_looking=plan.is_looking)
        needs, is_short = text.describe_needs(plan.estimate)
        return ImportPicture(
            title,
            size=text.format_sizes(preview, plan.estimate),
            summary=text.format_summary(preview),
            table=self._table_of(preview),
            choices=text_choices(preview, plan.given),
            sources=self._sources_of(plan, preview),
            obstacle=_obstacle_of(plan),
            notes=text.format_notes(preview),
            needs=needs,
            is_short=is_short,
            can_import=plan.can_import and self._importing.jobs.state is None,
            is_looking=plan.is_looking,
        )

    def _table_of(self, preview: Preview) -> PreviewTable:
        if self._shown[0] is not preview:
            self._shown = (preview, preview_table(preview))
        return self._shown[1]

    def _sources_of(self, plan: ImportPlan, preview: Preview) -> Sources:
        name = plan.name_or_found
        return Sources(
            name=preview.name if plan.name is None else plan.name,
            found_name=preview.name,
            taken=text.describe_taken_name(name, self._importing.free_name(name)),
            titles=text.describe_titles(preview),
            titles_are_chosen=plan.items is not None,
        )

    def _show_what_remains(self, plan: ImportPlan) -> None:
        panel = self.page.keep_only
        shape = plan.preview.shape if plan.preview is not None else None
        panel.show_selection(plan.selection, plan.duplicates)
        panel.show_times(has_times=shape is None or "time" in shape.roles)
        word = shape.layout.word if shape is not None else "title"
        panel.show_counts([text.format_remaining(left, word) for left in plan.remaining or ()])
        if plan.gathering is not None:
            panel.show_progress(plan.gathering.words, plan.gathering.share)
        else:
            panel.show_progress(said("Counting what remains") if plan.is_counting else "", None)

    def _on_role(self, column: int, role: str) -> None:
        from engine.data.importing.preview import columns_with

        plan = self._importing.plan
        if plan is not None and plan.preview is not None:
            self._importing.read_as(replace(plan.given, columns=columns_with(plan.preview, column, role)))

    def _on_choice(self, key: str, value: object) -> None:
        plan = self._importing.plan
        if plan is not None:
            self._importing.read_as(given_with(plan.given, key, value))

    def _on_titles_found(self) -> None:
        self._importing.take_titles_from(None)


def _obstacle_of(plan: ImportPlan) -> Obstacle | None:
    if plan.failure is not None:
        return Obstacle(plan.failure.sentence, plan.failure.remedy)
    obstacle = plan.preview.obstacle if plan.preview is not None else None
    if obstacle is None or plan.preview is None:
        return None
    can_point = plan.preview.can_point and bool(obstacle.missing) and not obstacle.personal
    remedy = text.describe_missing_roles(obstacle.missing) if can_point else obstacle.remedy
    return Obstacle(obstacle.sentence, remedy, obstacle.personal)
