"""What the rows of X and of A[L] stand for: names of features, a picture, names of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from glassnet.core.architecture import Architecture
from glassnet.errors import ShapeError
from glassnet.typing import Array


@dataclass(frozen=True)
class Labels:
    """Words for the rows of X and of A[L].

    Parameters
    ----------
    features : sequence of str
        One for each row of X, or none.
    classes : sequence of str
        One for each unit of the output, or the two that one sigmoid unit decides between; or none.
    picture : (height, width, channels), optional
        The form of the picture that a column of X is.
    order : {"interleaved", "planes"}
        Whether red, green, blue of one pixel follow each other, or all red, all green, all blue numbers.
    """

    features: Sequence[str] = ()
    classes: Sequence[str] = ()
    picture: tuple[int, int, int] | None = None
    order: str = "interleaved"

    @classmethod
    def of(
        cls,
        architecture: Architecture,
        features: Sequence[object] | None,
        classes: Sequence[object] | None,
        picture: Sequence[int] | None,
        order: str = "interleaved",
    ) -> Labels:
        """Return the labels of a network, checked.

        Parameters
        ----------
        architecture : Architecture
            Of the network.
        features, classes, picture, order
            As above; None where there are none, and a picture without channels has one.

        Returns
        -------
        Labels
            As texts.

        Raises
        ------
        ShapeError
            If there are not as many as the network has features or classes, or its features are no such picture.
        """
        n_x, n_y = architecture.n_x, architecture.sizes[-1]
        if features is not None and len(features) != n_x:
            raise ShapeError(f"names: expected one for each of {n_x} features; got {len(features)}")
        if classes is not None and len(classes) not in (n_y, 2 if n_y == 1 else n_y):
            expected = "1 or 2, for one output unit" if n_y == 1 else f"one for each of {n_y} output units"
            raise ShapeError(f"classes: expected {expected}; got {len(classes)}")
        shape = None if picture is None else (*map(int, picture), *[1] * (3 - len(picture)))
        if shape is not None and (len(shape) != 3 or shape[2] not in (1, 3) or prod(shape) != n_x):
            raise ShapeError(
                f"picture: expected (height, width) or (height, width, 3), {n_x} features in all; "
                f"got {tuple(picture or ())}"
            )
        return cls(tuple(map(str, features or ())), tuple(map(str, classes or ())), shape, order)

    def of_units(self, n: int) -> Sequence[str]:
        """Return a name for each output unit; of one unit that decides between two classes the second.

        Parameters
        ----------
        n : int
            Units of the output, n[L].

        Returns
        -------
        sequence of str
            Names, or none where the classes have none.
        """
        return self.classes[1:] if n == 1 and len(self.classes) == 2 else self.classes

    def answer(self, a: Array, is_class: bool, is_softmax: bool) -> str:
        """Return what the outputs for a sample say: the likeliest class, the classes above 0.5, or the numbers.

        Parameters
        ----------
        a : array (n[L],)
            A column of A[L], or of Y.
        is_class : bool
            Whether the outputs are probabilities of classes.
        is_softmax : bool
            Whether the classes exclude each other.

        Returns
        -------
        str
            Classes by their names, or by their units where they have none.
        """
        if not is_class:
            return ", ".join(f"{float(value) + 0.0:.4g}" for value in a)
        if is_softmax:
            return self._named(int(a.argmax()))
        if len(a) == 1:
            return self._named(int(a[0] > 0.5)) if len(self.classes) != 1 else str(bool(a[0] > 0.5))
        return ", ".join(self._named(u) for u in range(len(a)) if a[u] > 0.5) or "none"

    def _named(self, u: int) -> str:
        return self.classes[u] if u < len(self.classes) else str(u)
