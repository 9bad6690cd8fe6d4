"""What the data give away: scales, targets out of reach, order, labels, balance, doubles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from glassnet.core.activations import ACTIVATIONS
from glassnet.inspection.diagnosis import neighbours
from glassnet.inspection.diagnosis.context import DiagnosisContext
from glassnet.inspection.diagnosis.findings import Finding
from glassnet.inspection.diagnosis.words import listed, plural

LARGE = 30.0  # root mean square of a feature; curvature grows with its square, to 900 times that of a scaled one
SMALL = 0.01  # of the largest feature; initialisers expect 1, so nothing reaches the first layer
RARE = 0.1  # a class's share of the samples, times 2 / K: a tenth of two classes, a fiftieth of ten
FOUND = 0.6  # share of a rare class's samples that are recognised: then its rarity does no harm
SORTED = 0.9  # share of neighbours in the order that are of one class where chance gives at most half as many apart
SURE = 4  # of 5 neighbours that carry one other label
SUSPECT = 0.03  # share of samples whose label may be wrong: fewer are in every clean table
CLEAR = 0.92  # agreement of neighbours elsewhere; where classes overlap, neighbours prove nothing
OPPOSITE = 2 / 3  # share of two classes' samples that are predicted as the other one
MOST_LISTED = 100  # samples kept as numbers


def inputs_unscaled(context: DiagnosisContext) -> Finding | None:
    """Find features far from mean 0 and standard deviation 1."""
    X = context.X
    assert X is not None
    rms = np.sqrt((X * X).mean(axis=1))
    far = np.flatnonzero(rms > LARGE)
    numbers = {"features": far.tolist(), "mean": X.mean(axis=1)[far].tolist(), "spread": X.std(axis=1)[far].tolist()}
    if len(far):
        order = far[np.argsort(-rms[far])]
        shown = listed(
            [f"{context.feature(k)} (mean {X[k].mean():.4g}, standard deviation {X[k].std():.4g})" for k in order]
        )
        return Finding(
            "Inputs are not scaled.",
            f"{len(far)} of {plural(len(X), 'feature')} lie far from mean 0 and standard deviation 1: {shown}.",
            "Subtract each feature's mean and divide by its standard deviation, both of the training data alone "
            "(StandardScaler; the Tabular estimators do it).",
            numbers,
        )
    if 0 < rms.max() < SMALL:
        return Finding(
            "Inputs are tiny.",
            f"No feature is above {rms.max():.2g} (root mean square); the layers are drawn for inputs near 1.",
            "Divide each feature by its standard deviation, taken from the training data alone.",
            {"features": list(range(len(X))), "largest": float(rms.max())},
        )
    return None


def targets_unscaled(context: DiagnosisContext) -> Finding | None:
    """Find targets of an error loss far from mean 0 and standard deviation 1."""
    if context.activations[-1] != "identity":
        return None
    assert context.Y is not None
    rms = np.sqrt((context.Y * context.Y).mean(axis=1))
    far = np.flatnonzero(rms > LARGE)
    if not len(far):
        return None
    row = context.Y[far[0]]
    return Finding(
        "Targets are not scaled.",
        f"Y has mean {row.mean():.4g} and standard deviation {row.std():.4g}; outputs start near 0, so dZ[L] is "
        "as large.",
        "Train on (Y - mean) / standard deviation and transform the predictions back (TransformedTargetRegressor; "
        "TabularRegressor does it).",
        {"rows": far.tolist(), "mean": float(row.mean()), "spread": float(row.std())},
    )


def output_range(context: DiagnosisContext) -> Finding | None:
    """Find targets that the output activation cannot answer."""
    g = context.activations[-1]
    low, high = ACTIVATIONS[g].bounds
    assert context.Y is not None
    outside = float(((low > context.Y) | (high < context.Y)).any(axis=0).mean())
    if outside == 0:
        return None
    return Finding(
        f"The output {g} cannot reach the targets.",
        f"{outside:.0%} of the samples have targets outside [{low:g}, {high:g}]: "
        f"Y goes from {context.Y.min():.4g} to {context.Y.max():.4g}.",
        "Take identity as the output activation, or bring Y into that range.",
        {
            "share": outside,
            "smallest": float(context.Y.min()),
            "largest": float(context.Y.max()),
        },
    )


def unshuffled(context: DiagnosisContext) -> Finding | None:
    """Find mini-batches taken in an order that is sorted by class."""
    labels, size = context.labels, context.settings.get("batch_size")
    m = context.record.get("samples", 0)
    if labels is None or size is None or size >= m or context.settings.get("shuffle", True):
        return None
    alike, by_chance = (
        (labels[1:] == labels[:-1]).mean(),
        (np.bincount(labels) / len(labels)) @ (np.bincount(labels) / len(labels)),
    )
    if alike < SORTED or 1 - alike > 0.5 * (1 - by_chance):
        return None
    return Finding(
        "Mini-batches are drawn in sorted order.",
        f"shuffle=False, and {alike:.0%} of the samples have the label of the sample before them ({by_chance:.0%} by "
        f"chance): a batch of {size} knows little but one class.",
        "Train with shuffle=True, or mix the samples once before.",
        {"alike": float(alike), "by_chance": float(by_chance), "batch_size": size},
    )


def labels_swapped(context: DiagnosisContext) -> Finding | None:
    """Find two classes that are confused with each other."""
    labels, answers = context.labels, context.answers
    assert labels is not None
    assert answers is not None
    K = max(labels.max(), answers.max()) + 1
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (labels, answers), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    swapped = [(i, j) for i in range(K) for j in range(i) if min(share[i, j], share[j, i]) > OPPOSITE]
    if not swapped:
        return None
    i, j = swapped[0]
    return Finding(
        f"The labels {context.label(j)} and {context.label(i)} look swapped.",
        f"Of {counts[i].sum()} samples of class {context.label(i)} {counts[i, j]} are predicted as {context.label(j)}, "
        f"and of {counts[j].sum()} of class {context.label(j)} {counts[j, i]} for {context.label(i)}.",
        "Compare the labels' code here with that of the training: which class was 0?",
        {"pairs": [[int(j), int(i)] for i, j in swapped], "confusion": counts.tolist()},
    )


def labels_wrong(context: DiagnosisContext) -> Finding | None:
    """Find samples whose neighbours carry another label, where neighbours otherwise agree."""
    if context.labels is None or context.nearest is None:
        return None
    some, near = context.some, context.nearest
    assert some is not None
    labels = context.labels[some]
    theirs, votes = neighbours.majority(labels, near)
    suspects = np.flatnonzero((theirs != labels) & (votes >= SURE))
    counted = ~np.isin(near, suspects)
    rest = np.setdiff1d(np.arange(len(some)), suspects)
    agree = (labels[near] == labels[:, None]) & counted
    agreement = agree[rest].sum() / max(counted[rest].sum(), 1)
    of_class = np.bincount(labels[suspects]) / np.bincount(labels)[: labels[suspects].max(initial=0) + 1].clip(1)
    if len(suspects) < max(3, SUSPECT * len(some)) or agreement < CLEAR or of_class.max() > 0.5:  # then it is rare
        return None
    numbers = context.numbers[some[suspects]]
    return Finding(
        "Some labels are probably wrong.",
        f"{len(suspects)} of {plural(len(some), 'sample')} lie among samples of another class (at least {SURE} of "
        f"{neighbours.K} neighbours), while elsewhere {agreement:.0%} of the neighbours agree: samples "
        f"{listed(map(str, numbers), 8)} (counted from 0).",
        "Look at these samples and correct their labels or leave them out.",
        {"samples": numbers[:MOST_LISTED].tolist(), "share": len(suspects) / len(some), "agreement": float(agreement)},
    )


def classes_unbalanced(context: DiagnosisContext) -> Finding | None:
    """Find rare classes that are hardly ever recognised."""
    labels, answers = context.labels, context.answers
    assert labels is not None
    assert answers is not None
    counts = np.bincount(labels, minlength=max(2, context.architecture.sizes[-1]))
    rare = np.flatnonzero((counts > 0) & (counts < RARE * 2 / len(counts) * len(labels)))
    missed = [int(c) for c in rare if (answers[labels == c] == c).mean() < FOUND]
    if not missed:
        return None
    c = missed[0]
    found = (answers[labels == c] == c).mean()
    return Finding(
        "Classes are out of balance.",
        f"Class {context.label(c)} has {counts[c]:,} of {plural(len(labels), 'sample')} "
        f"({counts[c] / len(labels):.1%}), and {found:.0%} of them are recognised; always "
        f"answering {context.label(int(counts.argmax()))} is right in {counts.max() / len(labels):.1%}.",
        "Give rare classes more weight (sample_weight, class_weight='balanced'), and judge by recall or balanced "
        "accuracy, not by accuracy.",
        {"classes": missed, "counts": counts.tolist(), "recognised": float(found)},
    )


def duplicate_features(context: DiagnosisContext) -> Finding | None:
    """Find features that are equal but for unit and offset."""
    X = context.X
    assert X is not None
    m = X.shape[1]
    few = np.sort(X[:, np.linspace(0, m - 1, min(m, MOST_LISTED), dtype=int)])
    varied = np.flatnonzero((np.diff(few) > 0).sum(axis=1) >= 10)  # not the codes of categories
    R = (X[varied] - X[varied].mean(axis=1, keepdims=True)) / X[varied].std(axis=1, keepdims=True)
    key = np.abs(
        R @ np.random.default_rng(context.seed).standard_normal(m)
    )  # equal for equal features, but for the sign
    order = np.argsort(key)
    alike = [(i, j) for i, j in pairwise(order) if key[j] - key[i] < 1e-6 and abs(R[i] @ R[j]) > (1 - 1e-9) * m]
    pairs = [(int(min(varied[[i, j]])), int(max(varied[[i, j]]))) for i, j in alike]
    if not pairs:
        return None
    shown = listed([f"{context.feature(i)} and {context.feature(j)}" for i, j in pairs])
    return Finding(
        "Features repeat each other.",
        f"But for unit and offset these are the same: {shown}.",
        "Leave one of each pair out: it adds weights and nothing to learn from.",
        {"pairs": pairs},
    )
