"""The ledger: rules, counts, and shapes that are held against the actual arrays."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from glassnet import Network
from glassnet.errors import SettingError
from glassnet.inspection.dimensions import dimension_table


def test_rules_are_the_notation():
    rules = {line.array: line.rule for line in Network([2, 4, 1], seed=0).dimensions(7)}
    assert rules["W[2]"] == rules["dW[2]"] == "(n[2], n[1])"
    assert rules["b[1]"] == rules["db[1]"] == "(n[1], 1)"
    assert rules["Z[1]"] == rules["dA[1]"] == "(n[1], m)"
    assert {line.array: line.rule for line in Network([2, 1], seed=0, n_networks=3).dimensions()}[
        "Z[1]"
    ] == "(k, n[1], m)"


@pytest.mark.parametrize("stack", [None, 3])
def test_all_arrays_are_looked_at(stack):
    table = Network([2, 4, 1], seed=0, n_networks=stack).dimensions(7)
    assert table.ok
    assert {line.check for line in table} == {"ok"}


def test_where_a_pass_would_be_large_only_the_parameters_are():
    table = Network([100, 50, 1], seed=0).dimensions(10**6)
    assert {line.array[0] for line in table if line.found} == {"W", "b"}
    assert {line.check for line in table} == {"ok", "-"}


def test_a_wrong_shape_is_seen():
    net = Network([2, 4, 1], seed=0)
    trace = net.trace(np.ones((2, 3)), [[1, 0, 1]])
    wrong = replace(trace, dW=[None, trace.dW[1].T, trace.dW[2]]).dimensions()
    assert not wrong.ok
    assert [line.array for line in wrong if line.check != "ok"] == ["dW[1]"]
    assert "WRONG: (2, 4)" in str(wrong)
    assert "WRONG" in wrong._repr_html_()


@pytest.mark.parametrize("sizes", [[2, 1], [5, 4, 3, 2], [7, 7, 1]])
def test_counts(sizes):
    net = Network(sizes, seed=0, dtype="float64")
    trace = net.trace(np.ones((sizes[0], 3)), np.zeros((sizes[-1], 3)) if sizes[-1] == 1 else np.eye(2)[:, [0, 1, 1]])
    table = trace.dimensions()
    assert table.n_parameters == net.vector.size
    products = [n * n_prev for n_prev, n in pairwise(sizes)]
    assert table.operations["forward"] == 2 * sum(products)
    assert table.operations["backward"] == 2 * sum(products) + 2 * sum(products[1:])
    assert table.bytes["parameters"] == table.bytes["slopes"] == net.vector.nbytes
    arrays = [trace.A[0], *(M for letter in ("Z", "A", "dA", "dZ") for M in getattr(trace, letter)[1:])]
    assert table.bytes["batch"] == sum(M.nbytes for M in arrays)


def test_layers_of_equal_sizes_keep_their_rules():
    table = dimension_table(Network([3, 3, 1], seed=0).architecture, 3, np.dtype("float32"))
    assert {line.array: line.rule for line in table}["Z[1]"] == "(n[1], m)"
    assert {line.array: line.rule for line in table}["W[1]"] == "(n[1], n[0])"


@pytest.mark.parametrize("m", [0, -1, 2.5, True])
def test_m_is_a_number_of_samples(m):
    with pytest.raises(SettingError, match="m: expected a number of samples"):
        Network([2, 1], seed=0).dimensions(m)
