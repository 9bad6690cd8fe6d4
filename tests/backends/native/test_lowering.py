"""Recorded programs as words: the same text gives the same numbers, by the library and by NumPy."""

from functools import reduce

import numpy as np
import pytest

from backends.native.runner import run_lowered, run_numpy
from glassnet.backends.native.fusion import FUSED
from glassnet.backends.native.lowering import END, LENGTH, LOOP, OPERATIONS, REGISTERS, Words, lower
from glassnet.backends.native.programs import step_programs
from glassnet.backends.native.recording import ONE, Namespace, Program
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture
from glassnet.core.equations import embedding_backward, embedding_forward
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.propagation import Objective

SIZES = {"n": 3, "p": 4, "m": 5, "P": 6}
LARGE = {"n": 37, "p": 33, "m": 1100, "P": 3001}  # more than a block of rows, and of entries in a row
TALL = {"n": 700, "p": 9, "m": 3, "P": 513}
SINGLE = {"n": 1, "p": 1, "m": 1, "P": 1}
ALL = SIZES, LARGE, TALL, SINGLE


def arrays(sizes, dims):
    """Draw an array for each name, given its dimensions in letters: W="np"."""
    rng = np.random.default_rng(0)
    return {
        name: (tuple(letters), rng.normal(size=[sizes.get(dim, 1) for dim in letters])[()])
        for name, letters in dims.items()
    }


def both(function, transposed=(), all_sizes=ALL, tolerance=1e-11, **dims):
    """Run a function by the library and by NumPy, require the same numbers, and return the words."""
    for sizes in all_sizes:
        for dtype, rtol in (("float64", tolerance), ("float32", max(1e-3, tolerance))):
            by_library, by_numpy = arrays(sizes, dims), arrays(sizes, dims)
            by_library, by_numpy = (
                {name: (letters, M.astype(dtype) if letters else float(M)) for name, (letters, M) in each.items()}
                for each in (by_library, by_numpy)
            )
            results, words = run_lowered(function, by_library, sizes, dtype, transposed)
            expected = run_numpy(function, by_numpy)
            for name, value in expected.items():
                np.testing.assert_allclose(results[name], value, rtol=rtol, err_msg=name)
            for name, (_, M) in by_numpy.items():
                size = np.abs(M[np.isfinite(M)]).max(initial=0) if np.ndim(M) else abs(M)
                np.testing.assert_allclose(by_library[name][1], M, rtol=rtol, atol=rtol * size, err_msg=name)
    return words


def recorded(function, transposed=(), **dims):
    """Return the words of a function that is not run."""
    program = Program(np.dtype("float64"))
    wanted = function(Namespace(), program, **{name: program.input(name, tuple(d)) for name, d in dims.items()})
    return lower(program, Words({}, {ONE: 0}), wanted or {}, transposed=frozenset(transposed))


LENGTHS = {"NUMBER": 6, "PRODUCT": 11, "JOIN": 3, "GROUPED": 12, "REST": 8}


def instructions(words):
    """Return the instructions of a program: the kind of each, and of a loop the names of its operations."""
    names, found, i = {number: name for name, number in OPERATIONS.items()}, [], 0
    code = words.words
    while code[i] != END:
        kind = ["END", "NUMBER", "PRODUCT", "LOOP", "JOIN", "GROUPED", "REST"][code[i]]
        if code[i] == LOOP:
            start, end = i + 5, i + 5 + LENGTH * code[i + 4]
            found.append((kind, [names[code[at]] for at in range(start, end, LENGTH)]))
            i = end
        else:
            found.append((kind, [names[code[i + 1]]] if kind == "NUMBER" else []))
            i += LENGTHS[kind]
    assert i == len(code) - 1
    return found


def loops(words):
    return [names for kind, names in instructions(words) if kind == "LOOP"]


pytestmark = pytest.mark.usefixtures("level")


# ---------------------------------------------------------------- small programs
def test_broadcasting():
    def program(xp, _, M, column, row, number, out):
        out[...] = (M + column) * row / (1 + column * column) - number * 2

    both(program, M="nm", column="n1", row="1m", number="", out="nm")


