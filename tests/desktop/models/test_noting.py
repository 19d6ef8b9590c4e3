"""What a person types in Models stays while the list is refreshed: a new name, tags, notes, what is looked for."""

from __future__ import annotations

import pytest

from desktop_rec.common.name_edit import NameEdit
from desktop_rec.models.filtering import RunFilter
from desktop_rec.models.list_parts import RunListFoot, RunListHead
from desktop_rec.models.notes_card import NotesCard
from desktop_rec.models.same_card import SameCard


@pytest.fixture
def shown(qtbot):
    def show(widget):
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return show


def test_that_a_refresh_leaves_an_open_name_editor_alone_and_another_run_closes_it(shown, qtbot):
    name = shown(NameEdit("run_name"))
    name.show_name("Watch and love", of="a")
    name.begin()
    name._edit.setText("My fav")
    name.show_name("Watch and love, 3 epochs", of="a")
    assert name.is_open
    assert name._edit.text() == "My fav"
    name.show_name("Most liked", of="b")
    assert not name.is_open
    assert name.label.text() == "Most liked"


def test_that_notes_that_are_being_typed_survive_a_refresh_and_are_said_once(shown, recorded):
    card = shown(NotesCard())
    said = recorded(card.noted)
    card.show_notes("a", ("study",), "")
    card.notes.setPlainText("Learns slo")
    card.show_notes("a", ("study", "may"), "")
    assert card.notes.toPlainText() == "Learns slo"
    card.tags.setText("study, best , ,study")
    card.tags.editingFinished.emit()
    card.tags.editingFinished.emit()
    assert said.calls == [("a", ("study", "best"), "Learns slo")]


def test_that_notes_typed_on_one_run_are_stored_when_another_is_chosen(shown, recorded):
    card = shown(NotesCard())
    said = recorded(card.noted)
    card.show_notes("a", (), "")
    card.notes.setPlainText("Good.")
    card.show_notes("b", ("x",), "Other")
    assert said.calls == [("a", (), "Good.")]
    assert (card.tags.text(), card.notes.toPlainText()) == ("x", "Other")


def test_that_what_is_looked_for_stays_when_models_and_tags_come_and_falls_back_where_they_go(shown, recorded):
    head = shown(RunListHead())
    said = recorded(head.narrowed)
    head.show_choices([("", "All models"), ("tag:a", "Tag: a")])
    head.only.choose("tag:a")
    head.words.setText("slow")
    head.show_choices([("", "All models"), ("tag:a", "Tag: a"), ("tag:b", "Tag: b")])
    assert head.wanted == RunFilter("slow", "tag:a")
    head.show_choices([("", "All models")])
    assert head.wanted == said.calls[-1] == RunFilter("slow")


def test_that_the_room_and_its_price_are_said_before_it_is_made(shown):
    foot = shown(RunListFoot())
    assert not foot.make_room.isEnabled()
    foot.show_room(570_000_000, runs=3, free_bytes=420_000_000, giving=2)
    assert foot.make_room.isEnabled()
    assert foot.findChild(type(foot._room), "runs_room").text() == "3 runs take 570 MB; 420 MB can be made free."
    assert "2 runs can then only go on from their best epochs" in foot.make_room.toolTip()
    foot.allow(False)
    assert not foot.make_room.isEnabled()


def test_that_a_comparison_on_the_same_people_is_asked_for_and_its_refusal_said(shown, recorded):
    card = shown(SameCard())
    asked = recorded(card.asked)
    card.show_others([("b", "Factorisation")])
    card.go.click()
    assert asked.calls == ["b"]
    assert not card.go.isEnabled()
    card.show_note("There are too few ratings.")
    assert card.go.isEnabled()
    card.show_others([])
    assert card.isHidden()
