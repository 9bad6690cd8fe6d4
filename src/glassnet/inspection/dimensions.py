"""The dimension table: every array of a network with its shape, the rule behind it, its check and its formula."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

import numpy as np

from glassnet import pages
from glassnet.core.architecture import Architecture, Embedding
from glassnet.core.regularization import PENALTIES
from glassnet.text_table import fitted, wrapped
from glassnet.texts import told


class Terms(NamedTuple):
    """What a pass has besides the bare equations, because it changes their formulas."""

    dropped: Collection[int] = ()  # layers with a dropout mask
    weighted: bool = False
    penalties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dimension:
    """One line of the table.

    Parameters
    ----------
    layer : int
        Counted from 1; the input is 0.
    array : str
        Its name, "Z[1]".
    shape : tuple of int
        By the rule.
    rule, formula : str
        "(n[1], m)", and "W[1] A[0] + b[1]".
    found : tuple of int, optional
        Shape of the actual array; None where there is none to look at.
    """

    layer: int
    array: str
    shape: tuple[int, ...]
    rule: str
    formula: str
    found: tuple[int, ...] | None = None

    @property
    def check(self) -> str:
        """Return "ok", what was found instead, or "-" where there is no array."""
        if self.found is None:
            return "-"
        return "ok" if self.found == self.shape else f"WRONG: {self.found}"


class DimensionTable(Sequence[Dimension]):
    """The ledger of all arrays; prints as an aligned table.

    Parameters
    ----------
    lines : sequence of Dimension
        One for each array, in the order of the pass.
    architecture : Architecture
        Of the network.
    m : int
        Number of samples.
    dtype : numpy dtype
        Type of every number.

    Attributes
    ----------
    n_parameters : int
        Weights and biases of one network.
    operations : dict
        Multiplications and additions of the matrix products per sample and network, "forward" and "backward".
    bytes : dict
        What the "parameters" (W, b), their "slopes" (dW, db) and a "batch" of m samples (all other arrays) take.
    """

    def __init__(self, lines: Sequence[Dimension], architecture: Architecture, m: int, dtype: np.dtype[Any]) -> None:
        self.lines: tuple[Dimension, ...] = tuple(lines)
        self.m: int = m
        self.dtype: np.dtype[Any] = dtype
        self.n_parameters: int = architecture.n_parameters
        self._embedding: Embedding | None = architecture.embedding
        products = [2 * n * n_prev for n_prev, n in pairwise(architecture.sizes)]
        if self._embedding is not None:
            products.insert(0, 2 * prod(self._embedding))
        self.operations: dict[str, int] = {"forward": sum(products), "backward": sum(products) + sum(products[1:])}

    @property
    def bytes(self) -> dict[str, int]:
        """Bytes of the parameters, of their slopes and of a batch's other arrays."""
        sums = {"parameters": 0, "slopes": 0, "batch": 0}
        groups = {"W": "parameters", "b": "parameters", "dW": "slopes", "db": "slopes"}
        for line in self.lines:
            sums[groups.get(line.array.partition("[")[0], "batch")] += prod(line.shape) * self.dtype.itemsize
        return sums

    @property
    def ok(self) -> bool:
        """Whether every array that was found has the shape that its rule says."""
        return all(line.found in (None, line.shape) for line in self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, index: Any) -> Any:
        return self.lines[index]

    def __iter__(self) -> Iterator[Dimension]:
        return iter(self.lines)

    @property
    def _cells(self) -> list[tuple[str, ...]]:
        head = ("layer", "array", "shape", "rule", "check", "formula")
        rows = ((str(d.layer), d.array, str(d.shape), d.rule, d.check, d.formula) for d in self.lines)
        return [tuple(map(told, row)) for row in (head, *rows)]

    @property
    def _counts(self) -> list[str]:
        forward, backward = (f"{self.operations[way]:,}" for way in ("forward", "backward"))
        sizes = ", ".join(f"{group} {size:,}" for group, size in self.bytes.items())
        more, first = ("", 1) if self._embedding is None else (" + g d t", 0)
        lines = [
            f"{self.n_parameters:,} parameters (weights and biases): Σ n[l] n[l-1] + n[l]{more and more + ' + g d'}",
            f"operations per sample: {forward} forward (Σ 2 n[l] n[l-1]{more and ' + 2 g d t'}), "
            f"{backward} backward (dW, and dA where l > {first})",
            f"bytes in {self.dtype.name}, m = {self.m:,}: {sizes}",
        ]
        return list(map(told, lines))

    def __str__(self) -> str:
        return "\n".join([fitted(self._cells, right={told("layer")}), *map(wrapped, self._counts)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return pages.page(pages.table(self._cells), *map(pages.paragraph, self._counts))


def dimension_table(
    architecture: Architecture,
    m: int,
    dtype: Any,
    stack: int | None = None,
    terms: Terms = Terms(),  # noqa: B008  a tuple: nothing that calls could share by mistake
    found: dict[str, tuple[int, ...]] | None = None,
) -> DimensionTable:
    """Derive the table from an architecture for batches of m samples.

    Parameters
    ----------
    architecture : Architecture
        The network.
    m : int
        Number of samples.
    dtype : numpy dtype
        Type of every number.
    stack : int, optional
        k, the number of networks side by side.
    terms : Terms
        Dropout, sample weights and penalties of the pass.
    found : dict of str to tuple of int, optional
        Shapes of the actual arrays, by name, to be held against the rules.
    """
    n, L, found = architecture.sizes, architecture.L, found or {}
    lead, k = ((), "") if stack is None else ((stack,), "k, ")
    lines = [Dimension(0, "X = A[0]", (n[0], m), "(n[0], m)", "one column per sample", found.get("X = A[0]"))]
    if architecture.embedding is not None:
        g, t, d = architecture.embedding
        shapes = {
            "X": ((architecture.n_x, m), "(g t + rest, m)"),
            "W": ((*lead, g, d, t), f"({k}g, d, t)"), "b": ((*lead, g, d, 1), f"({k}g, d, 1)"),
            "A": ((*lead, n[0], m), f"({k}n[0], m)"),
        }  # fmt: skip
        lines = []
        for letter, formula in embedding_formulas(terms).items():
            name = "X" if letter == "X" else f"{letter}[0]"
            lines.append(Dimension(0, name, *shapes[letter.removeprefix("d")], formula, found.get(name)))
    for l in range(1, L + 1):
        columns = dict.fromkeys(("W", "dW"), (n[l - 1], f"n[{l - 1}]")) | dict.fromkeys(("b", "db"), (1, "1"))
        for letter, formula in formulas(architecture, l, terms).items():
            name, (width, letters) = f"{letter}[{l}]", columns.get(letter, (m, "m"))
            shape, rule = (*lead, n[l], width), f"({k}n[{l}], {letters})"
            lines.append(Dimension(l, name, shape, rule, formula, found.get(name)))
    return DimensionTable(lines, architecture, m, dtype)


def embedding_formulas(terms: Terms) -> dict[str, str]:
    """Return the formulas of layer 0 where it is an embedding, by letter, in the order of the pass."""
    m = "ΣS" if terms.weighted else "m"
    penalties = "".join(f" + {PENALTIES[name].slope_formula.format(m=m, l=0)}" for name in terms.penalties)
    return {
        "X": "one column per sample",
        "W": "weights of each group",
        "b": "biases of each group",
        "A": "W[0] X + b[0] by groups, then the other rows of X",
        "dA": "W[1]ᵀ dZ[1]",
        "dW": f"1/{m} dA[0] Xᵀ by groups{penalties}",
        "db": f"1/{m} row sums of dA[0]",
    }


def _in_letters(architecture: Architecture, l: int, is_factor: bool) -> str:
    """Return the formula of dA[L]: the slope of the loss with its array for A."""
    slope = re.sub(r"\bA\b", f"A[{l}]", architecture.loss_entry.slope_formula)
    return f"({slope})" if is_factor and " " in slope else slope


def formulas(architecture: Architecture, l: int, terms: Terms) -> dict[str, str]:
    """Return the formulas of layer l, by letter, in the order of the pass."""
    L, g = architecture.L, architecture.activations[l - 1]
    last, pair = l == L, architecture.loss_entry.pair == architecture.output
    S, m = (" * S", "ΣS") if terms.weighted else ("", "m")
    mask = f" * D[{l}]" if l in terms.dropped else ""
    penalties = "".join(f" + {PENALTIES[name].slope_formula.format(m=m, l=l)}" for name in terms.penalties)
    slope = f"dA[{l}] * g[{l}]'(Z[{l}])" if g != "softmax" else f"softmax's Jacobian at Z[{l}] times dA[{l}]"
    return {
        "W": "weights",
        "b": "biases",
        "Z": f"W[{l}] A[{l - 1}] + b[{l}]",
        **({"D": "dropout mask: 0, or 1 / share kept"} if mask else {}),
        "A": f"{g}(Z[{l}]){mask}" + (" = Ŷ" if last else ""),
        "dA": f"{_in_letters(architecture, l, bool(S))}{S}" if last else f"W[{l + 1}]ᵀ dZ[{l + 1}]{mask}",
        "dZ": (f"(A[{l}] - Y){S}" if S else f"A[{l}] - Y") if last and pair else slope,
        "dW": f"1/{m} dZ[{l}] A[{l - 1}]ᵀ{penalties}",
        "db": f"1/{m} row sums of dZ[{l}]",
    }
