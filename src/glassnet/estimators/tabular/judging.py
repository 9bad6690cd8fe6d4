"""How good a candidate is on rows that it did not learn from, and how its probabilities become decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from glassnet import metrics
from glassnet.core.losses import LOSSES
from glassnet.core.names import choose
from glassnet.estimators.tabular import out_of_fold
from glassnet.estimators.targets import LabelEncoder, Target, TargetScaler
from glassnet.network import Network
from glassnet.typing import AnyArray

Answers = metrics.ClassAnswers | metrics.NumberAnswers


class JudgedRows(NamedTuple):
    """Rows that candidates are compared by: those of validation, or of training that some networks left out.

    Attributes
    ----------
    X, Y : array (n[0], m), (n[L], m)
        Features and targets.
    S : array (1, m) or None
        Weights of the rows, those of their classes included.
    y : array (m,) or (m, n_outputs)
        The targets as they were given.
    weights : array (m,) or None
        Weights of the rows without those of their classes.
    mask : array (k, 1, m) or None
        0 where a network left a row out; None where no network learned from any.
    """

    X: Any
    Y: AnyArray
    S: AnyArray | None
    y: AnyArray
    weights: AnyArray | None
    mask: AnyArray | None

    def at(self, indices: AnyArray) -> JudgedRows:
        """Return targets and weights of some rows, without features."""
        S, weights = (None if M is None else M[..., indices] for M in (self.S, self.weights))
        return JudgedRows(None, self.Y[:, indices], S, self.y[indices], weights, None)


def class_answers(
    target: LabelEncoder, P: AnyArray, truth: AnyArray, *, weights: AnyArray | None = None, positive: int | None = None
) -> metrics.ClassAnswers:
    """Return what a classifier answers, with the decisions that its target makes of probabilities.

    Parameters
    ----------
    target : LabelEncoder
        With threshold or costs.
    P : array (m, n_outputs)
        Outputs of the network.
    truth : array (m, n_outputs)
        Target columns.
    weights : array (m,), optional
        Of the rows.
    positive : int, optional
        The rarer of two classes.

    Returns
    -------
    ClassAnswers
        Of these rows.
    """
    probabilities = target.probabilities(P)
    if target.multilabel:
        return metrics.ClassAnswers.of(probabilities, truth > 0.5, weights=weights)
    positive = positive if len(target.classes) == 2 else None
    return metrics.ClassAnswers(
        probabilities, target.most_probable(truth), target.decided(P), weights, positive, target.costs
    )


def number_answers(
    loss: str, predictions: AnyArray, y: AnyArray, weights: AnyArray | None = None
) -> metrics.NumberAnswers:
    """Return what a regressor answers.

    Parameters
    ----------
    loss : str
        Of the network; of a quantile it says which.
    predictions, y : array (m,) or (m, n_outputs)
        Estimates and true numbers.
    weights : array (m,), optional
        Of the rows.

    Returns
    -------
    NumberAnswers
        Of these rows.
    """
    return metrics.NumberAnswers(predictions, y, weights, quantile_of(loss))


def quantile_of(loss: str) -> float:
    """Return the quantile that a loss estimates, .5 where it is another loss."""
    name, row = choose(LOSSES, loss, "loss")
    return float(row.options["q"]) if name == "quantile" else 0.5


def metrics_of_loss(loss: str) -> tuple[str, ...]:
    """Return the metrics that belong to a loss.

    Parameters
    ----------
    loss : str
        Name in the table of losses.

    Returns
    -------
    tuple of str
        Names in `metrics.METRICS`.
    """
    name = loss.partition("(")[0].strip()
    return {"quantile": ("quantile_loss",), "poisson": ("poisson_deviance",)}.get(name, ())


def shown_scores(answers: Answers, loss: str, metric: str | None) -> dict[str, float]:
    """Return the scores of answers that are shown, by label.

    Parameters
    ----------
    answers : ClassAnswers or NumberAnswers
        Of m rows.
    loss : str
        Of the network.
    metric : str or None
        What was asked for, by its name in `metrics.METRICS`.

    Returns
    -------
    dict of str to float
        That of the metric first.
    """
    more = [*([] if metric is None else [metric]), *metrics_of_loss(loss)]
    if isinstance(answers, metrics.ClassAnswers):
        return metrics.of_classes(answers, more)
    return metrics.of_numbers(answers, more)


def rarer_class(target: Target, Y: AnyArray) -> int | None:
    """Return the index of the rarer of two classes, the second where they are equally frequent.

    Parameters
    ----------
    target : LabelEncoder or TargetScaler
        Of the training.
    Y : array (n_outputs, m)
        Target columns of the training rows.

    Returns
    -------
    int or None
        None where there are not two classes.
    """
    if not isinstance(target, LabelEncoder) or target.multilabel or len(target.classes) != 2:
        return None
    return int(np.mean(Y) <= 0.5)


class Judgement(NamedTuple):
    """What rows left out say of a candidate.

    Attributes
    ----------
    cost : float
        What candidates are compared by: less is better.
    value : float
        Of the metric; the cost where no metric was asked for.
    target : LabelEncoder or TargetScaler
        With the threshold that is best by the metric.
    answers : ClassAnswers or NumberAnswers
        On these rows.
    """

    cost: float
    value: float
    target: Target
    answers: Answers


def judged(network: Network, target: Target, plain: Target, rows: JudgedRows, metric: str | None) -> Judgement:
    """Compare the answers of a network for rows left out with the truth.

    Parameters
    ----------
    network : Network
        One, or a stack of k.
    target : LabelEncoder or TargetScaler
        Whose columns the network learned.
    plain : LabelEncoder or TargetScaler
        The scale on which the cost of numbers is taken, so that candidates that learned logarithms can be compared.
    rows : JudgedRows
        What is left out.
    metric : str, optional
        Name in `metrics.METRICS`. None is the squared error of the probabilities, summed over the classes (Brier
        1950): cross-entropy mostly measures overconfidence, and an overconfident network can still be right more
        often. For numbers it is the network's own loss.

    Returns
    -------
    Judgement
        Cost, target and answers.
    """
    parts, loss = out_of_fold.left_out(network, rows.X, rows.mask), network.architecture.loss
    k, judged_rows = network.n_networks or 1, rows.at(np.concatenate([part.rows for part in parts]))
    outputs = np.concatenate([part.mean for part in parts], axis=-1)  # of these networks together, as `predict` does

    def cost_of(target: Target) -> float:
        if target is plain:
            return out_of_fold.cost(parts, rows.Y, loss, k, rows.S)
        rescaled = [part._replace(A=_rescaled(part.A, target, plain)) for part in parts]
        return out_of_fold.cost(rescaled, plain.encode(rows.y).T, loss, k, rows.S)

    if isinstance(target, TargetScaler) and target.log and isinstance(plain, TargetScaler):
        target = _smeared(target, outputs, judged_rows, loss, metric, cost_of)
    cost = cost_of(target)
    if isinstance(target, LabelEncoder):
        positive = rarer_class(target, rows.Y)
        target = decided_by(target, outputs.T, judged_rows, metric, positive)
        answers: Answers = class_answers(
            target, outputs.T, judged_rows.Y.T, weights=judged_rows.weights, positive=positive
        )
    else:
        answers = number_answers(loss, target.decode(outputs.T), judged_rows.y, judged_rows.weights)
    if metric is None:
        return Judgement(cost, cost, target, answers)
    row = metrics.METRICS[metric]
    return Judgement(row.cost(answers), row.formula(answers), target, answers)


def _smeared(
    target: TargetScaler, outputs: AnyArray, rows: JudgedRows, loss: str, metric: str | None,
    cost_of: Callable[[Target], float],
) -> TargetScaler:  # fmt: skip
    """Return a scaler of logarithms with the factor that is better: 1, or that of the right mean (Duan 1983)."""
    target = replace(target, factor=1.0)
    mean = float(np.average(target.in_units(outputs.T)[..., 0], weights=rows.weights))
    factor = float(np.average(rows.y, weights=rows.weights)) / max(mean, np.finfo(float).tiny)
    if not (np.isfinite(factor) and factor > 0):
        return target

    def cost(each: TargetScaler) -> float:
        if metric is None:
            return cost_of(each)
        return metrics.METRICS[metric].cost(number_answers(loss, each.decode(outputs.T), rows.y, rows.weights))

    return min((target, replace(target, factor=factor)), key=cost)


def _rescaled(A: AnyArray, target: Target, plain: Target) -> AnyArray:
    """Return outputs (c, n, m) that learned one scale of numbers on the other."""
    assert isinstance(target, TargetScaler)
    assert isinstance(plain, TargetScaler)
    answers = np.moveaxis(np.asarray(A, np.float64), -2, -1)
    return np.moveaxis((target.in_units(answers) - plain.mean) / plain.scale, -1, -2)


def decided_by(
    target: LabelEncoder, P: AnyArray, rows: JudgedRows, metric: str | None, positive: int | None
) -> LabelEncoder:
    """Return the encoder whose decisions make a metric best on rows left out, where the metric depends on them.

    Parameters
    ----------
    target : LabelEncoder
        Of the training; its costs, if it has any, stay.
    P : array (m, n_outputs)
        Outputs for rows left out.
    rows : JudgedRows
        These rows.
    metric : str or None
        Name in `metrics.METRICS`.
    positive : int or None
        The rarer of two classes.

    Returns
    -------
    LabelEncoder
        With a threshold of two classes, or costs of more.
    """
    row = metrics.METRICS.get(metric or "")
    if row is None or not row.tunes or target.multilabel or target.costs is not None:
        return target
    truth = target.most_probable(rows.Y.T)
    if len(target.classes) == 2:
        return replace(target, threshold=metrics.best_threshold(P[:, 0], truth, row, positive, rows.weights))
    factors = metrics.best_class_weights(target.probabilities(P), truth, row, rows.weights)
    if (factors == 1).all():
        return target
    return replace(target, costs=factors[:, np.newaxis] * (1 - np.eye(len(factors))))
