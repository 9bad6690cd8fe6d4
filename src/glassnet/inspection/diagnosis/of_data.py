"""What the data give away: scales, targets out of reach, order, labels, balance, doubles."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.core.activations import ACTIVATIONS
from glassnet.inspection.diagnosis import neighbours
from glassnet.inspection.diagnosis.context import DiagnosisContext
from glassnet.inspection.diagnosis.findings import Finding
from glassnet.inspection.diagnosis.words import listed, plural

Array = Any

LARGE = 30.0  # root mean square of a feature; curvature grows with its square, to 900 times that of a scaled one
SMALL = 0.01  # of the largest feature; initialisers expect 1, so nothing reaches the first layer
RARE = 0.1  # a class's share of the samples, times 2 / K: a tenth of two classes, a fiftieth of ten
FOUND = 0.6  # share of a rare class's samples that are recognised: then its rarity does no harm
SORTED = 0.9  # share of neighbours in the order that are of one class where chance gives at most half as many apart
SURE = 4  # of 5 neighbours that carry one other label
SUSPECT = 0.03  # share of samples whose label may be wrong: fewer are in every clean table
CLEAR = 0.92  # agreement of neighbours elsewhere; where classes overlap, neighbours prove nothing
OPPOSITE = 2 / 3  # share of two classes' samples that are taken for the other one
MOST_LISTED = 100  # samples kept as numbers


def inputs_unscaled(case: DiagnosisContext) -> Finding | None:
    """Find features far from mean 0 and spread 1."""
    X = case.X
    assert X is not None
    rms = np.sqrt((X * X).mean(axis=1))
    far = np.flatnonzero(rms > LARGE)
    numbers = {"features": far.tolist(), "mean": X.mean(axis=1)[far].tolist(), "spread": X.std(axis=1)[far].tolist()}
    if len(far):
        order = far[np.argsort(-rms[far])]
        shown = listed([f"{case.feature(k)} (mean {X[k].mean():.4g}, spread {X[k].std():.4g})" for k in order])
        return Finding(
            "Inputs are not scaled.",
            f"{len(far)} of {plural(len(X), 'feature')} lie far from mean 0 and spread 1: {shown}.",
            "Subtract each feature's mean and divide by its spread, both taken from the training data alone "
            "(StandardScaler; the Tabular estimators do it).",
            numbers,
        )
    if 0 < rms.max() < SMALL:
        return Finding(
            "Inputs are tiny.",
            f"No feature is above {rms.max():.2g} (root mean square); the layers are drawn for inputs near 1.",
            "Divide each feature by its spread, taken from the training data alone.",
            {"features": list(range(len(X))), "largest": float(rms.max())},
        )
    return None


def targets_unscaled(case: DiagnosisContext) -> Finding | None:
    """Find targets of an error loss far from mean 0 and spread 1."""
    if case.activations[-1] != "identity":
        return None
    assert case.Y is not None
    rms = np.sqrt((case.Y * case.Y).mean(axis=1))
    far = np.flatnonzero(rms > LARGE)
    if not len(far):
        return None
    row = case.Y[far[0]]
    return Finding(
        "Targets are not scaled.",
        f"Y has mean {row.mean():.4g} and spread {row.std():.4g}; outputs start near 0, so dZ[L] is as large.",
        "Train on (Y - mean) / spread and turn answers back (TransformedTargetRegressor; TabularRegressor does it).",
        {"rows": far.tolist(), "mean": float(row.mean()), "spread": float(row.std())},
    )


def output_range(case: DiagnosisContext) -> Finding | None:
    """Find targets that the output activation cannot answer."""
    g = case.activations[-1]
    low, high = ACTIVATIONS[g].bounds
    assert case.Y is not None
    outside = float(((low > case.Y) | (high < case.Y)).any(axis=0).mean())
    if outside == 0:
        return None
    return Finding(
        f"The output {g} cannot reach the targets.",
        f"{outside:.0%} of the samples have targets outside [{low:g}, {high:g}]: "
        f"Y goes from {case.Y.min():.4g} to {case.Y.max():.4g}.",
        "Take identity as the output activation, or bring Y into that range.",
        {
            "share": outside,
            "smallest": float(case.Y.min()),
            "largest": float(case.Y.max()),
        },
    )


def unshuffled(case: DiagnosisContext) -> Finding | None:
    """Find mini-batches taken in an order that is sorted by class."""
    labels, size = case.labels, case.settings.get("batch_size")
    m = case.record.get("samples", 0)
    if labels is None or size is None or size >= m or case.settings.get("shuffle", True):
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


def labels_swapped(case: DiagnosisContext) -> Finding | None:
    """Find two classes that are taken for each other."""
    labels, answers = case.labels, case.answers
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
        f"The labels {case.label(j)} and {case.label(i)} look swapped.",
        f"Of {counts[i].sum()} samples of class {case.label(i)} {counts[i, j]} are taken for {case.label(j)}, and of "
        f"{counts[j].sum()} of class {case.label(j)} {counts[j, i]} for {case.label(i)}.",
        "Compare the labels' code here with that of the training: which class was 0?",
        {"pairs": [[int(j), int(i)] for i, j in swapped], "confusion": counts.tolist()},
    )


def labels_wrong(case: DiagnosisContext) -> Finding | None:
    """Find samples whose neighbours carry another label, where neighbours otherwise agree."""
    if case.labels is None or case.nearest is None:
        return None
    some, near = case.some, case.nearest
    assert some is not None
    labels = case.labels[some]
    theirs, votes = neighbours.majority(labels, near)
    suspects = np.flatnonzero((theirs != labels) & (votes >= SURE))
    counted = ~np.isin(near, suspects)
    rest = np.setdiff1d(np.arange(len(some)), suspects)
    agree = (labels[near] == labels[:, None]) & counted
    agreement = agree[rest].sum() / max(counted[rest].sum(), 1)
    of_class = np.bincount(labels[suspects]) / np.bincount(labels)[: labels[suspects].max(initial=0) + 1].clip(1)
    if len(suspects) < max(3, SUSPECT * len(some)) or agreement < CLEAR or of_class.max() > 0.5:  # then it is rare
        return None
    numbers = case.numbers[some[suspects]]
    return Finding(
        "Some labels are probably wrong.",
        f"{len(suspects)} of {plural(len(some), 'sample')} lie among samples of another class (at least {SURE} of "
        f"{neighbours.K} neighbours), while elsewhere {agreement:.0%} of the neighbours agree: samples "
        f"{listed(map(str, numbers), 8)} (counted from 0).",
        "Look at these samples and correct their labels or leave them out.",
        {"samples": numbers[:MOST_LISTED].tolist(), "share": len(suspects) / len(some), "agreement": float(agreement)},
    )


def classes_unbalanced(case: DiagnosisContext) -> Finding | None:
    """Find rare classes that are hardly ever recognised."""
    labels, answers = case.labels, case.answers
    assert labels is not None
    assert answers is not None
    counts = np.bincount(labels, minlength=max(2, case.architecture.sizes[-1]))
    rare = np.flatnonzero((counts > 0) & (counts < RARE * 2 / len(counts) * len(labels)))
    missed = [int(c) for c in rare if (answers[labels == c] == c).mean() < FOUND]
    if not missed:
        return None
    c = missed[0]
    found = (answers[labels == c] == c).mean()
    return Finding(
        "Classes are out of balance.",
        f"Class {case.label(c)} has {counts[c]:,} of {plural(len(labels), 'sample')} ({counts[c] / len(labels):.1%}), "
        f"and {found:.0%} of them are recognised; always answering {case.label(int(counts.argmax()))} is right in "
        f"{counts.max() / len(labels):.1%}.",
        "Give rare classes more weight (sample_weight, class_weight='balanced'), and judge by recall or balanced "
        "accuracy, not by accuracy.",
        {"classes": missed, "counts": counts.tolist(), "recognised": float(found)},
    )


def duplicate_features(case: DiagnosisContext) -> Finding | None:
    """Find features that say the same, but for unit and offset."""
    X = case.X
    assert X is not None
    m = X.shape[1]
    few = np.sort(X[:, np.linspace(0, m - 1, min(m, MOST_LISTED), dtype=int)])
    varied = np.flatnonzero((np.diff(few) > 0).sum(axis=1) >= 10)  # not the codes of categories
    R = (X[varied] - X[varied].mean(axis=1, keepdims=True)) / X[varied].std(axis=1, keepdims=True)
    key = np.abs(R @ np.random.default_rng(case.seed).standard_normal(m))  # equal for equal features, but for the sign
    order = np.argsort(key)
    alike = [(i, j) for i, j in pairwise(order) if key[j] - key[i] < 1e-6 and abs(R[i] @ R[j]) > (1 - 1e-9) * m]
    pairs = [(int(min(varied[[i, j]])), int(max(varied[[i, j]]))) for i, j in alike]
    if not pairs:
        return None
    shown = listed([f"{case.feature(i)} and {case.feature(j)}" for i, j in pairs])
    return Finding(
        "Features repeat each other.",
        f"But for unit and offset these are the same: {shown}.",
        "Leave one of each pair out: it adds weights and nothing to learn from.",
        {"pairs": pairs},
    )
