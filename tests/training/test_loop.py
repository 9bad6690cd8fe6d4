"""The training loop: what is counted and recorded, what ends a run, and what is left when it goes wrong."""

import math

import numpy as np
import pytest

from glassnet import Network
from glassnet.arrays import numpy_namespace as xp
from glassnet.core.regularization import clip_by_norm, dropout_mask
from glassnet.errors import DivergedError, SettingError
from glassnet.training.batches import Batches
from glassnet.training.best import Best
from glassnet.training.settings import Settings

rng = np.random.default_rng(0)
X = rng.normal(size=(2, 30))
Y = (X[:1] * X[1:] > 0).astype(float)


def net64(**options):
    return Network([2, 5, 1], "tanh", **{"dtype": "float64", "seed": 1, **options})


def costs_by_hand(net, steps, alpha, slopes_of=Network.gradients):
    """Take steps of gradient descent with the network's own slopes; return the cost before each."""
    costs = []
    for _ in range(steps):
        slopes = slopes_of(net, X, Y)
        costs.append(slopes.cost)
        net.vector[...] -= alpha * slopes.vector
    return costs


# ---------------------------------------------------------------- what is recorded
def test_history_holds_the_cost_before_each_step():
    net, twin = net64(), net64()
    history = net.fit(X, Y, iterations=6, learning_rate=0.3, engine="numpy")
    np.testing.assert_array_equal(history.cost, costs_by_hand(twin, 6, 0.3))
    np.testing.assert_array_equal(net.vector, twin.vector)
    assert history.cost[0] == net64().cost(X, Y)


@pytest.mark.parametrize(
    ("length", "steps", "epochs"),
    [
        ({"iterations": 7}, 7, 7),
        ({"epochs": 7}, 7, 7),
        ({}, 100, 100),
        ({"epochs": 2, "batch_size": 10}, 6, 2),
        ({"epochs": 2, "batch_size": 8}, 8, 2),  # 8 + 8 + 8 + 6 samples
        ({"epochs": 2, "batch_size": 1000}, 2, 2),
        ({"iterations": 7, "batch_size": 10}, 7, 3),  # the third epoch ends after one step
        ({"iterations": 2, "batch_size": 10}, 2, 1),
    ],
)
def test_steps_and_epochs_are_counted(length, steps, epochs):
    history = net64().fit(X, Y, learning_rate=0.1, **length)
    assert (history.steps, history.epochs) == (len(history.cost), len(history.epoch_cost)) == (steps, epochs)
    assert len(history.learning_rate) == epochs
    assert not history.interrupted


def test_epoch_cost_is_the_mean_over_the_samples_of_the_epoch():
    history = net64().fit(X, Y, epochs=2, batch_size=20, learning_rate=0.1)
    J = history.cost
    np.testing.assert_allclose(history.epoch_cost, [(20 * J[0] + 10 * J[1]) / 30, (20 * J[2] + 10 * J[3]) / 30])


def test_epoch_cost_of_an_epoch_that_iterations_cut_short():
    history = net64().fit(X, Y, iterations=3, batch_size=20, learning_rate=0.1)
    assert history.epoch_cost[1] == history.cost[2]


def test_validation_cost_is_taken_after_each_epoch_without_penalties():
    net, after = net64(), []
    history = net.fit(
        X, Y, epochs=3, l2=0.5, learning_rate=0.3, validation=(X[:, :9], Y[:, :9]),
        callbacks=[lambda p: after.append(net.cost(X[:, :9], Y[:, :9])) if p.moment == "epoch" else None],
    )  # fmt: skip
    np.testing.assert_array_equal(history.validation_cost, after)


def test_validation_may_have_sample_weights():
    S = np.linspace(0.1, 1, 9)[None]
    net = net64()
    history = net.fit(X, Y, epochs=1, validation=(X[:, :9], Y[:, :9], S))
    assert history.validation_cost == [net.cost(X[:, :9], Y[:, :9], sample_weight=S)]


