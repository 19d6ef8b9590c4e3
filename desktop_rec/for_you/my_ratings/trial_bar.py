"""Over my ratings: turn trying changes on, and keep what was tried or put it back. Always in the same place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_rec.common.controls import across, arranged, button, named, text_label
from desktop_rec.common.row_painting import small
from desktop_rec.theme.theme import GRID, set_role
from engine.wording import counted, said

_TIP = said(
    "Change stars and switches to see what becomes of your list. Nothing is saved until you "
    "press Keep; press again to put everything back"
)


class TrialBar(QFrame):
    """turned(is_on): trying is to begin, or to end with everything put back. kept(), put_back()."""

    turned = Signal(bool)
    kept = Signal()
    put_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._try.clicked.connect(self.turned)
        self._keep.clicked.connect(self.kept)
        self._back.clicked.connect(self.put_back)
        self.show_state(0, is_trying=False, words="")

    def show_state(self, changes: int, *, is_trying: bool, words: str) -> None:
        """How many changes are tried; `words` are what stands here while nothing is."""
        self._try.setChecked(is_trying)
        tried = (
            said("Trying {changes}", changes=counted("{count} change", "{count} changes", changes))
            if changes
            else said("Change stars or switches")
        )
        self._words.setText(said("{tried}. Nothing is saved.", tried=tried) if is_trying else words)
        set_role(self._words, "caption-warning" if is_trying else "caption")
        self._keep.setVisible(is_trying)
        self._back.setVisible(is_trying)
        self._keep.setEnabled(changes > 0)

    def _build(self) -> None:
        self.setObjectName("trial_bar")
        self._words = text_label(object_name="trial_words", role="caption")
        self._try = named(QPushButton(said("Try changes")), "try_changes", said("Try changes"), _TIP)
        self._try.setCheckable(True)
        self._keep = button(said("Keep"), "keep_trial", said("Save what you tried; it can be undone"))
        self._back = button(
            said("Put back"), "put_back_trial", said("Your ratings and your list are again as they were")
        )
        for control in (self._keep, self._back):
            policy = control.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            control.setSizePolicy(policy)
        for control in (self._try, self._keep, self._back):
            control.setFont(small(control.font()))
            control.setProperty("role", "small")
            control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for control in (self._keep, self._back):  # short words, narrower than the style makes buttons by itself
            control.setMinimumWidth(control.fontMetrics().horizontalAdvance(control.text()) + 3 * GRID)
            policy = control.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
            control.setSizePolicy(policy)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = across(self._try, self._keep, self._back, 1, gap=4)
        arranged(QVBoxLayout(self), self._words, row, gap=4)
