"""A network without its numbers: sizes, activations and loss, checked when it is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.checks import is_count
from glassnet.core.losses import LOSSES, Loss, full_name
from glassnet.core.names import choose, spelled
from glassnet.documents import TEXT, checked, listed, whole
from glassnet.errors import SettingError, UnknownNameError

ROWS = {  # in a model file
    "sizes": listed(whole(1), least=2), "activations": listed(TEXT, least=1), "loss": TEXT,
    "embedding": listed(whole(1), least=3, most=3),
}  # fmt: skip
_CROSS_ENTROPIES = ("sigmoid_cross_entropy", "softmax_cross_entropy")


class Embedding(NamedTuple):
    """Layer 0 of a network: each of its groups of rows of X passes through a linear map of its own.

    Parameters
    ----------
    groups, rows, units : int
        g, t and d: the first g t rows of X become the first g d rows of A[0]. A group of fewer rows is padded with
        zeros by whoever prepares X.
    """

    groups: int
    rows: int
    units: int

    def __str__(self) -> str:
        return f"{self.groups} group{'s' * (self.groups > 1)} of {self.rows} rows into {self.units} units each"


@dataclass(frozen=True)
class Architecture:
    """Sizes, activations and loss of a fully connected network.

    Parameters
    ----------
    sizes : tuple of int
        n[0] ... n[L]: features, units of each hidden layer, outputs.
    activations : tuple of str
        g[1] ... g[L], names of the table of activations with their options.
    loss : str
        Name in the table of losses, or "cross_entropy", which means that of the output activation.
    embedding : Embedding, optional
        Layer 0, where there is one. n[0] is then the number of rows of A[0], not of X.

    Each name is kept in one spelling, and both cross-entropies as "cross_entropy", because the output decides between
    them. So names can be compared.

    Raises
    ------
    SettingError, UnknownNameError
        If the sizes, activations and loss do not fit together, or a name is in no table.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    embedding: Embedding | None = None

    def __post_init__(self) -> None:
        if self.embedding is not None and (needed := self.embedding.groups * self.embedding.units) > self.sizes[0]:
            raise SettingError(
                f"embedding: {self.embedding} make {needed} rows of A[0], and n[0], all its rows, is {self.sizes[0]}"
            )
        if len(self.activations) != self.L:
            raise SettingError(
                f"a network of sizes {list(self.sizes)} has {self.L} layers and needs as many activations; "
                f"got {len(self.activations)}: {list(self.activations)}"
            )
        names = [choose(ACTIVATIONS, activation, "activation")[0] for activation in self.activations]
        for l, name in enumerate(names[:-1], start=1):
            if name == "softmax":
                raise SettingError(f"softmax is an activation for the output layer; layer {l} of {self.L} is hidden")
        loss = self._loss[1]
        if loss.outputs is not None and names[-1] not in loss.outputs:
            raise SettingError(
                f"loss {self.loss!r} takes {' or '.join(loss.outputs)} as output activation; "
                f"layer {self.L} has {names[-1]!r}"
            )
        if names[-1] == "softmax" and self.sizes[-1] == 1:
            raise SettingError("softmax over one output unit is always 1; use sigmoid, or one unit per class")
        one_spelling = tuple(spelled(ACTIVATIONS, activation, "activation") for activation in self.activations)
        object.__setattr__(self, "activations", one_spelling)
        object.__setattr__(self, "loss", _spelled_loss(self.loss))

    @classmethod
    def build(
        cls,
        sizes: Iterable[int],
        activations: str | Sequence[str] | None = None,
        loss: str | None = None,
        embedding: Sequence[int] | None = None,
    ) -> Architecture:
        """Check the sizes, and choose the activations and the loss where they are not given.

        Hidden layers are relu; the output is the one that the loss pairs with, else identity; the loss is the one that
        pairs with the output, else squared_error. Where both are open, it is cross-entropy.
        One name stands for every hidden layer; a list names all L layers, or the L - 1 hidden ones.
        """
        checked = _checked_sizes(sizes)
        if not (activations is None or isinstance(activations, Iterable)):
            raise SettingError(f"activations: expected one name, or one for each layer; got {activations!r}")
        L = len(checked) - 1
        given = [activations] * (L - 1) if isinstance(activations, str) else list(activations or ["relu"] * (L - 1))
        if len(given) == L - 1:
            given.append(choose_loss(full_name(loss or "cross_entropy", checked[-1]))[1].pair or "identity")
        if loss is None and given:
            output, _ = choose(ACTIVATIONS, given[-1], "activation")
            loss = next((name for name, row in LOSSES.items() if row.pair == output), "squared_error")
        return cls(checked, tuple(given), loss or "cross_entropy", _checked_embedding(embedding))

    @property
    def L(self) -> int:
        """Number of layers, the input not counted."""
        return len(self.sizes) - 1

    @property
    def n_x(self) -> int:
        """Number of rows of X: n[0], or with an embedding what its groups and the other rows are together."""
        e = self.embedding
        return self.sizes[0] + (0 if e is None else e.groups * (e.rows - e.units))

    @property
    def output(self) -> str:
        """Name of the output activation g[L], without options."""
        return choose(ACTIVATIONS, self.activations[-1], "activation")[0]

    @property
    def g(self) -> list[Activation | None]:
        """The rows of g[1] ... g[L], options bound; entry 0 is unused."""
        return [None, *(choose(ACTIVATIONS, activation, "activation")[1] for activation in self.activations)]

    @property
    def _loss(self) -> tuple[str, Loss]:
        return choose_loss(full_name(self.loss, self.sizes[-1], self.output))

    @property
    def loss_entry(self) -> Loss:
        """The row of the loss, options bound."""
        return self._loss[1]

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        e = self.embedding
        of_embedding = 0 if e is None else e.groups * e.units * (e.rows + 1)
        return of_embedding + sum(n * n_prev + n for n_prev, n in pairwise(self.sizes))

    @classmethod
    def from_document(cls, document: Any) -> Architecture:
        """Return the architecture that `to_document` described.

        Raises
        ------
        ValueError
            If the document is not an architecture (`ModelFileError`, `SettingError`).
        """
        given = checked(document, ROWS, "architecture", later=("embedding",))
        embedding = Embedding(*given["embedding"]) if "embedding" in given else None
        return cls(_checked_sizes(given["sizes"]), tuple(given["activations"]), given["loss"], embedding)

    def to_document(self) -> dict[str, Any]:
        """Return the architecture as plain data for a model file."""
        document = {"sizes": list(self.sizes), "activations": list(self.activations), "loss": self.loss}
        return document if self.embedding is None else {**document, "embedding": list(self.embedding)}


