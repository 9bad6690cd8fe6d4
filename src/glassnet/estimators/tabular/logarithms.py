"""Whether a target is skewed so that its logarithm may be learned better, and the target of a candidate that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glassnet.estimators.tabular.candidate import LOG
from glassnet.estimators.targets import Target, TargetScaler

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel
    from glassnet.estimators.tabular.training_data import TrainingData

LOSSES = ("squared_error", "absolute_error")
SKEWED, RANGE = 1.0, 10.0  # least skewness, and ratio of the largest to the smallest target


def may_learn_logarithms(model: TableModel, data: TrainingData) -> bool:
    """Return whether the target is one number above 0, skewed, and less so as a logarithm."""
    if not isinstance(data.target, TargetScaler) or data.unclipped is None or data.judged is None:
        return False
    y = np.asarray(data.unclipped.trained.y, np.float64)
    if (model.loss or model._default_loss) not in LOSSES or y.ndim > 1 or y.min() <= 0 or data.judged.y.min() <= 0:
        return False
    if y.max() < RANGE * y.min():
        return False
    skewness = _skewness(y)
    return skewness > SKEWED and abs(_skewness(np.log(y))) < skewness


def _skewness(y: np.ndarray) -> float:
    """Return the mean cube of standardised numbers."""
    unit = np.abs(y).max() or 1.0
    deviation = (y - y.mean()) / unit
    return float(np.mean(deviation**3) / max(np.mean(deviation**2) ** 1.5, 1e-300))


def target_of(name: str, data: TrainingData) -> Target:
    """Return what a candidate of that name learns."""
    if not name.endswith(LOG):
        return data.target
    assert data.unclipped is not None
    samples = data.unclipped.trained
    return TargetScaler.of_logarithms(samples.y[samples.indices])
