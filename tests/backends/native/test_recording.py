"""Symbols in place of arrays: what a run with them records."""

import re
from operator import add, mul, sub, truediv
from pathlib import Path

import numpy as np
import pytest

import glassnet.core
from glassnet.arrays import numpy_namespace
from glassnet.backends.native.recording import ONE, Namespace, Program, Symbol, broadcast

xp = Namespace()


@pytest.fixture
def program():
    return Program(np.dtype("float32"))


# ---------------------------------------------------------------- dimensions
@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([("n", "m"), ("n", "1")], ("n", "m")),
        ([("1", "m"), ("n", "1")], ("n", "m")),
        ([("1", "1"), ("1", "1")], ("1", "1")),
        ([(), ("n", "m"), ()], ("n", "m")),
        ([(), ("P",)], ("P",)),
        ([(), ()], ()),
        ([], ()),
    ],
)
def test_dimensions_of_operations_entry_by_entry(shapes, expected):
    assert broadcast(shapes) == expected


def test_a_matrix_and_a_flat_array_do_not_go_together(program):
    with pytest.raises(NotImplementedError, match="do not go together"):
        program.input("W", ("n", "m")) + program.input("theta", ("P",))


def test_dimensions_of_products_and_transposes(program):
    W, A = program.input("W", ("n", "p")), program.input("A", ("p", "m"))
    assert (W @ A).dims == ("n", "m")
    assert W.mT.dims == ("p", "n")
    assert (A.mT @ W.mT).dims == ("m", "n")


@pytest.mark.parametrize(
    ("name", "dims"), [("row_sums", ("n", "1")), ("column_sums", ("1", "m")), ("column_max", ("1", "m")), ("total", ())]
)
def test_dimensions_of_reductions(program, name, dims):
    assert getattr(xp, name)(program.input("M", ("n", "m"))).dims == dims
    assert xp.sum_last(program.input("v", ("P",))).dims == ()


def test_a_shape_is_made_of_numbers_that_are_not_there_yet(program):
    rows, columns = program.input("M", ("n", "m")).shape
    assert [(s.op, s.name, s.dims) for s in (rows, columns)] == [("input", "n", ()), ("input", "m", ())]
    assert rows.dtype == np.float32
    assert program.input("M", ("n", "m")).mT.shape[-1].name == "n"
    assert program.input("b", ("n", ONE)).shape[-1] == 1


def test_a_dimension_may_count_something_else(program):
    """The equations divide by the samples of a step, the loops run over those of a part."""
    program.counts["m"] = "samples"
    assert program.input("M", ("n", "m")).shape[-1].name == "samples"


def test_a_sum_may_be_given(program):
    S, given = program.input("S", (ONE, "m")), program.input("weight_sum", ())
    program.known["row_sums", S] = given
    assert xp.row_sums(S) is given
    assert given[..., 0] is given
    assert xp.row_sums(S * 2) is not given


# ---------------------------------------------------------------- operations
@pytest.mark.parametrize(
    ("operation", "name"), [(add, "add"), (sub, "sub"), (mul, "mul"), (truediv, "truediv"), (pow, "pow")]
)
def test_operators_keep_the_order_of_what_they_join(program, operation, name):
    a = program.input("a", ("n", "m"))
    assert operation(a, 2).args == (name, a, 2)
    assert operation(2, a).args == (name, 2, a)
    assert operation(np.float32(2), a).args == (name, 2, a)  # NumPy's numbers leave it to the symbol
    assert operation(a, np.float64(2)).args == (name, a, 2)


def test_everything_is_recorded_in_its_order(program):
    a = program.input("a", ())
    b = -a
    c = abs(b) > a
    assert program.symbols == [a, b, *c.args[1:2], c]
    assert [symbol.number for symbol in program.symbols] == [0, 1, 2, 3]
    assert (b.args[0], c.args[0], (a < b).args[0], abs(b).args[0]) == ("neg", "gt", "lt", "abs")


