"""Operations of one loop that take the place of several, found in what was recorded."""

from __future__ import annotations

from typing import Any

from glassnet.backends.native.recording import Symbol

# Operations that take the place of several: of entries a, b, c and numbers d, e, f; the larger before its parts.
FUSED: dict[str, Any] = {
    "adam_step": ("sub", "a", ("truediv", ("mul", "d", "b"), ("add", ("mul", ("sqrt", "c"), "e"), "f"))),
    "mean_of_squares": ("add", "a", ("mul", "d", ("sub", ("mul", "b", "b"), "a"))),
    "moving_mean": ("add", "a", ("mul", "d", ("sub", "b", "a"))),
    "sigmoid": ("truediv", 1.0, ("add", 1.0, ("exp", ("neg", "a")))),
    "mul_mul_step_mul": ("mul", ("mul", ("mul", "a", "b"), ("step", "c")), "d"),
    "mul_step_mul": ("mul", ("mul", "a", ("step", "b")), "d"),
    "mul_step": ("mul", "a", ("step", "b")),
    "mul_mul": ("mul", ("mul", "a", "b"), "c"),
    "mul_add": ("add", ("mul", "a", "b"), "c"),
    "mul_sub": ("sub", ("mul", "a", "b"), "c"),
    "sub_mul": ("sub", "c", ("mul", "a", "b")),
    "difference_mul": ("mul", ("sub", "a", "b"), "c"),
}
ENTRIES, NUMBERS = "abc", "def"  # letters of any operand, and of numbers alone


def matches(pattern: Any, value: Any, found: dict[str, Any], inner: list[Symbol]) -> bool:
    """Return whether a value is what a pattern of `FUSED` says; note its letters, and the operations in it."""
    if isinstance(pattern, str):
        is_number = not isinstance(value, Symbol) or not value.dims
        return (pattern in ENTRIES or is_number) and found.setdefault(pattern, value) is value
    if isinstance(pattern, float):
        return not isinstance(value, Symbol) and value == pattern
    name, *parts = pattern
    if not isinstance(value, Symbol) or not value.dims or value.op != "map" or value.args[0] != name:
        return False
    args = value.args[1:]
    for order in (args, args[::-1]) if name in ("add", "mul") else (args,):
        letters, operations = dict(found), [*inner, value]
        if all(matches(part, arg, letters, operations) for part, arg in zip(parts, order, strict=True)):
            found.update(letters)
            inner[:] = operations
            return True
    return False
