"""Recorded programs as loops: the same text gives the same numbers, with arrays and with symbols."""

import numpy as np
import pytest

from backends.compiled.interpreted import run_lowered, run_numpy
from glassnet.backends.compiled.lowering import lower
from glassnet.backends.compiled.step_source import step_source
from glassnet.backends.compiled.tracing import Namespace, Program
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.propagation import Objective

SIZES = {"n": 3, "p": 4, "m": 5, "P": 6}


def arrays(**dims):
    """Draw an array for each name, given its dimensions in letters: W="np"."""
    rng = np.random.default_rng(0)
    return {
        name: (tuple(letters), rng.normal(size=[SIZES.get(dim, 1) for dim in letters])[()])
        for name, letters in dims.items()
    }


def both(function, **dims):
    """Run a function lowered and by NumPy, require the same numbers, and return the lines of the loops."""
    by_loops, by_numpy = arrays(**dims), arrays(**dims)
    results, lines = run_lowered(function, by_loops, SIZES)
    expected = run_numpy(function, by_numpy)
    for name, value in expected.items():
        np.testing.assert_allclose(results[name], value, rtol=1e-13, err_msg=name)
    for name, (_, M) in by_numpy.items():
        np.testing.assert_allclose(by_loops[name][1], M, rtol=1e-13, atol=1e-14, err_msg=name)
    return lines


def count_loops(lines):
    return sum(line.startswith("for ") for line in lines)


# ---------------------------------------------------------------- small programs
def test_broadcasting():
    def program(xp, _, M, column, row, one, number, out):
        out[...] = (M + column) * row / (1 + one * one) - number * 2

    both(program, M="nm", column="n1", row="1m", one="11", number="", out="nm")


@pytest.mark.parametrize("name", ["row_sums", "column_sums", "column_max"])
def test_reductions_are_gathered_in_the_loop_that_makes_their_argument(name):
    def program(xp, _, M, out):
        out[...] = getattr(xp, name)(xp.exp(M) - 1)

    assert count_loops(both(program, M="nm", out="n1" if name == "row_sums" else "1m")) == 1


def test_numbers():
    def program(xp, _, M, theta, number):
        weight, total = xp.sum_last(theta * theta), xp.total(abs(M))
        return {"J": total / M.shape[-1] + weight * number, "double": 2 * weight, "half": 0.5**number}

    both(program, M="nm", theta="P", number="")


def test_a_number_in_a_matrix_of_one_entry_stands_beside_anything():
    def program(xp, _, S, theta, out):
        m = xp.row_sums(S)
        out[...] = out / m
        theta *= 2 / m[..., 0]

    both(program, S="1m", theta="P", out="nm")


def test_products_and_transposes():
    def program(xp, _, W, A, dW, out):
        Z = xp.tanh(W @ A)
        dW[...] = Z @ A.mT
        out[...] = W.mT @ (Z * Z) + A + xp.row_sums(W.mT)

    both(program, W="np", A="pm", dW="np", out="pm")


def test_a_transposed_matrix_entry_by_entry():
    def program(xp, _, W, out):
        out[...] = W.mT * W.mT + 1

    both(program, W="np", out="pn")


def test_choices_by_entry():
    def program(xp, _, M, out):
        clipped = xp.minimum(xp.maximum(M, -0.5), 0.5)
        out[...] = xp.where(M > 0, clipped, 0.1 * M) + xp.sign(M) * xp.step(-M) + xp.where(M < -1, 7, xp.ones_like(M))

    both(program, M="nm", out="nm")


def test_ones_where_an_entry_is_infinite():
    def program(xp, _, M, out):
        out[...] = 2 * xp.ones_like(M / 0)

    both(program, M="nm", out="nm")


def test_maps_over_the_same_dimensions_share_one_loop_and_need_no_room():
    def program(xp, _, theta, gradient, v, s):
        OPTIMIZERS["adamw"].update(xp, theta, gradient, {"v": v, "s": s}, 3, 0.1)

    program_of = Program(np.dtype("float64"))
    program(Namespace(), None, **{name: program_of.input(name, ("P",)) for name in ("theta", "gradient", "v", "s")})
    source = lower(program_of, {})
    assert count_loops(source.lines) == 1
    assert source.work == {}


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

    lines = both(program, theta="P", v="P")
    assert count_loops(lines) == 3


@pytest.mark.parametrize("store", ["an input", "transposed", "twice"])
def test_a_store_that_cannot_be_lowered_is_refused(store):
    program = Program(np.dtype("float64"))
    M, out, other = (program.input(name, ("n", "n")) for name in ("M", "out", "other"))
    value = {"an input": M, "transposed": (M + 1).mT, "twice": M + 1}[store]
    out[...] = value
    if store == "twice":
        other[...] = value
    with pytest.raises(NotImplementedError, match="store"):
        lower(program, {})


# ---------------------------------------------------------------- drawn programs
@pytest.mark.parametrize("seed", range(60))
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

    both(program, M="nm", N="nm", W="nn", column="n1", row="1m", out="nm", number="")


# ---------------------------------------------------------------- the text
def source_of(hidden, output, loss, optimizer, weighted):
    objective = Objective.of(Architecture.build([3, 4, 2], [hidden, output], loss), l2=0.1, l1=0.1)
    return step_source(
        objective, OPTIMIZERS[optimizer], np.dtype("float32"), weighted=weighted, transforms=["clip_norm"]
    )


def test_the_same_run_has_the_same_text_whatever_the_memory_looks_like():
    """Code on disk is found by its text; an order that depends on addresses would compile again at times."""
    held = []
    for loss, output in (("poisson", "softplus"), ("softmax_cross_entropy", "softmax"), ("squared_error", "gelu")):
        texts = set()
        for i in range(6):
            texts.add(source_of("mish", output, loss, "adamw", True))
            held.append([object() for _ in range(1000 * i)])
        assert len(texts) == 1


def test_sizes_and_strengths_are_no_part_of_the_text():
    def text(sizes, l2):
        objective = Objective.of(Architecture.build(sizes), l2=l2)
        return step_source(objective, OPTIMIZERS["adam"], np.dtype("float64"), weighted=False)

    assert text([3, 4, 1], 0.1) == text([30, 7, 1], 0.7)


def test_every_loss_output_and_optimiser_can_be_lowered():
    texts = {
        source_of("tanh", output, loss, optimizer, True)
        for loss in LOSSES
        for output in LOSSES[loss].outputs or ACTIVATIONS
        for optimizer in ("adam", "nesterov")
    }
    assert len(texts) == 2 * sum(len(loss.outputs or ACTIVATIONS) for loss in LOSSES.values())
    for text in texts:
        compile(text, "steps", "exec")
