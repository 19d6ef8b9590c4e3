"""The one plan of Train: what is chosen at the left is swept, drawn, estimated, trained and searched."""

import dataclasses

import numpy as np
import pytest
from planted import planted_dataset
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QRadioButton

from desktop_rec.training.schedule_plot import SchedulePlot
from desktop_rec.training.setting_field import SettingField
from engine.data.dataset import Scale
from engine.data.split import SplitConfig
from engine.data.statistics import count_statistics
from engine.events import drive
from engine.models.presets import CHOSEN, PRESETS
from engine.models.registry import FIRST_MODEL
from engine.training.memory import PROCESS
from engine.training.plan import TrainingPlan

LEARNING_RATE, SEARCH = 0, 2


@pytest.fixture
def dataset():
    return planted_dataset()


def chosen_model(place):
    return next(
        button.objectName().removeprefix("models_")
        for button in place.part("models").findChildren(QRadioButton)
        if button.isChecked()
    )


def is_marked(place, name):
    return any(label.text().endswith("•") for label in place.part(f"field_{name}").findChildren(QLabel))


def test_that_without_a_data_set_a_sentence_and_a_button_lead_to_data(make_place, session, recorded):
    place = make_place()
    asked = recorded(session.requests.place)
    assert not place.shows("plan_form")
    assert "No data set is open" in place.words_of("place_message")
    place.press("place_message_button")
    assert asked.calls == ["data"]


def test_that_the_first_model_is_planned_and_what_is_made_of_runs_is_not_offered(place, session):
    assert session.plan.plan.model == chosen_model(place) == FIRST_MODEL
    assert place.shows("models_ease")
    assert not place.shows("models_blend")


def test_that_only_the_chosen_model_is_described(place):
    assert place.text("models_sentence").startswith("Learns what people watch")
    place.press("models_ease")
    assert place.text("models_sentence").startswith("Knows which films")


def test_that_one_plan_is_swept_trained_and_searched(place, session, trained, monkeypatch):
    swept, searched = [], []
    monkeypatch.setattr(session.learning_rate, "find", swept.append)
    monkeypatch.setattr(session.search, "start", lambda grid, config: searched.append(grid))
    place.press("models_mf")
    place.choose("setting_solver", "adam")
    place.type("setting_epochs", "7")
    place.press("start_training_button")
    place.turn_to(LEARNING_RATE)
    place.press("find_rate_button")
    place.turn_to(SEARCH)
    place.press("vary_rank")
    place.press("start_search_button")
    plan = session.plan.plan
    assert (plan.model, plan.training.epochs) == ("mf", 7)
    assert trained == swept == [plan]
    assert searched[0].plan == plan


def test_that_the_estimate_follows_the_form(place):
    before = place.text("plan_estimate")
    place.type("setting_epochs", "80")
    assert "80 epochs over" in place.text("plan_estimate")
    assert place.text("plan_estimate") != before


def test_that_a_refused_value_starts_nothing_and_is_pointed_out(place, session, trained):
    before = session.plan.plan
    place.type("setting_epochs", "0")
    place.press("start_training_button")
    assert trained == []
    assert "Epochs" in place.text("problem_epochs")
    assert session.plan.plan == before
    place.type("setting_epochs", "5")
    place.press("start_training_button")
    assert trained[0].training.epochs == 5


def test_that_a_refused_rate_starts_nothing_and_is_pointed_out(place, trained):
    place.part("rate_automatic").setChecked(False)
    place.type("rate_line", "fast")
    place.press("start_training_button")
    assert trained == []
    assert place.text("rate_problem")
    place.type("rate_line", "0.02")
    place.press("start_training_button")
    assert trained[0].training.lr == 0.02


def test_that_start_hands_over_the_plan_with_a_chosen_rate_in_full(place, session, trained):
    session.plan.use_rate(3.123e-3)
    place.press("start_training_button")
    assert (trained[0].training.lr, trained[0].device, trained[0].split) == (3.123e-3, "auto", SplitConfig())


def test_that_a_chosen_rate_says_where_it_came_from_until_another_is_typed(place, session):
    session.plan.use_rate(3.1e-3)
    assert place.text("rate_line") == "3.1e-3"
    assert place.text("rate_words") == "Chosen by you in Learning rate"
    place.type("rate_line", "2e-3")
    assert place.text("rate_words") == "Your own"
    assert session.plan.plan.training.lr == 2e-3


def test_that_another_model_clears_the_rate(place, session):
    session.plan.use_rate(3.1e-3)
    place.press("models_mult_vae")
    assert session.plan.plan.training.lr != 3.1e-3
    assert not session.plan.is_rate_chosen
    place.press("models_two_head")
    assert session.plan.plan.training.lr is None