def choose_loss(loss: str) -> tuple[str, Loss]:
    """Look up a loss; for an unknown name, "cross_entropy" is among the suggestions."""
    try:
        return choose(LOSSES, loss, "loss")
    except UnknownNameError:
        raise UnknownNameError.among("loss", loss, ["cross_entropy", *LOSSES]) from None


def _spelled_loss(loss: str) -> str:
    name = loss if loss == "cross_entropy" else spelled(LOSSES, loss, "loss")
    return "cross_entropy" if name in _CROSS_ENTROPIES else name


def _checked_sizes(sizes: Iterable[int]) -> tuple[int, ...]:
    given = list(sizes) if isinstance(sizes, Iterable) and not isinstance(sizes, str) else None
    if given is None or len(given) < 2:
        raise SettingError(f"sizes: expected n[0] ... n[L], at least an input and an output size; got {sizes!r}")
    for l, n in enumerate(given):
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            what = "number of features" if l == 0 else f"number of units of layer {l}"
            raise SettingError(f"sizes: n[{l}], the {what}, must be a whole number of at least 1; got {n!r}")
    return tuple(int(n) for n in given)


def _checked_embedding(embedding: Sequence[int] | None) -> Embedding | None:
    if embedding is None:
        return None
    given = list(embedding) if isinstance(embedding, Sequence) and not isinstance(embedding, str) else []
    if len(given) != 3 or not all(is_count(number) for number in given):
        raise SettingError(
            "embedding: expected (groups, rows of X in each, units of each), whole numbers of at least 1; "
            f"got {embedding!r}"
        )
    return Embedding(*map(int, given))
