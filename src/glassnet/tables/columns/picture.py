"""Pictures: all of one size, each number of a pixel a feature from 0 to 1."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from glassnet.documents import TEXT, TEXTS, checked, whole
from glassnet.errors import ModelFileError, ShapeError
from glassnet.tables.dataset import ORDERS, Pictures

LONGEST_SIDE = 1_000_000


@dataclass(frozen=True)
class PictureShape:
    """The pictures of training: all others must be alike.

    Parameters
    ----------
    height, width, channels : int
        Pixels from top to bottom and from left to right; numbers in a pixel, 1 or 3.
    order : {"interleaved", "planes"}
        How a picture becomes a row, as `Pictures` says.
    """

    height: int
    width: int
    channels: int
    order: str

    @classmethod
    def fit(cls, pictures: Pictures) -> Self:
        """Return the shape of training pictures."""
        height, width, channels = pictures.images.shape[1:]
        return cls(height, width, channels, pictures.order)

    @property
    def n_x(self) -> int:
        """Numbers in one picture."""
        return self.height * self.width * self.channels

    @property
    def features(self) -> list[str]:
        """A name for every number of a picture, such as "y0 x5 red"."""
        colours = ["red", "green", "blue"] if self.channels == 3 else ["grey"]
        pixels = [f"y{y} x{x}" for y in range(self.height) for x in range(self.width)]
        if self.order == "planes":
            return [f"{pixel} {colour}" for colour in colours for pixel in pixels]
        return [f"{pixel} {colour}" for pixel in pixels for colour in colours]

    def transform(self, pictures: Pictures, dtype: Any) -> np.ndarray:
        """Return pictures as rows of numbers."""
        shape = (self.height, self.width, self.channels)
        if pictures.images.shape[1:] != shape:
            raise ShapeError(
                f"expected pictures of {' x '.join(map(str, shape))} = {self.n_x} (height x width x channels) "
                f"as in training, got {pictures.describe()}"
            )
        out = Pictures(pictures.images, self.order).rows().astype(dtype, order="C")
        out /= 255
        return out

    def to_document(self) -> dict[str, Any]:
        """Return the shape as plain data."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Any, where: str) -> Self:
        """Return the shape that a preparation's document describes."""
        side = whole(1, LONGEST_SIDE)
        fields = {"height": side, "width": side, "channels": side, "order": TEXT}
        checked(document, {"kind": TEXT, "notes": TEXTS, **fields}, where)
        shape = cls(**{name: document[name] for name in fields})
        if shape.order not in ORDERS or shape.channels not in (1, 3):
            raise ModelFileError(
                f"{where}: expected 1 or 3 channels in order {' or '.join(ORDERS)}, "
                f"got {shape.channels} in {shape.order!r:.80}"
            )
        return shape
