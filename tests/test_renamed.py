"""Old names work, warn, and say the new one; each ends with a release."""

import pickle

import numpy as np
import pytest

import glassnet
from glassnet import MLPClassifier, Network, TabularClassifier, workflows
from glassnet.renamed import RENAMED, OldName, in_new_words, warn_of, with_new_names
from glassnet.training.history import History
from glassnet.training.settings import Settings, check_document

X, Y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2


def numbers(version):
    return [int(part) for part in version.split(".")[:2]]


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_name_is_gone_in_time(old):
    renamed = RENAMED[old]
    assert numbers(glassnet.__version__) < numbers(renamed.ends), f"remove {old}, and its row"
    assert numbers(renamed.ends)[1] - numbers(renamed.since)[1] == 2
    with pytest.warns(FutureWarning, match=f"{old} is called {renamed.new} since {renamed.since}; it ends with"):
        assert warn_of(old) == renamed.new


def test_what_is_given_by_an_old_name():
    with pytest.warns(FutureWarning, match="start_from is called resume") as warned:
        assert with_new_names({"start_from": 1, "a": 2}, "start_from", stacklevel=1) == {"resume": 1, "a": 2}
    assert warned[0].filename == __file__
    assert with_new_names({"start_from": 1}, "keep_optimizer") == {"start_from": 1}
    with pytest.warns(FutureWarning), pytest.raises(TypeError, match="start_from is the old name of resume"):
        with_new_names({"start_from": 1, "resume": 2}, "start_from")


def test_what_an_old_file_says():
    assert [in_new_words(name) for name in ("compiled", "native", "")] == ["native", "native", ""]


def test_an_attribute_by_its_old_name():
    class Thing:
        keep_optimizer, resume = OldName(), 3

    thing = Thing()
    with pytest.warns(FutureWarning, match="keep_optimizer is called resume") as reading:
        assert thing.keep_optimizer == 3
    with pytest.warns(FutureWarning, match="keep_optimizer is called resume") as writing:
        thing.keep_optimizer = 4
    assert thing.resume == 4
    assert {each.filename for each in (*reading, *writing)} == {__file__}


# ------------------------------------------------------------ where they were
def test_keep_optimizer():
    with pytest.warns(FutureWarning, match="keep_optimizer is called resume") as made:
        model = MLPClassifier((3,), max_iter=2, warm_start=True, keep_optimizer=True)
    assert model.resume is True
    with pytest.warns(FutureWarning, match="keep_optimizer is called resume") as changed:
        model.set_params(keep_optimizer=False)
    assert model.resume is False
    assert {each.filename for each in (*made, *changed)} == {__file__}
    assert "keep_optimizer" not in model.get_params()
    assert "keep_optimizer" not in vars(model)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("warm", [True, False])
def test_files_and_pickles_with_keep_optimizer(tmp_path, monkeypatch, warm):
    """It had no effect without a warm start."""
    model = MLPClassifier((3,), max_iter=2, warm_start=warm, resume=True).fit(X, Y)
    old = {**vars(model), "keep_optimizer": True}
    del old["resume"], old["l1"]
    loaded = MLPClassifier.__new__(MLPClassifier)
    loaded.__setstate__(old)
    assert (loaded.resume, loaded.l1, "keep_optimizer" in vars(loaded)) == (warm, 0.0, False)
    assert pickle.loads(pickle.dumps(loaded)).resume == warm

    from glassnet.estimators import saving

    kept, old_names = saving.settings_to_json, {"resume": "keep_optimizer"}

    def as_before(settings):
        return {old_names.get(name, name): value for name, value in kept(settings).items() if name != "l1"}

    monkeypatch.setattr(saving, "settings_to_json", as_before)
    monkeypatch.setattr(MLPClassifier, "_check_kept", lambda *given: None)
    model.save(tmp_path / "old.glassnet")
    monkeypatch.undo()
    assert glassnet.load(tmp_path / "old.glassnet").resume == warm


def test_start_from(tmp_path):
    lines = ["a,b,c", *(f"{a:.3f},{b:.3f},{c}" for (a, b), c in zip(X, Y, strict=True))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    first = workflows.train_file(
        tmp_path / "t.csv", "c", hidden=3, epochs=2, out=tmp_path / "m.glassnet", random_state=1
    )
    with pytest.warns(FutureWarning, match="start_from is called resume"):
        more = workflows.train_file(tmp_path / "t.csv", start_from=tmp_path / "m.glassnet", epochs=2)
    assert more.model.network_.optimizer_state["t"] == 2 * first.model.network_.optimizer_state["t"]


COMPILED = "compiled is called native since 0.1"


@pytest.mark.needs("the native library")
def test_the_compiled_engine():
    with pytest.warns(FutureWarning, match=COMPILED):
        assert Settings(engine="compiled").engine == "native"
    with pytest.warns(FutureWarning, match=COMPILED):
        history = Network([2, 3, 1], seed=1).fit(X.T, Y[None], epochs=2, engine="compiled")
    assert history.engine in ("native", "numpy")
    assert (
        history.cost.tolist() == Network([2, 3, 1], seed=1).fit(X.T, Y[None], epochs=2, engine="native").cost.tolist()
    )


@pytest.mark.needs("the native library")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", [MLPClassifier, TabularClassifier])
def test_estimators_with_the_compiled_engine(estimator, tmp_path):
    """They keep what they were given, as scikit-learn asks; reading a file of theirs uses nothing."""
    settings = {"max_iter": 3} if estimator is MLPClassifier else {"epochs": 3, "hidden": 4}
    model = estimator(engine="compiled", random_state=0, **settings)
    with pytest.warns(FutureWarning, match=COMPILED):
        model.fit(X, Y)
    assert model.get_params()["engine"] == "compiled"
    assert model.network_.record["settings"]["engine"] == "native"
    model.save(tmp_path / "m.glassnet")
    assert glassnet.load(tmp_path / "m.glassnet").engine == "compiled"


@pytest.mark.needs("the native library")
@pytest.mark.filterwarnings("default::FutureWarning")
def test_the_compiled_engine_in_the_shell(tmp_path, glassnet):
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c", *(f"{a},{b},{c}" for (a, b), c in zip(X, Y, strict=True))]))
    answer = glassnet("train", tmp_path / "t.csv", "--target", "c", "--epochs", 2, "--engine", "compiled",
                      "--out", tmp_path / "m.glassnet")  # fmt: skip
    assert answer.code == 0
    assert answer.err.count(COMPILED) == 1


@pytest.mark.needs("the native library")
def test_files_of_the_compiled_engine(tmp_path):
    net = Network([2, 3, 1], seed=1)
    net.fit(X.T, Y[None], epochs=2, batch_size=10, engine="native", callbacks=[lambda progress: progress.epoch == 1])
    whole = Network([2, 3, 1], seed=1).fit(X.T, Y[None], epochs=2, batch_size=10, engine="native").cost
    net.record["settings"]["engine"] = net.record["engine"] = net.position.engine = "compiled"
    check_document(net.record["settings"])
    assert History.from_document(net.record).engine == "native"
    net.save(tmp_path / "n.glassnet")
    again = glassnet.load(tmp_path / "n.glassnet")
    history = again.fit(X.T, Y[None], epochs=2, batch_size=10, resume=True)
    assert (history.engine, history.choice) == ("native", "native (as before it was cut off)")
    assert history.cost.tolist() == whole.tolist()
