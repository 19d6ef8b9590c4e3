"""The views of all places, of which one is seen. Each is built on its first visit.

For you is built with the first data set; until then a light page takes its place, so that the window is there before
torch, plots and tables are imported.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from desktop_rec.common.building import in_steps, next_step
from desktop_rec.common.log import LogFile
from desktop_rec.common.preferences import Preferences
from desktop_rec.session.session import Session
from desktop_rec.window.first_page import FirstPage
from desktop_rec.window.window_state import show_first_page


class PlaceStack(QStackedWidget):
    """`place` is the one that is seen. `built`: a view is there now; what is asked for is done by the window."""

    built = Signal(QWidget)
    file_asked = Signal()
    titles_file_asked = Signal()
    retry_asked = Signal()

    def __init__(self, session: Session, preferences: Preferences, log: LogFile | None) -> None:
        super().__init__()
        self.setObjectName("places")
        self.place = ""
        self.first_page = FirstPage()
        self._session, self._preferences, self._log = session, preferences, log
        self._views: dict[str, QWidget] = {}
        self._in_building: set[str] = set()
        self.addWidget(self.first_page)

    def show_place(self, place: str) -> None:
        """See a place; its view is built the first time. Where another was asked for meanwhile, that one stays."""
        self.place = place
        view = self.view_of(place)
        if self.place == place:
            self.setCurrentWidget(view)

    def show_beginning(self) -> None:
        """What For you says while there is no data set; the place itself as soon as there is one."""
        if self._is_beginning:
            show_first_page(self.first_page, self._session)
        if self.place == "for_you":
            self.setCurrentWidget(self.view_of("for_you"))

    def view_of(self, place: str) -> QWidget:
        """The view of a place; the first page while For you has no data, or while the view is being built."""
        if place == "for_you" and self._is_beginning:
            return self.first_page
        if place not in self._views:
            if place in self._in_building:
                return self.first_page
            self._in_building.add(place)
            with in_steps():
                view = self._make_view(place)
                next_step()
                self.addWidget(view)
                self.built.emit(view)
                self._restore_columns(view)
                next_step()
            self._in_building.discard(place)
            self._views[place] = view
        return self._views[place]

    def keep_columns(self) -> None:
        """Let the next launch have the widths of this one."""
        for splitter in self.findChildren(QSplitter):
            if splitter.objectName() and all(splitter.sizes()):  # a hidden part has no width
                self._preferences.keep_columns(splitter.objectName(), splitter.sizes())

    @property
    def _is_beginning(self) -> bool:
        return self._session.dataset.current is None and self._session.my_ratings.own_export.incoming is None

    def _restore_columns(self, view: QWidget) -> None:
        for splitter in view.findChildren(QSplitter):
            widths = self._preferences.columns(splitter.objectName())
            if widths is not None and len(widths) == splitter.count() and all(widths):
                splitter.setSizes(widths)

    def _make_view(self, place: str) -> QWidget:
        """A place's view; imported here, so that the first one is on the screen before the plots are loaded."""
        session = self._session
        match place:
            case "data":
                return self._make_data_view()
            case "train":
                from desktop_rec.training.view import TrainView

                next_step()
                return TrainView(
                    session.plan, session.training, session.run_queue, session.learning_rate, session.search, self
                )
            case "models":
                from desktop_rec.models.view import ModelsView

                next_step()
                return ModelsView(session.models, self)
            case "for_you":
                from desktop_rec.for_you.view import ForYouView

                next_step()
                return ForYouView(session.recommendations, session.my_ratings, session.taste_map, session.taste, self)
        from desktop_rec.settings.view import SettingsView

        next_step()
        session.settings.launch_log = self._log
        return SettingsView(session.settings, self._preferences)

    def _make_data_view(self) -> QWidget:
        from desktop_rec.data.view import DataView

        next_step()
        view = DataView(self._session.data, self._session.importing, self)
        view.file_asked.connect(self.file_asked)
        view.titles_file_asked.connect(self.titles_file_asked)
        view.retry_asked.connect(self.retry_asked)
        return view
