"""NumPy's generators as plain data and back, so that a resumed training draws the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = Any

# name -> its numbers: (length of a list, or None for a single number; upper bound of each, exclusive)
STATES: dict[str, dict[str, tuple[int | None, int]]] = {
    "PCG64": {"state": (None, 2**128), "inc": (None, 2**128)},
    "PCG64DXSM": {"state": (None, 2**128), "inc": (None, 2**128)},
    "MT19937": {"key": (624, 2**32), "pos": (None, 625)},
    "Philox": {"counter": (4, 2**64), "key": (2, 2**64)},
    "SFC64": {"state": (4, 2**64)},
}
BESIDE: dict[str, dict[str, tuple[int | None, int]]] = {"Philox": {"buffer": (4, 2**64), "buffer_pos": (None, 5)}}
HALF = {"has_uint32": (None, 2), "uinteger": (None, 2**32)}  # half of a drawn number, kept for the next draw


def to_document(rng: Any) -> dict[str, Any] | None:
    """Return the state of a generator as plain data; None for a kind that is not in the table."""
    if isinstance(rng, np.random.RandomState):
        state = dict(rng.get_state(legacy=False))
        document = {"bit_generator": state["bit_generator"], "state": _plain(state["state"])}
        gauss = {"has_gauss": int(state["has_gauss"]), "gauss": float(state["gauss"])}
        return {**document, **gauss} if state["bit_generator"] in STATES else None
    if not isinstance(rng, np.random.Generator) or rng.bit_generator.state["bit_generator"] not in STATES:
        return None
    return dict(_plain(rng.bit_generator.state))


def set_state(rng: Any, document: Mapping[str, Any]) -> None:
    """Put a generator of the same kind into the state that `to_document` wrote."""
    if isinstance(rng, np.random.RandomState):
        rng.set_state({**document, "state": _arrays(document["state"])})
    else:
        rng.bit_generator.state = _arrays(document)


def from_document(document: Any) -> Any:
    """Return the generator, or RandomState, whose state `to_document` wrote.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the document is not a generator.
    """
    name = document["bit_generator"]
    numbers = STATES[name]  # only these names are looked up in numpy.random
    for key, (size, limit) in numbers.items():
        _check(document["state"][key], size, limit)
    if set(document["state"]) != set(numbers):
        raise ValueError(f"generator state {sorted(document['state'])}")
    legacy = "has_gauss" in document
    beside = {"has_gauss": (None, 2)} if legacy else {**BESIDE.get(name, {}), **(HALF if name != "MT19937" else {})}
    for key, (size, limit) in beside.items():
        _check(document[key], size, limit)
    if set(document) != {"bit_generator", "state", *beside, *(["gauss"] if legacy else [])}:
        raise ValueError(f"generator {sorted(document)}")
    bits = getattr(np.random, name)(0)
    if legacy and not isinstance(document["gauss"], float):
        raise ValueError(f"generator gauss {document['gauss']!r}")
    rng = np.random.RandomState(bits) if legacy else np.random.Generator(bits)
    set_state(rng, document)
    return rng


def _check(value: Any, size: int | None, limit: int) -> None:
    numbers = [value] if size is None else value
    if not isinstance(numbers, list) or (size is not None and len(numbers) != size):
        raise ValueError(f"generator state: expected {size} numbers")
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < limit for n in numbers):
        raise ValueError(f"generator state: expected whole numbers from 0 to {limit - 1}")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _arrays(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _arrays(inner) for key, inner in value.items()}
    return np.array(value, np.uint64) if isinstance(value, list) else value
