"""A damaged model is refused in one sentence, or it is one that predicts: bytes, documents and arrays are damaged.

Where only bytes are damaged the checksum says so. Where it was made again over nonsense, every field is looked at.
"""

import datetime
import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save as safetensors

import glassnet
from damage import changed, changes, damaged, no_hang, outcome
from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor, model_file
from glassnet.errors import DivergedError
from glassnet.tables import Pictures

rng = np.random.default_rng(0)
X, y = rng.normal(size=(60, 3)), np.arange(60) % 3
ONCE = {"max_iter": 2, "hidden_layer_sizes": (2,), "random_state": 0}
FRAME = {
    "size": [*rng.normal(size=59), None],
    "colour": [f"c{i}" for i in rng.integers(0, 60, 60)],
    "kind": [("u", "v", "w")[i] for i in rng.integers(0, 3, 60)],
    "day": [datetime.date(2024, 1, 1) + datetime.timedelta(int(i)) for i in rng.integers(0, 300, 60)],
}
IMAGES = Pictures(rng.integers(0, 256, (12, 3, 2, 3), dtype=np.uint8))


def a_network():
    net = Network([3, 2, 1], ["leaky_relu(0.2)", "sigmoid"], seed=0)
    net.fit(X.T, y[None] == 1, epochs=2, batch_size=20, validation=(X.T, y[None] == 1), optimizer="adam(beta_1=0.8)")
    return net, X.T


def a_stack_that_diverged():
    net = Network([3, 2, 2], "relu", "squared_error", seed=0, n_networks=2, dtype="float64")
    with pytest.raises(DivergedError):
        net.fit(X.T, np.stack([y, y]) * 1e150, iterations=50, learning_rate=[1e60, 1e61], l2=[0.0, 0.1])
    return net, X.T


def labels():
    return MLPClassifier(**ONCE, early_stopping=True, class_weight={"0": 1, "1": 2, "2": 1}).fit(X, y.astype(str)), X


def several_labels():
    return MLPClassifier(**ONCE, activation="tanh").fit(X, np.stack([y == 1, y == 2], axis=1).astype(int)), X


def numbers():
    return MLPRegressor(**ONCE, n_networks=2).fit(X, np.stack([y, -y], axis=1)), X


def a_table():
    model = TabularClassifier(hidden=[2], epochs=2, random_state=0, n_networks=2).fit(FRAME, y)
    return model, FRAME


def numbers_of_a_table():
    return TabularRegressor(hidden=2, activation="tanh", epochs=2, random_state=0).fit(FRAME, y * 1.5), FRAME


def pictures():
    return TabularClassifier(hidden=[], epochs=2, random_state=0).fit(IMAGES, np.arange(12) % 2 == 0), IMAGES


def a_table_that_was_interrupted():
    """Return a model whose second kind of networks was under way, with all that going on takes."""
    epochs = []

    def interrupt(progress):
        epochs.append(progress.moment == "epoch")
        if epochs[-1] and sum(epochs) == 3:
            raise KeyboardInterrupt

    model = TabularClassifier(n_networks=2, epochs=2, random_state=np.random.RandomState(0))
    return model.fit(FRAME, y, callbacks=[interrupt]), FRAME


MODELS = (
    a_table_that_was_interrupted,
    a_network,
    a_stack_that_diverged,
    labels,
    several_labels,
    numbers,
    a_table,
    numbers_of_a_table,
    pictures,
)


@pytest.fixture(scope="module", params=MODELS, ids=lambda make: make.__name__)
def saved(request, tmp_path_factory):
    """Save one model; return its file, its document, its arrays, and rows that it predicts."""
    path = tmp_path_factory.mktemp("models") / "a.glassnet"
    with np.errstate(all="ignore"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **kwargs: None)
        model, rows = request.param()
    model.save(path)
    with safe_open(path, framework="numpy") as file:
        document = json.loads(file.metadata()["glassnet"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no mapping
    del document["sha256"]
    return path.with_name("b.glassnet"), path.read_bytes(), document, arrays, rows


def used(path, rows):
    """Load, predict, show, save again and train on: what loads must do all of it."""
    model = glassnet.load(path)
    if isinstance(model, Network):
        assert np.isfinite(model.forward(rows)).all() or model.dtype != np.float32
    else:
        assert model.predict(rows).shape[0] == len(next(iter(rows.values())) if isinstance(rows, dict) else rows)
        if hasattr(model, "predict_proba"):
            model.predict_proba(rows)
    repr(model)
    model.save(path)
    if isinstance(model, Network):
        n_y, m = model.architecture.sizes[-1], rows.shape[1]
        model.fit(rows, np.zeros((n_y, m)), epochs=2, batch_size=20, optimizer="adam(beta_1=0.8)", resume=True)


def again(document, arrays):
    """Return a model file whose checksum is made again."""
    document = {**document, "sha256": model_file._checksum(document, arrays)}
    return safetensors(arrays, {"glassnet": model_file._text(document)})


def each(saved, contents, tally, what):
    path, *_, rows = saved
    counts = {"tried": 0, "refused": 0, "read": 0}
    for told, content in contents:
        path.write_bytes(content)
        with no_hang():
            counts[outcome(lambda: used(path, rows), told)] += 1
        counts["tried"] += 1
    tally(what, **counts, tracebacks=0, hangs=0)
    return counts


def test_damaged_bytes(saved, tries, tally):
    _, whole, *_ = saved
    contents = ((f"seed {seed}", damaged(whole, seed)) for seed in range(tries(30, 1500)))
    changed_ones = ((told, content) for told, content in contents if content != whole)
    counts = each(saved, changed_ones, tally, "models of damaged bytes")
    assert counts["read"] == 0


def test_nonsense_in_the_document(saved, tries, tally):
    _, _, document, arrays, _ = saved
    every = list(changes(document))
    some = np.random.default_rng(0).permutation(len(every))[: tries(80, 3000)]

    def contents():
        for i in some:
            try:
                yield f"{every[i][0]} {every[i][1]}: {every[i][2]!r:.80}", again(changed(document, *every[i]), arrays)
            except (RecursionError, ValueError):  # no JSON can be made of it
                continue

    counts = each(saved, contents(), tally, "models whose checksum was made again over nonsense")
    assert counts["refused"] > counts["read"] / 2


def test_nonsense_in_the_arrays(saved, tries, tally):
    _, _, document, arrays, _ = saved

    def contents():
        for name, array in arrays.items():
            for value in (np.nan, np.inf, -np.inf) if array.size else ():
                spoiled = array.copy()
                spoiled.flat[-1] = value
                yield f"{name} {value}", again(document, {**arrays, name: spoiled})
            rest = {other: M for other, M in arrays.items() if other != name}
            yield f"no {name}", again(document, rest)
            for other in (array[..., :0], array.ravel(), array[None], array.astype("float16"), array.astype("int64")):
                if (other.shape, other.dtype) != (array.shape, array.dtype):
                    told = f"{name} {other.shape} {other.dtype}"
                    yield told, again(document, {**arrays, name: np.ascontiguousarray(other)})
            yield f"{name} twice", again(document, {**arrays, "Z" + name: array})

    of_training = sum("training." in name for name in arrays)  # their memory may hold what has grown too large
    counts = each(saved, contents(), tally, "models of nonsense in their arrays")
    assert counts["read"] <= 3 * of_training
