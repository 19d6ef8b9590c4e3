"""The window: places at the left, what everything is about at the top, the view, and the job at the bottom."""

from __future__ import annotations

import sys
from functools import partial
from html import escape
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWhatsThis,
    QWidget,
)

from desktop_rec.common import questions
from desktop_rec.common.job_bar import JobBar
from desktop_rec.common.job_state import JobState
from desktop_rec.common.keys import native_keys
from desktop_rec.common.log import LOG, LogFile
from desktop_rec.common.plain import tip_markup
from desktop_rec.common.preferences import Preferences
from desktop_rec.session.session import Session
from desktop_rec.theme.icons import icon
from desktop_rec.theme.theme import set_role
from desktop_rec.training.live.choices import CurveChoices
from desktop_rec.window.drop_target import DropTarget, dropped_files
from desktop_rec.window.header import (
    ALL_MODELS,
    DELETE_PERSON,
    NEW_PERSON,
    OPEN_FILE,
    RENAME_PERSON,
    TRAIN,
    USE_SAMPLE,
    Header,
)
from desktop_rec.window.menu_bar import MenuEntry, make_menu_bar
from desktop_rec.window.notice_bar import NoticeBar, NotStoredBar
from desktop_rec.window.place_stack import PlaceStack
from desktop_rec.window.sidebar import NARROW_BELOW, PLACES, SETTINGS, Sidebar
from desktop_rec.window.window_state import PLACE_HELP, header_state, not_stored_sentence, place_marks
from engine.library.model_file import SUFFIX

SMALLEST = (1024, 700)
DEFAULT = (1280, 800)
_FRAME = (4, 36)
"""What a window's frame takes at most, in width and in height (title included)."""


