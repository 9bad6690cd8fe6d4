"""Intervals and sets by CV+ are those of its definition, whichever networks left a row out."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.errors import ModelFileError, SettingError
from glassnet.estimators.tabular.conformal import Conformity, LeftOut, Spread, more_probable
from glassnet.estimators.tabular.judging import JudgedRows
from glassnet.estimators.tabular.left_out import MOST_SCORES, conformity_of
from glassnet.estimators.targets import LabelEncoder, TargetScaler
from glassnet.network import Network

SEEDS = st.integers(0, 10**6)
ONE = Spread(np.zeros(1), np.ones(1))
PLAIN = TargetScaler(np.zeros(1), np.ones(1), single=True)


def random_conformity(rng, parts=3, most=40):
    sizes = rng.integers(1, most, parts)
    networks = [(0,), (1, 2), (3,)][:parts]
    return Conformity(
        tuple(
            LeftOut(own, float(size), np.sort(rng.exponential(size=(1, size)).round(1)))
            for own, size in zip(networks, sizes, strict=True)
        ),
        (Spread(np.array([-1.0, 0.5, 2.0]), np.array([0.5, 1.0, 3.0])),),
    )


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, coverage=st.floats(0.05, 0.95))
def test_an_interval_is_made_of_order_statistics(seed, coverage):
    rng = np.random.default_rng(seed)
    conformity, A = random_conformity(rng), rng.normal(size=(4, 5, 1)) * 3
    n = round(conformity.rows)
    rank = int(np.ceil(coverage * (n + 1) - 1e-7))
    if rank > n:
        with pytest.raises(SettingError, match="enough for"):
            conformity.intervals(A, coverage)
        return
    found = conformity.intervals(A, coverage)
    for row in range(5):
        below, above = [], []
        for part in conformity.parts:
            answer = A[list(part.networks), row, 0].mean()
            spread = np.interp(answer, [-1, 0.5, 2], [0.5, 1, 3])
            below += (answer - part.scores[0] * spread).tolist()
            above += (answer + part.scores[0] * spread).tolist()
        expected = np.sort(below)[n - rank], np.sort(above)[rank - 1]  # Barber et al. 2021, their equation (1.2)
        np.testing.assert_allclose(found[row, 0], expected, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, coverage=st.floats(0.05, 0.95))
def test_a_set_holds_the_classes_that_few_rows_are_more_usual_than(seed, coverage):
    rng = np.random.default_rng(seed)
    conformity, P = random_conformity(rng), rng.dirichlet(np.ones(3), size=(4, 5))
    n = round(conformity.rows)
    if coverage * (n + 1) > n:
        return
    found = conformity.sets(P, coverage)
    for row in range(5):
        for label in range(3):
            above = 0
            for part in conformity.parts:
                p = P[list(part.networks), row].mean(axis=0)
                above += int((p[p > p[label]].sum() > part.scores[0]).sum())
            assert found[row, label] == (above < coverage * (n + 1) - 1e-7)  # Romano et al. 2020, equation (13)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=1, max_size=6))
def test_probabilities_of_more_probable_classes(rows):
    P = np.array(rows) / 8
    expected = [[sum(p for p in row if p > each) for each in row] for row in P]
    np.testing.assert_allclose(more_probable(P), expected)


def test_a_higher_level_gives_wider_intervals_and_larger_sets():
    rng = np.random.default_rng(0)
    conformity, A, P = random_conformity(rng), rng.normal(size=(4, 9, 1)), rng.dirichlet(np.ones(4), size=(4, 9))
    levels = np.linspace(0.1, 0.9, 9)
    intervals = np.array([conformity.intervals(A, level)[:, 0] for level in levels])
    assert (np.diff(intervals[..., 0], axis=0) <= 1e-9).all()
    assert (np.diff(intervals[..., 1], axis=0) >= -1e-9).all()
    sets = np.array([conformity.sets(P, level) for level in levels])
    assert (sets[1:] >= sets[:-1]).all()


def test_one_part_is_split_conformal():
    scores = np.arange(1.0, 10.0)
    conformity = Conformity((LeftOut((0, 1), 9.0, scores[np.newaxis]),), (ONE,))
    A = np.array([[[4.0]], [[6.0]]])
    np.testing.assert_array_equal(conformity.intervals(A, 0.9), [[[-4.0, 14.0]]])
    np.testing.assert_array_equal(conformity.intervals(A, 0.5), [[[0.0, 10.0]]])


@pytest.mark.parametrize("coverage", [0, 1, 1.5, -0.1, True, "0.9", None, np.nan])
def test_what_is_no_share_is_refused(coverage):
    conformity = random_conformity(np.random.default_rng(0))
    with pytest.raises(SettingError, match=r"coverage: expected a share between 0 and 1, such as 0\.9; got"):
        conformity.intervals(np.zeros((4, 1, 1)), coverage)


def test_too_few_rows_say_what_they_are_enough_for():
    conformity = Conformity((LeftOut((0,), 9.0, np.arange(9.0)[np.newaxis]),), (ONE,))
    conformity.intervals(np.zeros((1, 1, 1)), 0.9)
    with pytest.raises(SettingError, match=r"than the 9 of this training, which are enough for 0\.9;"):
        conformity.intervals(np.zeros((1, 1, 1)), 0.91)


def a_stack(k, n_x=2, outputs=1, loss="squared_error"):
    return Network([n_x, outputs], loss=loss, n_networks=k, seed=0)


def rows_of(X, y, mask, weights=None):
    return JudgedRows(X, np.atleast_2d(y), None, y, weights, mask)


def test_a_row_is_judged_by_the_mean_of_the_networks_that_left_it_out():
    X, y = np.random.default_rng(0).normal(size=(2, 6)), np.arange(6.0)
    mask = np.ones((4, 1, 6))
    mask[[0, 1], 0, :2] = 0  # two networks leave out the same rows
    mask[2, 0, 2:4] = 0  # one leaves out others; rows 4 and 5 are left out by none, and network 3 learns from all
    network = a_stack(4)
    found = conformity_of(network, PLAIN, rows_of(X, y, mask))
    A = network.forward(X)[:, 0]
    by_networks = {part.networks: part for part in found.parts}
    assert set(by_networks) == {(0, 1), (2,)}
    assert found.rows == 4
    np.testing.assert_allclose(
        by_networks[0, 1].scores[0], np.sort(np.abs(y - A[:2].mean(axis=0))[:2]), rtol=2e-4, atol=3e-6
    )
    np.testing.assert_allclose(by_networks[2,].scores[0], np.sort(np.abs(y - A[2])[2:4]), rtol=2e-4, atol=3e-6)


def test_held_out_rows_are_judged_by_all_networks():
    X, y = np.random.default_rng(0).normal(size=(2, 6)), np.arange(6.0)
    network = a_stack(3)
    found = conformity_of(network, PLAIN, rows_of(X, y, None))
    assert [part.networks for part in found.parts] == [(0, 1, 2)]
    residuals = np.abs(y - network.forward(X).mean(axis=0)[0])
    np.testing.assert_allclose(found.parts[0].scores[0], np.sort(residuals), rtol=2e-4, atol=3e-6)


def test_where_nothing_was_left_out_there_is_nothing():
    X, y = np.zeros((2, 4)), np.arange(4.0)
    assert conformity_of(a_stack(2), PLAIN, rows_of(X, y, np.ones((2, 1, 4)))) is None


def test_many_scores_become_quantiles_that_are_no_smaller():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2, 5000)), rng.normal(size=5000)
    network = Network([2, 1], loss="squared_error", seed=0)
    found = conformity_of(network, PLAIN, rows_of(X, y, None))
    (part,), (spread,) = found
    assert part.scores.shape == (1, MOST_SCORES)
    answers = network.forward(X)[0]
    scores = np.sort(np.abs(y - answers) / spread.of(answers))
    shares = np.searchsorted(scores, part.scores[0], side="right") / 5000
    expected = np.arange(1, MOST_SCORES + 1) / MOST_SCORES
    assert (shares >= expected).all()
    np.testing.assert_allclose(shares, expected, atol=2e-3)


def test_the_spread_follows_the_level():
    rng = np.random.default_rng(0)
    X = rng.uniform(0, 1, size=(1, 4000))
    network = Network([1, 1], loss="squared_error", seed=0)
    answers = network.forward(X)[0]
    place = np.argsort(np.argsort(answers)) / 4000
    y = answers + rng.choice([-1, 1], 4000) * np.where(place < 0.4, 1.0, 3.0)
    (spread,) = conformity_of(network, PLAIN, rows_of(X, y, None)).spreads
    np.testing.assert_allclose(spread.sizes, np.array([1, 1, 3, 3, 3]) + 0.1 * 2.2, rtol=1e-3)
    np.testing.assert_allclose(np.quantile(answers, [0.1, 0.3, 0.5, 0.7, 0.9]), spread.levels, atol=0.02)
    (few,) = conformity_of(network, PLAIN, rows_of(X[:, :79], y[:79], None)).spreads
    assert few.sizes.tolist() == [1]
    shuffled = rng.permutation(4000)
    (again,) = conformity_of(network, PLAIN, rows_of(X[:, shuffled], y[shuffled], None)).spreads
    np.testing.assert_allclose(again, spread, rtol=1e-5)


def test_equal_answers_are_of_one_level():
    network = Network([1, 1], loss="squared_error", seed=0)
    X = np.repeat([[1.0, 2.0]], 100, axis=1).reshape(1, -1)
    (spread,) = conformity_of(network, PLAIN, rows_of(X, np.arange(200.0), None)).spreads
    assert len(spread.levels) == 2
    (spread,) = conformity_of(network, PLAIN, rows_of(np.ones((1, 200)), np.arange(200.0), None)).spreads
    assert len(spread.levels) == 1


def test_a_weight_counts_as_so_many_rows():
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(2, 40)), rng.normal(size=40), rng.integers(1, 4, 40).astype(float)
    network = Network([2, 1], loss="squared_error", seed=0)
    weighted = conformity_of(network, PLAIN, rows_of(X, y, None, w))
    assert weighted.rows == pytest.approx(40)  # of average weight: repeating a row makes nothing surer
    times = np.repeat(np.arange(40), w.astype(int))
    repeated = np.sort(np.abs(y - network.forward(X)[0])[times])
    needed = np.ceil(np.arange(1, MOST_SCORES + 1) / MOST_SCORES * len(times) - 1e-6).astype(int)
    np.testing.assert_allclose(weighted.parts[0].scores[0], repeated[needed - 1], rtol=1e-4, atol=1e-5)
    scaled = conformity_of(network, PLAIN, rows_of(X, y, None, 1000 * w))
    A = network.forward(X)[np.newaxis].transpose(0, 2, 1)
    np.testing.assert_allclose(scaled.intervals(A, 0.8), weighted.intervals(A, 0.8))


def test_classes_are_judged_by_what_was_more_probable():
    X = np.random.default_rng(0).normal(size=(2, 5))
    target, y = LabelEncoder(np.array(["a", "b", "c"])), np.array(["a", "b", "c", "a", "b"])
    network = a_stack(2, outputs=3, loss="cross_entropy")
    network = Network([2, 3], ["softmax"], loss="cross_entropy", n_networks=2, seed=0)
    mask = np.array([[[0, 0, 0, 0, 0]], [[1, 1, 1, 1, 1]]], float)
    rows = JudgedRows(X, target.encode(y).T, None, y, None, mask)
    (part,) = conformity_of(network, target, rows).parts
    P = network.forward(X)[0].T
    expected = [sum(p for p in row if p > row[label]) for row, label in zip(P, [0, 1, 2, 0, 1], strict=True)]
    np.testing.assert_allclose(part.scores[0], np.sort(expected), rtol=1e-4, atol=3e-6)
    assert (part.scores[0] >= np.sort(expected)).all()


def test_its_document_gives_it_back_and_nonsense_is_refused():
    conformity = random_conformity(np.random.default_rng(0))
    document = json.loads(json.dumps(conformity.to_document()))
    again = Conformity.from_document(document, 4, 1)
    assert again.to_document() == conformity.to_document()
    A = np.random.default_rng(0).normal(size=(4, 3, 1))
    np.testing.assert_array_equal(again.intervals(A, 0.5), conformity.intervals(A, 0.5))
    part = {"networks": [0], "rows": 2.0, "scores": [[0.1, 0.2]]}
    spread = {"levels": [0.0, 1.0], "sizes": [1.0, 2.0]}
    for change in (
        {"networks": [7]}, {"networks": []}, {"rows": -1.0}, {"rows": 0.0}, {"scores": [[0.2, 0.1]]}, {"scores": []},
        {"scores": [[0.1, 0.2], [0.1, 0.2]]}, {"scores": [["x"]]}, {"more": 1},
    ):  # fmt: skip
        with pytest.raises(ModelFileError, match="left_out"):
            Conformity.from_document({"parts": [{**part, **change}], "spreads": [spread]}, 4, 1)
    for change in ({"levels": [0.0]}, {"levels": [1.0, 0.0]}, {"sizes": [0.0, 1.0]}, {"sizes": []}, {"more": 1}):
        with pytest.raises(ModelFileError, match="left_out"):
            Conformity.from_document({"parts": [part], "spreads": [{**spread, **change}]}, 4, 1)
    for document in ({}, {"parts": [], "spreads": [spread]}, {"parts": [part], "spreads": []}):
        with pytest.raises(ModelFileError, match="left_out"):
            Conformity.from_document(document, 4, 1)
