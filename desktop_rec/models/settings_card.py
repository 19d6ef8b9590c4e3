"""All settings of a run in a card that is folded at first; what somebody set is marked."""

from __future__ import annotations

from desktop_rec.common.controls import Fold
from desktop_rec.common.panels import Card, TextGrid
from desktop_rec.models.settings_list import SET, settings_of
from engine.library.run_record import RunRecord
from engine.wording import said

_MARK = {SET: said("● set")}


class SettingsCard(Card):
    """Made when it is unfolded; shows the run of the moment."""

    def __init__(self) -> None:
        super().__init__("settings_card")
        self._grid = TextGrid(1, 1, 1, has_head=True)
        self.fold = Fold("all_settings", said("All settings"), self._grid)
        self._run: RunRecord | None = None
        self._is_due = False
        self.column.addWidget(self.fold)
        self.fold.opened.connect(self._fill)

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """What is shown."""
        return self._grid.lines

    def show_run(self, run: RunRecord) -> None:
        """Another run, or the same with other settings."""
        former, self._run = self._run, run
        self._is_due = self._is_due or former is None or former != run
        if self.fold.is_open:
            self._fill()

    def _fill(self) -> None:
        if self._run is None or not self._is_due:
            return
        self._is_due = False
        lines, tips = [(said("Setting"), said("Value"), said("How it was chosen"))], [""]
        for title, settings in settings_of(self._run):
            for line in settings:
                lines.append((f"{title}: {line.label}", line.value, _MARK.get(line.how, line.how)))
                tips.append(line.help)
        self._grid.show_lines(lines, tips=tips)
