"""Intervals and sets of classes that hold the truth in a given share of rows, from the answers to rows left out: CV+.

Each row of the training was left out by some networks. How far the mean of their answers was from the truth, as a
multiple of the spread s that is usual for such answers, is the row's score R. A new row gets an answer from each such
set of networks: answer +- R s would hold its truth as often as that of the rows left out, whatever the distribution of
the rows, if new ones are like those of the training and these were left out at random.

Shapes: k networks, n target columns, m rows. Sources: R. F. Barber, E. J. Candès, A. Ramdas and R. J. Tibshirani,
Predictive inference with the jackknife+, Annals of Statistics 2021; for classes Y. Romano, M. Sesia and E. J. Candès,
Classification with valid and adaptive coverage, NeurIPS 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from glassnet.documents import MAPPING, RISING, checked, listed, number, whole
from glassnet.errors import ModelFileError, SettingError
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.typing import AnyArray

HALVINGS = 40  # of the range in which a quantile is searched: more than a float64 shows
SLACK = 1e-9  # of a count of rows, which is a sum of floats

POSITIVE = number(float(np.finfo(np.float64).tiny))
ENTRIES = {"parts": listed(MAPPING, least=1), "spreads": listed(MAPPING)}
PART = {"networks": listed(whole(), least=1), "rows": number(0), "scores": listed(listed(number(0), least=1), least=1)}
SPREAD = {"levels": RISING, "sizes": listed(POSITIVE, least=1)}


class LeftOut(NamedTuple):
    """Rows that the same networks left out.

    Attributes
    ----------
    networks : tuple of int
        Which of k.
    rows : float
        How many rows of average weight they are.
    scores : array (n, q)
        Of each target column, or of the class (n = 1): q quantiles in rising order, for as many rows each.
    """

    networks: tuple[int, ...]
    rows: float
    scores: AnyArray


class Spread(NamedTuple):
    """How far answers are usually from the truth, by their level: linear between some, constant beyond.

    Attributes
    ----------
    levels : array (b,)
        Answers, in rising order.
    sizes : array (b,)
        Mean errors of such answers.
    """

    levels: AnyArray
    sizes: AnyArray

    def of(self, answers: AnyArray) -> AnyArray:
        """Return the spread of each answer."""
        return np.interp(answers, self.levels, self.sizes)


class Conformity(NamedTuple):
    """How far answers to rows left out were from the truth.

    Attributes
    ----------
    parts : tuple of LeftOut
        By the networks that left them out.
    spreads : tuple of Spread
        One for each target column, whose scores are multiples of it; none for classes.
    """

    parts: tuple[LeftOut, ...]
    spreads: tuple[Spread, ...] = ()

    @property
    def rows(self) -> float:
        """All rows left out."""
        return sum(part.rows for part in self.parts)

    def intervals(self, A: AnyArray, coverage: float) -> AnyArray:
        """Return intervals that hold the targets of a share of rows.

        Parameters
        ----------
        A : array (k, m, n)
            Answers of each network.
        coverage : float
            That share, of each target column by itself.

        Returns
        -------
        array (m, n, 2)
            Lower and upper end, in the units of the target columns.

        Raises
        ------
        SettingError
            If `coverage` is no share, or rows left out are too few for it.
        """
        needed = self._needed(coverage)
        answers = self._answers(A)
        ends = []
        for j in range(A.shape[-1]):
            column, scores = answers[..., j], [part.scores[j] for part in self.parts]
            spread = self.spreads[j].of(column)
            upper = self._quantiles(column, spread, scores, needed)
            ends.append([-self._quantiles(-column, spread, scores, needed), upper])
        return np.transpose(ends, (2, 0, 1))

    def sets(self, P: AnyArray, coverage: float) -> AnyArray:
        """Return sets of classes that hold the class of a share of rows.

        Parameters
        ----------
        P : array (k, m, n_classes)
            Probabilities by each network.
        coverage : float
            That share.

        Returns
        -------
        array of bool (m, n_classes)
            Which classes are in the set of each row.

        Raises
        ------
        SettingError
            As `intervals` does.
        """
        needed = self._needed(coverage)
        below = np.zeros(P.shape[1:])  # rows whose class had less before it
        for part, probabilities in zip(self.parts, self._answers(P), strict=True):
            scores = part.scores[0]
            below += part.rows / len(scores) * np.searchsorted(scores, more_probable(probabilities))
        return below < needed

    def _answers(self, A: AnyArray) -> AnyArray:
        """Return the mean answers of each set of networks, (parts, m, n)."""
        return np.stack([A[list(part.networks)].mean(axis=0) for part in self.parts])

    def _needed(self, coverage: float) -> float:
        """Return how many rows must have lower scores; the new row counts as one more."""
        if isinstance(coverage, bool) or not isinstance(coverage, Real) or not 0 < coverage < 1:
            raise SettingError(f"coverage: expected a share between 0 and 1, such as 0.9; got {coverage!r:.80}")
        needed, most = float(coverage) * (self.rows + 1) - SLACK, self.rows / (self.rows + 1)
        if needed > self.rows:
            raise SettingError(
                f"coverage: {coverage:g} takes more rows left out than the {self.rows:.0f} of this training, which are "
                f"enough for {np.floor(most * 1e4) / 1e4:g}; ask for less, or train on more rows"
            )
        return needed

    def _quantiles(self, answers: AnyArray, spread: AnyArray, scores: Sequence[AnyArray], needed: float) -> AnyArray:
        """Return for each row the least number that answer + score * spread does not exceed for the rows needed.

        Between the least and the greatest quantile of the parts it is searched by halving. Answers and spread are
        (parts, m).
        """
        share = needed / self.rows
        own = [part[max(int(np.ceil(share * len(part))), 1) - 1] for part in scores]
        ends = answers + np.reshape(own, (-1, 1)) * spread
        low, high = ends.min(axis=0), ends.max(axis=0)
        for _ in range(HALVINGS if len(scores) > 1 else 0):
            middle = low + (high - low) / 2
            count = np.zeros(len(middle))
            for part, answer, unit, each in zip(self.parts, answers, spread, scores, strict=True):
                count += part.rows / len(each) * np.searchsorted(each, (middle - answer) / unit, side="right")
            enough = count >= needed
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high

    def to_document(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "parts": [{**part._asdict(), "scores": part.scores.tolist()} for part in self.parts],
            "spreads": [{name: each.tolist() for name, each in spread._asdict().items()} for spread in self.spreads],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], k: int, n: int) -> Conformity:
        """Return what `to_document` wrote for k networks and n numbers, 0 for classes; ModelFileError if it is none."""
        checked(document, ENTRIES, "left_out")
        parts = tuple(_part(checked(each, PART, "left_out"), k, max(n, 1)) for each in document["parts"])
        spreads = tuple(_spread(checked(each, SPREAD, "left_out")) for each in document["spreads"])
        if len(spreads) != n or not sum(part.rows for part in parts) > 0:
            raise ModelFileError(f"left_out: expected rows, and a spread for each of {n} numbers")
        return cls(parts, spreads)


def _part(document: Mapping[str, Any], k: int, n: int) -> LeftOut:
    scores = document["scores"]
    if len(scores) != n or len(set(map(len, scores))) > 1 or max(document["networks"]) >= k:
        raise ModelFileError(f"left_out: {len(scores)} lists of scores do not fit {n} targets, or {k} networks")
    table = np.asarray(scores, np.float64)
    if (np.diff(table) < 0).any():
        raise ModelFileError("left_out: scores must not fall")
    return LeftOut(tuple(document["networks"]), float(document["rows"]), table)


def _spread(document: Mapping[str, Any]) -> Spread:
    if len(document["levels"]) != len(document["sizes"]):
        raise ModelFileError("left_out: a spread needs one size for each level")
    return Spread(*(np.asarray(document[name], np.float64) for name in ("levels", "sizes")))


def regions_of(conformity: Conformity, target: Target, A: AnyArray, coverage: float, output: str) -> AnyArray:
    """Return intervals in the units of the target, or sets of classes, of the answers of each network.

    Parameters
    ----------
    conformity : Conformity
        Of these networks.
    target : LabelEncoder or TargetScaler
        What they learned. A set holds the class that it decides on, too.
    A : array (k, m, n_outputs)
        Answers of each network.
    coverage : float
        Share of rows whose truth they are to hold.
    output : str
        Activation of the output: after exp (counts) no interval goes below 0.

    Returns
    -------
    array (m, 2), (m, n_outputs, 2), or of bool (m, n_classes)
        For a single target, several, or classes.

    Raises
    ------
    SettingError
        If `coverage` is no share, or rows left out are too few for it.
    """
    if isinstance(target, LabelEncoder):
        sets = conformity.sets(np.stack([target.probabilities(each) for each in A]), coverage)
        sets[np.arange(len(sets)), target.decided(A.mean(axis=0))] = True
        return sets
    ends = np.moveaxis(conformity.intervals(A, coverage), -1, 0)
    units = replace(target, factor=1.0).in_units(ends)  # rows left out were compared in logarithms, without the factor
    units = np.moveaxis(np.maximum(units, 0) if output == "exp" else units, 0, -1)
    return units[:, 0] if target.single else units


def more_probable(P: AnyArray) -> AnyArray:
    """Return for each class the sum of the probabilities of all that are more probable.

    A set of classes that holds those where it is less than a bound holds the most probable classes, until their sum
    reaches the bound. The most probable class has 0, so that no set is empty.

    Parameters
    ----------
    P : array (m, n_classes)
        Probabilities.

    Returns
    -------
    array (m, n_classes)
        Equal where probabilities are.

    Examples
    --------
    >>> more_probable(np.array([[0.2, 0.5, 0.3]]))
    array([[0.8, 0. , 0.5]])
    """
    order = np.argsort(-P, axis=1, kind="stable")
    falling = np.take_along_axis(P, order, axis=1)
    before = np.cumsum(falling, axis=1) - falling
    before[:, 1:][falling[:, 1:] == falling[:, :-1]] = 0
    before[:, 0] = 0
    found = np.empty_like(before)
    np.put_along_axis(found, order, np.maximum.accumulate(before, axis=1), axis=1)
    return found