def test_record_of_the_run_is_plain_data():
    net = net64()
    net.fit(X, Y, iterations=3, learning_rate=0.1)
    assert net.record["samples"] == 30
    assert net.record["settings"]["learning_rate"] == 0.1
    assert (net.record["epochs"], net.record["steps"], len(net.record["epoch_cost"])) == (3, 3, 3)


# ---------------------------------------------------------------- randomness
@pytest.mark.parametrize("options", [{"batch_size": 7}, {"dropout": 0.4}, {"batch_size": 7, "dropout": [0.4]}], ids=str)
def test_the_same_seed_gives_the_same_bits(options):
    first, again, other = net64(seed=3), net64(seed=3), net64(seed=4)
    other.vector[...] = first.vector
    for net in (first, again, other):
        net.fit(X, Y, epochs=3, learning_rate=0.1, **options)
    np.testing.assert_array_equal(first.vector, again.vector)
    assert (first.vector != other.vector).any()


def test_the_global_generator_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002  the very thing that must not be used
    net64(seed=None).fit(X, Y, epochs=2, batch_size=7, dropout=0.3)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_batches_hold_every_sample_once_in_a_new_order_each_epoch():
    samples = np.arange(30.0).reshape(1, 30)
    batches = Batches(samples, -samples, 2 * samples, 8, True, np.random.default_rng(0))
    epochs = []
    for _ in range(2):
        parts = [[M.copy() for M in batch] for batch in batches.epoch()]
        assert [part[0].shape[1] for part in parts] == [8, 8, 8, 6]
        together = [np.hstack(M) for M in zip(*parts, strict=True)]
        np.testing.assert_array_equal(np.sort(together[0]), samples)
        np.testing.assert_array_equal(together[1], -together[0])
        np.testing.assert_array_equal(together[2], 2 * together[0])
        epochs.append(together[0])
    assert (epochs[0] != epochs[1]).any()
    assert (epochs[0] != samples).any()


def test_batches_without_shuffling_keep_the_order():
    samples = np.arange(30.0).reshape(1, 30)
    batches = Batches(samples, samples, None, 8, False, np.random.default_rng(0))
    np.testing.assert_array_equal(np.hstack([X.copy() for X, _, _ in batches.epoch()]), samples)


# ---------------------------------------------------------------- callbacks
def test_callbacks_hear_of_start_epochs_and_end():
    heard = []
    net64().fit(X, Y, epochs=2, batch_size=10, callbacks=[heard.append], validation=(X, Y), learning_rate=0.5)
    assert [p.moment for p in heard] == ["start", "epoch", "epoch", "end"]
    assert [(p.epoch, p.epochs, p.step) for p in heard] == [(0, 2, 0), (1, 2, 3), (2, 2, 6), (2, 2, 6)]
    assert heard[0].cost is heard[0].validation_cost is None
    assert heard[2].cost < heard[1].cost
    assert all(p.learning_rate == 0.5 and p.seconds >= 0 for p in heard)


def test_a_callback_that_returns_true_ends_the_run():
    history = net64().fit(X, Y, epochs=50, callbacks=[lambda p: p.epoch == 4, lambda p: None])
    assert history.epochs == 4
    assert not history.interrupted


def test_a_callback_can_end_the_run_at_its_start():
    net = net64()
    assert net.fit(X, Y, callbacks=[lambda p: True]).steps == 0
    np.testing.assert_array_equal(net.vector, net64().vector)


def test_a_truthy_answer_is_not_true():
    assert net64().fit(X, Y, epochs=3, callbacks=[lambda p: "yes"]).epochs == 3


def test_every_callback_is_called_even_if_an_earlier_one_ends_the_run():
    heard = []
    net64().fit(X, Y, callbacks=[lambda p: p.moment == "epoch", lambda p: heard.append(p.moment)])
    assert heard == ["start", "epoch", "end"]


# ---------------------------------------------------------------- the best parameters
def test_keep_best_keeps_the_parameters_of_the_lowest_validation_cost():
    """Validation labels that are turned round are met best at the start, after the first epoch."""
    net, seen = net64(), []
    history = net.fit(
        X, Y, epochs=8, learning_rate=1, keep_best=True, validation=(X, 1 - Y), batch_size=10,
        callbacks=[lambda p: seen.append(net.vector.copy())],
    )  # fmt: skip
    best = int(np.argmin(history.validation_cost)) + 1
    assert history.best_epoch == best < 8
    np.testing.assert_array_equal(net.vector, seen[best])
    assert net.cost(X, 1 - Y) == min(history.validation_cost)


