"""The form made from config dataclasses."""

from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop_rec.training.config_form import ConfigForm, FormPart
from desktop_rec.training.setting_field import SettingField, format_choice, value_text
from engine.errors import SettingError
from engine.models.registry import kind_of
from engine.settings import Config, declared_settings, setting
from engine.training.config import FinderConfig, TrainingConfig
from engine.training.search import SearchConfig


@dataclass(frozen=True)
class SomeConfig(Config):
    rank: int = setting(25, label="Rank", help="How many factors.", low=1, high=100, more=False)
    widths: tuple[int, ...] | None = setting(None, label="Widths", help="Neurons.", low=1, high=4096)
    bias: bool = setting(True, label="Bias", help="With biases.")


@pytest.fixture
def form(qtbot):
    made = ConfigForm("some_form")
    qtbot.addWidget(made)
    made.show_configs((FormPart("Some", SomeConfig()),))
    made.show()
    return made


def type_into(form, name, text):
    editor = form.field(name).findChild(QLineEdit, f"setting_{name}")
    editor.setText(text)
    editor.textEdited.emit(text)
    editor.editingFinished.emit()


def test_that_only_the_settings_that_matter_are_shown_at_first(form):
    assert form.field("rank").isVisible()
    assert not form.field("widths").isVisible()


def test_that_a_refused_value_is_shown_beside_its_field_with_the_fields_own_sentence(form):
    type_into(form, "rank", "0")
    assert form.configs() is None
    assert form.field("rank").problem.startswith("Rank (rank) lies between 1 and 100")


def test_that_a_refused_value_goes_away_when_it_is_mended(form):
    type_into(form, "rank", "many")
    assert form.field("rank").problem
    type_into(form, "rank", "50")
    assert form.field("rank").problem == ""
    assert form.configs() == (SomeConfig(rank=50),)


def test_that_a_refused_folded_value_unfolds_the_form(form):
    type_into(form, "widths", "600,x")
    assert form.configs() is None
    assert form.field("widths").isVisible()


def test_that_an_empty_field_means_automatic(form):
    type_into(form, "widths", "600, 200")
    assert form.configs()[0].widths == (600, 200)
    type_into(form, "widths", "")
    assert form.configs()[0].widths is None


@pytest.mark.parametrize(
    ("model", "name"),
    [("ease", "other_ratings"), ("ease", "dropout"), ("mult_vae", "other_ratings"), ("mf", "l2"),
     ("mf", "user_bias_damping"), ("popularity", "item_damping")],
)  # fmt: skip
def test_that_what_is_chosen_by_trying_is_shown_as_automatic_and_can_be_given(qtbot, form, model, name):
    form.show_configs((FormPart(model, kind_of(model).config_class()),))
    editor = form.field(name).findChild(QLineEdit, f"setting_{name}")
    assert (editor.text(), editor.placeholderText()) == ("", "Automatic")
    assert "Automatic: what " in editor.toolTip()
    assert "held" in editor.toolTip()
    type_into(form, name, "0.3")
    assert getattr(form.configs()[0], name) == 0.3
    type_into(form, name, "")
    assert getattr(form.configs()[0], name) is None


def test_that_looking_at_half_typed_values_points_nothing_out(form):
    form.field("rank").findChild(QLineEdit).setText("")
    assert form.peek() == ()
    assert form.field("rank").problem == ""


def test_that_a_rule_over_two_settings_is_said_too(qtbot):
    form = ConfigForm("sweep")
    qtbot.addWidget(form)
    form.show_configs((FormPart("Sweep", FinderConfig()),))
    type_into(form, "lowest", "20")
    assert form.configs() is None
    assert "must start below its end" in form.findChild(QLabel, "sweep_problem").text()


def test_that_what_is_set_elsewhere_is_left_out(qtbot):
    form = ConfigForm("training")
    qtbot.addWidget(form)
    form.show_configs((FormPart("Training", TrainingConfig(), leave_out=frozenset({"lr"})),))
    with pytest.raises(KeyError):
        form.field("lr")


def test_that_a_number_is_refused_while_it_is_typed_but_not_before_it_is_one(form):
    editor = form.field("rank").findChild(QLineEdit)
    for text, sentence in (("1e", ""), ("-", ""), ("200", "; 200 does not."), ("x", "; 'x' is not such a value.")):
        editor.setText(text)
        editor.textEdited.emit(text)
        assert form.field("rank").problem.endswith(sentence)
        assert bool(form.field("rank").problem) == bool(sentence)
        assert form.refusal


def test_that_a_value_nobody_touched_keeps_all_its_digits(form):
    form.show_configs((FormPart("Training", TrainingConfig(cut_frac=1 / 9)),))
    assert form.configs() == (TrainingConfig(cut_frac=1 / 9),)
    assert form.show_changes() == ()


def test_that_what_has_no_effect_beside_the_others_is_hidden(qtbot):
    form = ConfigForm("training")
    qtbot.addWidget(form)
    form.show_configs((FormPart("Training", TrainingConfig(schedule="one_cycle")),))
    assert form.field("rise").is_relevant
    assert not form.field("patience").is_relevant
    form.show_values(TrainingConfig(schedule="reduce_on_plateau"))
    assert form.field("patience").is_relevant
    assert not form.field("rise").is_relevant


def test_that_every_field_has_a_name_for_tests_screen_readers_and_the_curious(qtbot):
    for declared in declared_settings(TrainingConfig):
        field = SettingField(declared, TrainingConfig())
        qtbot.addWidget(field)
        editor = field.findChild(QWidget, f"setting_{declared.name}")
        assert editor.accessibleName() == declared.setting.label
        assert declared.setting.help in editor.toolTip()
        assert field.value() == getattr(TrainingConfig(), declared.name)


def test_that_a_field_raises_the_settings_own_error(form):
    form.field("rank").show_value(1000)
    with pytest.raises(SettingError):
        form.field("rank").value()


@pytest.mark.parametrize(("value", "text"), [(1e-4, "0.0001"), (1e-7, "1e-7"), ((600, 200), "600, 200"), (None, "")])
def test_that_values_are_written_as_people_type_them(value, text):
    assert value_text(value) == text


def test_that_choices_are_read_as_words():
    assert format_choice("slanted_triangle") == "Slanted triangle"
    assert format_choice("ndcg@100") == "NDCG@100"


def test_that_automatic_goes_by_its_plainer_name_where_it_has_one(qtbot):
    declared = {setting.name: setting for setting in (*declared_settings(SearchConfig), *declared_settings(SomeConfig))}
    for name, config, words in (("most", SearchConfig(), "Usual"), ("widths", SomeConfig(), "Automatic")):
        field = SettingField(declared[name], config)
        qtbot.addWidget(field)
        editor = field.findChild(QLineEdit)
        assert editor.placeholderText() == words
        assert editor.toolTip().endswith(f"Left empty it is {words.lower()}.")
