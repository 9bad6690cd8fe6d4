"""Random small networks with every array of one pass, from the code that trains, and central differences of the cost.

Sizes and m are all different (but where one output unit, or one sample, is meant), so that no wrong shape fits by luck.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.equations import (
    activation_forward,
    backward,
    cost,
    forward,
    gradient_descent,
    linear_backward_input,
    linear_forward,
)
from glassnet.core.losses import LOSSES, losses_and_dZ
from glassnet.typing import AnyArray as Array

HIDDEN = ("tanh", "sigmoid", "relu", "leaky_relu")
LOSS = LOSSES["sigmoid_cross_entropy"]
ALPHA = 0.37
STEP = 1e-4
FROM_KINKS = 0.02  # no Z of a hidden layer is nearer to 0, where relu bends


class SmallNetwork:
    """A network of random sizes, its parameters, m samples with labels, and every array of both passes.

    Parameters
    ----------
    seed : int
        Of sizes and numbers.
    L : int
        Layers.
    hidden : str
        Activation of the hidden layers; the output layer is sigmoid with cross-entropy.
    one_unit, one_sample : bool
        Whether n[L] is 1, and whether m is.
    """

    def __init__(self, seed: int, L: int, hidden: str, one_unit: bool, one_sample: bool) -> None:
        rng = np.random.default_rng(seed)
        m = 3 + 2 * (seed % 2)  # small, for sums over the samples; not 2, which is a factor of other mistakes
        sizes = [int(size) for size in 2 + rng.permutation(L + 6) if size != m]
        self.L, self.m, self.n = L, 1 if one_sample else m, sizes[: L + 1]
        if one_unit:
            self.n[L] = 1
        self.g = [None, *[ACTIVATIONS[hidden]] * (L - 1), ACTIVATIONS["sigmoid"]]
        shapes = list(zip(self.n[1:], self.n[:-1], strict=True))
        while True:
            self.W = [None, *(rng.standard_normal(shape) * 1.2 / shape[1] ** 0.5 for shape in shapes)]
            self.b = [None, *(rng.standard_normal((n, 1)) * 0.5 for n, _ in shapes)]
            self.X = rng.standard_normal((self.n[0], self.m))
            self.A, self.Z = forward(xp, self.X, self.W, self.b, self.g, [None] * (L + 1))
            if all(np.abs(Z).min() > FROM_KINKS for Z in self.Z[1:]):
                break
        self.Y = (rng.random((self.n[L], self.m)) < 0.5).astype(float)
        self.losses = LOSS.value(xp, self.A[L], self.Y)
        self.J = cost(xp, self.losses, self.m)
        self.dW = [None, *(np.empty_like(W) for W in self.W[1:])]
        self.db = [None, *(np.empty_like(b) for b in self.b[1:])]
        dZ_last = losses_and_dZ(xp, self.Z[L], self.A[L], self.Y, LOSS, "sigmoid", self.g[L])[1]
        self.dA, self.dZ = backward(
            xp, dZ_last, self.A, self.Z, self.W, self.g, [None] * (L + 1), self.m, self.dW, self.db
        )
        self.dA[L] = LOSS.slope(xp, self.A[L], self.Y)
        self.dA[0] = linear_backward_input(self.dZ[1], self.W[1])
        self._differences: dict[tuple[str, int], Array] = {}

    @cached_property
    def stepped(self) -> list[tuple[Array, Array]]:
        """Return W[l] and b[l] after one step of gradient descent, counted from layer 1."""
        layers = zip(self.W[1:], self.b[1:], self.dW[1:], self.db[1:], strict=True)
        return [(None, None), *(gradient_descent(*each, ALPHA) for each in layers)]

    def differences(self, letter: str, l: int) -> Array:
        """Return the slope by central differences of four points.

        Parameters
        ----------
        letter : {"W", "b", "Z", "A"}
            Of the cost J by W or b; of the sum of the losses by Z or A.
        l : int
            Layer.

        Returns
        -------
        array
            Shaped like the array itself.
        """
        if (letter, l) not in self._differences:
            M = getattr(self, letter)[l]
            slope = np.empty_like(M)
            for index in np.ndindex(*M.shape):
                values = []
                for step in (STEP, -STEP, 2 * STEP, -2 * STEP):
                    moved = M.copy()
                    moved[index] += step
                    values.append(self._total(letter, l, moved))
                slope[index] = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * STEP)
            self._differences[letter, l] = slope / self.m if letter in "Wb" else slope
        return self._differences[letter, l]

    def _total(self, letter: str, l: int, M: Array) -> float:
        """Return the sum of the losses where one array is another."""
        A = M if (letter, l) == ("A", 0) else self.X
        for k in range(1, self.L + 1):
            W, b = (M if (letter, l) == (each, k) else getattr(self, each)[k] for each in "Wb")
            Z = M if (letter, l) == ("Z", k) else linear_forward(A, W, b)
            A = M if (letter, l) == ("A", k) else activation_forward(xp, Z, self.g[k])
        return float(xp.total(LOSS.value(xp, A, self.Y)))


small_network = lru_cache(maxsize=256)(SmallNetwork)