def test_a_matrix_of_one_entry_on_its_own():
    def program(xp, _, one, other, row, column, W, A):
        other[...] = xp.tanh(one) + 2 * other + xp.row_sums(row)
        one *= xp.total(one * other)
        column[...] = W @ A + one
        return {"J": xp.total(other)}

    both(program, one="11", other="11", row="1m", column="11", W="1p", A="p1")


@pytest.mark.parametrize("name", ["row_sums", "column_sums", "column_max"])
def test_reductions_are_gathered_in_the_loop_that_makes_their_argument(name):
    def program(xp, _, M, out):
        out[...] = getattr(xp, name)(xp.exp(M) - 1)

    assert len(loops(both(program, M="nm", out="n1" if name == "row_sums" else "1m"))) == 1


def test_several_reductions_of_one_matrix():
    def program(xp, _, M, column, row, most):
        E = xp.exp(-abs(M))
        column[...] = xp.row_sums(E)
        row[...] = xp.column_sums(E)
        most[...] = xp.column_max(E * M)
        return {"J": xp.total(E)}

    assert len(loops(both(program, M="nm", column="n1", row="1m", most="1m"))) == 1


def test_softmax_as_the_equations_have_it():
    def program(xp, _, Z, out):
        E = xp.exp(Z - xp.column_max(Z))
        out[...] = E / xp.column_sums(E)

    both(program, Z="nm", out="nm")


def test_numbers():
    def program(xp, _, M, theta, number):
        weight, total = xp.sum_last(theta * theta), xp.total(abs(M))
        return {"J": total / M.shape[-1] + weight * number, "double": 2 * weight, "half": 0.5**number}

    both(program, M="nm", theta="P", number="")


def test_a_sum_of_numbers():
    """A total of a plain number times entries, and of what is no entry at all."""

    def program(xp, _, M, number):
        return {"J": xp.total(M * number + 1)}

    both(program, M="nm", number="")


def test_products_and_transposes():
    def program(xp, _, W, A, dW, out):
        Z = xp.tanh(W @ A)
        dW[...] = Z @ A.mT
        out[...] = W.mT @ (Z * Z)

    for transposed in ((), ("A",)):
        both(program, transposed, W="np", A="pm", dW="np", out="pm", all_sizes=(SIZES, SINGLE, TALL))


def test_a_bias_starts_the_sums_of_a_product():
    def program(xp, _, W, A, b, out):
        out[...] = xp.tanh(W @ A + b)

    words = both(program, W="np", A="pm", b="n1", out="nm")
    assert [kind for kind, _ in instructions(words)] == ["PRODUCT", "LOOP"]
    assert loops(words) == [["tanh"]]


def test_a_bias_that_is_not_alone_is_added_in_a_loop():
    def twice(xp, _, W, A, b, out):
        Z = W @ A
        out[...] = (Z + b) * Z

    def changed(xp, _, W, A, b, out):
        out[...] = W @ A + 2 * b

    def row(xp, _, W, A, b, out):
        out[...] = W @ A + xp.column_sums(A)

    for program in (twice, changed, row):
        both(program, W="np", A="pm", b="n1", out="nm")


def test_a_bias_that_changes_after_the_product():
    def program(xp, _, W, A, b, out):
        out[...] = W @ A + b
        b -= 1
        b *= 0.5

    both(program, W="np", A="pm", b="n1", out="nm")


@pytest.mark.parametrize("sizes", [{"n": 3, "p": 4, "m": 0, "P": 6}])
def test_no_sample_at_all(sizes):
    """Parts of a step may have none: sums are 0."""

    def program(xp, _, W, A, b, dW, db):
        Z = W @ A + b
        dW[...] = Z @ A.mT
        db[...] = xp.row_sums(Z)
        return {"J": xp.total(Z * Z)}

    both(program, all_sizes=[sizes], W="np", A="pm", b="n1", dW="np", db="n1")


def test_choices_by_entry():
    def program(xp, _, M, out):
        clipped = xp.minimum(xp.maximum(M, -0.5), 0.5)
        out[...] = xp.where(M > 0, clipped, 0.1 * M) + xp.sign(M) * xp.step(-M) + xp.where(M < -1, 7, xp.ones_like(M))

    both(program, M="nm", out="nm")


def test_ones_where_an_entry_is_infinite():
    def program(xp, _, M, out):
        out[...] = 2 * xp.ones_like(M / 0)

    both(program, M="nm", out="nm")


