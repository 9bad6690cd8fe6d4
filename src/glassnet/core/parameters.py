"""One contiguous buffer holds every W and b; the layers' arrays are named views into it.

    vector  (P,) or (k, P):  W[1] W[2] ... W[L] b[1] b[2] ... b[L]

With an embedding W[0] and b[0] come first of their letter.

The gradient is a second object of the same layout, so that an optimiser's step is one operation on two arrays. All
weights come first, so that a penalty on the weights is one operation on a slice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from glassnet.errors import SettingError, ShapeError, WrongTypeError
from glassnet.typing import Array, Tensor


def owned(array: Any) -> Any:
    """Return the array, or a copy where it is read-only or mapped from a file (``mmap_mode="r"``)."""
    in_a_file = isinstance(array, np.ndarray) and (isinstance(array, np.memmap) or not array.flags.writeable)
    return np.array(array) if in_a_file else array


class Layers(Sequence[Array]):
    """The arrays of the layers 1 ... L under one letter; assigning to one copies into the shared buffer.

    Layer 0 has one only in a network with an embedding; elsewhere it is refused.
    """

    def __init__(self, letter: str, views: list[Tensor]) -> None:
        self.letter: str = letter
        self.views: list[Tensor] = views  # the plain list that the equations take; views[0] may be None

    @property
    def numbers(self) -> range:
        """The layers that have an array: 1 ... L, and 0 where there is an embedding."""
        return range(1 if self.views[0] is None else 0, len(self.views))

    def __len__(self) -> int:
        return len(self.views)

    def __iter__(self) -> Iterator[Array]:
        """Yield the arrays of the layers 1 ... L."""
        return iter(self.views[1:])

    def __getitem__(self, layer: int) -> Array:  # type: ignore[override]  # layers come one by one
        M: Array = self.views[self._checked(layer)]
        return M

    def __setitem__(self, layer: int, array: Any) -> None:
        view = self.views[self._checked(layer)]
        new = np.asarray(array)
        name = f"{self.letter}[{layer}]"
        if new.shape != view.shape:
            raise ShapeError(f"{name} has shape {view.shape}; got an array of shape {new.shape}")
        if not np.issubdtype(new.dtype, np.number) or np.iscomplexobj(new):
            raise WrongTypeError(f"{name} takes real numbers; got an array of {new.dtype}")
        view[...] = new

    def __repr__(self) -> str:
        shapes = ", ".join(f"{self.letter}[{l}] {self.views[l].shape}" for l in self.numbers)
        return f"<{shapes}>"

    def _checked(self, layer: Any) -> int:
        first, last = self.numbers[0], self.numbers[-1]
        if isinstance(layer, bool) or not isinstance(layer, int | np.integer) or not first <= layer <= last:
            raise ShapeError(f"{self.letter} has the layers {first} to {last}; got {layer!r}")
        return int(layer)


class Parameters:
    """The flat buffer of a network of the given layer sizes, and its views.

    Parameters
    ----------
    sizes : sequence of int
        n[0] ... n[L].
    dtype : numpy dtype
        Type of every number.
    stack : int or None
        k for k networks side by side; None for one network, without the leading axis.
    embedding : (g, t, d), optional
        Groups of layer 0, rows of X in each, units of each.

    Attributes
    ----------
    vector : array (P,) or (k, P)
        Every number, all weights before all biases.
    weights : array (P_W,) or (k, P_W)
        The part of `vector` that holds weights.
    W, b : Layers
        Views W[l] (n[l], n[l-1]) and b[l] (n[l], 1), with the leading axis k in a stack; with an embedding also
        W[0] (g, d, t) and b[0] (g, d, 1).
    """

    vector: Tensor
    weights: Tensor
    W: Layers
    b: Layers

    def __init__(
        self,
        sizes: Sequence[int],
        dtype: Any,
        stack: int | None = None,
        embedding: tuple[int, int, int] | None = None,
    ) -> None:
        count = sum(prod(shape) for shapes in _shapes(sizes, embedding) for shape in shapes)
        try:
            vector = np.zeros(count if stack is None else (stack, count), dtype)
        except (MemoryError, ValueError) as error:
            raise SettingError(f"layer sizes {tuple(sizes)} need {count:,} parameters, too many to hold") from error
        self._bind(vector, tuple(sizes), stack, embedding)

    def _bind(
        self,
        vector: Tensor,
        sizes: tuple[int, ...],
        stack: int | None,
        embedding: tuple[int, int, int] | None = None,
    ) -> None:
        lead = () if stack is None else (stack,)
        shapes_W, shapes_b = _shapes(sizes, embedding)
        ends = np.cumsum([0, *map(prod, shapes_W + shapes_b)])
        views = [
            vector[..., start:end].reshape(*lead, *shape)
            for (start, end), shape in zip(pairwise(ends), shapes_W + shapes_b, strict=True)
        ]
        layers, unused = len(shapes_W), [] if embedding else [None]
        self.vector = vector
        self.W = Layers("W", unused + views[:layers])
        self.b = Layers("b", unused + views[layers:])
        self.weights = vector[..., : ends[layers]]
        self._made_of = (sizes, stack, embedding)

    def __getstate__(self) -> tuple[Any, ...]:
        """Return the state for copies and pickles: only the buffer, because views would become separate arrays."""
        return (*self._made_of, self.vector)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        *made_of, vector = state
        self._bind(owned(vector), *made_of)

    def like(self) -> Parameters:
        """Return zeros of the same layout and type."""
        sizes, stack, embedding = self._made_of
        return Parameters(sizes, self.vector.dtype, stack, embedding)

    def over(self, vector: Tensor) -> Parameters:
        """Return the same layout over another buffer (P,) or (k, P), of any array library."""
        twin = object.__new__(Parameters)
        twin._bind(vector, *self._made_of)
        return twin

    def some(self, networks: Sequence[int]) -> Parameters:
        """Return some networks of a stack, side by side in a buffer of their own."""
        sizes, _, embedding = self._made_of
        twin = object.__new__(Parameters)
        twin._bind(self.vector[list(networks)], sizes, len(networks), embedding)
        return twin


def _shapes(
    sizes: Sequence[int], embedding: tuple[int, int, int] | None
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Return the shapes of all W and of all b, in the order of the layers."""
    W: list[tuple[int, ...]] = [(n, n_prev) for n_prev, n in pairwise(sizes)]
    b: list[tuple[int, ...]] = [(n, 1) for n in sizes[1:]]
    if embedding is not None:
        g, t, d = embedding
        W, b = [(g, d, t), *W], [(g, d, 1), *b]
    return W, b
