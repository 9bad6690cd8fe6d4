"""Files of estimators whose checksum was made again over nonsense: each fault is refused, and the message names it."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save as safetensors

import glassnet
from glassnet import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, model_file
from glassnet.errors import ModelFileError, SettingError

X, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3
ONCE = {"hidden_layer_sizes": (2,), "max_iter": 1, "random_state": 0}
MADE = {
    "classes": lambda: MLPClassifier(**ONCE).fit(X, y),
    "words": lambda: MLPClassifier(**ONCE, class_weight={"n": 1, "y": 2}).fit(X, np.where(y == 1, "y", "n")),
    "numbers": lambda: MLPRegressor(**ONCE).fit(X, y),
    "table": lambda: TabularClassifier(hidden=2, epochs=1, random_state=0).fit({"a": X[:, 0], "b": X[:, 1]}, y),
    "estimates": lambda: TabularRegressor(hidden=2, epochs=1, random_state=0).fit(X, y),
}


@pytest.fixture(scope="module")
def models():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **kwargs: None)
        return {name: make() for name, make in MADE.items()}


def changed(path, change):
    """Change the document of a file, and make its checksum again."""
    with safe_open(path, framework="numpy") as file:
        document = json.loads(file.metadata()["glassnet"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no mapping
    del document["sha256"]
    change(document)
    document["sha256"] = model_file._checksum(document, arrays)
    path.write_bytes(safetensors(arrays, {"glassnet": model_file._text(document)}))


CASES = [
    ("classes", lambda d: d["target"].update(classes=[0, 1]), "target needs 1 outputs; the network has 3"),
    ("classes", lambda d: d["target"].update(classes=[0, 1, 1]), "sorted, none twice"),
    ("classes", lambda d: d["target"].update(classes=[2, 1, 0]), "sorted, none twice"),
    ("classes", lambda d: d["target"].update(classes=[0, 1, 1.5]), "classes of type <i8"),
    ("classes", lambda d: d["target"].update(classes=[0, 1, True]), "classes of type <i8"),
    ("classes", lambda d: d["target"].update(classes=[0, 1, 2**70]), "are not of type '<i8'"),
    ("classes", lambda d: d["target"].update(classes=[]), "classes must be a list of at least one"),
    ("classes", lambda d: d["target"].update(dtype="O"), "are not of type 'O'"),
    ("classes", lambda d: d["target"].update(dtype="V100000000"), "are not of type 'V100000000'"),
    ("classes", lambda d: d["target"].update(dtype=None), "dtype must be text"),
    ("classes", lambda d: d["target"].update(multilabel=True), "its target needs the output sigmoid"),
    ("classes", lambda d: d.update(target={"mean": [0], "scale": [1], "single": True}), "not that of a MLPClassifier"),
    ("words", lambda d: d["target"].update(dtype="<U2000000000"), "are not of type '<U2000000000'"),
    ("words", lambda d: d["target"].update(dtype="<U1", classes=["no", "yes"]), "classes of type <U1"),
    ("words", lambda d: d.update(class_weight=[["n"]]), "class_weight must be a list of pairs"),
    ("words", lambda d: d.update(class_weight=[["n", -1]]), "class_weight must be a list of pairs"),
    ("numbers", lambda d: d["target"].update(mean=[]), "mean must be a list of at least one"),
    ("numbers", lambda d: d["target"].update(scale=[0]), "scale must be a list"),
    ("numbers", lambda d: d["target"].update(mean=[1, 2]), "2 means and 1 scales"),
    ("numbers", lambda d: d["target"].update(single=1), "single must be true or false"),
    ("numbers", lambda d: d["fitted"].update(n_outputs_=0.5), "n_outputs_ must be a whole number"),
    ("numbers", lambda d: d["fitted"].update(n_outputs_=2**31), "n_outputs_ is 2147483648; that of the network is 1"),
    ("numbers", lambda d: d["fitted"].update(n_features_in_=3), "n_features_in_ is 3; that of the network is 2"),
    ("numbers", lambda d: d["fitted"].update(out_activation_="softmax"), "out_activation_ is 'softmax'"),
    ("numbers", lambda d: d["fitted"].update(loss_curve_=["a"]), "loss_curve_ must be a list"),
    ("numbers", lambda d: d["fitted"].update(mood="good"), "fitted: unknown entries mood"),
    ("numbers", lambda d: d["fitted"].pop("t_"), "fitted: 't_' is missing"),
    ("numbers", lambda d: d.update(feature_names=["a"]), "1 names for 2 features"),
    ("numbers", lambda d: d.update(feature_names="ab"), "feature_names must be a list of texts"),
    ("numbers", lambda d: d.update(more=1), "MLPRegressor: unknown entries more"),
    ("numbers", lambda d: d.pop("target"), "'target' is missing"),
    ("numbers", lambda d: d.update(kind="load", settings={"path": "/etc/passwd"}), "holds a 'load', which"),
    ("numbers", lambda d: d.update(kind=["MLPRegressor"]), "which this version of glassnet does not know"),
    ("numbers", lambda d: d["settings"].update(alpha=-1), "'alpha' parameter"),
    ("numbers", lambda d: d["settings"].update(depth=1), "unexpected keyword"),
    ("numbers", lambda d: d.update(settings=[]), "settings must be entries by name"),
    ("table", lambda d: d["target"].update(classes=[1]), "its target needs 1 outputs"),
    ("table", lambda d: d["preparation"]["columns"].pop(), "gives 1 features; the network takes 2"),
    ("table", lambda d: d.update(feature_names=["a", "c"]), "feature_names: not those of the preparation's columns"),
    ("table", lambda d: d.update(notes=[1]), "notes must be a list of texts"),
    ("table", lambda d: d.update(target_name=1), "target_name must be text, or null"),
    ("table", lambda d: d["settings"].update(hidden=0.5), "hidden: expected a whole number"),
    ("table", lambda d: d["settings"].update(activation=["sine"]), "unknown activation 'sine'"),
    ("table", lambda d: d["settings"].update(epochs=0), "epochs: expected a whole number"),
    ("table", lambda d: d["settings"].update(preset="slow"), "unknown preset 'slow'"),
    ("table", lambda d: d["settings"].update(loss=7), "unknown loss 7"),
    ("table", lambda d: d["settings"].update(random_state="x"), "random_state must be a whole number"),
    ("estimates", lambda d: d["preparation"].update(kind="pictures"), "preparation: 'height' is missing"),
    (
        "estimates",
        lambda d: d.update(
            preparation={
                "kind": "pictures",
                "height": 10**6,
                "width": 10**6,
                "channels": 3,
                "order": "planes",
                "notes": [],
            }
        ),
        "gives 3000000000000 features; the network takes 2",
    ),
]


@pytest.mark.parametrize(("name", "change", "told"), CASES, ids=[f"{name}: {told}" for name, _, told in CASES])
def test_nonsense_is_refused(models, tmp_path, name, change, told):
    path = tmp_path / "a.glassnet"
    models[name].save(path)
    changed(path, change)
    with pytest.raises(ModelFileError) as caught:
        glassnet.load(path)
    assert told in str(caught.value)
    assert len(str(caught.value)) <= 500


@pytest.mark.parametrize("name", MADE)
def test_what_is_saved_is_read(models, tmp_path, name):
    models[name].save(tmp_path / "a.glassnet")
    twin = glassnet.load(tmp_path / "a.glassnet")
    rows = {"a": X[:, 0], "b": X[:, 1]} if name == "table" else X
    np.testing.assert_array_equal(twin.predict(rows), models[name].predict(rows))
    twin.save(tmp_path / "b.glassnet")
    assert (tmp_path / "a.glassnet").read_bytes() == (tmp_path / "b.glassnet").read_bytes()


def test_a_setting_that_no_fit_takes_is_refused_before_it_is_written(tmp_path):
    model = MLPRegressor(**ONCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *args, **kwargs: None)
        model.fit(X, y)
    with pytest.raises(SettingError, match="alpha"):
        model.set_params(alpha=-1).save(tmp_path / "a.glassnet")
    assert not list(tmp_path.iterdir())
    model.set_params(alpha=0.1).save(tmp_path / "a.glassnet")


def test_settings_that_fit_takes_are_read(tmp_path):
    model = TabularClassifier(
        hidden=(2, 3), activation=["relu", "tanh"], learning_rate=0.01, schedule="cosine", epochs=2, batch_size=8,
        l2=1, dropout=[0.1, 0.2], validation=0.2, patience=1, n_networks=1, random_state=3, verbose=False,
        loss="cross_entropy",
    ).fit(X, y)  # fmt: skip
    model.save(tmp_path / "a.glassnet")
    assert glassnet.load(tmp_path / "a.glassnet").get_params()["dropout"] == [0.1, 0.2]
