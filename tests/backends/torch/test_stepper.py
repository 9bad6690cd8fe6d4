"""The torch engine trains as the NumPy engine does; what is rounded to bfloat16 learns as well."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from glassnet import Network, TabularClassifier, TabularRegressor
from glassnet.backends import backend
from glassnet.backends.torch import stepper
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.errors import DivergedError, MissingLibraryError, SettingError, UnknownNameError
from glassnet.training import loop

needs_torch = pytest.mark.needs("torch")

draw = np.random.default_rng(0)
m = 37
X = draw.normal(size=(3, m))
S = draw.uniform(0.5, 2, (1, m))
Y_ONE = (X[:1] * X[1:2] > 0).astype(float)
TARGETS = {
    "any": np.vstack([X[0] * X[1], X[2] - X[0]]),
    "zero_one": np.vstack([Y_ONE, X[2:] > 0.3]).astype(float),
    "one_hot": np.eye(2)[:, Y_ONE[0].astype(int)],
    "not_negative": draw.poisson(2, (2, m)).astype(float),
}
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.needs("cuda"))]
STEPPERS = [name for name, entry in OPTIMIZERS.items() if entry.update is not None]


def trained(engine, *, activations=("gelu", "tanh", "sigmoid"), loss=None, k=None, Y=Y_ONE, dtype="float64", **options):
    """Return a network after five epochs, and the record of its training."""
    net = Network([3, 5, 4, len(Y)], list(activations), loss, seed=1, dtype=dtype, n_networks=k)
    history = net.fit(X, Y, engine=engine, **{"epochs": 5, "batch_size": 9} | options)
    assert history.engine == engine
    return net, history


def agree(first, second, tolerance=1e-10):
    """Check that two trainings came to the same parameters, costs and records."""
    (net, history), (peer, expected) = first, second
    np.testing.assert_allclose(net.vector, peer.vector, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(history.cost, expected.cost, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(history.epoch_cost, expected.epoch_cost, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(history.validation_cost, expected.validation_cost, rtol=tolerance, atol=tolerance)
    assert (history.steps, history.epochs, history.best_epoch) == (expected.steps, expected.epochs, expected.best_epoch)
    assert history.learning_rate == expected.learning_rate


# ---------------------------------------------------------------- the same numbers
@needs_torch
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("optimizer", STEPPERS)
def test_every_optimiser(optimizer, device):
    agree(trained("torch", optimizer=optimizer, device=device), trained("numpy", optimizer=optimizer))


@needs_torch
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("optimizer", ["adam(0.8, 0.9, 0.001)", "adamw(weight_decay=0.2)"])
def test_their_options(optimizer, device):
    agree(trained("torch", optimizer=optimizer, device=device), trained("numpy", optimizer=optimizer))


@needs_torch
@pytest.mark.parametrize("hidden", [name for name in ACTIVATIONS if name not in ("softmax", "exp")])
def test_every_activation(hidden):
    agree(*(trained(engine, activations=(hidden, hidden, "sigmoid")) for engine in ("torch", "numpy")))


@needs_torch
@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize(
    ("loss", "output"), [*((loss, entry.pair or "identity") for loss, entry in LOSSES.items()), ("huber", "softmax")]
)
def test_every_loss_for_one_network_and_for_a_stack(loss, output, stack):
    given = {"activations": ("relu", "silu", output), "loss": loss, "k": stack, "Y": TARGETS[LOSSES[loss].labels]}
    agree(*(trained(engine, **given) for engine in ("torch", "numpy")))


SETTINGS = [
    {"l2": 0.3, "l1": 0.1}, {"l2": 0.3, "l1": 0.1, "sample_weight": S}, {"clip_norm": 0.01}, {"schedule": "cosine"},
    {"schedule": "plateau"}, {"shuffle": False}, {"batch_size": None}, {"batch_size": None, "keep_best": True},
    {"epochs": None, "iterations": 7}, {"validation": (X, Y_ONE), "keep_best": True}, {"dropout": 0.3},
]  # fmt: skip


@needs_torch
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_every_setting(options, stack, device):
    given = {"optimizer": "adam", "learning_rate": 0.05, "k": stack, **options}
    agree(trained("torch", device=device, **given), trained("numpy", **given))


@needs_torch
def test_float32():
    agree(*(trained(engine, optimizer="adam", dtype="float32") for engine in ("torch", "numpy")), tolerance=1e-5)


@needs_torch
def test_data_transposed_or_read_only_is_left_as_it_was():
    locked = np.ascontiguousarray(X[:, ::-1])
    locked.flags.writeable = False
    for data in (locked, X[:, ::-1], X.T.copy().T):
        nets = [Network([3, 4, 1], seed=1, dtype="float64") for _ in range(2)]
        for net, engine in zip(nets, ("torch", "numpy"), strict=True):
            net.fit(data, Y_ONE, iterations=3, engine=engine)
        np.testing.assert_allclose(nets[0].vector, nets[1].vector, rtol=1e-12)


@needs_torch
def test_each_network_of_a_stack_may_have_data_of_its_own():
    X_each, Y_each = draw.normal(size=(3, 3, m)), draw.integers(0, 2, (3, 1, m)).astype(float)
    nets = [Network([3, 4, 1], seed=1, dtype="float64", n_networks=3) for _ in range(2)]
    for net, engine in zip(nets, ("torch", "numpy"), strict=True):
        net.fit(X_each, Y_each, epochs=3, batch_size=8, engine=engine)
    np.testing.assert_allclose(nets[0].vector, nets[1].vector, rtol=1e-12)


# ---------------------------------------------------------------- the run around the steps
@needs_torch
def test_an_engine_resumes_where_the_other_left_off():
    ends = []
    for engines in (("numpy", "numpy"), ("torch", "torch"), ("numpy", "torch"), ("torch", "numpy")):
        net = Network([3, 4, 1], seed=1, dtype="float64")
        for engine in engines:
            net.fit(X, Y_ONE, optimizer="adam", iterations=5, resume=True, engine=engine)
        ends.append(net.vector.copy())
    np.testing.assert_allclose(ends[1:], [ends[0]] * 3, rtol=1e-10)


@needs_torch
def test_a_callback_ends_the_run_and_sees_the_parameters():
    net = Network([3, 4, 1], seed=1)
    seen = [net.vector.copy()]

    def look(progress):
        seen.append(net.vector.copy())
        return progress.epoch == 3

    history = net.fit(X, Y_ONE, epochs=10, callbacks=[look], engine="torch")
    assert history.epochs == 3
    assert all((seen[i] != seen[i + 1]).any() for i in (1, 2, 3))


@needs_torch
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("stack", [None, 2])
@pytest.mark.parametrize("batch_size", [None, 10])
def test_divergence_keeps_the_best_parameters(batch_size, stack, device):
    net = Network([3, 4, 1], ["relu", "identity"], seed=1, n_networks=stack)
    with pytest.raises(DivergedError, match="no longer a finite number"):
        net.fit(X, X[:1], learning_rate=1e9, epochs=50, batch_size=batch_size, engine="torch", device=device)
    assert np.isfinite(net.vector).all()


@needs_torch
def test_ctrl_c_keeps_the_best_parameters():
    def interrupt(progress):
        if progress.moment == "epoch" and progress.epoch == 2:
            raise KeyboardInterrupt

    net = Network([3, 4, 1], seed=1)
    history = net.fit(X, Y_ONE, epochs=10, batch_size=8, callbacks=[interrupt], engine="torch")
    assert history.interrupted
    assert len(history.cost) == 10
    assert net.optimizer_state["t"] == 10


@pytest.fixture
def apart(monkeypatch):
    """Let the CPU be treated as a device that shares no memory with the run."""
    start = stepper.TorchSteps.__init__

    def begin(self, run, device):
        start(self, run, "cpu")
        for layers in ("theta", "gradient"):
            setattr(self, layers, getattr(self, layers).over(getattr(self, layers).vector.clone()))
        self.state = {name: M.clone() for name, M in self.state.items()}
        self.shares_memory = False
        run.at_end.callback(self._copy_state_back)

    monkeypatch.setattr(stepper.TorchSteps, "__init__", begin)


@needs_torch
@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("options", [*SETTINGS, *({"optimizer": name} for name in STEPPERS)], ids=str)
def test_what_comes_back_from_a_device_is_what_numpy_has(options, stack, apart):
    given = {"optimizer": "adam", "learning_rate": 0.05, "k": stack, **options}
    agree(trained("torch", **given), trained("numpy", **given))


@needs_torch
@pytest.mark.parametrize("options", [{"epochs": 3}, {"iterations": 11}, {"epochs": 3, "dropout": 0.3}], ids=str)
def test_a_run_that_was_cut_off_within_an_epoch_resumes_on_a_device(options, apart, monkeypatch):
    whole, cut = (Network([3, 4, 1], seed=1, dtype="float64") for _ in range(2))
    options = {"optimizer": "adam", "batch_size": 7, "schedule": "cosine", **options}
    expected = whole.fit(X, Y_ONE, engine="numpy", **options)
    taken, record = [], loop.Run.pause

    def cut_off(run):
        taken.append(1)
        if len(taken) == 4:
            run.between_steps = True
            raise KeyboardInterrupt
        record(run)

    with monkeypatch.context() as patched:
        patched.setattr(loop.Run, "pause", cut_off)
        assert cut.fit(X, Y_ONE, engine="numpy", **options).steps == 3
    history = cut.fit(X, Y_ONE, engine="torch", resume=True, **options)
    np.testing.assert_allclose(history.cost, expected.cost, rtol=1e-10)
    np.testing.assert_allclose(cut.vector, whole.vector, rtol=1e-9, atol=1e-12)
    assert cut.rng.bit_generator.state == whole.rng.bit_generator.state


@needs_torch
def test_float32_on_a_device_takes_the_fused_pass(apart, monkeypatch):
    from glassnet.backends.torch import namespace

    fused = []
    step = namespace.fused_adam
    monkeypatch.setattr(namespace, "fused_adam", lambda *given, **more: (fused.append(1), step(*given, **more)))
    options = {"dtype": "float32", "optimizer": "adamw", "schedule": "cosine"}
    agree(trained("torch", **options), trained("numpy", **options), tolerance=1e-5)
    assert len(fused) == 25


@needs_torch
@pytest.mark.parametrize("batch_size", [None, 10])
def test_divergence_on_a_device_keeps_the_best_parameters(batch_size, apart):
    net = Network([3, 4, 1], ["relu", "identity"], seed=1)
    with pytest.raises(DivergedError, match=r"layer|cost itself"):
        net.fit(X, X[:1], learning_rate=1e9, epochs=50, batch_size=batch_size, engine="torch")
    assert np.isfinite(net.vector).all()


@needs_torch
def test_ctrl_c_on_a_device_counts_the_steps_that_were_taken(apart, monkeypatch):
    step, calls = stepper.TorchSteps._step, []

    def interrupted(self, *given):
        if len(calls) == 7:
            raise KeyboardInterrupt
        calls.append(1)
        step(self, *given)

    monkeypatch.setattr(stepper.TorchSteps, "_step", interrupted)
    net = Network([3, 4, 1], seed=1)
    history = net.fit(X, Y_ONE, epochs=10, batch_size=8, engine="torch")
    assert history.interrupted
    assert (history.steps, len(history.cost), net.optimizer_state["t"]) == (7, 7, 7)


@needs_torch
@pytest.mark.parametrize("hidden", [name for name in ACTIVATIONS if name not in ("softmax", "exp")])
def test_a_step_on_a_device_waits_for_nothing(hidden, apart, monkeypatch):
    """No number is asked back, and none sent: a CUDA graph may do neither."""
    from torch.utils._python_dispatch import TorchDispatchMode

    step, operations = stepper.TorchSteps._step, set()

    class Listening(TorchDispatchMode):
        def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
            operations.add(str(operation).removeprefix("aten."))
            return operation(*args, **(kwargs or {}))

    def heard(self, *given):
        with Listening():
            step(self, *given)

    monkeypatch.setattr(stepper.TorchSteps, "_step", heard)
    options = {"dtype": "float32", "optimizer": "adam", "clip_norm": 0.1, "l1": 0.1, "l2": 0.1, "dropout": 0.2}
    trained("torch", activations=(hidden, hidden, "sigmoid"), **options)
    assert {"matmul.default", "index_copy_.default"} <= operations
    forbidden = (
        "item",
        "_local_scalar_dense",
        "lift_fresh",
        "where.Scalar",
        "nonzero",
        "masked_select",
        "scalar_tensor",
    )
    assert not [name for name in operations if name.startswith(forbidden)]


@needs_torch
@pytest.mark.needs("cuda")
def test_a_cuda_graph_repeats_what_the_work_does():
    import torch

    from glassnet.backends.torch import namespace

    v = torch.zeros(3, device="cuda")
    add = namespace.one_launch(lambda: v.add_(1), "cuda")
    for _ in range(10):
        add()
    assert v.tolist() == [10, 10, 10]


# ---------------------------------------------------------------- bfloat16
@needs_torch
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("stack", [None, 2])
def test_digits_are_learned_as_well_in_bfloat16(stack, device):
    images, labels = load_digits(return_X_y=True)
    images, Y = images.T / 16, np.eye(10)[:, labels]
    shares = {}
    for precision in ("full", "bfloat16"):
        net = Network([64, 32, 10], ["relu", "softmax"], seed=1, n_networks=stack)
        history = net.fit(images, Y, optimizer="adam", learning_rate=0.01, epochs=10, batch_size=64, engine="torch",
                          device=device, precision=precision)  # fmt: skip
        assert history.engine == "torch"
        assert net.vector.dtype == np.float32
        shares[precision] = np.mean(net.forward(images).argmax(axis=-2) == labels)
    assert shares["full"] > 0.98
    assert shares["bfloat16"] == pytest.approx(shares["full"], abs=0.01)


@needs_torch
def test_bfloat16_rounds_products_and_nothing_else():
    options = {"dtype": "float32", "optimizer": "adam"}
    net, exact = (trained("torch", precision=p, **options)[0].vector for p in ("bfloat16", "full"))
    assert (net != exact).any()
    np.testing.assert_allclose(net, exact, atol=0.01)


# ---------------------------------------------------------------- what is asked for
@needs_torch
def test_precision_and_device_choose_the_engine():
    net = Network([3, 4, 1], seed=1)
    assert net.fit(X, Y_ONE, iterations=2, precision="bfloat16").choice == "torch (for precision='bfloat16')"
    assert net.record["settings"]["precision"] == "bfloat16"


@pytest.mark.parametrize(("options", "error", "told"), [
    ({"engine": "tourch"}, UnknownNameError, "did you mean 'torch'"),
    ({"device": "cudda"}, UnknownNameError, "did you mean 'cuda'"),
    ({"precision": "bfloat"}, UnknownNameError, "did you mean 'bfloat16'"),
    ({"engine": "numpy", "device": "cuda"}, SettingError, "device='cuda' needs engine='torch'"),
    ({"engine": "numpy", "precision": "bfloat16"}, SettingError, "needs engine='torch' or 'auto'; got engine='nump"),
    ({"optimizer": "lbfgs", "precision": "bfloat16"}, SettingError, "lbfgs runs on NumPy alone"),
    ({"dtype": "float64", "precision": "bfloat16"}, SettingError, "of a float32 network; got float64"),
])  # fmt: skip
def test_what_cannot_be_met_is_refused(options, error, told):
    net = Network([3, 4, 1], seed=1, dtype=options.pop("dtype", "float32"))
    before = net.vector.copy()
    with pytest.raises(error, match=told):
        net.fit(X, Y_ONE, iterations=2, **options)
    np.testing.assert_array_equal(net.vector, before)


@needs_torch
@pytest.mark.needs("no cuda")
@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_cuda_is_refused_where_there_is_none(engine):
    with pytest.raises(SettingError, match=r"finds no CUDA here; device='cpu' is"):
        Network([3, 4, 1], seed=1).fit(X, Y_ONE, iterations=2, engine=engine, device="cuda")


def test_without_torch_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(backend, "is_installed", lambda name: name != "torch")
    with pytest.raises(MissingLibraryError, match=r'pip install "torch>='):
        Network([3, 4, 1], seed=1).fit(X, Y_ONE, iterations=2, engine="torch")


@needs_torch
@pytest.mark.parametrize(("estimator", "y"), [(TabularClassifier, Y_ONE[0]), (TabularRegressor, X[0] * X[1])])
def test_tables(estimator, y):
    models = [estimator(hidden=4, epochs=3, random_state=0, engine=engine).fit(X.T, y) for engine in ("torch", "numpy")]
    assert [model.history_.engine for model in models] == ["torch", "numpy"]
    np.testing.assert_allclose(models[0].network_.vector, models[1].network_.vector, rtol=1e-3, atol=1e-5)
