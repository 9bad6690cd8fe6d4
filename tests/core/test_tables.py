"""What the tables hold: the promised names, schedules by hand, and initialisers with the spread that they promise."""

import numpy as np
import pytest

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.initializers import INITIALIZERS
from glassnet.core.losses import LOSSES, full_name
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS, initial_state
from glassnet.core.schedules import SCHEDULES

PROMISED = {
    "activations": (
        ACTIVATIONS,
        "sigmoid tanh relu leaky_relu identity softmax elu selu gelu silu mish softplus",
    ),
    "losses": (LOSSES, "squared_error absolute_error huber quantile poisson"),
    "initializers": (INITIALIZERS, "zeros normal he he_uniform glorot glorot_uniform lecun lecun_uniform"),
    "optimizers": (OPTIMIZERS, "gradient_descent momentum nesterov rmsprop adam adamw lbfgs"),
    "schedules": (SCHEDULES, "constant step exponential inverse_scaling cosine warmup_cosine plateau"),
}


@pytest.mark.parametrize(("table", "names"), PROMISED.values(), ids=PROMISED.keys())
def test_promised_names_are_in_the_table(table, names):
    assert set(names.split()) <= set(table)


@pytest.mark.parametrize("rows", [1, 2])
def test_cross_entropy_is_in_the_table_under_its_full_name(rows):
    assert full_name("cross_entropy", rows) in LOSSES


@pytest.mark.parametrize("table", [ACTIVATIONS, LOSSES, INITIALIZERS, OPTIMIZERS, SCHEDULES])
def test_every_entry_has_a_formula_and_every_option_a_default_that_is_used(table):
    for name, entry in table.items():
        assert entry.formula, name
        as_written = f"{name}({', '.join(f'{option}={value!r}' for option, value in entry.options.items())})"
        assert dict(choose(table, as_written, "entry")[1].options) == dict(entry.options)


def test_options_of_a_schedule_are_the_functions_own_defaults():
    for name, entry in SCHEDULES.items():
        bound = choose(SCHEDULES, f"{name}({', '.join(f'{k}={v}' for k, v in entry.options.items())})", "schedule")[1]
        for t in (0, 3.5, 40):
            assert bound.factor(t, 50, [3, 2, 2]) == entry.factor(t, 50, [3, 2, 2])


# ---------------------------------------------------------------- initialisers
N, N_PREV = 300, 500
SPREADS = {  # variance, and the largest value where there is one
    "normal": (0.01**2, None),
    "normal(scale=0.5)": (0.5**2, None),
    "he": (2 / N_PREV, None),
    "he_uniform": (2 / N_PREV, (6 / N_PREV) ** 0.5),
    "glorot": (2 / (N + N_PREV), None),
    "glorot_uniform": (2 / (N + N_PREV), (6 / (N + N_PREV)) ** 0.5),
    "lecun": (1 / N_PREV, None),
    "lecun_uniform": (1 / N_PREV, (3 / N_PREV) ** 0.5),
}


def test_every_drawn_initializer_has_its_spread():
    assert {name.partition("(")[0] for name in SPREADS} == set(INITIALIZERS) - {"zeros", "constant"}


@pytest.mark.parametrize("name", SPREADS)
def test_initializer_has_its_spread(name):
    """150,000 numbers: a variance lies within 4 standard errors, 1.5 % for a normal and less for a uniform one."""
    variance, limit = SPREADS[name]
    W = choose(INITIALIZERS, name, "initializer")[1].draw(np.random.default_rng(0), N, N_PREV)
    assert W.shape == (N, N_PREV)
    assert abs(W.mean()) < 4 * (variance / W.size) ** 0.5
    assert W.var() == pytest.approx(variance, rel=4 * (2 / W.size) ** 0.5)
    if limit is None:
        assert np.abs(W).max() > 4 * variance**0.5
    else:
        assert 0.999 * limit < np.abs(W).max() <= limit


