from dataclasses import dataclass

import pytest

from engine.errors import EngineError, SettingError
from engine.settings import Config, Setting, declared_settings, find_setting, parse_setting, setting, with_texts


@dataclass(frozen=True)
class Example(Config):
    epochs: int = setting(10, label="Epochs", help="How often all people are seen.", low=1, high=1000)
    lr: float | None = setting(None, label="Rate", help="How far a step goes.", low=0.0, scale="log")
    schedule: str = setting(
        "constant", label="Schedule", help="How the rate runs.", choices=("constant", "cosine"), former=("course",)
    )
    bias: bool = setting(True, label="Bias", help="Whether there is one.")
    hidden: tuple[int, ...] = setting((600, 200), label="Widths", help="One number a layer.", low=1)
    note: str = "no setting"


def declared(name):
    return next(setting for setting in declared_settings(Example) if setting.name == name)


def test_that_only_declared_fields_are_settings_in_their_order():
    assert [setting.name for setting in declared_settings(Example)] == ["epochs", "lr", "schedule", "bias", "hidden"]


def test_that_a_declaration_says_kind_default_and_whether_it_can_be_automatic():
    assert [(setting.kind, setting.automatic) for setting in declared_settings(Example)] == [
        (int, False),
        (float, True),
        (str, False),
        (bool, False),
        (tuple, False),
    ]
    assert declared("hidden").default == (600, 200)
    assert declared("lr").setting.scale == "log"


def test_that_none_means_automatic_only_where_the_type_allows_it():
    assert Example(lr=None).lr is None
    with pytest.raises(SettingError):
        Example(epochs=None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"epochs": 0}, r"Epochs \(epochs\) lies between 1 and 1000; 0 does not\."),
        ({"epochs": 1001}, r"lies between 1 and 1000; 1001 does not"),
        ({"epochs": 2.5}, r"2\.5 does not"),
        ({"epochs": True}, r"True does not"),
        ({"epochs": "3"}, r"'3' does not"),
        ({"lr": -1e-3}, r"Rate \(lr\) is at least 0; -0\.001 does not"),
        ({"lr": float("nan")}, r"nan does not"),
        ({"lr": float("inf")}, r"inf does not"),
        ({"schedule": "sine"}, r"Schedule \(schedule\) is one of constant, cosine; 'sine' does not"),
        ({"bias": 1}, r"Bias \(bias\): Whether there is one\.; 1 does not"),
        ({"hidden": (600, 0)}, r"Widths \(hidden\) is at least 1"),
        ({"hidden": [600]}, r"\[600\] does not"),
    ],
)
def test_that_a_bad_value_is_refused_with_the_fields_own_sentence(values, sentence):
    with pytest.raises(SettingError, match=sentence) as failure:
        Example(**values)
    assert failure.value.facts["setting"] == next(iter(values))


def test_that_the_limits_themselves_are_allowed():
    assert (Example(epochs=1).epochs, Example(epochs=1000).epochs) == (1, 1000)


def test_that_a_whole_number_may_stand_for_a_number():
    assert Example(lr=1).lr == 1


def test_that_a_copy_with_another_value_is_checked_too():
    assert Example().changed(epochs=3) == Example(epochs=3)
    with pytest.raises(SettingError):
        Example().changed(epochs=-3)


def test_that_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match=r"no setting called 'epoch' here\. Known are: bias, epochs, hidden, lr"):
        Example().changed(epoch=3)


def test_that_a_config_comes_back_from_its_plain_values():
    config = Example(epochs=7, hidden=(5,), lr=0.1)
    values = config.as_dict() | {"hidden": [5]}
    del values["note"]
    assert Example.from_dict(values) == config
    assert Example.from_dict({}) == Example()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", " 12 ", 12),
        ("lr", "1e-3", 1e-3),
        ("lr", "auto", None),
        ("lr", "Automatic", None),
        ("lr", "", None),
        ("schedule", "cosine", "cosine"),
        ("bias", "Yes", True),
        ("bias", "0", False),
        ("hidden", "600,200", (600, 200)),
        ("hidden", "4096-2048-512", (4096, 2048, 512)),
        ("hidden", "100", (100,)),
    ],
)
def test_that_a_value_is_read_from_text(name, text, value):
    assert parse_setting(declared(name), text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("epochs", "many"), ("epochs", "auto"), ("epochs", "2.5"), ("bias", "maybe"), ("hidden", "a,b")]
)
def test_that_a_text_that_means_no_value_is_refused(name, text):
    with pytest.raises(SettingError, match=rf"\({name}\).*is not such a value") as failure:
        parse_setting(declared(name), text)
    assert failure.value.facts["setting"] == name


def test_that_settings_given_as_texts_change_a_config():
    assert with_texts(Example(), {"epochs": "3", "lr": "auto"}) == Example(epochs=3)


def test_that_a_setting_is_found_by_its_former_name():
    assert find_setting(Example, "course") == declared("schedule")
    assert find_setting(Example, "rank") is None


def test_that_saved_and_typed_values_may_use_a_former_name():
    assert Example.from_dict({"course": "cosine"}) == Example(schedule="cosine")
    assert with_texts(Example(), {"course": "cosine"}) == Example(schedule="cosine")
    assert "course" not in Example(schedule="cosine").as_dict()


def test_that_a_bad_value_under_a_former_name_is_refused_under_the_new_one():
    with pytest.raises(SettingError, match=r"Schedule \(schedule\) is one of"):
        with_texts(Example(), {"course": "sine"})


def test_that_a_text_for_an_unknown_setting_is_refused():
    with pytest.raises(SettingError, match="no setting called 'rank' here"):
        with_texts(Example(), {"rank": "3"})


def test_that_an_error_is_a_sentence_with_its_remedy_and_facts():
    error = EngineError("The disk is full.", remedy="Free 2 GiB.", needed=2)
    assert (str(error), error.what, error.remedy) == (
        "The disk is full. Free 2 GiB.",
        "The disk is full.",
        "Free 2 GiB.",
    )
    assert error.facts == {"needed": 2}
    assert str(EngineError("The disk is full.")) == "The disk is full."


def test_that_a_label_that_names_its_setting_does_not_name_it_twice():
    assert Setting("Regularisation (l2)", "", low=0.01).sentence("l2") == "Regularisation (l2) is at least 0.01"
    assert Setting("Rank", "", low=1).sentence("rank") == "Rank (rank) is at least 1"
