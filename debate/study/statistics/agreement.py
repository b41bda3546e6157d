"""How far raters agree on the same items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Metric = Literal["nominal", "ordinal", "interval"]
#: Ratings, items by raters; NaN is a missing one.
Table = NDArray[np.float64]
Array = NDArray[Any]


def alpha(table: Table, metric: Metric) -> float | None:
    """Krippendorff's alpha: 1 less the disagreement there is by that which chance would make.

    Args:
        table: Ratings, (items, raters); NaN is missing. An item with fewer than two says nothing.
        metric: How far two ratings are apart: not at all or wholly (nominal), by the ratings that
            lie between them (ordinal), by their difference (interval).

    Returns:
        At most 1, 0 at chance; None if fewer than two categories stand among the pairs.

    Source: Krippendorff, Computing Krippendorff's alpha-reliability, 2011.
    """
    values = categories(table)
    if len(values) < 2:
        return None
    found = alphas(coincidences(counts(table, values)).sum(axis=0)[None], values, metric)
    return None if np.isnan(found[0]) else float(found[0])


def categories(table: Table) -> Array:
    """The categories that were used, in order."""
    return np.unique(table[~np.isnan(table)])


def counts(table: Table, values: Sequence[float] | Array) -> Array:
    """How many raters gave each item each category: (items, categories).

    Raises:
        ValueError: if a rating is none of the categories.
    """
    found = np.stack([(table == value).sum(axis=1) for value in values], axis=1).astype(float)
    if found.sum() != (~np.isnan(table)).sum():
        raise ValueError("a rating is none of the categories")
    return found


def coincidences(given: Array) -> Array:
    """What pairs of ratings an item makes, each weighing 1 by the item's other ratings.

    Args:
        given: Counts, (items, categories).

    Returns:
        (items, categories, categories); zero for an item with fewer than two ratings.
    """
    raters = given.sum(axis=1)
    pairs = given[:, :, None] * given[:, None, :]
    diagonal = np.arange(given.shape[1])
    pairs[:, diagonal, diagonal] -= given
    return np.asarray(pairs / np.where(raters > 1, raters - 1, np.inf)[:, None, None])


def alphas(pairs: Array, values: Array, metric: Metric) -> Array:
    """Alpha of many tables of coincidences at once.

    Args:
        pairs: (tables, categories, categories).
        values: The categories, in order.
        metric: As of `alpha`.

    Returns:
        (tables,); NaN where it is undefined.
    """
    used = pairs.sum(axis=2)
    total = used.sum(axis=1)
    if metric == "nominal":
        apart = np.broadcast_to(1.0 - np.eye(len(values)), pairs.shape)
    elif metric == "interval":
        apart = np.broadcast_to((values[:, None] - values[None, :]) ** 2, pairs.shape)
    else:  # the ratings from one to the other, of these two half
        upto = np.cumsum(used, axis=1) - used / 2
        apart = (upto[:, :, None] - upto[:, None, :]) ** 2
    observed = (pairs * apart).sum(axis=(1, 2))
    expected = (used[:, :, None] * used[:, None, :] * apart).sum(axis=(1, 2))
    defined = (used > 0).sum(axis=1) > 1
    share = np.divide(observed * (total - 1), expected, out=np.full(len(pairs), np.nan),
                      where=defined)  # fmt: skip
    return np.asarray(1.0 - share)


def gwet(
    table: Table, scale: Sequence[float], weights: Literal["nominal", "quadratic"] = "nominal"
) -> float | None:
    """Gwet's AC1, and with quadratic weights AC2, which hold where one category prevails.

    Args:
        table: Ratings, (items, raters); NaN is missing.
        scale: All categories that there are to choose from, used or not, in order.
        weights: How near two categories are: not at all, or by their places on the scale.

    Returns:
        At most 1; None if only one category was used, or no item was rated twice.

    Source: Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014, ch. 4 and 5.
    """
    given = counts(table, scale)
    raters = given.sum(axis=1)
    if (given.sum(axis=0) > 0).sum() < 2 or not (raters > 1).any():
        return None
    q = len(scale)
    near = np.eye(q)
    if weights == "quadratic":
        places = np.asarray(scale, dtype=float)
        near = 1.0 - ((places[:, None] - places[None, :]) / (places.max() - places.min())) ** 2
    twice = given[raters > 1]
    n = twice.sum(axis=1)
    agreed = ((twice * (twice @ near - 1)).sum(axis=1) / (n * (n - 1))).mean()
    rated = given[raters > 0]
    prevalence = (rated / rated.sum(axis=1, keepdims=True)).mean(axis=0)
    by_chance = near.sum() / (q * (q - 1)) * (prevalence * (1 - prevalence)).sum()
    return float((agreed - by_chance) / (1 - by_chance))


def percent_agreement(table: Table) -> float | None:
    """The share of pairs of raters who agree, of an item on average.

    Args:
        table: Ratings, (items, raters); NaN is missing.

    Returns:
        0 to 1; None if no item was rated twice.
    """
    given = counts(table, categories(table)) if categories(table).size else np.zeros((0, 1))
    n = given.sum(axis=1)
    twice, n = given[n > 1], n[n > 1]
    if not len(n):
        return None
    return float(((twice * (twice - 1)).sum(axis=1) / (n * (n - 1))).mean())


def specific_agreement(table: Table, category: float) -> float | None:
    """How often, where one rater says a category, another says it too.

    Args:
        table: Ratings, (items, raters); NaN is missing.
        category: Of two, the one that counts as positive.

    Returns:
        0 to 1; None if nobody said it of an item that another rated.

    Source: Fleiss, Statistical Methods for Rates and Proportions, 3rd ed., 2003, 18.2, of two
    raters; here all pairs of raters are taken together.
    """
    n = (~np.isnan(table)).sum(axis=1)
    said = (table == category).sum(axis=1)
    might = (said * np.maximum(n - 1, 0)).sum()
    return float((said * np.maximum(said - 1, 0)).sum() / might) if might else None


def cohen(confusion: Array) -> float | None:
    """Cohen's kappa of two raters.

    Args:
        confusion: How many items one put into the row's category and the other into the column's.

    Returns:
        At most 1; None if chance alone would always agree.

    Source: Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    share = confusion / confusion.sum()
    return _beyond(float(np.trace(share)), float(share.sum(axis=1) @ share.sum(axis=0)))


