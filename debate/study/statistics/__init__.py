"""What ratings show, and how surely. Numbers in, numbers out; it knows nothing of studies.

A table of ratings is an array of items by raters, a missing rating is NaN. Where a coefficient is
undefined, as an agreement is where only one category was ever used, the answer is None: never 0
or 1. Needs numpy and scipy, which come with `yalta[study]`.
"""

from debate.study.statistics.agreement import (
    Metric,
    Table,
    alpha,
    cohen,
    gwet,
    icc,
    percent_agreement,
    scott,
    specific_agreement,
)
from debate.study.statistics.clustered import (
    FEWEST,
    TOO_FEW,
    Found,
    difference_interval,
    mean_interval,
    median_interval,
    share_difference,
    share_interval,
)
from debate.study.statistics.comparison import (
    bradley_terry,
    sensitivity,
    share_correct,
    win_rate,
)
from debate.study.statistics.intervals import (
    Chance,
    Interval,
    alpha_interval,
    chance,
    holm,
    item_bootstrap,
    leave_one_rater_out,
    wilson,
)
from debate.study.statistics.permutation import Shown, chance_among, difference_p
from debate.study.statistics.rankings import strength_intervals

__all__ = [
    "FEWEST",
    "TOO_FEW",
    "Chance",
    "Found",
    "Interval",
    "Metric",
    "Shown",
    "Table",
    "alpha",
    "alpha_interval",
    "bradley_terry",
    "chance",
    "chance_among",
    "cohen",
    "difference_interval",
    "difference_p",
    "gwet",
    "holm",
    "icc",
    "item_bootstrap",
    "leave_one_rater_out",
    "mean_interval",
    "median_interval",
    "percent_agreement",
    "scott",
    "sensitivity",
    "share_correct",
    "share_difference",
    "share_interval",
    "specific_agreement",
    "strength_intervals",
    "wilson",
    "win_rate",
]
