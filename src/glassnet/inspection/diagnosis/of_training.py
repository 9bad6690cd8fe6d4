"""What the training's record and outcome give away: learning rate, penalties, over- and underfitting, too few steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.inspection.diagnosis import neighbours
from glassnet.inspection.diagnosis.context import DiagnosisContext
from glassnet.inspection.diagnosis.findings import Finding
from glassnet.inspection.diagnosis.words import plural

Array = Any

MISSED = 0.2  # share of J_0 that another learning rate would have saved in a few steps
APART = 3.0  # factor between learning rates; closer ones are as good
RISEN = 0.25  # share of J_0 by which the validation cost rose from its lowest
PENALTY = 0.5  # share of the cost
FALLING = 0.02  # share of J_0 by which the cost fell in the last tenth of the epochs
STEADY = 0.05  # share of the whole fall, which a tenth of a straight line would have twice
UNFINISHED = 0.3  # J / J_0 above which it matters
NOTHING = 0.97  # J / J_0: no better than one answer for all
WORSE = 0.08  # share of samples, or of the spread of Y, by which neighbours do better


def learning_rate_high(case: DiagnosisContext) -> Finding | None:
    """Find trainings that diverged, or that a smaller rate would have brought further in a few steps."""
    if case.alpha is None:
        return None
    if case.diverged:
        layer = case.diverged["layer"]
        where = f"in layer {layer}" if layer else "in the cost itself"
        seen = f"The cost stopped being a number at step {case.diverged['step']}, {where}."
        return _rate(case, "high", seen, _better_rate(case, lambda rate: rate < case.alpha) or case.alpha / 10)
    if (rate := _saving_rate(case)) is None or rate > case.alpha:
        return None
    return _rate(case, "high", "", rate)


def learning_rate_low(case: DiagnosisContext) -> Finding | None:
    """Find trainings that a larger rate would have brought further in a few steps."""
    rate, test = _saving_rate(case), case.rates
    if rate is None or test is None or case.alpha is None or rate < case.alpha:
        return None
    few = case.record["steps"] < 2 * test.steps  # then their number is what is wrong
    return None if few else _rate(case, "low", "", rate)


def _saving_rate(case: DiagnosisContext) -> float | None:
    """Return the learning rate that came further in a few steps than the whole training, if there is one."""
    if case.open_share is None or case.open_share < MISSED or case.alpha is None or not case.record.get("steps"):
        return None
    test, J_0, J = case.rates, case.J_0, case.J
    if test is None or J_0 is None or J is None:
        return None
    rate, cost = test.best(J_0)
    saved = min(J, test.cost_at(case.alpha)) - cost
    is_other = max(rate / case.alpha, case.alpha / rate) > APART
    return rate if is_other and saved > MISSED * J_0 else None


def _better_rate(case: DiagnosisContext, allowed: Any) -> float | None:
    """Return the best of the allowed rates of the range test."""
    if case.rates is None or not case.J_0:
        return None
    kept = [(c, r) for r, c in zip(case.rates.rates, case.rates.costs, strict=True) if allowed(r) and np.isfinite(c)]
    return min(kept)[1] if kept else None


def _rate(case: DiagnosisContext, which: str, seen: str, rate: float) -> Finding:
    test, alpha = case.rates, float(case.alpha or 0)
    numbers: dict[str, Any] = {"learning_rate": alpha, "try": rate}
    if test is not None:
        own = "" if case.diverged else f"; the training's {plural(case.record['steps'], 'step')} came to {case.J:.3g}"
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


def penalty_strong(case: DiagnosisContext) -> Finding | None:
    """Find penalties that outweigh what is to be learned."""
    l2, l1, m = (case.settings.get("l2", 0), case.settings.get("l1", 0), case.record.get("samples"))
    if case.J is None or not case.J_0 or not m or case.open_share is None or not (l2 or l1):
        return None
    curve, W = case.curve, case.theta.weights
    added = float(0.5 * l2 / m * (W @ W) + l1 / m * np.abs(W).sum())
    faded = np.sqrt((W @ W) / W.size) < 1e-3  # weights that the penalty has pressed flat
    if case.open_share < 0.5 or not (faded or added > PENALTY * case.J):
        return None
    name = "l2" if l2 else "l1"
    strength = max(l2, l1)
    return Finding(
        "The penalty on the weights is too strong.",
        f"{name}={strength:g} with {m} samples: the weights' root mean square is {np.sqrt((W @ W) / W.size):.2g}, the "
        f"penalty is {added:.3g} beside a cost of {case.J:.3g}, and the cost of one answer for all is {case.J_0:.3g}.",
        f"Try {name}={strength / 100:.2g}, and choose by the validation cost.",
        {"l2": l2, "l1": l1, "penalty": added, "cost": case.J, "epochs": 0 if curve is None else len(curve)},
    )


def overfitting(case: DiagnosisContext) -> Finding | None:
    """Find a validation cost that rose while the training cost fell, or lies far above it."""
    change = (
        "Keep the best epoch (keep_best=True, early_stopping=True), add l2 or dropout, take fewer units, or more data."
    )
    curve, train = case.validation_curve, case.curve
    if case.J_0 and curve is not None and train is not None and not case.settings.get("keep_best"):
        best, last = int(curve.argmin()), float(curve[-1])
        place = int(best * (len(train) - 1) / (len(curve) - 1))  # both curves may be thinned
        if last - curve[best] > RISEN * case.J_0 and train[-1] < train[place]:
            epoch = case.record.get("best_epoch") or best + 1
            return Finding(
                "The network overfits.",
                f"The validation cost was lowest at epoch {epoch} ({curve[best]:.3g}) and rose to {last:.3g}, while "
                f"the training cost fell from {train[place]:.3g} to {train[-1]:.3g}.",
                change,
                {"best_epoch": epoch, "lowest": float(curve[best]), "last": last, "cost": float(train[-1])},
            )
    J, J_v = case.J, case.J_validation
    if J is None or J_v is None or not case.J_0 or J_v - J < 2 * RISEN * case.J_0 or J_v < 2 * J:
        return None
    return Finding(
        "The network overfits.",
        f"The cost is {J:.3g} on the training data and {J_v:.3g} on other data; one answer for all samples "
        f"costs {case.J_0:.3g}.",
        change,
        {"cost": J, "validation_cost": J_v, "baseline": case.J_0},
    )


def too_few_steps(case: DiagnosisContext) -> Finding | None:
    """Find trainings that ended while the cost still fell."""
    curve, J_0, share = case.curve, case.J_0, case.open_share
    if curve is None or not J_0 or share is None or share < UNFINISHED or case.alpha is None:
        return None
    tail = max(1, len(curve) // 10)
    fall = float(curve[-2 * tail : -tail].mean() - curve[-tail:].mean())
    if fall < FALLING * J_0 or fall < STEADY * (curve[0] - curve[-1]):
        return None
    epochs = case.record.get("epochs", len(curve))
    return Finding(
        "The training ended too early.",
        f"In the last tenth of {plural(epochs, 'epoch')} the cost still fell by {fall:.3g}, to {curve[-1]:.3g}; one "
        f"answer for all samples costs {J_0:.3g}.",
        f"Train for {10 * epochs:,} epochs, or until the cost no longer falls.",
        {"epochs": epochs, "fall": float(fall), "cost": float(curve[-1]), "baseline": J_0},
    )


def underfitting(case: DiagnosisContext) -> Finding | None:
    """Find networks that answer their own training data worse than the nearest neighbours would."""
    if case.whole_pass is None or case.nearest is None or case.some is None or case.Y is None:
        return None
    some, near = case.some, case.nearest
    if case.labels is not None and case.answers is not None:
        labels = case.labels[some]
        own = float((case.answers[some] != labels).mean())
        theirs = float((neighbours.majority(labels, near)[0] != labels).mean())
        seen = f"{own:.1%} of its answers are wrong; those of the {neighbours.K} nearest neighbours {theirs:.1%}"
    else:
        Y, A = case.Y[:, some], case.whole_pass.A[-1][:, some]
        spread = ((Y - Y.mean(axis=1, keepdims=True)) ** 2).sum() or 1.0
        own = float(((Y - A) ** 2).sum() / spread)
        theirs = float(((Y - Y[:, near].mean(axis=2)) ** 2).sum() / spread)
        seen = f"it leaves {own:.1%} of the targets' variance open; the {neighbours.K} nearest neighbours {theirs:.1%}"
    if own < theirs + WORSE:
        return None
    hidden = case.architecture.sizes[1:-1]
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
        if case.record
        else "Train it: it has no record.",
        {"network": own, "neighbours": theirs, "hidden": list(hidden)},
    )


def nothing_learned(case: DiagnosisContext) -> Finding | None:
    """Find networks that are no better than one answer for all, for no reason found so far."""
    if case.open_share is None or case.J is None or case.open_share < NOTHING:
        return None
    return Finding(
        "Nothing was learned.",
        f"The cost is {case.J:.4g}; the best answer that is the same for every sample costs {case.J_0:.4g}.",
        "See whether X and Y belong together sample by sample, and whether X holds anything about Y at all.",
        {"cost": case.J, "baseline": case.J_0},
    )