@pytest.mark.parametrize("k", [None, 2])
@pytest.mark.parametrize("epochs", [29, 30])
def test_keep_best_on_the_whole_batch_keeps_the_lowest_cost(epochs, k):
    """The cost jumps up and down; after 29 steps the best lies behind, after 30 it is the last, which no step took."""
    net, last = net64(n_networks=k), net64(n_networks=k)
    settings = {"epochs": epochs, "learning_rate": 15, "engine": "numpy"}  # as `cost` computes, to the bit
    history = net.fit(X, Y, keep_best=True, **settings)
    last.fit(X, Y, **settings)
    costs = np.append(history.cost, [last.cost(X, Y)], axis=0)
    np.testing.assert_array_equal(net.cost(X, Y), costs.min(axis=0))
    if k is None:
        assert history.best_epoch == costs.argmin()
        assert (history.best_epoch == epochs) == (epochs == 30)


def test_keep_best_compares_costs_with_their_penalties_and_weights():
    settings = {"l2": 3.0, "l1": 0.1, "sample_weight": rng.random((1, 30))}
    net, last = net64(), net64()
    history = net.fit(X, Y, epochs=3, learning_rate=0.1, keep_best=True, **settings)
    last.fit(X, Y, epochs=3, learning_rate=0.1, **settings)
    assert (np.diff(history.cost) < 0).all()
    np.testing.assert_array_equal(net.vector, last.vector)
    assert history.best_epoch == 3


def test_keep_best_keeps_even_the_parameters_of_the_start():
    net = net64()
    net.fit(X, Y, optimizer="lbfgs")
    before = net.vector.copy()
    history = net.fit(X, Y, epochs=4, learning_rate=1e4, keep_best=True)
    assert history.cost.argmin() == 0
    np.testing.assert_array_equal(net.vector, before)


def test_of_equal_costs_the_first_is_the_best():
    theta = np.array([[1.0], [1.0]])
    best = Best(theta)
    for J, value in (([3, 3], 1), ([2, 3], 2), ([2, 1], 3)):
        best.offer(np.array(J), np.full_like(theta, value))
    best.put_back(theta)
    np.testing.assert_array_equal(theta, [[2], [3]])


def test_without_keep_best_the_last_parameters_stay():
    net, seen = net64(), []
    net.fit(
        X, Y, epochs=8, learning_rate=1, validation=(X, 1 - Y), callbacks=[lambda p: seen.append(net.vector.copy())]
    )
    np.testing.assert_array_equal(net.vector, seen[8])


# ---------------------------------------------------------------- Ctrl-C
def interrupt_at(epoch):
    def callback(progress):
        if progress.moment == "epoch" and progress.epoch == epoch:
            raise KeyboardInterrupt

    return callback


@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam", "lbfgs"])
def test_ctrl_c_keeps_the_best_network_so_far(optimizer):
    net = net64()
    history = net.fit(X, Y, epochs=100, optimizer=optimizer, callbacks=[interrupt_at(5)])
    assert history.interrupted
    assert history.epochs == 5
    assert net.cost(X, Y) == min([*history.cost, net.cost(X, Y)])
    assert net.cost(X, Y) < history.cost[0]
    assert net.record["interrupted"]


def test_ctrl_c_with_validation_keeps_the_lowest_validation_cost():
    net = net64()
    history = net.fit(X, Y, epochs=100, learning_rate=1, validation=(X, 1 - Y), callbacks=[interrupt_at(6)])
    assert len(history.validation_cost) == 6
    assert net.cost(X, 1 - Y) == min(history.validation_cost) < history.validation_cost[-1]


def test_ctrl_c_before_the_first_epoch_leaves_a_usable_network():
    def at_once(progress):
        if progress.moment == "start":
            raise KeyboardInterrupt

    net = net64()
    history = net.fit(X, Y, callbacks=[at_once])
    assert (history.interrupted, history.steps) == (True, 0)
    np.testing.assert_array_equal(net.vector, net64().vector)


