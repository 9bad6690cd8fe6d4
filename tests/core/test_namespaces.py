"""The equations know no array library: under the strict array API they give NumPy's numbers."""

from types import SimpleNamespace

import array_api_strict as strict
import numpy as np
import pytest
from scipy.special import erf

from glassnet.arrays import numpy_namespace
from glassnet.core import equations as core
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES, losses_and_dZ
from glassnet.core.optimizers import OPTIMIZERS, initial_state
from numeric import targets


def _below(M, rest):
    return strict.concat([M, strict.broadcast_to(rest, (*M.shape[:-2], *rest.shape[-2:]))], axis=-2)


STRICT = SimpleNamespace(
    **{name: getattr(strict, name) for name in numpy_namespace.__all__ if hasattr(strict, name)},
    row_sums=lambda M: strict.sum(M, axis=-1, keepdims=True),
    column_sums=lambda M: strict.sum(M, axis=-2, keepdims=True),
    column_max=lambda M: strict.max(M, axis=-2, keepdims=True),
    total=lambda M: strict.sum(M, axis=(-2, -1)),
    sum_last=lambda v: strict.sum(v, axis=-1),
    step=lambda M: strict.astype(M > 0, M.dtype),
    grouped=lambda M, g, n: (strict.reshape(M[..., : g * n, :], (*M.shape[:-2], g, n, -1)), M[..., g * n :, :]),
    ungrouped=lambda groups, rest: _below(strict.reshape(groups, (*groups.shape[:-3], -1, groups.shape[-1])), rest),
    erf=lambda M: strict.asarray(erf(np.asarray(M))),
    quiet=numpy_namespace.quiet,
)


def test_the_namespaces_supply_the_same_names():
    assert set(vars(STRICT)) == set(numpy_namespace.__all__)


def one_pass(xp, asarray, hidden, output, loss_name, lead, embedded=False):
    """Run forward, cost and backward of a 3-4-2 network on arrays of either library; return every array."""
    rng = np.random.default_rng(0)
    W = [None, asarray(rng.normal(size=(*lead, 4, 3))), asarray(rng.normal(size=(*lead, 2, 4)))]
    b = [None, asarray(rng.normal(size=(*lead, 4, 1))), asarray(rng.normal(size=(*lead, 2, 1)))]
    D = [None, asarray(rng.integers(0, 2, (*lead, 4, 5)) / 0.5), None]
    loss, g = LOSSES[loss_name], [None, ACTIVATIONS[hidden], ACTIVATIONS[output]]
    X, Y = asarray(rng.normal(size=(3, 5))), asarray(targets(rng, loss.labels))
    if embedded:  # two groups of two rows into one unit each, and another row
        X = asarray(rng.normal(size=(5, 5)))
        W[0], b[0] = (asarray(rng.normal(size=(*lead, 2, 1, n))) for n in (2, 1))
    dW, db = ([None if M is None else xp.zeros_like(M) for M in layers] for layers in (W, b))
    A, Z = core.forward(xp, X, W, b, g, D)
    losses, dZ_last = losses_and_dZ(xp, Z[-1], A[-1], Y, loss, output, g[-1])
    dA, dZ = core.backward(xp, dZ_last, A, Z, W, g, D, 5, dW, db)
    arrays = {"A": A, "Z": Z, "dA": dA, "dZ": dZ, "dW": dW, "db": db, "J": [core.cost(xp, losses, 5)]}
    return {f"{letter}[{l}]": M for letter, layers in arrays.items() for l, M in enumerate(layers) if M is not None}


PASSES = [
    *((name, "identity", "squared_error") for name, g in ACTIVATIONS.items() if g.slope),
    *(("tanh", output, name) for name, loss in LOSSES.items() for output in loss.outputs or ["identity", "softmax"]),
]


@pytest.mark.parametrize("lead", [(), (3,)], ids=["one", "stack"])
@pytest.mark.parametrize(("names", "embedded"), [*((names, False) for names in PASSES), (PASSES[0], True)])
def test_strict_arrays_give_numpys_numbers(names, embedded, lead):
    ours = one_pass(numpy_namespace, np.asarray, *names, lead, embedded)
    theirs = one_pass(STRICT, strict.asarray, *names, lead, embedded)
    assert ours.keys() == theirs.keys()
    for name, M in ours.items():
        np.testing.assert_allclose(np.asarray(theirs[name]), M, rtol=1e-14, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("name", [name for name, optimizer in OPTIMIZERS.items() if optimizer.update])
def test_optimizers_on_strict_arrays_give_numpys_numbers(name):
    def three_steps(xp, asarray):
        rng = np.random.default_rng(0)
        theta = asarray(rng.normal(size=7))
        state = initial_state(xp, OPTIMIZERS[name], theta)
        for t in (1, 2, 3):
            OPTIMIZERS[name].update(xp, theta, asarray(rng.normal(size=7)), state, t, 0.1)
        return np.asarray(theta)

    theirs = three_steps(STRICT, strict.asarray)
    np.testing.assert_allclose(theirs, three_steps(numpy_namespace, np.asarray), rtol=1e-15)