def test_division_by_a_number_is_one_division():
    def program(xp, _, M, number, out):
        out[...] = M / number / 3

    words = both(program, M="nm", number="", out="nm")
    assert "truediv" not in loops(words)[0]


def test_maps_over_the_same_dimensions_share_one_loop_and_need_no_room():
    def program(xp, _, theta, gradient, v, s):
        OPTIMIZERS["adamw"].update(xp, theta, gradient, {"v": v, "s": s}, 3, 0.1)

    words = recorded(program, theta="P", gradient="P", v="P", s="P")
    assert len(loops(words)) == 1
    assert words.work == {}


# ---------------------------------------------------------------- operations that take the place of several
def by_pattern(xp, pattern, given):
    """Return what a pattern of `FUSED` says, operation by operation."""
    if isinstance(pattern, str):
        return given[pattern]
    if isinstance(pattern, float):
        return pattern
    name, *parts = pattern
    args = [by_pattern(xp, part, given) for part in parts]
    operators = {"add": "__add__", "sub": "__sub__", "mul": "__mul__", "truediv": "__truediv__"}
    if name == "neg":
        return -args[0]
    if name in operators:
        return (args[0] if hasattr(args[0], "shape") else np.float64(args[0])) + args[1] if name == "add" else {
            "sub": lambda: args[0] - args[1], "mul": lambda: args[0] * args[1], "truediv": lambda: args[0] / args[1],
        }[name]()  # fmt: skip
    return getattr(xp, name)(*args)


@pytest.mark.parametrize("name", FUSED)
def test_each_fused_operation_is_found_and_right(name):
    def program(xp, _, a, b, c, d, e, f, out):
        given = {"a": a, "b": b, "c": xp.exp(a) if name == "adam_step" else c, "d": d, "e": e, "f": f}
        out[...] = by_pattern(xp, FUSED[name], given)

    words = both(program, a="nm", b="nm", c="nm", d="", e="", f="", out="nm", all_sizes=(SIZES, LARGE), tolerance=1e-9)
    assert name in loops(words)[-1]


@pytest.mark.parametrize("name", FUSED)
def test_a_value_that_is_used_twice_is_not_fused_away(name):
    """Each inner operation is stored, too."""
    inner = [part for part in FUSED[name] if isinstance(part, tuple)]

    def program(xp, _, a, b, c, d, e, f, out, again):
        given = {"a": a, "b": b, "c": xp.exp(a), "d": d, "e": e, "f": f}
        head, *parts = FUSED[name]
        made = {i: by_pattern(xp, part, given) for i, part in enumerate(parts) if isinstance(part, tuple)}
        names = {f"made {i}": value for i, value in made.items()}
        whole = (head, *(f"made {i}" if i in made else part for i, part in enumerate(parts)))
        out[...] = by_pattern(xp, whole, {**given, **names})
        again[...] = reduce(xp.maximum, made.values(), b)

    words = both(
        program, a="nm", b="nm", c="nm", d="", e="", f="", out="nm", again="nm", all_sizes=(SIZES,), tolerance=1e-9
    )
    assert not inner or name not in loops(words)[-1]


def test_what_is_stored_in_between_is_read_before_or_after_as_it_was_recorded():
    """The product is recorded before `a` changes, the sum after."""

    def program(xp, _, a, b, out):
        product = a * b
        a -= 0.5
        a *= 3
        out[...] = product + a

    both(program, a="nm", b="nm", out="nm")


def test_an_operation_is_not_moved_past_the_first_of_two_stores():
    def program(xp, _, M, N, out):
        product = M * N
        N -= 1
        out[...] = N * 1.0
        N -= product + 2

    both(program, M="nm", N="nm", out="nm")


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_moving_mean_and_what_reads_it(order):
    def program(xp, _, theta, v, g):
        old = 2 * v if order == "before" else None
        v += 0.1 * (g - v)
        theta -= v if order == "after" else old

    both(program, theta="P", v="P", g="P")


# ---------------------------------------------------------------- stores
def test_stores_in_place_follow_each_other():
    def program(xp, _, theta, v):
        v *= 0.9
        v -= 0.1 * theta
        theta += v
        theta *= 2

    both(program, theta="P", v="P")


