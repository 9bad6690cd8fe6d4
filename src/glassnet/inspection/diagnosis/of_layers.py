"""What the layers' arrays give away: units that are equal, dead or stuck, slopes that fade or grow, no bend at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose
from glassnet.inspection.diagnosis.context import DiagnosisContext
from glassnet.inspection.diagnosis.findings import Finding
from glassnet.inspection.diagnosis.words import listed

TWINS = 1e-5  # relative distance of two units' weights; rounding alone parts equal units this little
MANY = 0.5  # share of a layer's units: chance and weight decay alone come to less
DEAD = 0.4  # share of a layer's relu units; a few that no sample reaches are in most networks
FLAT = 0.05  # of the steepest slope
ENDS = 0.8  # share of a layer's entries with such slopes
ALIVE = 1e-3  # standard deviation of a dead layer's input, relative to X's; below it nothing arrives, and slopes vanish
OPEN = 0.2  # J / J_0: where four fifths of it were learned, slopes were large enough
FADED, GROWN = 1e-3, 1e3  # root mean square of dZ[1] against that of dZ[L]


def not_finite(context: DiagnosisContext) -> Finding | None:
    """Find parameters that are no numbers."""
    if context.is_finite:
        return None
    arrays = [
        f"{layers.letter}[{l}]"
        for l in context.theta.W.numbers
        for layers in (context.theta.W, context.theta.b)
        if not np.isfinite(layers[l]).all()
    ]
    return Finding(
        "Parameters are not finite numbers.",
        f"NaN or infinity in {listed(arrays)}.",
        "Start again from the initialiser, with a learning rate ten times smaller and inputs scaled.",
        {"arrays": arrays},
    )


def no_nonlinearity(context: DiagnosisContext) -> Finding | None:
    """Find networks whose hidden layers are all identity."""
    names = [context.architecture.activations[l - 1] for l in context.hidden]
    if not names or not all(_is_straight(name) for name in names):
        return None
    layers = listed([f"g[{l}] = {name}" for l, name in enumerate(names, start=1)])
    return Finding(
        "The hidden layers have no non-linearity.",
        f"{layers}: W[2](W[1]x + b[1]) + b[2] is again W'x + b', so the network is no more than one layer.",
        "Take relu or tanh as the hidden activation.",
        {"layers": list(context.hidden)},
    )


def symmetric_units(context: DiagnosisContext) -> Finding | None:
    """Find hidden layers whose units are copies of each other."""
    found = {}
    for l in context.hidden:
        rows = np.hstack([context.theta.W[l], context.theta.b[l]])  # (n[l], n[l-1] + 1)
        if len(rows) < 2:
            continue
        grid = np.round(rows / (TWINS * (np.abs(rows).max() or 1.0)))
        _, group, sizes = np.unique(grid, axis=0, return_inverse=True, return_counts=True)
        largest = int(sizes.argmax())
        units = np.flatnonzero(group.ravel() == largest)
        faded = not grid[units[0]].any()  # by weight decay, unless all of them are
        if len(units) > (len(rows) - 1 if faded else max(1, MANY * len(rows))):
            found[l] = units.tolist()
    if not found:
        return None
    zero = all(not np.any(context.theta.W[l]) for l in found)
    where = listed([f"{len(units)} of {context.architecture.sizes[l]} in layer {l}" for l, units in found.items()])
    return Finding(
        "Hidden units are copies of each other.",
        f"Equal weights{' (all 0)' if zero else ''} in units: {where}. Equal units get equal slopes and stay equal.",
        "Start with small random weights (initializer='he' for relu, 'glorot' for tanh and sigmoid); zeros and "
        "constants are for b alone.",
        {"layers": list(found), "units": found},
    )


def dead_units(context: DiagnosisContext) -> Finding | None:
    """Find relu units that are 0 for every sample."""
    assert context.whole_pass is not None
    found = {}
    deviations = [A.std(axis=1).max() for A in context.whole_pass.A]
    for l in context.hidden:
        if context.activations[l] == "relu" and deviations[l - 1] > ALIVE * deviations[0]:
            dead = np.flatnonzero(~(context.whole_pass.Z[l] > 0).any(axis=1))
            if len(dead) > DEAD * context.architecture.sizes[l]:
                found[l] = dead.tolist()
    if not found or not context.is_stuck:
        return None
    l, units = next(iter(found.items()))
    where = listed([f"{len(dead)} of {context.architecture.sizes[l]} in layer {l}" for l, dead in found.items()])
    return Finding(
        "ReLU units are dead.",
        f"0 for every sample, so that no slope reaches them: {where}. In layer {l} units {listed(map(str, units), 12)} "
        f"(counted from 0); their b[{l}] has mean {context.theta.b[l][units].mean():.3g}.",
        "Start again with biases 0 and weights of 'he', a lower learning rate, or leaky_relu.",
        {"layers": list(found), "units": found},
    )


def saturated(context: DiagnosisContext) -> Finding | None:
    """Find layers of bounded activations (sigmoid, tanh) that lie on their flat ends."""
    assert context.whole_pass is not None
    assert context.slopes is not None
    steepest = {
        l: _slope_at_0(context.architecture.g[l]) for l in context.hidden if _is_bounded(context.activations[l])
    }
    shares = {l: float((context.slopes[l] < FLAT * slope).mean()) for l, slope in steepest.items()}
    found = {l: share for l, share in shares.items() if share > ENDS}
    if not found or not context.is_stuck:
        return None
    where = listed([f"{share:.0%} of layer {l} ({context.activations[l]})" for l, share in found.items()])
    l = next(iter(found))
    return Finding(
        "Layers are saturated.",
        f"On the flat ends, with slopes under {FLAT:.0%} of the steepest: {where}. The mean of |Z[{l}]| is "
        f"{np.abs(context.whole_pass.Z[l]).mean():.3g}.",
        "Start with smaller weights ('glorot': standard deviation sqrt(2 / (n[l] + n[l-1]))), scale the inputs, or "
        "take relu.",
        {"layers": list(found), "shares": found},
    )


def vanishing(context: DiagnosisContext) -> Finding | None:
    """Find slopes that fade on the way back."""
    return _on_the_way_back(context, "vanish", lambda ratio: ratio < FADED)


def exploding(context: DiagnosisContext) -> Finding | None:
    """Find slopes that grow on the way back, and not because a rate too high drove the weights up."""
    if (
        context.diverged
        and context.rates
        and context.alpha
        and context.J_0
        and context.rates.cost_at(context.alpha) > 2 * context.J_0
    ):
        return None
    return _on_the_way_back(context, "explode", lambda ratio: ratio > GROWN)


def _on_the_way_back(context: DiagnosisContext, what: str, is_wrong: Any) -> Finding | None:
    assert context.whole_pass is not None
    assert context.open_share is not None
    L = context.architecture.L
    rms = {l: float(np.sqrt((context.whole_pass.dZ[l] ** 2).mean())) for l in range(1, L + 1)}
    if context.open_share < OPEN or L < 2 or rms[L] == 0 or not is_wrong(rms[1] / rms[L]):
        return None
    change = {
        "vanish": "Take relu with 'he' (or selu with 'lecun') in the hidden layers, or fewer layers.",
        "explode": "Start with 'he' or 'glorot', and clip the gradient (clip_norm=1).",
    }[what]
    steps = listed([f"{rms[l]:.2g} in layer {l}" for l in range(L, 0, -1)], 12)
    return Finding(
        f"Slopes {what} on the way back.",
        f"Root mean square of dZ: {steps}: a factor of {(rms[1] / rms[L]) ** (1 / (L - 1)):.2g} per layer.",
        change,
        {"layers": list(rms), "dZ": rms},
    )


def _is_bounded(name: str) -> bool:
    return bool(np.isfinite(ACTIVATIONS[name].bounds).all())


def _slope_at_0(g: Any) -> float:
    Z = np.zeros((1, 1))
    return float(g.slope(xp, Z, g.value(xp, Z))[0, 0])


def _is_straight(activation: str) -> bool:
    name, g = choose(ACTIVATIONS, activation, "activation")
    options: Mapping[str, Any] = g.options  # numbers, once a name is chosen
    return name == "identity" or (name == "leaky_relu" and options["slope"] == 1)
