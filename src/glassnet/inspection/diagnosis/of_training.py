"""What the training's record and outcome give away: learning rate, penalties, over- and underfitting, too few steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.inspection.diagnosis import neighbours
from glassnet.inspection.diagnosis.context import DiagnosisContext
from glassnet.inspection.diagnosis.findings import Finding
from glassnet.inspection.diagnosis.words import plural

MISSED = 0.2  # share of J_0 that another learning rate would have saved in a few steps
APART = 3.0  # factor between learning rates; closer ones are as good
RISEN = 0.25  # share of J_0 by which the validation cost rose from its lowest
PENALTY = 0.5  # share of the cost
FALLING = 0.02  # share of J_0 by which the cost fell in the last tenth of the epochs
STEADY = 0.05  # share of the whole fall, which a tenth of a straight line would have twice
UNFINISHED = 0.3  # J / J_0 above which it matters
NOTHING = 0.97  # J / J_0: no better than one answer for all
WORSE = 0.08  # share of samples, or of the variance of Y, by which neighbours do better


def learning_rate_high(context: DiagnosisContext) -> Finding | None:
    """Find trainings that diverged, or that a smaller rate would have brought further in a few steps."""
    if context.alpha is None:
        return None
    if context.diverged:
        layer = context.diverged["layer"]
        where = f"in layer {layer}" if layer else "in the cost itself"
        seen = f"The cost stopped being a number at step {context.diverged['step']}, {where}."
        return _rate(
            context, "high", seen, _better_rate(context, lambda rate: rate < context.alpha) or context.alpha / 10
        )
    if (rate := _saving_rate(context)) is None or rate > context.alpha:
        return None
    return _rate(context, "high", "", rate)


def learning_rate_low(context: DiagnosisContext) -> Finding | None:
    """Find trainings that a larger rate would have brought further in a few steps."""
    rate, test = _saving_rate(context), context.rates
    if rate is None or test is None or context.alpha is None or rate < context.alpha:
        return None
    few = context.record["steps"] < 2 * test.steps  # then their number is what is wrong
    return None if few else _rate(context, "low", "", rate)


def _saving_rate(context: DiagnosisContext) -> float | None:
    """Return the learning rate that came further in a few steps than the whole training, if there is one."""
    if (
        context.open_share is None
        or context.open_share < MISSED
        or context.alpha is None
        or not context.record.get("steps")
    ):
        return None
    test, J_0, J = context.rates, context.J_0, context.J
    if test is None or J_0 is None or J is None:
        return None
    rate, cost = test.best(J_0)
    saved = min(J, test.cost_at(context.alpha)) - cost
    is_other = max(rate / context.alpha, context.alpha / rate) > APART
    return rate if is_other and saved > MISSED * J_0 else None


def _better_rate(context: DiagnosisContext, allowed: Any) -> float | None:
    """Return the best of the allowed rates of the range test."""
    if context.rates is None or not context.J_0:
        return None
    kept = [
        (c, r) for r, c in zip(context.rates.rates, context.rates.costs, strict=True) if allowed(r) and np.isfinite(c)
    ]
    return min(kept)[1] if kept else None


def _rate(context: DiagnosisContext, which: str, seen: str, rate: float) -> Finding:
    test, alpha = context.rates, float(context.alpha or 0)
    numbers: dict[str, Any] = {"learning_rate": alpha, "try": rate}
    if test is not None:
        own = (
            ""
            if context.diverged
            else f"; the training's {plural(context.record['steps'], 'step')} came to {context.J:.3g}"
        )
        seen += (
            f" From a fresh start, {test.steps} steps at {rate:g} come to a cost of {_cost(test.cost_at(rate))} on "
            f"samples held out, at {alpha:g} to {_cost(test.cost_at(alpha))}{own}."
        )
        costs = [cost if np.isfinite(cost) else None for cost in test.costs]
        numbers |= {"rates": test.rates, "costs": costs, "steps": test.steps}
    return Finding(
        f"The learning rate is too {which}.", seen.strip(), f"Try learning_rate={rate:g} (now {alpha:g}).", numbers
    )


def _cost(J: float) -> str:
    return f"{J:.3g}" if np.isfinite(J) else "no number"


def penalty_strong(context: DiagnosisContext) -> Finding | None:
    """Find penalties that outweigh what is to be learned."""
    l2, l1, m = (context.settings.get("l2", 0), context.settings.get("l1", 0), context.record.get("samples"))
    if context.J is None or not context.J_0 or not m or context.open_share is None or not (l2 or l1):
        return None
    curve, W = context.curve, context.theta.weights
    added = float(0.5 * l2 / m * (W @ W) + l1 / m * np.abs(W).sum())
    faded = np.sqrt((W @ W) / W.size) < 1e-3  # weights that the penalty has pressed flat
    if context.open_share < 0.5 or not (faded or added > PENALTY * context.J):
        return None
    name = "l2" if l2 else "l1"
    strength = max(l2, l1)
    return Finding(
        "The penalty on the weights is too strong.",
        f"{name}={strength:g} with {m} samples: the weights' root mean square is {np.sqrt((W @ W) / W.size):.2g}, the "
        f"penalty is {added:.3g} beside a cost of {context.J:.3g}; one answer for all costs {context.J_0:.3g}.",
        f"Try {name}={strength / 100:.2g}, and choose by the validation cost.",
        {"l2": l2, "l1": l1, "penalty": added, "cost": context.J, "epochs": 0 if curve is None else len(curve)},
    )


def overfits(J: float, J_other: float, J_0: float) -> bool:
    """Return whether the cost of other data is twice that of the training, and half of J_0 above it."""
    return J_other - J >= 2 * RISEN * J_0 and J_other >= 2 * J


def overfitting(context: DiagnosisContext) -> Finding | None:
    """Find a validation cost that rose while the training cost fell, or lies far above it."""
    change = (
        "Keep the best epoch (keep_best=True, early_stopping=True), add l2 or dropout, take fewer units, or more data."
    )
    curve, train = context.validation_curve, context.curve
    if context.J_0 and curve is not None and train is not None and not context.settings.get("keep_best"):
        best, last = int(curve.argmin()), float(curve[-1])
        nearest = int(best * (len(train) - 1) / (len(curve) - 1))  # both curves may be thinned
        if last - curve[best] > RISEN * context.J_0 and train[-1] < train[nearest]:
            epoch = context.record.get("best_epoch") or best + 1
            return Finding(
                "The network overfits.",
                f"The validation cost was lowest at epoch {epoch} ({curve[best]:.3g}) and rose to {last:.3g}, while "
                f"the training cost fell from {train[nearest]:.3g} to {train[-1]:.3g}.",
                change,
                {"best_epoch": epoch, "lowest": float(curve[best]), "last": last, "cost": float(train[-1])},
            )
    J, J_v = context.J, context.J_validation
    if J is None or J_v is None or not context.J_0 or not overfits(J, J_v, context.J_0):
        return None
    return Finding(
        "The network overfits.",
        f"The cost is {J:.3g} on the training data and {J_v:.3g} on other data; one answer for all samples "
        f"costs {context.J_0:.3g}.",
        change,
        {"cost": J, "validation_cost": J_v, "baseline": context.J_0},
    )


def too_few_steps(context: DiagnosisContext) -> Finding | None:
    """Find trainings that ended while the cost still fell."""
    curve, J_0, share = context.curve, context.J_0, context.open_share
    if curve is None or not J_0 or share is None or share < UNFINISHED or context.alpha is None:
        return None
    tail = max(1, len(curve) // 10)
    fall = float(curve[-2 * tail : -tail].mean() - curve[-tail:].mean())
    if fall < FALLING * J_0 or fall < STEADY * (curve[0] - curve[-1]):
        return None
    epochs = context.record.get("epochs", len(curve))
    return Finding(
        "The training ended too early.",
        f"In the last tenth of {plural(epochs, 'epoch')} the cost still fell by {fall:.3g}, to {curve[-1]:.3g}; one "
        f"answer for all samples costs {J_0:.3g}.",
        f"Train for {10 * epochs:,} epochs, or until the cost no longer falls.",
        {"epochs": epochs, "fall": float(fall), "cost": float(curve[-1]), "baseline": J_0},
    )


def underfitting(context: DiagnosisContext) -> Finding | None:
    """Find networks that answer their own training data worse than the nearest neighbours would."""
    if context.whole_pass is None or context.nearest is None or context.some is None or context.Y is None:
        return None
    some, near = context.some, context.nearest
    if context.labels is not None and context.answers is not None:
        labels = context.labels[some]
        own = float((context.answers[some] != labels).mean())
        theirs = float((neighbours.majority(labels, near)[0] != labels).mean())
        seen = f"{own:.1%} of its answers are wrong; those of the {neighbours.K} nearest neighbours {theirs:.1%}"
    else:
        Y, A = context.Y[:, some], context.whole_pass.A[-1][:, some]
        variance = ((Y - Y.mean(axis=1, keepdims=True)) ** 2).sum() or 1.0
        own = float(((Y - A) ** 2).sum() / variance)
        theirs = float(((Y - Y[:, near].mean(axis=2)) ** 2).sum() / variance)
        seen = f"it leaves {own:.1%} of the targets' variance open; the {neighbours.K} nearest neighbours {theirs:.1%}"
    if own < theirs + WORSE:
        return None
    hidden = context.architecture.sizes[1:-1]
    units = " and ".join(map(str, hidden))
    size = (
        f"{'hidden layers' if len(hidden) > 1 else 'one hidden layer'} of {units} units"
        if hidden
        else "no hidden layer"
    )
    change = "Take more units (twice as many, then look again)" if hidden else "Add a hidden layer"
    return Finding(
        "The network underfits.",
        f"With {size}, on its own training data: {seen}, each sample answered by the others.",
        f"{change}, train longer, or lower the penalties and dropout."
        if context.record
        else "Train it: it has no record.",
        {"network": own, "neighbours": theirs, "hidden": list(hidden)},
    )


def nothing_learned(context: DiagnosisContext) -> Finding | None:
    """Find networks that are no better than one answer for all, for no reason found so far."""
    if context.open_share is None or context.J is None or context.open_share < NOTHING:
        return None
    return Finding(
        "Nothing was learned.",
        f"The cost is {context.J:.4g}; the best answer that is the same for every sample costs {context.J_0:.4g}.",
        "See whether X and Y belong together sample by sample, and whether X holds anything about Y at all.",
        {"cost": context.J, "baseline": context.J_0},
    )