def test_what_was_made_before_a_store_keeps_the_old_entries():
    def program(xp, _, theta, v):
        old = 3 * theta
        theta -= v
        v += old

    both(program, theta="P", v="P")


def test_what_was_made_before_a_store_keeps_them_across_loops():
    def program(xp, _, theta, v):
        old = 3 * theta
        theta -= v
        length = xp.sqrt(xp.sum_last(theta * theta))
        theta /= length
        v += old + theta

    both(program, theta="P", v="P")


def test_a_product_before_a_store_sees_the_old_matrix():
    def program(xp, _, W, A, out):
        Z = W * 2 + xp.row_sums(W)
        out[...] = W @ A + Z @ A
        W -= 0.5 * Z

    both(program, W="np", A="pm", out="nm")


def test_a_sum_may_be_stored_where_its_argument_was_read():
    def program(xp, _, M, column, row):
        column[...] = xp.row_sums(M * column)
        row[...] = xp.column_sums(M - row)

    both(program, M="nm", column="n1", row="1m")


def test_after_a_barrier_inputs_are_read_again():
    def program(xp, program, theta, v):
        theta *= 2
        program.barrier()
        v += xp.sum_last(theta) if program.__class__ is not Program else xp.sum_last(program.input("theta", ("P",)))

    assert len(loops(both(program, theta="P", v="P"))) == 3


@pytest.mark.parametrize("store", ["an input", "transposed", "twice"])
def test_a_store_that_cannot_be_lowered_is_refused(store):
    program = Program(np.dtype("float64"))
    M, out, other = (program.input(name, ("n", "n")) for name in ("M", "out", "other"))
    value = {"an input": M, "transposed": (M + 1).mT, "twice": M + 1}[store]
    out[...] = value
    if store == "twice":
        other[...] = value
    with pytest.raises(NotImplementedError, match="store"):
        lower(program, Words({}, {}))


# ---------------------------------------------------------------- what is refused
def test_a_matrix_is_transposed_only_for_a_product():
    def program(xp, _, W, out):
        out[...] = W.mT * W.mT + 1

    def sums(xp, _, W, out):
        out[...] = xp.row_sums(W.mT)

    with pytest.raises(NotImplementedError, match="transposed only for a product"):
        recorded(program, W="np", out="pn")
    with pytest.raises(NotImplementedError, match="transposed only for a product"):
        recorded(sums, W="np", out="p1")


def test_an_array_that_lies_transposed_is_not_read_in_a_loop():
    def program(xp, _, A, out):
        out[...] = 2 * A

    with pytest.raises(NotImplementedError, match="transposed only for a product"):
        recorded(program, ["A"], A="nm", out="nm")


def test_one_entry_is_not_spread_over_a_matrix():
    """The numbers of the equations are no matrices."""

    def program(xp, _, M, one, out):
        out[...] = M * one

    with pytest.raises(NotImplementedError, match="does not fit a loop"):
        recorded(program, M="nm", one="11", out="nm")


@pytest.mark.parametrize("dims", ["1m", "n1", "11", ""])
def test_a_store_is_not_spread_over_its_array(dims):
    def program(xp, _, value, out):
        out[...] = value * 2

    with pytest.raises(NotImplementedError, match="store"):
        recorded(program, value=dims, out="nm")


def test_a_row_that_is_a_column_does_not_fit():
    def program(xp, _, M, column, out):
        out[...] = M + column

    with pytest.raises(NotImplementedError, match="does not fit a loop"):
        recorded(program, M="nm", column="p1", out="nm")


