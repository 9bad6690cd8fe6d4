"""The trace: every array of one pass, layer by layer, with shape, formula, and the range of its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet.arrays import numpy_namespace as xp
from glassnet.core.architecture import Architecture
from glassnet.core.equations import forward, linear_backward_input
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective, propagate
from glassnet.errors import MissingLibraryError, ShapeError
from glassnet.inspection import stacks
from glassnet.inspection.arrays import FACTOR, PassArrays
from glassnet.inspection.labels import Labels
from glassnet.inspection.strongest import Term, strongest_terms
from glassnet.inspection.sums import written_out
from glassnet.plain_text import visible
from glassnet.text_table import fitted
from glassnet.texts import told
from glassnet.typing import Array


@dataclass(frozen=True)
class TraceLine:
    """One array of the trace in a few numbers.

    Parameters
    ----------
    layer : int
        Counted from 1; the input is 0.
    array : str
        Its name, "Z[1]".
    shape : tuple of int
        Its shape.
    formula : str
        What it was made by.
    smallest, mean, largest : float
        Of its entries.
    zeros : float
        Share of entries that are 0, in [0, 1].
    """

    layer: int
    array: str
    shape: tuple[int, ...]
    formula: str
    smallest: float
    mean: float
    largest: float
    zeros: float


@dataclass(frozen=True)
class Trace(PassArrays):
    """Every array of one pass, and how they are shown; the lists count layers from 1, and A[0] is X.

    With an embedding entry 0 of W, b, A, dA, dW and db belongs to it, and `X` is what it takes.

    Parameters
    ----------
    architecture : Architecture
        Of the network.
    W, b : list of array (n[l], n[l-1]), (n[l], 1)
        Weights and biases, as they were.
    Z, A : list of array (n[l], m)
        Of the forward pass.
    dA, dZ : list of array (n[l], m), optional
        Of the backward pass, in the notation's sense: they belong to the sum of the losses, without 1/m. They, and dW
        and db, are None where the pass had no Y.
    dW, db : list of array (n[l], n[l-1]), (n[l], 1), optional
        Slopes of J.
    cost : float, or array (k,) for a stack, optional
        J.
    Y : array (n[L], m), optional
        Targets.
    D : list of array (n[l], m) or None, optional
        Dropout masks; None for layers without.
    S : array (1, m), optional
        Sample weights.
    penalties : dict of str to float, or to array (k,)
        Strengths of the penalties that J has, by name: "l2", "l1".
    labels : Labels
        What the rows of X and of A[L] stand for.

    Examples
    --------
    >>> from glassnet import Network
    >>> net = Network([2, 1], seed=0)
    >>> net.W[1] = [[0.5, -1]]
    >>> trace = net.trace([[2.0, 4.0], [1.0, 1.0]], [[1, 0]])
    >>> trace.unit("Z", layer=1, unit=0, sample=1)
    'Z[1][0, 1] = 0.5*4 - 1*1 + 0 = 1'
    >>> print(trace.formula("Z[1]"))
    Z[1]   = W[1]   A[0]   + b[1]
    (1, 2)   (1, 2) (2, 2)   (1, 1)
    """

    labels: Labels = field(default_factory=Labels)

    def lines(self) -> list[TraceLine]:
        """Return the arrays in the order of the pass, each in a few numbers.

        Returns
        -------
        list of TraceLine
            One for each array that the pass has.
        """
        return [
            TraceLine(
                d.layer, d.array, M.shape, d.formula, float(M.min() + 0.0), float(M.mean()), float(M.max() + 0.0),
                float(np.mean(M == 0)),
            )
            for d in self.dimensions()
            if (M := self.array(d.array)) is not None
        ]  # fmt: skip

    def formula(self, name: str) -> str:
        """Return an array's formula in letters, and below each factor its shape.

        Parameters
        ----------
        name : str
            The array, such as "Z[1]".

        Returns
        -------
        str
            Two lines: the letters, and the shapes below them.

        Raises
        ------
        UnknownNameError
            If no array of this network has the name.
        """
        self.array(name)  # an unknown name is refused
        formula = next(d.formula for d in self.dimensions() if name in d.array.split(" = "))
        above, below = [], []
        for word in f"{name} = {formula}".split(" "):
            factor = FACTOR.search(word)
            shape = " " * factor.start() + self._shape(factor) if factor else ""
            width = max(len(word), len(shape))
            above.append(word.ljust(width))
            below.append(shape.ljust(width))
        return "\n".join(" ".join(line).rstrip() for line in (above, below))

    def _shape(self, factor: re.Match[str]) -> str:
        M = self.array(factor[0].rstrip("ᵀ"))
        if M is None:
            return ""
        is_transposed = factor[3] or factor[5]
        return str((*M.shape[:-2], M.shape[-1], M.shape[-2]) if is_transposed else M.shape)

    def unit(
        self,
        letter: str,
        layer: int,
        unit: int = 0,
        sample: int = 0,
        *,
        input: int = 0,  # noqa: A002  the unit's input, as a learner calls it
        network: int = 0,
        terms: int = 8,
        digits: int = 4,
    ) -> str:
        """Write out the numbers behind one entry: "Z[2][1, 0] = 0.31*1.2 + ... + 0.1 = 0.47".

        Parameters
        ----------
        letter : {"Z", "A", "dA", "dZ", "dW", "db"}
            The array.
        layer : int
            Its layer, from 1; with an embedding 0 too, for A, dA, dW and db.
        unit, sample : int
            Row and column of the array, counted from 0 as in ``trace.Z[layer][unit, sample]``. Of an embedding the
            units are the rows of A[0].
        input : int
            Column of dW: the unit of the layer before, counted from 0.
        network : int
            Network of a stack, counted from 0.
        terms : int
            Terms of a sum that are shown.
        digits : int
            Digits of each number.

        Returns
        -------
        str
            The entry, what it is made of, with numbers for letters, and its value.

        Raises
        ------
        UnknownNameError, ShapeError, DataError
            If there is no such array, layer, unit, sample or input, or the pass had no Y.
        """
        return written_out(self, letter, layer, unit, sample, input, network, terms, digits)

    def strongest(self, layer: int, sample: int = 0, *, network: int = 0, most: int = 8) -> list[Term]:
        """Return the terms of Z[layer] that weigh most: the largest products W[l][u, j] A[l-1][j, sample] by size.

        Parameters
        ----------
        layer : int
            From 1.
        sample : int
            Column of A[l-1], counted from 0.
        network : int
            Network of a stack, counted from 0.
        most : int
            How many.

        Returns
        -------
        list of Term
            Of all units of the layer, the largest first: ``unit``, ``input``, ``weight``, ``activation``, ``product``.

        Raises
        ------
        ShapeError, SettingError
            If there is no such layer, sample or network.
        """
        for what, index, first, end in (("layer", layer, 1, self.architecture.L), ("sample", sample, 0, self.m - 1)):
            if not first <= index <= end:
                raise ShapeError(f"{what}: expected {first} to {end}; got {index}")
        return strongest_terms(self.of_network(network), layer, sample, most)

    # ------------------------------------------------------------ of a stack
    def of_network(self, network: int) -> Trace:
        """Return one network's part of a stack's pass, as if it had been alone.

        Parameters
        ----------
        network : int
            Counted from 0.

        Returns
        -------
        Trace
            Its arrays have no leading axis; of one network, and 0, the trace itself.

        Raises
        ------
        SettingError
            If there is no such network.
        """
        return stacks.of_network(self, network)

    def answers(self, predictions: Sequence[str] = ()) -> str:
        """Return the table of a stack's answers for sample 0: the mean, then those of each network.

        Parameters
        ----------
        predictions : sequence of str
            What each network alone predicts, where a model says it.

        Returns
        -------
        str
            Lines for a terminal; "" for one network.
        """
        if self.n_networks is None:
            return ""
        names = self.labels.of_units(self.architecture.sizes[-1])
        rows = stacks.answers(self, list(map(visible, names)), list(map(visible, predictions)))
        return fitted(rows, right=set(rows[0]))

    @property
    def mean_answer(self) -> Array:
        """A[L] (n[L], m): of a stack the mean over its networks."""
        A: Array = self.A[-1] if self.n_networks is None else self.A[-1].mean(axis=0)
        return A

    def answer(self, a: Array) -> str:
        """Return what a column of A[L] or of Y says: a class by its name or index, or the numbers.

        Parameters
        ----------
        a : array (n[L],)
            A column of A[L], of `mean_answer` or of Y.

        Returns
        -------
        str
            Of one unit the class above or below 0.5, of softmax the likeliest, of several sigmoid units all above 0.5.
        """
        is_class = "cross_entropy" in self.architecture.loss
        return self.labels.answer(a, is_class, self.architecture.output == "softmax")

    # ------------------------------------------------------------ as data
    def to_dict(self) -> dict[str, Any]:
        """Return the trace as plain data.

        Returns
        -------
        dict
            Plain JSON data: architecture, cost, and each line with its numbers.
        """
        return {
            "architecture": self.architecture.to_document(),
            "cost": None if self.cost is None else np.asarray(self.cost).tolist(),
            "lines": [{**vars(line), "numbers": self.array(line.array).tolist()} for line in self.lines()],
        }

    def to_frame(self) -> Any:
        """Return the lines as a pandas data frame.

        Returns
        -------
        pandas.DataFrame
            A row for each array; the columns are the fields of `TraceLine`.

        Raises
        ------
        MissingLibraryError
            If pandas is not installed.
        """
        try:
            with interrupts.held():
                import pandas as pd
        except ImportError:
            raise MissingLibraryError.of("trace.to_frame()", "pandas") from None
        return pd.DataFrame([vars(line) for line in self.lines()])

    # ------------------------------------------------------------ as text and page
    def __str__(self) -> str:
        head = ("array", "shape", "smallest", "mean", "largest", "zero", "formula")
        cells = [
            (
                t.array,
                str(t.shape),
                f"{t.smallest:.3g}",
                f"{t.mean:.3g}",
                f"{t.largest:.3g}",
                f"{t.zeros:.0%}",
                t.formula,
            )
            for t in self.lines()
        ]
        rows = [tuple(map(told, row)) for row in (head, *cells)]
        text = fitted(rows, right=set(map(told, ("smallest", "mean", "largest", "zero"))))
        if self.n_networks is not None:
            return f"{self.answers()}\n\n{text}"
        return text if self.cost is None else f"{text}\n{told(f'cost J = {np.round(self.cost, 6)}')}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from glassnet.inspection.trace_page import trace_html

        return trace_html(self)


def trace_pass(
    architecture: Architecture,
    theta: Parameters,
    X: Array,
    Y: Array | None,
    objective: Objective,
    D: list[Array | None],
    S: Array | None = None,
) -> Trace:
    """Run one pass, given as `propagate` takes it, and keep all of it; without Y there is only the forward half.

    The parameters are copied, so that the trace does not change when training continues.
    """
    theta, W = theta.over(theta.vector.copy()), theta.W.views
    masks = D if any(mask is not None for mask in D) else None
    with xp.quiet():
        if Y is None:
            A, Z = forward(xp, X, theta.W.views, theta.b.views, objective.g, D)
            return Trace(architecture, theta.W.views, theta.b.views, Z, A, D=masks)
        gradient = theta.like()
        J, A, Z, dA, dZ = propagate(xp, theta, gradient, X, Y, objective, D, S)
        dA[-1] = objective.loss.slope(xp, A[-1], Y) if S is None else objective.loss.slope(xp, A[-1], Y) * S
        dA[0] = linear_backward_input(dZ[1], W[1])
    return Trace(
        architecture, theta.W.views, theta.b.views, Z, A, dA, dZ, gradient.W.views, gradient.b.views,
        float(J) if np.ndim(J) == 0 else J, Y, masks, S, objective.penalties,
    )  # fmt: skip