def test_the_end_is_reported_after_ctrl_c():
    heard = []
    net64().fit(X, Y, epochs=9, callbacks=[interrupt_at(2), lambda p: heard.append(p.moment)])
    assert heard[-1] == "end"


def test_other_errors_of_a_callback_reach_the_caller():
    def broken(progress):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        net64().fit(X, Y, callbacks=[broken])


# ---------------------------------------------------------------- divergence
def regression(learning_rate, **options):
    """Fit a network of squared error whose cost grows without end when alpha is large."""
    net = Network([2, 3, 1], ["identity", "identity"], "squared_error", seed=0, dtype="float64")
    settings = {"iterations": 500, "learning_rate": learning_rate, **options}
    return net, lambda: net.fit(X, Y, **settings)


@pytest.mark.parametrize(
    "options", [{}, {"batch_size": 10}, {"validation": (X, Y)}, {"optimizer": "momentum"}], ids=str
)
def test_divergence_is_reported_and_leaves_finite_parameters(options):
    net, fit = regression(100.0, **options)
    with pytest.raises(
        DivergedError, match=r"step \d+ \(learning rate 100\).*Try a learning rate of 10,.*clip_norm"
    ) as caught:
        fit()
    assert caught.value.learning_rate == 100
    assert 1 < caught.value.step < 500
    assert np.isfinite(net.vector).all()


def test_divergence_names_the_first_layer_that_broke():
    """Weights of 1e200 give Z[1] of about 1e200, and Z[2] = W[2] Z[1] overflows; Z[1] is still finite."""
    net = Network([2, 3, 1], ["identity", "identity"], "squared_error", seed=0, dtype="float64")
    net.vector[...] = 1e200
    with pytest.raises(DivergedError, match="in layer 2") as caught:
        net.fit(np.abs(X), Y, iterations=5)
    assert (caught.value.layer, caught.value.step) == (2, 1)


def test_divergence_of_the_cost_alone_is_layer_0():
    net = Network([2, 1], "identity", "squared_error", seed=0, dtype="float64")
    net.vector[...] = 1e200
    with pytest.raises(DivergedError, match="in the cost itself") as caught:
        net.fit(np.abs(X), Y, iterations=5)
    assert (caught.value.layer, caught.value.step) == (0, 1)


def test_divergence_keeps_the_best_parameters():
    net, fit = regression(100.0)
    first = net.cost(X, Y)
    with pytest.raises(DivergedError):
        fit()
    assert net.cost(X, Y) <= first


def test_divergence_in_the_last_step_is_reported_too():
    """The cost of a step is taken before it: only the parameters themselves show that the last one failed."""
    net = Network([2, 1], ["identity"], "squared_error", seed=0, dtype="float32")
    with pytest.raises(DivergedError):
        net.fit(1e3 * X, Y, iterations=1, learning_rate=1e38)
    assert np.isfinite(net.vector).all()


def test_divergence_in_the_last_step_of_an_epoch_does_not_pass_for_its_best():
    """In the first epoch only the last batch has slopes, and its step is too long; any cost is the lowest so far."""
    net = Network([2, 1], ["identity"], "squared_error", seed=0, dtype="float32")
    X_late, Y_late = X.copy(), Y.copy()
    X_late[:, :20], Y_late[:, :20] = 0, 0
    with pytest.raises(DivergedError):
        net.fit(1e3 * X_late, Y_late, epochs=3, batch_size=10, shuffle=False, learning_rate=1e38)
    assert np.isfinite(net.vector).all()


def test_one_network_of_a_stack_that_diverges_ends_the_run_and_none_is_lost():
    net = Network([2, 1], ["identity"], "squared_error", seed=0, dtype="float64", n_networks=2)
    net.vector[1] = 1e200
    with pytest.raises(DivergedError):
        net.fit(X, Y, iterations=3)
    assert np.isfinite(net.vector).all()