def scott(confusion: Array) -> float | None:
    """Scott's pi of two raters, as `cohen`, but chance draws from what both said together.

    Source: Scott, Reliability of content analysis, 1955.
    """
    share = confusion / confusion.sum()
    said = (share.sum(axis=1) + share.sum(axis=0)) / 2
    return _beyond(float(np.trace(share)), float((said**2).sum()))


def _beyond(agreed: float, by_chance: float) -> float | None:
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else None


def icc(table: Table, kind: Literal["agreement", "consistency"]) -> float | None:
    """The intraclass correlation of single ratings: ICC(A,1) or ICC(C,1), raters drawn at random.

    Args:
        table: Ratings, (items, raters); an item that any rater left out is left out.
        kind: Whether raters must give the same number, or may be stricter than each other.

    Returns:
        At most 1; None with fewer than two items or raters, or if nothing varies.

    Source: McGraw and Wong, Forming inferences about some intraclass correlations, 1996, table 4.
    """
    whole = table[~np.isnan(table).any(axis=1)]
    n, k = whole.shape
    if n < 2 or k < 2:
        return None
    grand, items, raters = whole.mean(), whole.mean(axis=1), whole.mean(axis=0)
    between_items = k * ((items - grand) ** 2).sum() / (n - 1)
    between_raters = n * ((raters - grand) ** 2).sum() / (k - 1)
    rest = ((whole - items[:, None] - raters[None, :] + grand) ** 2).sum() / ((n - 1) * (k - 1))
    below = between_items + (k - 1) * rest
    if kind == "agreement":
        below += k / n * (between_raters - rest)
    scale = float((whole**2).mean())
    return float((between_items - rest) / below) if abs(below) > 1e-12 * scale else None