def test_initializers_without_chance():
    assert not INITIALIZERS["zeros"].draw(None, 2, 3).any()
    assert (choose(INITIALIZERS, "constant(0.25)", "initializer")[1].draw(None, 2, 3) == 0.25).all()


def test_every_activation_has_a_default_initializer():
    assert {g.initializer for g in ACTIVATIONS.values()} == {"he", "glorot", "lecun"}
    assert [ACTIVATIONS[name].initializer for name in ("relu", "selu", "tanh")] == ["he", "lecun", "glorot"]


# ---------------------------------------------------------------- schedules, worked by hand
@pytest.mark.parametrize(
    ("schedule", "t", "factor"),
    [
        ("constant", 7, 1),
        ("step", 9.9, 1),
        ("step", 10, 0.5),
        ("step(0.1, every=5)", 12, 0.01),
        ("exponential", 2, 0.95**2),
        ("inverse_scaling", 3, 0.5),  # (1 + 3)^-1/2
        ("inverse_scaling(1)", 3, 0.25),
        ("cosine", 0, 1),
        ("cosine", 25, (1 + 0.5**0.5) / 2),  # a quarter of T: cos(pi/4)
        ("cosine", 50, 0.5),
        ("cosine", 100, 0),
        ("cosine", 120, 0),
        ("warmup_cosine", 0, 0.01),
        ("warmup_cosine", 5, 0.5),  # half of the rise, which takes a tenth of T
        ("warmup_cosine", 10, 1),
        ("warmup_cosine", 55, 0.5),
        ("warmup_cosine", 100, 0),
        ("warmup_cosine(0)", 0, 1),
        ("warmup_cosine(1)", 50, 0.5),
        ("warmup_cosine(1)", 100, 1),
    ],
)
def test_schedule(schedule, t, factor):
    assert choose(SCHEDULES, schedule, "schedule")[1].factor(t, 100, []) == pytest.approx(factor, abs=1e-15)


@pytest.mark.parametrize(
    ("costs", "factor"),
    [
        ([], 1),
        ([3, 2, 1], 1),
        ([1, 2], 1),  # one epoch without a lower cost
        ([1, 2, 2], 0.5),  # two: drop
        ([1, 2, 2, 2], 0.5),  # waiting begins anew
        ([1, 2, 2, 2, 2], 0.25),
        ([1, 2, 0.5, 2], 1),
        ([1, 1, 1], 0.5),  # equal is not lower
    ],
)
def test_plateau(costs, factor):
    assert choose(SCHEDULES, "plateau(patience=2)", "schedule")[1].factor(0, 100, costs) == factor


# ---------------------------------------------------------------- optimisers, worked by hand
@pytest.mark.parametrize(
    ("optimizer", "steps"),
    [
        # alpha 0.1, slope 2 in both steps, from 1
        ("gradient_descent", [0.8, 0.6]),
        ("momentum", [0.8, 0.42]),  # v = -0.2, then 0.9 * -0.2 - 0.2 = -0.38
        ("nesterov", [0.62, 0.078]),  # 0.9 * -0.2 - 0.2 = -0.38, then 0.9 * -0.38 - 0.2 = -0.542
        ("rmsprop(0.75, 0)", [0.8, 0.8 - 0.2 / 1.75**0.5]),  # s = 1, then 1.75
        ("adam(epsilon=0)", [0.9, 0.8]),  # corrected for its start at zero, a constant slope gives steps of alpha
        ("adamw(epsilon=0, weight_decay=1)", [0.8, 0.62]),  # 0.9 * 1 - 0.1, then 0.9 * 0.8 - 0.1
    ],
)
def test_two_steps_of_an_optimizer(optimizer, steps):
    entry = choose(OPTIMIZERS, optimizer, "optimizer")[1]
    theta = np.array([1.0])
    state = initial_state(xp, entry, theta)
    for t, expected in enumerate(steps, start=1):
        entry.update(xp, theta, np.array([2.0]), state, t, 0.1)
        assert theta[0] == pytest.approx(expected, rel=1e-14)