# ---------------------------------------------------------------- the learning rate and the slopes
def test_schedule_multiplies_the_learning_rate():
    history = net64().fit(X, Y, epochs=5, learning_rate=0.4, schedule="step(0.5, every=2)")
    assert history.learning_rate == [0.4, 0.4, 0.2, 0.2, 0.1]


def test_schedule_is_followed_within_an_epoch():
    # step s of 3 an epoch is taken at t = s/3; the last one of each epoch at t = 2/3 and 5/3
    history = net64().fit(X, Y, epochs=2, batch_size=10, learning_rate=1, schedule="exponential(0.5)")
    np.testing.assert_allclose(history.learning_rate, [0.5 ** (2 / 3), 0.5 ** (5 / 3)], rtol=1e-15)


def test_schedule_may_be_a_function_of_the_caller():
    history = net64().fit(X, Y, epochs=3, learning_rate=0.1, schedule=lambda t, T, costs: 1 + t + T + len(costs))
    np.testing.assert_allclose(history.learning_rate, [0.4, 0.6, 0.8], rtol=1e-15)


def test_plateau_watches_the_validation_cost():
    history = net64().fit(X, Y, epochs=6, learning_rate=2, schedule="plateau(patience=2)", validation=(X, 1 - Y))
    rises = np.diff(history.validation_cost) > 0
    assert rises.all()  # so the first epoch stays the best: drops after the third and the fifth
    assert history.learning_rate == [2, 2, 2, 1, 1, 0.5]


def test_plateau_of_a_stack_watches_the_mean():
    history = net64(n_networks=3).fit(X, Y, epochs=4, learning_rate=0.1, schedule="plateau")
    assert history.learning_rate == [0.1] * 4


def test_momentum_keeps_a_velocity_that_includes_alpha():
    """Unlike PyTorch's, whose velocity is scaled when it is used: this differs where a schedule changes alpha."""
    net, twin = net64(), net64()
    net.fit(X, Y, iterations=2, optimizer="momentum", learning_rate=0.5, schedule="exponential(0.1)")
    v = -0.5 * twin.gradients(X, Y).vector
    twin.vector[...] += v
    twin.vector[...] += 0.9 * v - 0.05 * twin.gradients(X, Y).vector
    np.testing.assert_allclose(net.vector, twin.vector, rtol=1e-13)


def test_clipping_shortens_a_long_slope_and_leaves_a_short_one():
    slopes = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])  # of length 5, 0.5 and 0
    clip_by_norm(xp, slopes, 1.0)
    np.testing.assert_allclose(slopes, [[0.6, 0.8], [0.3, 0.4], [0, 0]], rtol=1e-15)


def test_clip_norm_bounds_the_step():
    net = net64()
    before, limit = net.vector.copy(), 1e-3
    assert np.linalg.norm(net.gradients(X, Y).vector) > limit
    net.fit(X, Y, iterations=1, learning_rate=0.5, clip_norm=limit)
    assert np.linalg.norm(net.vector - before) == pytest.approx(0.5 * limit, rel=1e-10)


# ---------------------------------------------------------------- dropout
def test_dropout_mask_keeps_the_mean():
    mask = dropout_mask(np.random.default_rng(0), (200, 500), 0.3, np.dtype("float64"))
    assert set(np.unique(mask)) == {0, 1 / 0.7}
    spread = (0.3 / 0.7 / mask.size) ** 0.5  # of the mean: an entry has variance 0.7 (1/0.7)² - 1 = 0.3/0.7
    assert abs(mask.mean() - 1) < 4 * spread


def test_dropout_of_nearly_nothing_trains_as_without():
    plain, dropping = net64(), net64()
    for net, dropout in ((plain, 0.0), (dropping, 1e-15)):
        net.fit(X, Y, iterations=5, dropout=dropout)
    np.testing.assert_allclose(dropping.vector, plain.vector, rtol=1e-12)


def test_dropout_leaves_no_mark_on_prediction():
    net = net64()
    net.fit(X, Y, iterations=5, dropout=0.5)
    np.testing.assert_array_equal(net.forward(X), net.forward(X))


