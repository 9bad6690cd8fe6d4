"""Curves that say how far probabilities can be trusted: calibration, precision and recall by threshold, gains.

Each takes the probability of one class in m rows, and whether each row is of that class.

Sources: reliability diagram DeGroot and Fienberg 1983; expected calibration error Guo et al. 2017, arXiv 1706.04599;
precision, recall and F1 van Rijsbergen 1979; gains and lift Witten, Frank and Hall, Data Mining, 2011, section 5.7.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from glassnet.metrics import METRICS, best_threshold, hits_and_alarms, share_of
from glassnet.typing import AnyArray


class CalibrationCurve(NamedTuple):
    """How often what has a probability is true, in bins of the probability that hold rows.

    Attributes
    ----------
    probability, share : array (b,)
        Mean probability of each bin's rows, and the share of them that is of the class.
    rows : array of int (b,)
        How many they are.
    bins : array of int (b,)
        Which bins they are, counted from 0, of all bins of equal width.
    error : float
        Expected calibration error: how far the two are apart, the mean over the rows.
    """

    probability: AnyArray
    share: AnyArray
    rows: AnyArray
    bins: AnyArray
    error: float


def calibration_curve(probability: AnyArray, truth: AnyArray, bins: int = 10) -> CalibrationCurve:
    """Return how often what has a probability is true.

    Parameters
    ----------
    probability : array (m,)
        Of the class, in [0, 1].
    truth : array of bool (m,)
        Whether each row is of the class.
    bins : int
        Of equal width; a probability on an edge belongs to the lower one.

    Returns
    -------
    CalibrationCurve
        Of the b bins that hold rows.

    Examples
    --------
    >>> curve = calibration_curve(np.array([0.1, 0.3, 0.8, 0.8]), np.array([False, False, True, False]), bins=2)
    >>> curve.probability.tolist(), curve.share.tolist(), curve.rows.tolist(), round(curve.error, 3)
    ([0.2, 0.8], [0.0, 0.5], [2, 2], 0.25)
    """
    bin_of_row = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], probability)
    rows = np.bincount(bin_of_row, minlength=bins)
    there = np.flatnonzero(rows)
    sums = [np.bincount(bin_of_row, weights=each, minlength=bins)[there] for each in (probability, truth)]
    mean, share = (each / rows[there] for each in sums)
    error = float(np.average(np.abs(mean - share), weights=rows[there]))
    return CalibrationCurve(mean, share, rows[there], there, error)


class Decisions(NamedTuple):
    """How good decisions by one threshold are, or by each of several.

    Attributes
    ----------
    threshold : float or array (n,)
        Rows of a higher probability are taken to be of the class.
    precision : float or array (n,)
        Share of these that is; NaN where there are none.
    recall : float or array (n,)
        Share of the rows of the class that is found.
    f1 : float or array (n,)
        Harmonic mean of the two.
    share : float or array (n,)
        Share of all rows that is taken.
    """

    threshold: AnyArray | float
    precision: AnyArray | float
    recall: AnyArray | float
    f1: AnyArray | float
    share: AnyArray | float


def decisions(probability: AnyArray, truth: AnyArray, thresholds: AnyArray | float) -> Decisions:
    """Return how good decisions by thresholds are.

    Parameters
    ----------
    probability : array (m,)
        Of the class.
    truth : array of bool (m,)
        Whether each row is of the class.
    thresholds : float or array (n,)
        Rows of a higher probability are taken to be of the class.

    Returns
    -------
    Decisions
        Of each threshold.

    Examples
    --------
    >>> decisions(np.array([0.2, 0.4, 0.6, 0.9]), np.array([False, True, False, True]), 0.5)[1:]
    (0.5, 0.5, 0.5, 0.5)
    """
    levels = np.unique(probability)
    hits, alarms = (np.append(each[::-1], 0.0) for each in hits_and_alarms(probability, truth))
    above = np.searchsorted(levels, thresholds, side="right")
    right, taken = hits[above], (hits + alarms)[above]
    precision = np.where(taken > 0, share_of(right, taken), np.nan)
    found, f1 = share_of(right, hits[0]), share_of(2 * right, taken + hits[0])
    each = (np.asarray(thresholds, float), precision, found, f1, taken / len(truth))
    return Decisions(*(array if array.ndim else float(array) for array in map(np.asarray, each)))


def best_decisions(probability: AnyArray, truth: AnyArray) -> Decisions:
    """Return the decisions by the threshold whose F1 is best; of equally good ones that nearest to .5.

    Parameters
    ----------
    probability : array (m,)
        Of the class.
    truth : array of bool (m,)
        Whether each row is of the class.

    Returns
    -------
    Decisions
        Of one threshold.
    """
    best = best_threshold(probability, truth.astype(np.intp), METRICS["f1"], positive=1)
    return decisions(probability, truth, best)


class CumulativeGains(NamedTuple):
    """How much of a class is found in the rows that most probably are of it.

    Attributes
    ----------
    taken, found : array (n,)
        Share of all rows, the most probable first, and share of the rows of the class that is among them: from (0, 0)
        to (1, 1). Rows of equal probability are taken together.
    """

    taken: AnyArray
    found: AnyArray

    def at(self, share: AnyArray | float) -> AnyArray:
        """Return which share of the class is found in a share of all rows, linear between the points.

        Parameters
        ----------
        share : float or array (k,)
            Of all rows.

        Returns
        -------
        array (k,) or float
            Divided by `share` it is the lift: how many times more than rows drawn at random hold.
        """
        return np.interp(share, self.taken, self.found)


def cumulative_gains(probability: AnyArray, truth: AnyArray) -> CumulativeGains:
    """Return how much of a class is found in the rows that most probably are of it.

    Parameters
    ----------
    probability : array (m,)
        Of the class.
    truth : array of bool (m,)
        Whether each row is of the class; at least one is.

    Returns
    -------
    CumulativeGains
        A point for each different probability.

    Examples
    --------
    >>> gains = cumulative_gains(np.array([0.9, 0.7, 0.4, 0.1]), np.array([True, False, True, False]))
    >>> gains.taken.tolist(), gains.found.tolist(), float(gains.at(0.25) / 0.25)
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0], 2.0)
    """
    hits, alarms = (np.concatenate([[0.0], each]) for each in hits_and_alarms(probability, truth))
    return CumulativeGains((hits + alarms) / len(truth), hits / hits[-1])
