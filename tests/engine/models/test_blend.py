"""A blend adds up the scores of its parts, on one scale, by weight."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from small_models import SMALL

from engine.data.dataset import Histories, Scale
from engine.errors import SettingError
from engine.events import drive
from engine.models.base import ClosedFormModel, Model, StepModel
from engine.models.blend import Blend, BlendConfig, Part, additive_scores, standardised
from engine.models.ease import EaseConfig
from engine.models.popularity import PopularityConfig
from engine.models.registry import build, kind_of

ITEMS = 40
SCALE = Scale(0.5, 5.0, 0.5)
CONFIGS = {**SMALL, "ease": EaseConfig(l2=20.0), "popularity": PopularityConfig()}
TOLERANCE = 1e-4
PROFILE = Histories.of_one([3, 17, 8, 22, 31, 5], [5.0, None, 1.0, 4.5, None, 3.0])


def some_people(*, people: int = 60, seed: int = 5) -> Histories:
    dice = np.random.default_rng(seed)
    users, rows = np.nonzero(dice.random((people, ITEMS)) < 0.3)
    return Histories.of(users, rows, dice.integers(1, 11, len(rows)) / 2, people=people)


def learned(model: Model) -> Model:
    if isinstance(model, ClosedFormModel):
        drive(model.fit(some_people()))
    if isinstance(model, StepModel):
        model.prepare(some_people(), seed=3)
        with torch.no_grad():
            for layer in model.modules():
                if isinstance(layer, torch.nn.Linear):
                    layer.weight.mul_(2.0)
    return model.eval()


def part(name: str, weight: float, **others: float) -> Part:
    return Part(name, CONFIGS[name].as_dict(), name, weight, **others)


def blend_of(*parts: Part, offset: float = 0.0) -> Blend:
    """A blend whose parts have learned, and whose training saw all titles but the last three."""
    made = build("blend", BlendConfig(copies=parts, rating_offset=offset), items=ITEMS, scale=SCALE)
    assert isinstance(made, Blend)
    for _, model in made.parts:
        learned(model)
    made.candidates_I[-3:] = False
    return made.eval()


def of_every_kind() -> Blend:
    return blend_of(
        part("ease", 0.3),
        part("mult_vae", 0.25),
        part("two_head", 0.25, presence=0.75, rating_weight=0.6),
        part("mf", 0.2, rating_weight=0.5),
        part("popularity", 0.0, rating_weight=0.1),
        offset=-0.2,
    )


def by_definition(blend: Blend, profile: Histories) -> tuple[np.ndarray, np.ndarray]:
    """The scores and ratings of one profile as the docstring of the module defines them, in numpy."""
    free = blend.candidates_I.numpy().copy()
    free[profile.item_rows_N] = False
    scores, ratings = np.zeros(ITEMS), np.full(ITEMS, blend.config.rating_offset)
    for part, model in blend.parts:
        prediction = model.predict(profile)
        scored = model.rank_scores(prediction, part.presence)[0].double().numpy()
        scored = np.log(scored) if part.presence is not None else scored
        spread = scored[free].std()
        if spread > 0:
            scores += part.weight * (scored - scored[free].mean()) / spread
        if part.rating_weight:
            ratings += part.rating_weight * prediction.rating_UI[0].double().numpy()
    return scores, np.clip(ratings, SCALE.low, SCALE.high)


def test_that_a_mix_equals_its_slow_definition():
    blend, people = of_every_kind(), some_people(people=5, seed=9)

    prediction = blend.predict(people)

    for row in range(len(people)):
        scores, ratings = by_definition(blend, people.row(row))
        assert prediction.score_UI[row].numpy() == pytest.approx(scores, abs=TOLERANCE)
        assert prediction.rating_UI[row].numpy() == pytest.approx(ratings, abs=TOLERANCE)


def test_that_leaving_out_takes_each_part_and_its_measure_anew():
    blend = of_every_kind()

    fast = blend.leave_one_out(PROFILE, left_out_V=np.arange(6), columns_C=None)

    variants = [PROFILE, *(PROFILE.where(np.arange(6) != entry) for entry in range(6))]
    for row, variant in enumerate(variants):
        scores, ratings = by_definition(blend, variant)
        assert fast.score_UI[row].numpy() == pytest.approx(scores, abs=TOLERANCE)
        assert fast.rating_UI[row].numpy() == pytest.approx(ratings, abs=TOLERANCE)


def test_that_the_shares_of_the_parts_add_up_to_the_impact_of_a_rating():
    blend, columns = of_every_kind(), np.array([2, 30, 11])

    shares = blend.left_out(PROFILE, left_out_V=np.array([3, 0])).shares(columns)

    impacts = [share.score_UC[:1] - share.score_UC[1:] for share in shares if share.score_UC is not None]
    whole = blend.leave_one_out(PROFILE, left_out_V=np.array([3, 0]), columns_C=columns).score_UI
    assert len(impacts) == 4
    torch.testing.assert_close(torch.stack(impacts).sum(0), whole[:1] - whole[1:], atol=1e-5, rtol=0)
    own = blend.parts[0][1].leave_one_out(PROFILE, left_out_V=np.array([3, 0]), columns_C=None).score_UI
    assert bool((own[:1] != own[1:]).any())


def test_that_a_part_without_weight_is_not_asked(monkeypatch):
    blend = blend_of(part("ease", 1.0), part("popularity", 0.0))

    def refuse(*_arguments, **_names):
        pytest.fail("A part that counts for nothing was asked")

    monkeypatch.setattr(type(blend.parts[1][1]), "predict", refuse)
    assert blend.predict(PROFILE).rating_UI is None


def test_that_a_part_with_no_opinion_leaves_the_list_to_the_others():
    blend = blend_of(part("ease", 0.5), part("popularity", 0.5))
    nothing_liked = Histories.of_one([3, 8], [1.0, 2.0])

    scores = blend.predict(nothing_liked).score_UI[0]

    likes_I = blend.parts[1][1].predict(nothing_liked).score_UI[0]
    assert bool(torch.isfinite(scores).all())
    assert torch.equal(scores.argsort(stable=True), likes_I.argsort(stable=True))


def test_that_scores_that_are_no_numbers_stay_so():
    scores = torch.tensor([[1.0, float("nan"), 2.0]])
    assert bool(standardised(scores, torch.ones(1, 3)).isnan().all())


def test_that_what_is_ranked_by_a_product_is_added_by_its_logarithm():
    model = learned(build("two_head", CONFIGS["two_head"], items=ITEMS, scale=SCALE))
    prediction = model.predict(PROFILE)
    torch.testing.assert_close(
        additive_scores(model, prediction, 1.0), prediction.log_probability_UI, atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize(
    ("names", "learns_from", "predicts"),
    [
        (("ease", "mult_vae"), "likes", False),
        (("ease", "two_head"), "ratings", True),
        (("mf", "popularity"), "ratings", True),
    ],
)
def test_that_a_blend_can_what_its_parts_can(names, learns_from, predicts):
    rates = [kind_of(name).can.predicts_ratings for name in names]
    blend = blend_of(
        *(part(name, 0.5, **({"rating_weight": 0.5} if able else {})) for name, able in zip(names, rates, strict=True))
    )
    assert blend.can.learns_from == learns_from
    assert blend.can.predicts_ratings == predicts
    assert (blend.predict(PROFILE).rating_UI is not None) == predicts
    assert not blend.can.mixes_presence
    assert not Blend.can.predicts_ratings


def test_that_a_part_that_only_predicts_ratings_does_not_make_the_list_go_by_more_than_likes():
    blend = blend_of(part("ease", 1.0), part("popularity", 0.0, rating_weight=1.0))
    assert (blend.can.learns_from, blend.can.predicts_ratings) == ("likes", True)


def test_that_ratings_asked_for_one_by_one_are_those_of_the_whole_row():
    blend = of_every_kind()
    wanted = Histories.of_one([2, 30, 11], [None, None, None])

    ratings = blend.ratings_of(PROFILE, wanted)

    torch.testing.assert_close(ratings, blend.predict(PROFILE).rating_UI[0, [2, 30, 11]])


def test_that_uncertainty_adds_up_where_every_part_that_rates_knows_it(monkeypatch):
    blend = blend_of(part("mf", 0.5, rating_weight=0.6), part("mf", 0.5, rating_weight=0.3), part("ease", 0.0))
    wanted = Histories.of_one([2, 30], [None, None])
    assert blend.can.states_uncertainty
    assert blend.rating_sds_of(PROFILE, wanted) is None

    kind = type(blend.parts[0][1])
    monkeypatch.setattr(kind, "states_uncertainty", True)
    monkeypatch.setattr(kind, "rating_sds_of", lambda *_: torch.tensor([1.0, 0.5]))
    torch.testing.assert_close(blend.rating_sds_of(PROFILE, wanted), torch.tensor([0.9, 0.45]))
    assert not blend_of(
        part("mf", 0.5, rating_weight=0.6), part("popularity", 0.5, rating_weight=0.3)
    ).can.states_uncertainty


def test_that_a_blend_built_again_from_its_record_predicts_the_same_to_the_bit():
    blend = of_every_kind()
    document = json.loads(json.dumps(blend.config.as_dict()))

    again = build("blend", BlendConfig.from_dict(document), items=ITEMS, scale=SCALE, seed=99)
    again.load_state_dict(blend.state_dict())

    before, after = blend.predict(PROFILE), again.eval().predict(PROFILE)
    assert torch.equal(before.score_UI, after.score_UI)
    assert torch.equal(before.rating_UI, after.rating_UI)


@pytest.mark.parametrize("document", [{"copies": [{"models": "ease"}]}, {"copies": 3}, {"rating_offset": "much"}])
def test_that_settings_of_something_else_are_refused(document):
    with pytest.raises(SettingError, match="not those of a blend"):
        BlendConfig.from_dict(document)


def test_that_a_blend_of_nothing_is_refused_with_what_to_do():
    with pytest.raises(SettingError, match="parts=RUN1\\+RUN2"):
        build("blend", BlendConfig(), items=ITEMS, scale=SCALE)


def test_that_the_runs_to_mix_are_read_from_one_word():
    assert BlendConfig(parts="ease 1+ r12ab +").asked_runs() == ("ease 1", "r12ab")