def test_that_a_model_that_is_computed_at_once_has_no_rate_and_no_device_to_pick(place):
    place.press("models_ease")
    assert not place.shows("rate_row")
    assert not place.shows("device_picker")
    assert place.text("start_training_button") == "Compute the model"


def test_that_the_device_stays_when_the_model_changes(place, session):
    place.choose("precision_box", "auto")
    session.plan.edit((), lr=None, device="cpu", precision="float32")
    session.plan.choose_model("mult_vae")
    assert (session.plan.plan.device, session.plan.plan.training.precision) == ("cpu", "float32")


def test_that_the_plan_stands_still_while_its_job_runs(place, set_job):
    for kind in ("sweep", "search"):
        set_job(kind)
        assert not place.part("models").isEnabled()
    for kind in ("training", "import"):
        set_job(kind)
        assert place.part("models").isEnabled()
    set_job(None)


def test_that_all_presets_are_offered_after_the_standard_settings(place):
    box = place.part("preset_box", QComboBox)
    assert [box.itemData(entry) for entry in range(box.count())] == ["", *CHOSEN, *PRESETS]
    assert box.currentText() == "Standard settings"


def test_that_a_preset_fills_in_model_settings_rate_and_split(place, trained):
    place.choose("preset_box", "low_rank")
    place.press("start_training_button")
    plan = trained[0]
    assert (plan.model, plan.model_config.rank) == ("mf", 25)
    assert (plan.model_config.bias, plan.model_config.init) == (False, "normal")
    training = plan.training
    assert (training.lr, training.batch, training.epochs, training.schedule) == (1e-3, 1000, 50, "constant")
    assert plan.split.kind == "random"
    assert chosen_model(place) == "mf"


def test_that_the_netflix_preset_takes_the_studys_reading_of_the_sweep_and_says_so(place, trained):
    place.choose("preset_box", "netflix_mlp")
    assert "just before it turns up" in place.text("rate_words")
    place.press("start_training_button")
    assert (trained[0].training.lr, trained[0].suggestion) == (None, "turning_point")


def test_that_what_had_to_be_changed_for_these_data_is_shown(place):
    place.choose("preset_box", "netflix_mlp")
    assert "held out at random, not the newest" in place.text("preset_words")


def test_that_the_chosen_ones_say_why(place):
    place.choose("preset_box", "best_quality")
    assert chosen_model(place) == "ease"
    assert "40 titles need" in place.text("preset_words")


def test_that_what_a_person_changes_is_marked_and_can_be_put_back(place, session):
    place.choose("preset_box", "low_rank")
    assert place.text("preset_changed") == ""
    place.type("setting_epochs", "7")
    place.press("setting_bias")
    assert place.text("preset_changed") == "Changed by you: Biases, Epochs"
    assert is_marked(place, "epochs")
    assert not is_marked(place, "batch")
    place.press("preset_put_back")
    assert place.text("preset_changed") == ""
    assert place.text("setting_epochs") == "50"
    assert session.plan.plan == session.plan.start


def test_that_a_rate_of_ones_own_is_a_change_too(place):
    place.choose("preset_box", "low_rank")
    place.type("rate_line", "0.5")
    assert place.text("preset_changed") == "Changed by you: Learning rate"


def test_that_putting_back_takes_the_presets_rate_again_though_another_was_found(place, session):
    place.choose("preset_box", "low_rank")
    session.plan.use_rate(5e-3)
    assert place.text("preset_changed") == "Changed by you: Learning rate"
    place.press("preset_put_back")
    assert place.text("preset_changed") == ""
    assert session.plan.plan.training.lr == 1e-3


def test_that_choosing_a_model_by_hand_leaves_the_preset(place):
    place.choose("preset_box", "low_rank")
    place.press("models_mult_vae")
    assert place.part("preset_box", QComboBox).currentData() == ""
    place.type("setting_epochs", "7")
    assert place.text("preset_changed") == "Changed by you: Epochs"
    assert is_marked(place, "epochs")


def test_that_presets_of_no_use_to_the_data_can_be_read_but_not_chosen(make_place, open_dataset, dataset):
    alike = dataclasses.replace(dataset.histories, ratings_N=np.ones(dataset.entries, dtype=np.float32))
    open_dataset(dataclasses.replace(dataset, histories=alike, scale=Scale(0, 1, 1), fingerprint="alike"))
    place = make_place()
    box = place.part("preset_box", QComboBox)
    off = {box.itemData(row) for row in range(box.count()) if not box.model().item(row).isEnabled()}
    assert off == {"netflix_mlp", "low_rank", "movielens_101_mf", "movielens_101_dense", "movielens_101_lstm"}