class MainWindow(QMainWindow):
    """One window over one session."""

    def __init__(self, session: Session, preferences: Preferences, log: LogFile | None = None) -> None:
        super().__init__()
        self.session = session
        self._preferences = preferences
        self._stack = PlaceStack(session, preferences, log)
        self._closing = False
        self.deletes_everything = False
        """Whether the person asked for all that is stored to be removed, once the window is closed."""
        self._home: Path | None = None
        self._build()
        self._connect()
        self.show_state()
        self._stack.show_beginning()
        self.show_place("for_you")

    @property
    def place(self) -> str:
        """The place that is seen."""
        return self._stack.place

    def show_state(self) -> None:
        """What the frame around the views says: marks, menus."""
        self._sidebar.show_state(place_marks(self.session))
        self._header.show_state(header_state(self.session))

    def show_place(self, place: str) -> None:
        """Go to a place."""
        self._stack.show_place(place)
        self._sidebar.show_place(self._stack.place)

    def return_to(self, place: str) -> None:
        """Show the place that was on the screen last, where there is one of this name."""
        if place in {known for known, *_ in (*PLACES, SETTINGS)}:
            self.show_place(place)

    def open_library(self, home: Path | None) -> None:
        """Open the folder in which everything is stored; For you and Data say where that is not possible."""
        self._home = home
        if self.session.open(home):
            self._load_last_person()

    def _load_last_person(self) -> None:
        session, last = self.session, self._preferences.person
        if any(person.profile_id == last for person in session.library.people()):
            session.my_ratings.choose_profile(last)

    def open_files(self, paths: list[Path]) -> None:
        """Show files as an import would read them, in Data; a person's own export goes on to its review by itself.

        Models that were exported become runs.
        """
        models = [path for path in paths if path.suffix == SUFFIX]
        if models:
            self.show_place("models")
            self.session.models.files.import_model(models[0])
            return
        self.session.importing.prepare(paths, takes_own=True)  # first, as files from outside may arrive meanwhile
        self.show_place("data")

    def ask_for_files(self) -> None:
        """Let the person choose ratings files, and show them."""
        paths = questions.ask_for_files(self, self._preferences.file_folder)
        if paths:
            self._preferences.file_folder = str(paths[0].parent)
            self.open_files(paths)

    def ask_for_titles_file(self) -> None:
        """Let the person choose the list of titles for the files that are shown."""
        path = questions.ask_for_titles_file(self, self._preferences.file_folder)
        if path is not None:
            self.session.importing.take_titles_from(path)

    def close_without_asking(self) -> None:
        """Stop what runs, save it, and close: for Ctrl-C, SIGTERM and the end of a desktop session."""
        self._closing = True
        self.close()

    @property
    def is_closing(self) -> bool:
        """Whether the window was closed, and only waits for what still ends."""
        return self._closing

    def _build(self) -> None:
        self.setObjectName("main_window")
        self.setWindowTitle("Desktop Rec")
        self.setWindowIcon(icon("app", "#5146d0", size=64))
        # Without a screen ("offscreen") Qt invents one of 800 x 800, which nobody looks at.
        has_screen = QApplication.platformName() != "offscreen"
        room = room_within_frame(self.screen().availableSize()) if has_screen else QSize(*DEFAULT)
        self.setMinimumSize(QSize(*SMALLEST).boundedTo(room))
        self.resize(QSize(*DEFAULT).boundedTo(room))
        if self._preferences.geometry is not None:
            self.restoreGeometry(self._preferences.geometry)
        self.setAcceptDrops(True)
        self._sidebar, self._header = Sidebar(), Header()
        self._not_stored, self._notices, self._job_bar = NotStoredBar(), NoticeBar(), JobBar()
        self.setCentralWidget(self._arranged())
        self._drop_target = DropTarget(self)
        if sys.platform == "darwin":
            make_menu_bar(self, self.menus())
        else:
            self._shortcuts = [self._shortcut(entry) for _, entries in self.menus() for entry in entries]

    def menus(self) -> tuple[tuple[str, tuple[MenuEntry, ...]], ...]:
        """What keys do everywhere in the window, as the menus of macOS group it."""
        numbered = enumerate((*PLACES, SETTINGS), start=1)
        places = tuple(
            MenuEntry(words, f"Ctrl+{number}", partial(self.show_place, place))
            for number, (place, words, *_) in numbered
        )
        undo = self.session.undo
        return (
            ("File", (MenuEntry("Open a ratings file…", "Ctrl+O", self.ask_for_files),)),
            ("Edit", (MenuEntry("Undo", "Ctrl+Z", undo.undo), MenuEntry("Redo", "Ctrl+Shift+Z", undo.redo))),
            ("Go", places),
            ("Help", (MenuEntry("What is this?", "F1", self._show_help),)),
        )

    def _arranged(self) -> QWidget:
        middle = QVBoxLayout()
        middle.setSpacing(0)
        for widget in (self._header, self._not_stored):
            middle.addWidget(widget)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self._job_bar)
        whole = QWidget()
        set_role(whole, "page")
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._sidebar)
        row.addLayout(middle, 1)
        self._notices.setParent(whole)
        self._notices.float_over(self._stack)
        return whole

    def _shortcut(self, entry: MenuEntry) -> QShortcut:
        made = QShortcut(QKeySequence(entry.keys), self)
        made.activated.connect(entry.do)
        return made

    def _connect(self) -> None:
        session = self.session
        self._sidebar.place_chosen.connect(self.show_place)
        session.requests.place.connect(self.show_place)
        session.requests.notice.connect(self._notices.show_notice)
        session.requests.withdrawn.connect(self._notices.withdraw)
        session.requests.farewell.connect(self._on_farewell)
        session.jobs.changed.connect(self._on_job)
        session.jobs.moved.connect(self._on_job_moved)
        session.idle.connect(self._on_idle)
        self._job_bar.pause_asked.connect(session.jobs.pause)
        self._job_bar.go_on_asked.connect(session.jobs.resume)
        self._job_bar.stop_asked.connect(session.jobs.stop)
        self._header.dataset_chosen.connect(self._on_dataset_chosen)
        self._header.model_chosen.connect(self._on_model_chosen)
        self._header.person_chosen.connect(self._on_person_chosen)
        self._stack.first_page.export_asked.connect(self._ask_for_export)
        self._stack.first_page.sample_asked.connect(session.importing.use_sample)
        self._stack.first_page.file_asked.connect(self.ask_for_files)
        self._stack.first_page.retry_asked.connect(self._on_retry)
        self._stack.built.connect(self._drop_target.watch)
        self._stack.file_asked.connect(self.ask_for_files)
        self._stack.titles_file_asked.connect(self.ask_for_titles_file)
        self._stack.retry_asked.connect(self._on_retry)
        session.profile.not_stored_changed.connect(self._on_not_stored)
        self._not_stored.again.connect(session.profile.store_again)
        session.dataset.changed.connect(self._on_dataset)
        session.model.last_used.update(self._preferences.models)
        session.model.changed.connect(self._on_model)
        session.training.choices = CurveChoices.from_dict(self._preferences.curves)
        session.training.left_alone.update(self._preferences.left_alone)
        session.training.choices_changed.connect(self._on_curves)
        session.recommendations.page = self._preferences.for_you_page
        session.recommendations.ready.connect(self._on_recommendations)
        session.my_ratings.own_export.changed.connect(self._stack.show_beginning)
        session.library.changed.connect(self._stack.show_beginning)
        for changed in (
            session.library.changed,
            session.model.changed,
            session.profile.changed,
            session.models.changed,
        ):
            changed.connect(self.show_state)

    def _on_job(self, state: JobState | None) -> None:
        if not self._closing:
            self._job_bar.show_state(state)
        self._sidebar.show_state(place_marks(self.session))
        self._stack.show_beginning()

    def _on_job_moved(self, state: JobState) -> None:
        if not self._closing:
            self._job_bar.show_progress(state)
        if state.kind == "import":
            self._stack.show_beginning()

    def _ask_for_export(self) -> None:
        """Let the person choose an export of their own; what has to be opened for it is opened."""
        path = questions.ask_for_my_ratings(self)
        if path is not None:
            self.open_files([path])

    def _on_dataset(self) -> None:
        dataset = self.session.dataset.current
        if dataset is not None:
            self._preferences.dataset_id = dataset.dataset_id
        self.show_state()
        self._stack.show_beginning()

    def _on_not_stored(self) -> None:
        self._not_stored.show_words(not_stored_sentence(self.session.profile))

    def _on_model(self) -> None:
        self._preferences.models = self.session.model.last_used

    def _on_curves(self) -> None:
        self._preferences.curves = self.session.training.choices.as_dict()
        self._preferences.left_alone = sorted(self.session.training.left_alone)

    def _on_recommendations(self) -> None:
        self._sidebar.show_state(place_marks(self.session))

    def _on_retry(self) -> None:
        self.open_library(self._home)

    def _on_dataset_chosen(self, key: str) -> None:
        if key == OPEN_FILE:
            self.ask_for_files()
        elif key == USE_SAMPLE:
            self.session.importing.use_sample()
        else:
            self.session.data.open(key)

    def _on_model_chosen(self, key: str) -> None:
        if key == TRAIN:
            self.show_place("train")
        elif key == ALL_MODELS:
            self.show_place("models")
        elif key:
            self.session.model.use_run(key)
        else:
            self.session.model.use_first_model()

    def _on_person_chosen(self, key: str) -> None:
        session, now = self.session, self.session.profile.current
        if key == NEW_PERSON:
            name = questions.ask_for_name(self)
            if name:
                session.my_ratings.new_profile(name)
        elif key == RENAME_PERSON and now is not None:
            session.my_ratings.rename_profile(now.profile_id, questions.ask_for_new_name(self, now.name))
        elif key == DELETE_PERSON and now is not None:
            session.my_ratings.delete_profile(now.profile_id)
        else:
            session.my_ratings.choose_profile(key)

    def _show_help(self) -> None:
        """F1: what the control with the focus is, or else what this place is for."""
        focused = QApplication.focusWidget()
        tip = tip_markup(focused) if focused is not None else ""
        place = self._stack.mapToGlobal(QPoint(self._stack.width() // 3, 24))
        if focused is not None and tip:
            place = focused.mapToGlobal(QPoint(focused.width() // 2, focused.height()))
        QWhatsThis.showText(place, f"{tip}<p>{escape(native_keys(PLACE_HELP[self.place]))}</p>", self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event):
            event.acceptProposedAction()
            self._drop_target.offer()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_target.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_target.hide()
        event.acceptProposedAction()
        self.open_files(dropped_files(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._sidebar.show_narrow(event.size().width() < NARROW_BELOW)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Never die under a running job, nor with ratings that are not stored: ask, stop, save, and close."""
        job = self.session.jobs.state
        if job is not None and not self._closing and not questions.ask_to_stop(self, job.title):
            event.ignore()
            return
        if not self.session.profile.store_again():
            lost = not_stored_sentence(self.session.profile)
            if not self._closing and not questions.ask_to_lose(self, lost):
                event.ignore()
                return
            LOG.warning("Closed all the same. %s", lost)
        self._closing = True
        self._preferences.geometry = self.saveGeometry()
        self._preferences.place = self.place
        self._preferences.for_you_page = self.session.recommendations.page
        profile = self.session.profile
        if profile.current is not None and not profile.is_borrowed:
            self._preferences.person = profile.current.profile_id
        self._stack.keep_columns()
        self._preferences.save()
        self.session.recommendations.store_choices()
        if self.session.is_idle:
            event.accept()
            return
        event.ignore()
        self._job_bar.show_stopping()
        self._stack.setEnabled(False)
        self._header.setEnabled(False)
        self._sidebar.setEnabled(False)
        self.session.close()

    def _on_farewell(self) -> None:
        """Close, to have all removed afterwards, if the person means it."""
        home = self.session.library.home
        if home is not None and questions.ask_to_delete_everything(self, home):
            self.deletes_everything = True
            self.close_without_asking()

    def _on_idle(self) -> None:
        if self._closing:
            self.close()


def room_within_frame(free: QSize) -> QSize:
    """How large a window's inside may be on a screen with so much free area: its frame and title need some of it."""
    return free - QSize(*_FRAME)
