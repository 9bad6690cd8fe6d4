"""A network with an embedding: trained by every engine, saved, copied, resumed, fed with codes, looked into."""

import copy
import json
import pickle

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from glassnet import Network
from glassnet.arrays.coded_columns import CodedColumns, Numbers, OneHot, Steps
from glassnet.errors import ModelFileError, ShapeError
from needs import engines

draw = np.random.default_rng(0)
m = 53
X = draw.normal(size=(9, m))  # 2 groups of 4 rows, and one more feature
Y = (X[:1] + X[5:6] > 0).astype(float)
GIVEN = {"embedding": (2, 4, 3), "dtype": "float64", "seed": 1}
SETTINGS = [
    {}, {"dropout": 0.3}, {"l2": 0.3, "l1": 0.1}, {"clip_norm": 0.1}, {"batch_size": None}, {"batch_size": 1},
    {"optimizer": "adamw(weight_decay=0.1)"}, {"sample_weight": draw.uniform(0.5, 2, (1, m))},
    {"validation": (X[:, :9], Y[:, :9]), "keep_best": True},
]  # fmt: skip


def network(**given):
    return Network([7, 5, 4, 1], ["silu", "tanh", "sigmoid"], **GIVEN | given)


def trained(engine, samples=X, *, k=None, **options):
    net = network(n_networks=k)
    history = net.fit(samples, Y, engine=engine, **{"epochs": 3, "batch_size": 9, "optimizer": "adam"} | options)
    assert history.engine == engine
    return net


def coded(values=X):
    """Return two columns of bins with the number in the last row of each, and one more feature, as codes."""
    m, rng = values.shape[1], np.random.default_rng(1)
    blocks = []
    for j in (3, 7):
        blocks += [Steps(rng.integers(0, 3, m), rng.random(m), 3, 1.0), Numbers(values[j : j + 1].T)]
    return CodedColumns([*blocks, OneHot(rng.integers(-1, 1, m), 1)], np.float64)


# ---------------------------------------------------------------- engines
@pytest.mark.parametrize("engine", engines("numpy"))
@pytest.mark.parametrize("k", [None, 3])
@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_every_engine_trains_as_numpy_does(options, k, engine):
    found, wanted = (trained(name, k=k, **options) for name in (engine, "numpy"))
    np.testing.assert_allclose(found.vector, wanted.vector, rtol=1e-9, atol=1e-9)


