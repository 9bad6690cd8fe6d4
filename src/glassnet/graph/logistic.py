"""Logistic regression as a graph: for one sample, feature by feature, and for m samples, in matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassnet.errors import ShapeError
from glassnet.graph.nodes import Node, constants, cross_entropy, mean, sigmoid, variables


def logistic_regression_of_one(x: Sequence[float], y: float, w: Sequence[float], b: float = 0.0) -> Node:
    """Return the loss of one sample: z = w1 x1 + w2 x2 + ... + b, a = sigmoid(z), L = cross_entropy(a, y).

    Parameters
    ----------
    x : sequence of n_x floats
        Features.
    y : float
        Label, 0 or 1.
    w : sequence of n_x floats
        Weights.
    b : float
        Bias.

    Returns
    -------
    Node
        L, its derivatives computed; the features and the label are constants.

    Raises
    ------
    ShapeError
        If there is not one weight for each feature.

    Examples
    --------
    >>> L = logistic_regression_of_one(x=[1, 2], y=1, w=[0.5, -0.5], b=0.5)
    >>> {node.name: round(node.derivative, 3) for node in L.nodes() if node.name in ("z", "w1", "w2", "b")}
    {'w1': -0.5, 'w2': -1.0, 'b': -0.5, 'z': -0.5}
    """
    if len(x) != len(w) or not len(x):
        raise ShapeError(f"w: expected one weight for each of {len(x)} features, at least one; got {len(w)}")
    weights = variables(**{f"w{i}": value for i, value in enumerate(w, start=1)})
    features = constants(**{f"x{i}": value for i, value in enumerate(x, start=1)})
    (bias,), (label,) = variables(b=b), constants(y=y)
    z: Any = weights[0] * features[0]
    for weight, feature in zip(weights[1:], features[1:], strict=True):
        z = z + weight * feature
    a = sigmoid((z + bias).named("z")).named("a")
    L: Node = cross_entropy(a, label).named("L")
    L.backward()
    return L


def logistic_regression(X: Any, Y: Any, W: Any, b: Any = 0.0) -> Node:
    """Return the cost of m samples: Z = W @ X + b, A = sigmoid(Z), J = mean(cross_entropy(A, Y)).

    Parameters
    ----------
    X, Y : array (n_x, m), (1, m)
        One column per sample; labels 0 and 1.
    W : array (1, n_x)
        Weights.
    b : float, or array (1, 1)
        Bias.

    Returns
    -------
    Node
        J, its derivatives computed; X and Y are constants.

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Examples
    --------
    >>> J = logistic_regression(X=[[1, -1], [2, 0]], Y=[[1, 0]], W=[[0.5, -0.5]], b=0.5)
    >>> W = next(node for node in J.nodes() if node.name == "W")
    >>> print(J.chain_rule(W).splitlines()[-2].strip())
    dJ/dW = dJ/dv1 @ Xᵀ  (1, 2)
    """
    (features, labels), (weights, bias) = constants(X=X, Y=Y), variables(W=W, b=b)
    Z = (weights @ features + bias).named("Z")
    A = sigmoid(Z).named("A")
    if labels.shape != A.shape:
        raise ShapeError(f"Y: expected shape {A.shape}, as W @ X has; got {labels.shape}")
    J: Node = mean(cross_entropy(A, labels).named("loss")).named("J")
    J.backward()
    return J
