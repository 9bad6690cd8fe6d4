"""How good predictions are: plain functions of arrays."""

from __future__ import annotations

import numpy as np

from glassnet.typing import AnyArray


def of_classes(probabilities: AnyArray, class_indices: AnyArray) -> dict[str, float]:
    """Return accuracy, log loss and calibration error.

    Parameters
    ----------
    probabilities : array (m, n_classes)
        Of each class.
    class_indices : array (m,)
        The column of each row's true class.

    Returns
    -------
    dict of str to float
        "accuracy" in [0, 1], "log loss" in nats per row, "calibration error" in [0, 1].
    """
    of_truth = probabilities[np.arange(len(class_indices)), class_indices]
    return {
        "accuracy": float(np.mean(probabilities.argmax(axis=1) == class_indices)),
        "log loss": float(-np.log(np.maximum(of_truth, np.finfo(float).tiny)).mean()),
        "calibration error": calibration_error(probabilities, class_indices),
    }


def of_numbers(predictions: AnyArray, y: AnyArray) -> dict[str, float]:
    """Return the root of the mean squared error, and R².

    Parameters
    ----------
    predictions, y : array (m,) or (m, n_outputs)
        Estimates and true numbers.

    Returns
    -------
    dict of str to float
        "RMSE" in units of `y`; "R²", at most 1, NaN where all of `y` is one number.
    """
    mean_square, variance = float(np.mean((predictions - y) ** 2)), float(np.var(y))
    return {"RMSE": mean_square**0.5, "R²": 1 - mean_square / variance if variance > 0 else float("nan")}


def confusion_matrix(predicted: AnyArray, class_indices: AnyArray, n_classes: int) -> AnyArray:
    """Return how often each class was predicted for each true class.

    Parameters
    ----------
    predicted, class_indices : array (m,)
        Predicted and true class of each row, counted from 0.
    n_classes : int
        How many classes there are.

    Returns
    -------
    array of int, (n_classes, n_classes)
        Rows of the data by true class (first axis) and predicted class.
    """
    counts = np.bincount(n_classes * class_indices + predicted, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes)


def calibration_error(probabilities: AnyArray, class_indices: AnyArray, bins: int = 15) -> float:
    """Return the expected calibration error: how far confidence is from accuracy, on average.

    Parameters
    ----------
    probabilities : array (m, n_classes)
        Of each class; the largest of a row is its confidence.
    class_indices : array (m,)
        The column of each row's true class.
    bins : int
        Of equal width: rows whose confidence lies in one bin are averaged together.

    Returns
    -------
    float
        In [0, 1]; 0 where rows of confidence .8 are right in 8 of 10 cases, and so on.

    References
    ----------
    C. Guo et al., On Calibration of Modern Neural Networks, 2017, arXiv 1706.04599.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == class_indices
    bin_of_row = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(bin_of_row, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(class_indices))