def test_that_another_data_set_starts_from_the_standard_settings(place, session, open_dataset, dataset):
    place.choose("preset_box", "low_rank")
    session.plan.use_rate(6e-3)
    open_dataset(dataclasses.replace(dataset, fingerprint="another"))
    assert place.part("preset_box", QComboBox).currentData() == ""
    assert chosen_model(place) == "mf"
    assert session.plan.plan.training is None


def test_that_the_same_data_set_opened_again_keeps_the_plan(place, session, open_dataset, dataset):
    place.choose("preset_box", "low_rank")
    open_dataset(dataset)
    assert place.part("preset_box", QComboBox).currentData() == "low_rank"


def test_that_presets_come_once_the_data_set_is_counted(make_place, session, dataset):
    session.dataset.current = dataset
    session.plan.on_dataset_changed(None, dataset)
    place = make_place()
    assert place.part("preset_box", QComboBox).count() == 1
    assert place.text("plan_estimate") == ""
    place.type("setting_epochs", "9")
    session.dataset.statistics = drive(count_statistics(dataset))
    session.dataset.statistics_changed.emit()
    assert place.part("preset_box", QComboBox).count() > 1
    assert "9 epochs" in place.text("plan_estimate")


def test_that_a_rate_found_for_one_model_does_not_override_a_presets_own(place, session):
    place.press("models_mf")
    place.choose("setting_solver", "adam")
    session.plan.use_rate(0.05)
    place.choose("preset_box", "movielens_101_mf")
    training = session.plan.plan.training
    assert (training.lr, training.schedule, training.optimizer) == (3.0, "constant", "sgd")
    assert place.text("rate_line") == "3"
    assert place.text("rate_words") == "As the preset has it"
    session.plan.use_rate(0.05)
    place.press("models_mf")
    assert session.plan.plan.training is None, "its own solver has no rate"


def test_that_only_the_fields_of_the_chosen_schedule_are_shown(place):
    fields = {
        "slanted_triangle": {"cut_frac", "ratio"},
        "one_cycle": {"rise", "start_divisor"},
        "cosine": {"warm_up", "last_share"},
        "linear": {"last_share"},
        "steps": {"step_rates", "step_unit"},
        "reduce_on_plateau": {"factor", "patience"},
        "constant": set(),
    }
    for schedule, own in fields.items():
        place.choose("setting_schedule", schedule)
        QApplication.processEvents()
        assert {name for name in set().union(*fields.values()) if place.shows(f"field_{name}")} == own


def test_that_a_value_is_checked_as_it_is_typed_and_nothing_is_estimated_meanwhile(place, session):
    assert place.text("limits_epochs") == "1–10,000"
    place.type("setting_epochs", "0")
    assert place.text("problem_epochs") == "Epochs (epochs) lies between 1 and 10,000; 0 does not."
    assert place.text("plan_estimate").startswith("No estimate: Epochs (epochs) lies between")
    assert session.plan.problem
    place.type("setting_epochs", "")
    assert place.text("problem_epochs") == "", "not yet a number"
    assert place.text("plan_estimate").startswith("No estimate: ")
    place.type("setting_epochs", "3")
    assert place.text("problem_epochs") == session.plan.problem == ""
    assert "3 epochs over" in place.text("plan_estimate")


def test_that_a_hidden_value_that_is_refused_stops_nothing(place, session, trained):
    place.choose("setting_schedule", "slanted_triangle")
    place.type("setting_ratio", "0")
    place.choose("setting_schedule", "constant")
    assert session.plan.problem == ""
    place.press("start_training_button")
    assert (trained[0].training.schedule, trained[0].training.ratio) == ("constant", 32.0)


def test_that_one_setting_is_put_back_alone(place, session):
    place.type("setting_epochs", "7")
    place.type("setting_ratio", "20")
    place.press("put_back_epochs")
    assert place.text("setting_epochs") == str(session.plan.start.training.epochs)
    assert place.text("preset_changed") == "Changed by you: Ratio"
    assert session.plan.plan.training.ratio == 20


def test_that_a_rate_is_put_back_alone(place, session):
    place.press("models_mult_vae")
    place.type("rate_line", "0.5")
    assert place.text("preset_changed") == "Changed by you: Learning rate"
    place.press("put_back_lr")
    assert session.plan.plan.training.lr == session.plan.start.training.lr
    assert place.text("preset_changed") == ""


