"""The place For you over planted films, with a real model, twelve ratings, and a list made on the real worker."""

from dataclasses import replace

from planted import planted_dataset

from desktop_rec.for_you.view import ForYouView
from engine.data.catalogue import Catalogue
from engine.data.profiles import entry_of
from engine.events import drive
from engine.models.popularity import Popularity, PopularityConfig
from engine.recommending.recommender import Recommender


def open_place(qtbot, session, monkeypatch):
    """The view, shown, with its list on the way."""
    plain = planted_dataset()
    catalogue = Catalogue(plain.catalogue.titles, plain.catalogue.years, ((),) * plain.titles, word="film")
    dataset = replace(plain, catalogue=catalogue)
    monkeypatch.setattr(session.model, "use_last", lambda: None)
    view = ForYouView(session.recommendations, session.my_ratings, session.taste_map, session.taste)
    qtbot.addWidget(view)
    view.resize(1060, 720)
    view.show()
    session.dataset.take(dataset, None)
    model = Popularity(PopularityConfig(), items=dataset.titles, scale=dataset.scale)
    drive(model.fit(dataset.histories))
    session.model.recommender = Recommender(model, dataset)
    for row in range(12):
        session.my_ratings.rate(row, 4.0)
    session.model.changed.emit()
    return view


def put_on_lists(session, *, saved=(), not_for_me=()):
    """Put rows of the open data set on the lists of the person."""
    dataset, profile = session.dataset.current, session.profile.current
    for row in saved:
        profile = profile.saving(entry_of(dataset, row, None))
    for row in not_for_me:
        profile = profile.refusing(entry_of(dataset, row, None))
    session.profile.change(profile, "Listed")


def listed(view):
    """The rows of the titles that are shown."""
    return {row.item.item_row for row in view.page.pane.list.rows} if view.page.pane.shows_list else set()


def turn_to(view, place):
    """Turn to a tab over the list."""
    view.page.pane.sources.tabs.setCurrentIndex(place)
