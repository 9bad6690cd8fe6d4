"""A network without its numbers: sizes, activations and loss, checked when it is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.losses import LOSSES, Loss, full_name
from glassnet.core.names import choose, spelled
from glassnet.documents import TEXT, checked, listed, whole
from glassnet.errors import SettingError, UnknownNameError

ROWS = {"sizes": listed(whole(1), least=2), "activations": listed(TEXT, least=1), "loss": TEXT}  # in a model file
_CROSS_ENTROPIES = ("sigmoid_cross_entropy", "softmax_cross_entropy")


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

    def __post_init__(self) -> None:
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
        cls, sizes: Iterable[int], activations: str | Sequence[str] | None = None, loss: str | None = None
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
        return cls(checked, tuple(given), loss or "cross_entropy")

    @property
    def L(self) -> int:
        """Number of layers, the input not counted."""
        return len(self.sizes) - 1

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
        return sum(n * n_prev + n for n_prev, n in pairwise(self.sizes))

    @classmethod
    def from_document(cls, document: Any) -> Architecture:
        """Return the architecture that `to_document` described.

        Raises
        ------
        ValueError
            If the document is not an architecture (`ModelFileError`, `SettingError`).
        """
        given = checked(document, ROWS, "architecture")
        return cls(_checked_sizes(given["sizes"]), tuple(given["activations"]), given["loss"])

    def to_document(self) -> dict[str, Any]:
        """Return the architecture as plain data for a model file."""
        return {"sizes": list(self.sizes), "activations": list(self.activations), "loss": self.loss}


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