def test_that_a_rate_given_in_steps_is_the_plans_and_a_found_one_takes_its_place(place, session):
    place.choose("setting_schedule", "steps")
    place.type("setting_step_rates", "1: 1e-2, 10: 1e-3")
    assert session.plan.plan.training.lr == 1e-2
    assert place.text("rate_words") == "Given by the rates in steps"
    assert not place.part("rate_line").isEnabled()
    assert place.text("preset_changed") == "Changed by you: Schedule, Rates in steps"
    session.plan.use_rate(5e-3)
    assert place.text("setting_step_rates") == "1: 5e-3, 10: 1e-3"
    assert session.plan.plan.training.lr == 5e-3


def test_that_a_table_of_rating_values_is_typed_and_checked_as_it_is_typed(place, session):
    place.choose("setting_normalisation", "table")
    field = place.part("field_rating_table", SettingField)
    assert field.is_relevant
    for typed, words in (("1", "at least two values"), ("-1, b", "a list of numbers"), ("-1, 0, 0", "0 comes after 0")):
        place.type("setting_rating_table", typed)
        assert words in field.problem, typed
    place.type("setting_rating_table", "-2.5, -1, 2")
    assert field.problem == ""
    assert session.plan.plan.model_config.table == (-2.5, -1.0, 2.0)
    place.type("setting_rating_table", "")
    assert session.plan.plan.model_config.table == ()
    place.choose("setting_normalisation", "personal")
    assert not field.is_relevant


def test_that_the_drawn_schedule_writes_into_the_plan_and_the_form(place, session):
    place.press("models_mult_vae")
    place.choose("setting_schedule", "one_cycle")
    plot = place.part("plan_schedule_plot", SchedulePlot)
    plot.settings_moved.emit({"rise": 0.4, "lr": 4e-3})
    training = session.plan.plan.training
    assert (training.rise, training.lr) == (0.4, 4e-3)
    assert (place.text("setting_rise"), place.text("rate_line")) == ("0.4", "4e-3")
    assert plot.curve.ys.max() == 4e-3
    place.type("setting_rise", "2")
    assert len(plot.curve.xs) == 0
    assert "No schedule: Rise (rise) lies between 0 and 1" in place.words_of("plan_schedule_card")
    place.type("setting_rise", "0.5")
    assert len(plot.curve.xs) > 0


def test_that_a_plan_of_a_run_fills_the_form_and_says_whose_it_is(place, session):
    plan = TrainingPlan.defaults("mult_dae").changed(epochs=3, lr=2e-3, schedule="one_cycle", rise=0.2)
    session.plan.take(plan, "Quick favourites, 3 epochs")
    assert (chosen_model(place), session.plan.plan) == ("mult_dae", plan)
    assert place.text("setting_rise") == "0.2"
    assert place.text("rate_words") == "As Quick favourites, 3 epochs has it"
    assert place.text("preset_changed") == ""


def test_that_what_will_not_fit_says_which_batch_to_take_and_takes_it(place, session, monkeypatch):
    place.press("models_lstm")
    needed = session.plan.plan.memory_bytes(session.plan.facts)
    monkeypatch.setattr("engine.training.estimate.available_memory_bytes", lambda: needed - PROCESS - 1)
    monkeypatch.setattr(TrainingPlan, "largest_batch", lambda plan, counts, *, free_bytes: 16)
    place.type("setting_epochs", "6")
    assert "This will not fit" in place.text("plan_refusal")
    assert place.text("take_batch_button") == "Take a batch of 16"
    place.press("take_batch_button")
    assert session.plan.plan.training.batch == 16
    assert place.text("setting_batch") == "16"


def test_that_own_presets_are_saved_renamed_deleted_and_brought_back(place, session, tmp_path):
    session.library.open(tmp_path / "home")
    place.press("models_mult_dae")
    place.type("setting_epochs", "3")
    place.part("preset_picker").save_asked.emit("Quick one")
    box = place.part("preset_box", QComboBox)
    key = box.currentData()
    assert (box.currentText(), key.startswith("own:"), place.text("preset_changed")) == ("Quick one", True, "")
    place.press("models_ease")
    place.choose("preset_box", key)
    assert (session.plan.plan.model, session.plan.plan.training.epochs) == ("mult_dae", 3)
    place.part("preset_picker").rename_asked.emit(key, "Quicker")
    assert place.part("preset_box", QComboBox).currentText() == "Quicker"
    place.part("preset_picker").delete_asked.emit(key)
    assert box.findData(key) == -1
    assert session.plan.plan.training.epochs == 3
    session.undo.undo()
    assert box.currentText() == "Quicker"
    session.library.close()
