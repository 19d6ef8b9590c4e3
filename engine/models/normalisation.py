"""Ratings of generous and strict people made comparable, and the way back.

A rating becomes n = clip(alpha*z + (1-alpha)*a, -2.5, 2.5), where z is the rating against the person's own mean and
spread and a the rating against the middle of the scale; the more a person's ratings spread, the more z counts. With
fewer than two ratings, or all equal, n = a. The weight alpha lies between two shares: (0, 0.8) usually, (1, 1) for pure
z-scores, (0, 0) for values that are the same for everybody. These lie evenly, or a table gives them.

Shapes: N entries of B people; V variants of one profile with n entries.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.dataset import Scale

_LEAST_SPREAD = 1e-6
Shares = tuple[float, float]
PERSONAL: Shares = (0.0, 0.8)
RatingTable = tuple[float, ...]
"""What ratings become from the lowest to the highest: values that rise, evenly over the scale; () is no table."""
MOST = 2.5


@dataclass(frozen=True)
class RatingHabit:
    """How people rate: mean mu, spread sigma (population), and weight alpha of the personal part, 0 without spread."""

    mu: Tensor
    sigma: Tensor
    alpha: Tensor

    def of(self, index: Tensor) -> RatingHabit:
        """The habit of each entry's person, given the row of that person."""
        return RatingHabit(self.mu[index], self.sigma[index], self.alpha[index])


def habits(ratings_N: Tensor, person_N: Tensor, *, people: int, scale: Scale, shares: Shares = PERSONAL) -> RatingHabit:
    """The rating habit of each of B people from the entries that carry a rating (not NaN), [B]."""
    rated_N = ~torch.isnan(ratings_N)
    zero_B = torch.zeros(people, dtype=torch.float32, device=ratings_N.device)
    centred_N = torch.where(rated_N, ratings_N - scale.middle, 0.0)
    count_B = zero_B.index_add(0, person_N, rated_N.float())
    mean_B = zero_B.index_add(0, person_N, centred_N) / count_B.clamp(min=1)
    apart_N = torch.where(rated_N, centred_N - mean_B[person_N], 0.0)
    variance_B = zero_B.index_add(0, person_N, apart_N**2) / count_B.clamp(min=1)
    return _habit(count_B, mean_B + scale.middle, variance_B, scale, shares)


def habits_of_rows(ratings_UI: Tensor, rated_UI: Tensor, *, scale: Scale, shares: Shares = PERSONAL) -> RatingHabit:
    """The habits of people whose ratings are rows of a matrix, [U, 1]; rated_UI says where there is one."""
    centred_UI = torch.where(rated_UI, ratings_UI - scale.middle, 0.0)
    count_U1 = rated_UI.sum(1, keepdim=True).float()
    mean_U1 = centred_UI.sum(1, keepdim=True) / count_U1.clamp(min=1)
    apart_UI = torch.where(rated_UI, centred_UI - mean_U1, 0.0)
    variance_U1 = apart_UI.square().sum(1, keepdim=True) / count_U1.clamp(min=1)
    return _habit(count_U1, mean_U1 + scale.middle, variance_U1, scale, shares)


def habits_without_each(
    ratings_n: Tensor, left_out_V: Tensor, *, scale: Scale, shares: Shares = PERSONAL
) -> RatingHabit:
    """The habit of one person with each of some entries left out in turn, [V, 1]."""
    rated_n = ~torch.isnan(ratings_n)
    is_left_Vn = rated_n.expand(len(left_out_V), -1).clone()
    is_left_Vn[torch.arange(len(left_out_V), device=ratings_n.device), left_out_V] = False
    centred_n = torch.where(rated_n, ratings_n - scale.middle, 0.0)
    count_V1 = is_left_Vn.sum(1, keepdim=True).float()
    mean_V1 = (is_left_Vn * centred_n).sum(1, keepdim=True) / count_V1.clamp(min=1)
    variance_V1 = (is_left_Vn * (centred_n - mean_V1) ** 2).sum(1, keepdim=True) / count_V1.clamp(min=1)
    return _habit(count_V1, mean_V1 + scale.middle, variance_V1, scale, shares)


def normalise(ratings: Tensor, habit: RatingHabit, scale: Scale, table: RatingTable = ()) -> Tensor:
    """Normalised ratings in -2.5..2.5; an entry without a rating counts as the person's mean."""
    ratings = torch.where(torch.isnan(ratings), habit.mu, ratings)
    if table:
        return _by_table(ratings, scale, table)
    z = ((ratings - habit.mu) / habit.sigma.clamp(min=_LEAST_SPREAD)).clamp(-3.0, 3.0)
    a = ((ratings - scale.middle) / half_width(scale)).clamp(-2.5, 2.0)
    return (habit.alpha * z + (1.0 - habit.alpha) * a).clamp(-2.5, 2.5)


def denormalise(normalised: Tensor, habit: RatingHabit, scale: Scale, table: RatingTable = ()) -> Tensor:
    """The rating that a normalised value means for a person: the monotone inverse, clamped to the scale."""
    if table:
        return _rating_in_table(normalised, scale, table)
    h, alpha, sigma = half_width(scale), habit.alpha, habit.sigma.clamp(min=_LEAST_SPREAD)
    slope = alpha / sigma + (1.0 - alpha) / h
    rating = (normalised + alpha * habit.mu / sigma + (1.0 - alpha) * scale.middle / h) / slope
    z = (rating - habit.mu) / sigma
    beyond = scale.middle + h * (normalised - 3.0 * alpha * torch.sign(z)) / (1.0 - alpha).clamp(min=_LEAST_SPREAD)
    rating = torch.where((z.abs() > 3.0) & (alpha > 0), beyond, rating)
    return rating.clamp(scale.low, scale.high)


def _by_table(ratings: Tensor, scale: Scale, table: RatingTable) -> Tensor:
    """A straight line between two values of the table."""
    values = ratings.new_tensor(table)
    places = (ratings - scale.low) / (scale.high - scale.low) * (len(table) - 1)
    left = places.floor().clamp(0, len(table) - 2).long()
    return values[left] + (places - left) * (values[left + 1] - values[left])


def _rating_in_table(normalised: Tensor, scale: Scale, table: RatingTable) -> Tensor:
    values = normalised.new_tensor(table)
    right = torch.ones_like(normalised, dtype=torch.int64)
    for value in table[1:-1]:
        right = right + (normalised > value)
    places = right - 1 + (normalised - values[right - 1]) / (values[right] - values[right - 1])
    return (scale.low + places / (len(table) - 1) * (scale.high - scale.low)).clamp(scale.low, scale.high)


def half_width(scale: Scale) -> float:
    """The unit of the part that is measured against the scale.

    >>> half_width(Scale(1, 10, 1))
    2.5
    """
    return (scale.high - scale.low) * 2.5 / 9.0


def _habit(count: Tensor, mu: Tensor, variance: Tensor, scale: Scale, shares: Shares) -> RatingHabit:
    sigma = variance.clamp(min=0.0).sqrt()
    in_tenths = sigma * 9.0 / (scale.high - scale.low)
    alpha = (in_tenths / 2.6).clamp(min=shares[0], max=shares[1])
    alpha = torch.where((count < 2) | (sigma < _LEAST_SPREAD), 0.0, alpha)
    return RatingHabit(mu, sigma, alpha)