@pytest.mark.parametrize("values", [REGISTERS // 2, REGISTERS - 1, REGISTERS + 4])
def test_a_loop_has_so_many_registers_and_no_more(values):
    """Values that are all needed at the end."""

    def program(xp, _, M, out):
        made = [xp.exp(M * (0.5 + 0.01 * i)) for i in range(values)]
        total, product = made[0], made[0]
        for value in made[1:]:
            total = total + value
        for value in made[1:]:
            product = xp.maximum(product, value)
        out[...] = total * product

    if values < REGISTERS:
        both(program, M="nm", out="nm")
        return
    with pytest.raises(NotImplementedError, match=f"more than {REGISTERS} registers"):
        recorded(program, M="nm", out="nm")


def test_a_row_that_is_spread_keeps_its_register():
    """It is made once for all blocks of rows, whose earlier values lie elsewhere."""

    def program(xp, _, M, row, other, out):
        value = (xp.exp(M) + xp.tanh(M)) * row
        out[...] = xp.maximum(value, xp.exp(-M) + xp.tanh(value)) * other + row

    both(program, M="nm", row="1m", other="1m", out="nm", all_sizes=(*ALL, {"n": 40, "p": 1, "m": 130, "P": 1}))


def test_registers_are_free_again():
    def program(xp, _, M, out):
        value = M
        for _ in range(4 * REGISTERS):
            value = xp.tanh(value + M)
        out[...] = value

    both(program, M="nm", out="nm")


# ---------------------------------------------------------------- drawn programs
@pytest.mark.parametrize("seed", [*range(24), 43])
def test_a_program_drawn_at_random(seed):
    """Twenty operations on whatever is there, some stored over an input, all used in the end."""

    def program(xp, _, M, N, W, column, row, out, number):
        rng = np.random.default_rng(seed)
        pool = {"nm": [M, N], "n1": [column], "1m": [row], "": [number]}
        for _ in range(20):
            kind = rng.choice(["map", "map", "map", "reduce", "dot", "store"])
            a, b = (pool["nm"][i] for i in rng.integers(len(pool["nm"]), size=2))
            letters = rng.choice(["n1", "1m", "nm", "nm"])
            c = pool[letters][rng.integers(len(pool[letters]))]
            if kind == "map":
                pool["nm"].append(xp.tanh(a * c + pool[""][-1]) if rng.random() < 0.5 else a - 0.5 * c)
            elif kind == "dot":
                pool["nm"].append(0.3 * (W @ a) if rng.random() < 0.5 else 0.2 * ((a @ b.mT) @ b + a))
            elif kind == "reduce":
                name = rng.choice(["row_sums", "column_sums", "column_max", "total"])
                letters = {"row_sums": "n1", "total": ""}.get(name, "1m")
                pool[letters].append(xp.tanh(getattr(xp, name)(a)) if letters else 0.1 * xp.total(a))
            else:
                i = rng.integers(2)  # M or N; what stood there is gone by name, not by value
                old, change = pool["nm"][i], 0.1 * c
                old = old * 1.0 if seed % 2 else old
                held = pool["nm"][i]
                held -= change
                pool["nm"][i] = held
                if seed % 2:
                    pool["nm"].append(old)
        last = pool["nm"][-1]
        for value in [*pool["nm"][-6:], *pool["n1"], *pool["1m"], *pool[""]]:
            last = last + value
        out[...] = last
        return {"J": xp.total(last * last) + pool[""][-1]}

    sizes = [SIZES, {"n": 3, "p": 4, "m": 1100, "P": 6}] if seed % 3 else [SIZES, SINGLE]
    both(program, all_sizes=sizes, tolerance=1e-6, M="nm", N="nm", W="nn", column="n1", row="1m", out="nm", number="")


# ---------------------------------------------------------------- the programs of a step
def programs_of(hidden, output, loss, optimizer, weighted, sizes=(3, 4, 2), l2=0.1):
    objective = Objective.of(Architecture.build([*sizes], [hidden, output], loss), l2=l2, l1=0.1)
    return step_programs(
        objective, OPTIMIZERS[optimizer], np.dtype("float32"), sizes, weighted=weighted, transforms=["clip_norm"]
    )


def test_the_same_run_has_the_same_words_whatever_the_memory_looks_like():
    """An order that depends on addresses would give other bits at times."""
    held = []
    for loss, output in (("poisson", "softplus"), ("softmax_cross_entropy", "softmax"), ("squared_error", "gelu")):
        found = set()
        for i in range(6):
            programs = programs_of("mish", output, loss, "adamw", True)
            found.add((tuple(programs.of_pass.words), tuple(programs.of_update.words), tuple(programs.of_pass.arrays)))
            held.append([object() for _ in range(1000 * i)])
        assert len(found) == 1


def test_sizes_and_strengths_are_no_part_of_the_words():
    few, many = (programs_of("tanh", "identity", "huber", "adam", False, sizes, l2)
                 for sizes, l2 in (((3, 4, 2), 0.1), ((30, 7, 5), 0.7)))  # fmt: skip
    assert few.of_pass.words == many.of_pass.words
    assert few.of_update.words == many.of_update.words


def test_every_loss_output_and_optimiser_can_be_lowered():
    found = {
        (tuple(programs.of_pass.words), tuple(programs.of_update.words))
        for loss in LOSSES
        for output in LOSSES[loss].outputs or ACTIVATIONS
        for optimizer in ("adam", "nesterov")
        for programs in [programs_of("tanh", output, loss, optimizer, True)]
    }
    assert len(found) >= 2 * len(LOSSES)


def test_sums_over_slices_are_joined_and_counted():
    program = Program(np.dtype("float64"))
    xp, theta = Namespace(), program.input("theta", ("P",))
    length = xp.sqrt(xp.sum_last(theta * theta)) + xp.sum_last(abs(theta))
    theta /= length
    words = lower(program, Words({}, {}), in_slices=True)
    assert words.sums == 2
    assert [kind for kind, _ in instructions(words)].count("JOIN") == 2


# ---------------------------------------------------------------- groups of rows
GROUPS = {
    "few": {"groups": 2, "rows": 3, "units": 4, "rest": 2, "m": 5},
    "single": {"groups": 1, "rows": 1, "units": 1, "rest": 0, "m": 1},
    "many": {"groups": 7, "rows": 33, "units": 16, "rest": 50, "m": 300},
}


@pytest.mark.parametrize("transposed", [(), ("X",)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sizes", GROUPS.values(), ids=GROUPS)
def test_an_embedding_there_and_back(sizes, dtype, transposed):
    """Nothing but the first rows is written of what lies in groups, and nothing past its end."""
    g, t, d, rest = (sizes[name] for name in ("groups", "rows", "units", "rest"))
    known = sizes | {"n_x": g * t + rest, "n0": g * d + rest, "groups rows": g * t, "groups units": g * d}
    rng = np.random.default_rng(0)
    dims = {
        "X": ("n_x", "m"), "W": ("groups", "units", "rows"), "b": ("groups", "units", ONE), "A": ("n0", "m"),
        "dA": ("n0", "m"), "dW": ("groups", "units", "rows"), "db": ("groups", "units", ONE),
    }  # fmt: skip
    drawn = {name: rng.normal(size=[1 if dim == ONE else known[dim] for dim in each]) for name, each in dims.items()}

    def function(xp, program, X, W, b, A, dA, dW, db):
        program.ungrouped = "n0"
        A[...] = embedding_forward(xp, X, W, b)
        dW[...], db[...] = embedding_backward(xp, dA, X, W, 3.0)

    ours, theirs = ({name: (dims[name], M.astype(dtype)) for name, M in drawn.items()} for _ in range(2))
    _, words = run_lowered(function, ours, known, dtype, transposed)
    run_numpy(function, theirs)
    for name, (_, M) in theirs.items():
        close = 1e-11 if dtype == "float64" else 1e-4
        np.testing.assert_allclose(ours[name][1], M, rtol=close, atol=close * max(1, np.abs(M).max()), err_msg=name)
    assert [kind for kind, _ in instructions(words)] == ["GROUPED", "REST", "LOOP", "GROUPED"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda groups, rest, W: W.mT @ groups, "left factor of a product of groups is not transposed"),
        (lambda groups, rest, W: W @ W, "what is grouped, for a product or a copy, are the rows of an input"),
        (lambda groups, rest, W: W @ groups * 2, "a loop has no groups"),
        (lambda groups, rest, W: Namespace.ungrouped(groups, rest), "the groups of a matrix are a product"),
        (lambda groups, rest, W: rest * 2, "the rows of no group are only copied"),
    ],
)
def test_what_is_done_with_groups_is_a_product(function, words):
    program = Program(np.dtype("float64"))
    program.ungrouped = "n0"
    X, W = program.input("X", ("n_x", "m")), program.input("W", ("groups", "units", "rows"))
    g, _, t = W.shape
    value = function(*Namespace.grouped(X, g, t), W)
    out = program.input("out", value.dims)
    out[...] = value
    with pytest.raises(NotImplementedError, match=words):
        lower(program, Words({}, {ONE: 0}))
