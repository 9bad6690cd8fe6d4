"""A Tabular training resumes to the bit: after a file, after Ctrl-C in any of its kinds, and from a checkpoint."""

import warnings

import numpy as np
import pytest

import glassnet
from glassnet import TabularClassifier, TabularRegressor
from glassnet.errors import ModelFileError
from shared import saved_and_loaded

rng = np.random.default_rng(0)
m = 1000
X = {"a": rng.normal(size=m), "b": rng.normal(size=m), "c": rng.choice(["red", "green", "blue"], m)}
Y = X["a"] * X["b"] + 0.3 * rng.normal(size=m)
LABELS = np.where(Y > 0.5, "high", np.where(Y < -0.5, "low", "middle"))
OTHER = {name: column[::-1] for name, column in X.items()}

MODELS = {
    "kinds": (TabularClassifier, LABELS, {"preset": "default", "epochs": 2, "batch_size": 250}),
    "one network": (TabularRegressor, Y, {"hidden": 8, "epochs": 6}),
    "patience": (TabularClassifier, LABELS, {"hidden": 8, "epochs": 30, "patience": 4, "learning_rate": 0.05}),
    "a stack": (TabularRegressor, Y, {"hidden": 8, "epochs": 6, "n_networks": 3}),
    "lbfgs": (TabularRegressor, Y, {"hidden": 4, "epochs": 6, "optimizer": "lbfgs"}),
}


def made(name, **more):
    model, y, settings = MODELS[name]
    return model(**{"random_state": 0, "engine": "numpy", **settings, **more}), y


def interrupting(after):
    """Return a callback that comes as Ctrl-C after so many epochs, over all kinds."""
    heard = []

    def callback(progress):
        heard.append(progress.moment == "epoch")
        if progress.moment == "epoch" and sum(heard) == after:
            raise KeyboardInterrupt

    return callback


def assert_same(model, twin):
    assert [each["kind"] for each in model.candidates_] == [each["kind"] for each in twin.candidates_]
    assert [each["cost"] for each in model.candidates_] == [each["cost"] for each in twin.candidates_]
    np.testing.assert_array_equal(model.network_.vector, twin.network_.vector)
    assert model.network_.rng.bit_generator.state == twin.network_.rng.bit_generator.state
    assert model.notes_ == twin.notes_
    np.testing.assert_array_equal(model.predict(X), twin.predict(X))


@pytest.mark.parametrize("name", MODELS)
def test_a_warm_start_after_a_file_is_one_without_it(path, name):
    model, y = made(name, warm_start=True)
    model.fit(X, y)
    loaded = saved_and_loaded(model, path).set_params(warm_start=True)
    for each in (model, loaded):
        each.fit(X, y)
    assert_same(loaded, model)
    for each in (model, loaded := saved_and_loaded(model, path).set_params(warm_start=True)):
        each.fit(OTHER, y)
    assert_same(loaded, model)


@pytest.mark.parametrize("name", ["one network", "a stack", "smoothed"])
def test_so_many_epochs_and_so_many_more_are_all_of_them(path, name, monkeypatch):
    """Also where the last layer was made surer afterwards: training goes on from what it learned."""
    if name == "smoothed":
        monkeypatch.setitem(MODELS, name, (TabularClassifier, LABELS, {"preset": "default", "schedule": "constant"}))
        monkeypatch.setattr(
            "glassnet.estimators.tabular.networks.candidate_recipes", lambda table, *_: {"deep": table["deep"]}
        )
    more = {"schedule": "constant", "batch_size": 250}
    whole, y = made(name, **more, epochs=5)
    whole.fit(X, y)
    parts, _ = made(name, **more, epochs=2)
    parts = saved_and_loaded(parts.fit(X, y), path).set_params(warm_start=True, epochs=3)
    parts.fit(X, y)
    np.testing.assert_array_equal(parts.network_.vector, whole.network_.vector)


@pytest.mark.parametrize(
    ("name", "after"), [("kinds", 1), ("kinds", 3), ("kinds", 4), ("patience", 3), ("a stack", 4), ("lbfgs", 3)]
)
def test_what_ctrl_c_cut_off_resumes(path, name, after):
    whole, y = made(name)
    whole.fit(X, y)
    model, _ = made(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y, callbacks=[interrupting(after)])
    loaded = saved_and_loaded(model, path)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    for each in (model, loaded):
        each.set_params(warm_start=True).fit(X, y)
        assert_same(each, whole)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("name", ["kinds", "one network", "patience", "lbfgs"])
def test_a_checkpoint_is_a_model_that_resumes(path, name):
    whole, y = made(name)
    whole.fit(X, y)
    model, kept = made(name)[0], {}

    def take(progress):
        if path.exists():
            kept[path.read_bytes()] = len(kept)

    model.fit(X, y, checkpoint=path, every=3, callbacks=[take])
    assert_same(model, whole)
    np.testing.assert_array_equal(saved_and_loaded(model, path).network_.vector, whole.network_.vector)
    assert len(kept) >= 4
    for content in list(kept)[:: max(1, len(kept) // 4)]:
        path.write_bytes(content)
        cut = glassnet.load(path)
        assert cut.predict(X).shape == y.shape
        cut.set_params(warm_start=True).fit(X, y)
        assert_same(cut, whole)


def test_other_data_or_settings_are_a_warm_start(path):
    model, y = made("kinds")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y, callbacks=[interrupting(3)])
    model.save(path)
    for data, settings in ((OTHER, {}), (X, {"l2": 0.1})):
        loaded = glassnet.load(path).set_params(warm_start=True, **settings)
        network = loaded.network_
        loaded.fit(data, y)
        assert loaded.network_ is network
        assert [each["kind"] for each in loaded.candidates_] == ["as before"]


def test_a_file_without_training_state_says_so(path):
    model, y = made("one network")
    model.fit(X, y).save(path, training_state=False)
    bare = glassnet.load(path).set_params(warm_start=True).fit(X, y)
    assert any("holds no training state" in note for note in bare.notes_)


def test_a_random_state_that_is_an_object_is_kept(path):
    model, y = made("one network", random_state=np.random.RandomState(3))
    loaded = saved_and_loaded(model.fit(X, y), path)
    for each in (model, loaded):
        each.fit(X, y)
    np.testing.assert_array_equal(loaded.network_.vector, model.network_.vector)


DAMAGE = {
    "seed": lambda fit: fit.update(seed=-1),
    "data": lambda fit: fit.update(data="x"),
    "kind of before": lambda fit: fit.update(kind="other"),
    "more": lambda fit: fit.update(more=1),
    "kind": lambda fit: fit["unfinished"].update(kind="other"),
    "done": lambda fit: fit["unfinished"].update(done=5),
    "cost": lambda fit: fit["unfinished"]["done"][0].update(cost="low"),
    "hidden": lambda fit: fit["unfinished"]["done"][0].update(hidden=[7]),
    "main": lambda fit: fit["unfinished"].update(main=["linear"]),
    "settings": lambda fit: fit["unfinished"].update(settings=None),
    "no end": lambda fit: fit.update(unfinished=5),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_rest_that_does_not_fit_is_refused(path, change, monkeypatch):
    model, y = made("kinds")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y, callbacks=[interrupting(3)])
    from glassnet.estimators.tabular import model as table_models

    save = table_models.save

    def damaged(model, path, target, document, **more):
        change(document["fit"])
        save(model, path, target, document, **more)

    monkeypatch.setattr(table_models, "save", damaged)
    model.save(path)
    with pytest.raises(ModelFileError, match="damaged"):
        glassnet.load(path)
