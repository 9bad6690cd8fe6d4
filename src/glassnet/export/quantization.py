"""Weights rounded to few bits: each row of W to whole numbers times one step, the largest being the last of them.

Source: Jacob et al. 2018, arXiv 1712.05877, section 2.1, with zero point 0 and for weights alone: biases, inputs and
activations stay floating-point numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glassnet.errors import UnknownNameError
from glassnet.export.description import Description, Layer

LEVELS = {"int8": 127}  # the largest whole number of each kind


def quantized(description: Description, kind: str) -> Description:
    """Return a model whose weights are rounded.

    Parameters
    ----------
    description : Description
        Of the model.
    kind : str
        A key of `LEVELS`.

    Returns
    -------
    Description
        Its W are whole numbers times their layer's `step`.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    """
    if kind not in LEVELS:
        raise UnknownNameError.among("quantization", kind, LEVELS)
    layers = tuple(_rounded(layer, LEVELS[kind]) for layer in description.layers)
    layer_0 = None if description.layer_0 is None else _rounded(description.layer_0, LEVELS[kind])
    return replace(description, layers=layers, layer_0=layer_0)


def _rounded(layer: Layer, most: int) -> Layer:
    step = np.abs(layer.W).max(axis=-1, keepdims=True) / np.float32(most)
    step = np.where(step > 0, step, 1).astype(np.float32)
    return replace(layer, W=np.round(layer.W / step) * step, step=step)
