from typing import Dict, Tuple

import numpy as np
from numpy import ndarray


def sigmoid(z: ndarray) -> ndarray:
    positive = z >= 0
    out = np.empty_like(z, dtype=float)
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out


def propagate(w: ndarray, b: float, X: ndarray, Y: ndarray) -> Tuple[Dict[str, ndarray], float]:
    assert w.shape[0] == X.shape[0]
    m: int = X.shape[1]
    A: ndarray = sigmoid(w.T @ X + b)
    error: ndarray = A - Y
    grads: Dict[str, ndarray] = {"dw": (1 / m) * X @ error.T, "db": (1 / m) * np.sum(error)}
    cost: float = float((-1 / m) * (Y @ np.log(A.T) + (1 - Y) @ np.log(1 - A.T)))
    return grads, cost


def predict(w: ndarray, b: float, X: ndarray) -> ndarray:
    return (sigmoid(w.T @ X + b) > 0.5).astype(float)
