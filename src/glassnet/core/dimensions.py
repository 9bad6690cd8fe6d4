"""The dimension table: every array of a network with its shape, the rule behind the shape, and its formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glassnet.core.architecture import Architecture


@dataclass(frozen=True)
class Dimension:
    """One line of the table."""

    layer: int
    array: str
    shape: tuple[int, ...]
    rule: str
    formula: str


class DimensionTable(Sequence[Dimension]):
    """The lines for all layers; prints as an aligned table."""

    def __init__(self, lines: Sequence[Dimension], n_parameters: int) -> None:
        self.lines = tuple(lines)
        self.n_parameters = n_parameters

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self.lines[index]

    def __iter__(self) -> Iterator[Dimension]:
        return iter(self.lines)

    def __str__(self) -> str:
        head = ("layer", "array", "shape", "rule", "formula")
        cells = [(str(d.layer), d.array, str(d.shape), d.rule, d.formula) for d in self.lines]
        text = aligned([head, *cells])
        return f"{text}\n{self.n_parameters:,} parameters (weights and biases)"

    __repr__ = __str__


def dimension_table(architecture: Architecture, m: int, stack: int | None = None) -> DimensionTable:
    """Derive the table from an architecture for batches of m samples.

    Parameters
    ----------
    architecture : Architecture
        The network.
    m : int
        Number of samples.
    stack : int, optional
        k, the number of networks side by side.
    """
    n, g, L = architecture.sizes, architecture.activations, architecture.L
    lead = () if stack is None else (stack,)
    k = "" if stack is None else "k, "
    lines = [Dimension(0, "X = A[0]", (n[0], m), "(n[0], m)", "one column per sample")]
    pair = architecture.loss_entry.pair == architecture.output

    def add(layer: int, array: str, rows: int, columns: int, rule: str, formula: str) -> None:
        lines.append(Dimension(layer, array, (*lead, rows, columns), f"({k}{rule})", formula))

    for l in range(1, L + 1):
        of_weights, of_units = f"n[{l}], n[{l - 1}]", f"n[{l}], m"
        add(l, f"W[{l}]", n[l], n[l - 1], of_weights, "weights")
        add(l, f"b[{l}]", n[l], 1, f"n[{l}], 1", "biases")
        add(l, f"Z[{l}]", n[l], m, of_units, f"W[{l}] A[{l - 1}] + b[{l}]")
        add(l, f"A[{l}]", n[l], m, of_units, f"{g[l - 1]}(Z[{l}])" + (" = Ŷ" if l == L else ""))
        add(l, f"dA[{l}]", n[l], m, of_units, f"W[{l + 1}]ᵀ dZ[{l + 1}]" if l < L else "slope of the loss in A[L]")
        shortcut = l == L and pair
        add(l, f"dZ[{l}]", n[l], m, of_units, f"A[{l}] - Y" if shortcut else f"dA[{l}] * g[{l}]'(Z[{l}])")
        add(l, f"dW[{l}]", n[l], n[l - 1], of_weights, f"1/m dZ[{l}] A[{l - 1}]ᵀ")
        add(l, f"db[{l}]", n[l], 1, f"n[{l}], 1", f"1/m row sums of dZ[{l}]")
    return DimensionTable(lines, architecture.n_parameters)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows of cells as text in columns, a rule under the first row."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
