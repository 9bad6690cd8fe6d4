"""The tables' formulas with the numbers of a choice's options in them."""

from __future__ import annotations

from collections.abc import Mapping


def filled(tex: str, options: Mapping[str, float], plain: str) -> str:
    """Return a formula with the numbers of its options in place of their names; without TeX, the plain formula."""
    tex = tex or rf"\name{{{plain.replace(' ', '~')}}}"
    for name, value in options.items():
        tex = tex.replace(f"<{name}>", number(value))
    return tex


def number(value: float) -> str:
    """Return a number as a formula writes it: 0.001, or 10⁻⁸ for the very small."""
    text = f"{value:.6g}"
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"
