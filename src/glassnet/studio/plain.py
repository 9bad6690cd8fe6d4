"""Numbers as JSON has them: lists, and null for what is not finite."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np

from glassnet.typing import AnyArray

MOST_NUMBERS = 5000  # of an array that is sent whole


def plain(M: AnyArray) -> list[Any]:
    """Return an array as nested lists, with None for what is not finite."""
    M = np.asarray(M)
    if M.dtype.kind == "f" and not np.isfinite(M).all():
        masked = M.astype(object)
        masked[~np.isfinite(M)] = None
        return list(masked.tolist())
    return list(M.tolist())


def number(value: Any) -> float | None:
    """Return one number, or None where it is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None


def small(M: AnyArray, most: int = MOST_NUMBERS) -> list[Any] | None:
    """Return an array as nested lists, or None where it is too large to be sent whole."""
    return plain(M) if np.size(M) <= most else None


def packed(M: AnyArray) -> dict[str, Any]:
    """Return an array for what is drawn, not read: its shape, and its numbers in float32 as base64."""
    with np.errstate(over="ignore"):
        data = np.ascontiguousarray(M, "<f4").tobytes()
    return {"shape": list(np.shape(M)), "float32": base64.b64encode(data).decode()}


def summary(M: AnyArray) -> dict[str, float | None]:
    """Return the range, mean and spread of an array."""
    M = np.asarray(M, float)
    with np.errstate(all="ignore"):
        return {"min": number(M.min()), "max": number(M.max()), "mean": number(M.mean()), "std": number(M.std())}


def text(document: Any) -> str:
    """Return a document as JSON, in ASCII."""
    return json.dumps(document, allow_nan=False, separators=(",", ":"))