def test_dropout_is_drawn_for_hidden_layers_only():
    assert Settings(dropout=0.3).drops(3) == [0, 0.3, 0.3, 0]
    assert Settings(dropout=[0.1, 0.2]).drops(3) == [0, 0.1, 0.2, 0]
    with pytest.raises(SettingError, match="2 hidden layers need 2 shares; got 1"):
        Settings(dropout=[0.1]).drops(3)


# ---------------------------------------------------------------- going on
@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_ten_steps_are_five_and_five(optimizer):
    whole, parts = net64(), net64()
    settings = {"optimizer": optimizer, "learning_rate": 0.05}
    J = whole.fit(X, Y, iterations=10, **settings).cost
    halves = [
        parts.fit(X, Y, iterations=5, **settings).cost,
        parts.fit(X, Y, iterations=5, resume=True, **settings).cost,
    ]
    np.testing.assert_array_equal(np.concatenate(halves), J)
    np.testing.assert_array_equal(parts.vector, whole.vector)


@pytest.mark.parametrize("first", ["momentum", "adam(0.5)", "lbfgs"])
def test_another_optimizer_starts_fresh_whatever_resume_says(first):
    net = net64()
    net.fit(X, Y, iterations=5, optimizer=first)
    twin = net64()
    twin.vector[...] = net.vector
    for network, resume in ((net, True), (twin, False)):
        network.fit(X, Y, iterations=5, optimizer="adam", resume=resume)
    np.testing.assert_array_equal(net.vector, twin.vector)
    assert net.optimizer_state["t"] == 5


def test_the_same_optimizer_in_other_words_resumes():
    net = net64()
    net.fit(X, Y, iterations=5, optimizer="adam")
    net.fit(X, Y, iterations=5, optimizer="adam(beta_1=0.9)", resume=True)
    assert net.optimizer_state["t"] == 10


def test_without_resume_the_optimizer_forgets():
    first, second = net64(), net64()
    first.fit(X, Y, iterations=5, optimizer="adam")
    second.vector[...] = first.vector
    for net in (first, second):
        net.fit(X, Y, iterations=5, optimizer="adam")
    np.testing.assert_array_equal(first.vector, second.vector)


def test_after_ctrl_c_adam_resumes_with_its_own_count():
    net = net64()
    net.fit(X, Y, optimizer="adam", epochs=20, callbacks=[interrupt_at(7)])
    assert net.optimizer_state["t"] == 7
    net.fit(X, Y, optimizer="adam", epochs=3, resume=True)
    assert net.optimizer_state["t"] == 10


def test_large_networks_are_updated_in_blocks_as_small_ones():
    """More parameters than one block: the optimiser's passes see slices, and must give what one pass gives."""
    from glassnet.backends.numpy import CACHE_BLOCK
    from glassnet.core.optimizers import OPTIMIZERS, initial_state

    net = Network([200, 200, 1], "tanh", dtype="float64", seed=0)
    assert net.vector.size > CACHE_BLOCK
    X, Y = rng.normal(size=(200, 4)), np.array([[0.0, 1.0, 1.0, 0.0]])
    theta, gradient = net.vector.copy(), net.gradients(X, Y).vector
    OPTIMIZERS["adam"].update(xp, theta, gradient, initial_state(xp, OPTIMIZERS["adam"], theta), 1, 0.01)
    net.fit(X, Y, iterations=1, optimizer="adam", learning_rate=0.01, engine="numpy")
    np.testing.assert_array_equal(net.vector, theta)


def test_default_learning_rates_are_used():
    net, twin = net64(), net64()
    costs_by_hand(twin, 3, 0.01)
    net.fit(X, Y, iterations=3, engine="numpy")
    np.testing.assert_array_equal(net.vector, twin.vector)


def test_training_on_a_view_leaves_the_data_alone():
    table = np.ascontiguousarray(X.T)
    kept = table.copy()
    net64().fit(table.T, Y, epochs=2, batch_size=7)
    np.testing.assert_array_equal(table, kept)


def test_cost_of_a_run_can_be_drawn_even_if_no_step_was_taken():
    history = net64().fit(X, Y, callbacks=[lambda p: True])
    assert history.cost.shape == (0,)
    assert repr(history) == "<History: no step taken>"
    assert not math.isnan(history.seconds)
