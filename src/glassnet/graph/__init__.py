"""The computation graph of an expression: values forward, derivatives backward, every path written out.

>>> from glassnet.graph import variables
>>> a, b, c = variables(a=5, b=3, c=2)
>>> J = 3 * (a + b * c)
>>> J.backward()
>>> a.derivative, b.derivative, c.derivative
(3.0, 6.0, 9.0)
>>> print(J)
node = formula  value  dJ/dnode
-------------------------------
a                   5         3
b                   3         6
c                   2         9
v1 = b * c          6         3
v2 = a + v1        11         3
J = 3 * v2         33         1
>>> print(J.chain_rule(b))
dJ/db = dJ/dv2 * dv2/dv1 * dv1/db = 3 * 1 * 2 = 6
"""

from glassnet.graph.logistic import logistic_regression, logistic_regression_of_one
from glassnet.graph.nodes import (
    Node,
    constants,
    cross_entropy,
    exp,
    log,
    matmul,
    mean,
    power,
    relu,
    sigmoid,
    sum,  # noqa: A004  its name in every formula
    tanh,
    variables,
)

__all__ = [
    "Node",
    "constants",
    "cross_entropy",
    "exp",
    "log",
    "logistic_regression",
    "logistic_regression_of_one",
    "matmul",
    "mean",
    "power",
    "relu",
    "sigmoid",
    "sum",
    "tanh",
    "to_svg",
    "variables",
]


def to_svg(node: Node) -> str:
    """Return the graph of an expression as an SVG picture; `Node.to_svg` as a function.

    Parameters
    ----------
    node : Node
        The expression.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    return node.to_svg()
