"""Taste, readings of ratings and earlier lists as sentences for somebody who rates films. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.recommending.rating_reading import STRONGEST, ReadingKind
from engine.text import (
    format_count,
    format_difference,
    format_distinct,
    format_moment,
    format_percent,
    format_predicted_rating,
    format_rating,
    join_words,
    plural,
    plural_of,
)
from engine.wording import counted, said

if TYPE_CHECKING:
    from engine.recommending.earlier_lists import ShownList
    from engine.recommending.rating_reading import RatingReading, Reading, Step
    from engine.recommending.taste_profile import TasteGroup, TasteProfile
    from engine.recommending.user_evaluation import UserEvaluation

_TOLD = 4
_LEAST_TOLD, _LEAST_SHARE = 0.1, 0.05
_SMALL = 0.15


def describe_rated(group: TasteGroup, name: str, word: str) -> str:
    """How somebody rates a group beside most people: "You rate Drama 0.4 higher than most people do (31 films)"."""
    if group.difference is None:
        return said(
            "Too few rated {titles} to say how you rate {name} ({rated})",
            titles=plural_of(word),
            name=name,
            rated=plural(group.rated, word),
        )
    count, apart = plural(group.rated, word), group.difference.value
    if not group.is_clear or abs(apart) < _LEAST_TOLD / 2:
        return said("You rate {name} about as most people do ({titles})", name=name, titles=count)
    if apart > 0:
        return said(
            "You rate {name} {apart:.1f} higher than most people do ({titles})", name=name, apart=apart, titles=count
        )
    return said(
        "You rate {name} {apart:.1f} lower than most people do ({titles})", name=name, apart=-apart, titles=count
    )


def taste_sentences(found: TasteProfile, word: str) -> tuple[str, ...]:
    """What is most striking: all ratings together, then the groups that differ most, in ratings and in shares."""
    overall = found.overall
    if overall.difference is None:
        return (
            said("Rate a few more {words}: from five on they can be compared with everybody's.", words=plural_of(word)),
        )
    groups = (*found.genres, *found.decades)
    rated = [group for group in groups if group.is_clear and group.difference is not None]
    usual = overall.difference.value
    rated.sort(key=lambda group: -abs(group.difference.value - usual) if group.difference else 0.0)
    striking = [group for group in rated if group.difference and abs(group.difference.value - usual) >= _LEAST_TOLD]
    shares = sorted(groups, key=lambda group: -abs(group.share - group.crowd_share))
    return (
        f"{describe_rated(overall, plural_of(word), word)}.",
        *(f"{describe_rated(group, _called(group, found, word), word)}." for group in striking[:_TOLD]),
        *(
            said(
                "{name}: {share} of your {words}, {crowd_share} of everybody's.",
                name=group.name,
                share=format_percent(group.share),
                words=plural_of(word),
                crowd_share=format_percent(group.crowd_share),
            )
            for group in shares[:2]
            if abs(group.share - group.crowd_share) >= _LEAST_SHARE
        ),
    )


def _called(group: TasteGroup, found: TasteProfile, word: str) -> str:
    return (
        said("{words} of the {name}", words=plural_of(word), name=group.name) if group in found.decades else group.name
    )


def describe_group(group: TasteGroup, word: str) -> str:
    """All of a group in a sentence: for those who listen, and for the pointer."""
    parts = [
        said("{name}: {words} of yours", name=group.name, words=plural(group.titles, word)),
        said(
            "{share} of yours, {crowd_share} of everybody's",
            share=format_percent(group.share),
            crowd_share=format_percent(group.crowd_share),
        ),
    ]
    if group.difference is None or group.mine is None or group.crowd is None:
        return "; ".join([*parts, said("too few rated to compare ({rated})", rated=format_count(group.rated))])
    low, high = group.difference.low, group.difference.high
    sure = (
        ""
        if low is None or high is None
        else said(", between {low} and {high}", low=format_difference(low), high=format_difference(high))
    )
    mine, crowd = format_predicted_rating(group.mine), format_predicted_rating(group.crowd)
    parts.append(
        said(
            "you give {mine} on average, others {crowd} to the same ({difference}{sure})",
            mine=mine,
            crowd=crowd,
            difference=format_difference(group.difference.value),
            sure=sure,
        )
    )
    return "; ".join(parts)


def describe_left_out(count: int, kind: str, word: str) -> str:
    """Which groups are not shown, "" for none."""
    if not count:
        return ""
    return counted(
        "{groups} with fewer than five of your {titles} is left out.",
        "{groups} with fewer than five of your {titles} are left out.",
        count,
        groups=plural(count, kind),
        titles=plural_of(word),
    )


def describe_reading(found: RatingReading, word: str) -> str:
    """How the model reads ratings, for somebody who knows nothing of models."""
    films, like = plural_of(word), format_rating(found.like)
    mixes = said("This model mixes several; the one that counts most reads your stars so: ") if found.mixes else ""
    match found.kind:
        case ReadingKind.LIKES if found.others:
            share = format_percent(found.others)
            return said(
                "{mixes}It goes by what you liked: {films} you gave {like} or more count fully, all "
                "others {share} of that, whether you gave them few stars or none.",
                mixes=mixes,
                films=films,
                like=like,
                share=share,
            )
        case ReadingKind.LIKES:
            return said(
                "{mixes}It goes by what you liked: {films} you gave {like} or more count, all others do not.",
                mixes=mixes,
                films=films,
                like=like,
            )
        case ReadingKind.AS_IT_IS:
            beside = said("beside what each {word} usually gets and what you usually give", word=word)
            return said("{mixes}It takes your stars as they are, {beside}.", mixes=mixes, beside=beside)
    usual = found.mine.usual
    if usual is None:
        return said("{mixes}It reads stars beside what you usually give. You have rated nothing yet.", mixes=mixes)
    usually = said("since you usually give {usual}", usual=format_predicted_rating(usual))
    told = _telling(found.mine)
    example = (
        said(
            " For you a {rating} counts as {encoded}, {usually}.",
            rating=format_rating(told.rating),
            encoded=describe_encoded(told.encoded),
            usually=usually,
        )
        if told
        else ""
    )
    return said(
        "{mixes}It reads stars half by your own habit, half by the scale.{example}", mixes=mixes, example=example
    )


def describe_encoded(encoded: float) -> str:
    """What an encoded rating means: -2.5 to 2.5."""
    strength = abs(encoded)
    if strength < _SMALL:
        return said("neither good nor bad")
    side = "above" if encoded > 0 else "below"
    if strength < 0.6:
        return said("slightly {side} the middle", side=side)
    if strength < 1.3:
        return "good" if encoded > 0 else said("rather bad")
    return said("among the best") if encoded > 0 else said("among the worst")


def step_figure(step: Step) -> str:
    """An encoded value as a person reads it."""
    return format_difference(step.encoded) if abs(step.encoded) >= 0.05 else "0"


def share_of(step: Step) -> float:
    """A step as a share of the strongest, signed."""
    return step.encoded / STRONGEST


def describe_knowing(found: UserEvaluation, word: str) -> str:
    """How well the model knows somebody, in one sentence or two."""
    sentences = []
    errors = found.figures.get("mae")
    if errors is not None:
        own, plain = format_distinct(errors.model.value, errors.baseline.value)
        sentences.append(
            said(
                "Its predicted stars are off by {own} on average; plain averages are off by {plain}.",
                own=own,
                plain=plain,
            )
        )
    hits = found.figures.get(said("hits@100"))
    if hits is not None:
        mine, plain_hits = round(hits.model.value * hits.of), round(hits.baseline.value * hits.of)
        sentences.append(
            said(
                "Of your {favourites}, {mine} would be in its first 100 of {candidates} {words} had you "
                "not rated them; the most liked list has {plain_hits}.",
                favourites=counted("{count} favourite", "{count} favourites", hits.of),
                mine=format_count(mine),
                candidates=format_count(found.candidates),
                words=plural_of(word),
                plain_hits=format_count(plain_hits),
            )
        )
    if found.stopped and found.entries_done < found.entries_wanted:
        sentences.append(
            said(
                "{entries_done} of {entries_wanted} ratings were tried.",
                entries_done=format_count(found.entries_done),
                entries_wanted=format_count(found.entries_wanted),
            )
        )
    return " ".join(sentences) or said("There is too little to tell: rate a few favourites.")


def describe_shown(shown: ShownList) -> str:
    """When an earlier list was shown, and of which model."""
    bent = said(", with filters or sliders") if shown.bent else ""
    return f"{format_moment(shown.shown)}, {shown.model}{bent}"


def describe_meanwhile(later: Sequence[ShownList], word: str) -> str:
    """What was rated after an earlier list: what the lists since say of it."""
    changes = [change for shown in later for change in shown.meanwhile]
    total = sum(shown.changed for shown in later)
    if not total:
        return said("You have rated nothing since.")
    named = [
        f"{change.title} ({format_rating(change.rating)})"
        if change.rating is not None
        else said("{title} (taken back)", title=change.title)
        for change in dict.fromkeys(reversed(changes))
    ]
    more = total - len(named[:3])
    words = [*named[:3], *([counted("{count} more change", "{count} more changes", more)] if more > 0 else [])]
    return said("Rated since: {titles}.", titles=join_words(words))


def _telling(reading: Reading) -> Step | None:
    """The step that says most about the habit: the given one nearest below the usual, else the nearest."""
    usual = reading.usual or 0.0
    below = [step for step in reading.steps if step.given and step.rating < usual - 0.25]
    given = [step for step in reading.steps if step.given]
    nearest = sorted(below or given, key=lambda step: abs(step.rating - usual))
    return nearest[0] if nearest else None