@pytest.mark.needs("torch")
def test_torch_trains_each_network_of_a_stack_on_data_of_its_own():
    X_each = np.random.default_rng(2).normal(size=(3, 9, m))
    found, wanted = (trained(engine, X_each, k=3) for engine in ("torch", "numpy"))
    np.testing.assert_allclose(found.vector, wanted.vector, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("batch_size", [None, 9])
@pytest.mark.parametrize("k", [None, 3])
@pytest.mark.parametrize("engine", engines())
def test_codes_train_as_the_numbers_that_they_stand_for(engine, k, batch_size):
    codes = coded()
    if engine == "native" and batch_size is None:  # all samples at once are not expanded
        assert network().fit(codes, Y, iterations=1, engine="auto").engine == "numpy"
        return
    found = trained(engine, codes, k=k, batch_size=batch_size)
    wanted = trained(engine, codes.toarray(), k=k, batch_size=batch_size)
    np.testing.assert_allclose(found.vector, wanted.vector, rtol=1e-9)
    np.testing.assert_array_equal(found.forward(codes), found.forward(codes.toarray()))


def test_a_sparse_x_trains_as_a_dense_one():
    some = np.where(np.abs(X) > 1, X, 0.0)
    found, wanted = trained("numpy", csr_matrix(some)), trained("numpy", some)
    np.testing.assert_allclose(found.vector, wanted.vector, rtol=1e-12)


def test_every_rule_that_trains_lowers_the_cost():
    for optimizer in ("gradient_descent", "adam", "lbfgs"):
        net = network()
        before = net.cost(X, Y)
        net.fit(X, Y, optimizer=optimizer, iterations=20)
        assert net.cost(X, Y) < before


# ---------------------------------------------------------------- the network
@pytest.mark.parametrize("k", [None, 2])
def test_it_is_saved_copied_and_pickled(tmp_path, k):
    net = trained("numpy", k=k)
    net.save(tmp_path / "net.glassnet")
    loaded = Network.load(tmp_path / "net.glassnet")
    assert loaded.architecture == net.architecture
    for twin in (loaded, copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(twin.vector, net.vector)
        np.testing.assert_array_equal(twin.W[0], net.W[0])
        np.testing.assert_array_equal(twin.forward(X), net.forward(X))
        twin.W[0][...] = 0
        assert not twin.vector[..., : net.W[0].size // (k or 1)].any()  # still views of one buffer
    net.astype("float32").save(tmp_path / "net.glassnet")
    assert Network.load(tmp_path / "net.glassnet").dtype == np.float32


def test_a_file_whose_embedding_has_another_shape_is_refused(tmp_path):
    path = tmp_path / "net.glassnet"
    network().save(path)
    net = network()
    net.architecture = net.architecture.build([7, 5, 4, 1], ["silu", "tanh", "sigmoid"], embedding=(2, 3, 3))
    net.save(path)
    with pytest.raises(ModelFileError, match=r"W\[0\]"):
        Network.load(path)


def test_a_run_is_resumed_to_the_bit():
    whole = network()
    whole.fit(X, Y, epochs=6, batch_size=9, optimizer="adam", engine="numpy")
    parts = network()
    stop = [lambda progress: progress.epoch == 2]
    parts.fit(X, Y, epochs=6, batch_size=9, optimizer="adam", engine="numpy", callbacks=stop)
    parts.fit(X, Y, epochs=6, batch_size=9, optimizer="adam", engine="numpy", resume=True)
    np.testing.assert_array_equal(parts.vector, whole.vector)


def test_answers_of_other_layers_and_some_samples_at_a_time():
    net = network()
    A = net.trace(X).A
    np.testing.assert_allclose(net.forward(X, layer=1), A[1], rtol=1e-12)
    answers = np.concatenate([part for _, part in net.forward_in_blocks(X)], axis=-1)
    np.testing.assert_array_equal(answers, net.forward(X))


@pytest.mark.parametrize("k", [None, 2])
def test_its_gradients_are_checked_with_those_of_layer_0(k):
    check = network(n_networks=k).check_gradients(X, Y, l2=0.1, dropout=0.2)
    assert check.ok
    assert [line.array for line in check.arrays][:2] == ["dW[0]", "db[0]"]


def test_a_diagnosis_looks_at_all_rows_of_x():
    net = trained("numpy")
    assert net.diagnose(X, Y, names=list("abcdefghi")).looked_at
    with pytest.raises(ShapeError, match="one for each of 9 features; got 7"):
        net.diagnose(X, Y, names=list("abcdefg"))
    net.W[0][...] = np.nan
    assert net.diagnose().findings[0].numbers["arrays"] == ["W[0]"]


def test_it_says_what_it_embeds():
    assert "embedding of 2 groups of 4 rows into 3 units each, 99 parameters" in repr(network())
    assert "embedding" not in repr(Network([3, 1]))


def test_an_x_of_other_rows_is_refused():
    with pytest.raises(
        ShapeError, match=r"X: expected shape \(9, m\), first 2 groups of 4 rows, one column per sample"
    ):
        network().forward(X[:7])


def test_a_network_without_an_embedding_writes_the_file_that_it_always_wrote(tmp_path):
    net = Network([3, 2, 1], seed=1)
    net.save(tmp_path / "net.glassnet")
    _, document = Network.load_with_document(tmp_path / "net.glassnet")
    assert set(document["architecture"]) == {"sizes", "activations", "loss"}
    assert "embedding" not in json.dumps(document)