def test_an_index_that_means_nothing_here(program):
    M, v = program.input("M", ("n", "m")), program.input("v", ())
    assert M[...] is M
    assert v[..., None] is v
    assert v[..., 0] is v
    for index in (0, slice(None), (Ellipsis, 0), (0, Ellipsis)):
        with pytest.raises(NotImplementedError, match="index"):
            M[index]
    with pytest.raises(NotImplementedError, match="index"):
        M[0] = v


def test_stores_are_recorded_with_the_name_of_their_array(program):
    theta, g = program.input("theta", ("P",)), program.input("g", ("P",))
    twice = theta
    twice -= 0.1 * g
    twice *= 2
    g[...] = theta * 3
    assert [name for name, _ in program.stores] == ["theta", "theta", "g"]
    assert program.stores[0][1] is program.stores[1][1].args[1]
    assert twice is program.stores[1][1]
    assert twice is not theta


def test_a_barrier_stands_between_two_symbols(program):
    program.input("a", ())
    program.barrier()
    program.input("a", ())
    assert program.barriers == [1]


# ---------------------------------------------------------------- groups
def test_groups_are_the_first_rows_where_they_lie(program):
    X, W = program.input("X", ("n_x", "m")), program.input("W0", ("groups", "units", "rows"))
    g, d, t = W.shape
    groups, rest = xp.grouped(X, g, t)
    assert (groups.op, groups.dims, groups.args[0].op) == ("groups", ("groups", "rows", "m"), "head")
    assert (rest.op, rest.dims, rest.args) == ("rest", ("rest", "m"), (X,))
    program.ungrouped = "n0"
    A = xp.ungrouped(W @ groups, rest)
    assert ((W @ groups).dims, A.dims) == (("groups", "units", "m"), ("n0", "m"))
    halves = xp.grouped(A / 2, g, d)[0]  # half of the first rows, and nothing is done with the others
    assert halves.args[0].args[0] == "truediv"
    assert halves.args[0].dims == ("groups units", "m")
    assert xp.row_sums(halves).dims == ("groups", "units", ONE)
    assert (halves @ groups.mT).dims == ("groups", "units", "rows")
    W_1, dZ = program.input("W1", ("n1", "n0")), program.input("dZ", ("n1", "m"))
    product = xp.grouped(W_1.mT @ dZ / 2, g, d)[0].args[0].args[1]  # no row of it is computed that nothing takes
    assert (product.op, product.dims, product.args[0].op) == ("dot", ("groups units", "m"), "head")
    with pytest.raises(NotImplementedError, match="only the sums of rows are recorded, not total"):
        xp.total(halves)


def test_the_first_rows_of_what_is_broadcast_are_not_recorded(program):
    A, b = program.input("A", ("n0", "m")), program.input("b", ("n0", ONE))
    g, d, _ = program.input("W0", ("groups", "units", "rows")).shape
    with pytest.raises(NotImplementedError, match="made of matrices of its shape"):
        xp.grouped(A * b, g, d)


# ---------------------------------------------------------------- the namespace
def test_an_unknown_function_is_not_implemented():
    with pytest.raises(NotImplementedError, match="the native backend has no arctan"):
        _ = xp.arctan


def test_limits_of_a_type_are_plain_numbers(program):
    tiny = xp.finfo(program.input("A", ("n", "m")).dtype).smallest_normal
    assert tiny == np.finfo(np.float32).smallest_normal
    assert not isinstance(tiny, Symbol)


def test_ones_are_no_sum(program):
    """1 + 0 * M would be NaN where M is infinite."""
    ones = xp.ones_like(program.input("M", ("n", "m")))
    assert (ones.args, ones.dims) == (("copy", 1.0), ("n", "m"))


def test_every_function_that_the_tables_and_equations_use_has_a_symbolic_form():
    texts = "".join(path.read_text("utf-8") for path in Path(glassnet.core.__file__).parent.glob("*.py"))
    used = set(re.findall(r"\bxp\.(\w+)", texts)) - {"zeros_like", "quiet"}  # called beside the equations, on arrays
    assert {"exp", "where", "row_sums", "sum_last", "erf"} <= used
    for name in used:
        assert callable(getattr(xp, name))
        assert hasattr(numpy_namespace, name)
