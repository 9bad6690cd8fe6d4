"""What recorders wrote, read back by the tools they write for, is what the training said of itself."""

import numpy as np
import pytest

from glassnet import MLPClassifier, Network, TabularClassifier, record
from glassnet.errors import FileError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 60)).astype(np.float32)
Y = (X[:1] > 0).astype(np.float32)


def in_tensorboard(folder):
    """Return the numbers of a run by name, as TensorBoard reads them: epochs and values."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    found = {}
    for name in events.Tags()["tensors"]:
        tensors = events.Tensors(name)
        found[name] = [each.step for each in tensors], [_number(each.tensor_proto) for each in tensors]
    return found


def _number(tensor):
    return tensor.float_val[0] if tensor.float_val else np.frombuffer(tensor.tensor_content, np.float32)[0]


def in_mlflow(uri, run_id):
    """Return the numbers of a run by name, as MLflow answers: epochs and values; and the run."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    run = client.get_run(run_id)
    found = {}
    for name in run.data.metrics:
        numbers = sorted(client.get_metric_history(run_id, name), key=lambda each: each.step)
        found[name] = [each.step for each in numbers], [each.value for each in numbers]
    return found, run


def check(found, history):
    epochs = list(range(1, history.epochs + 1))
    for name, curve in (("cost", history.epoch_cost), ("validation_cost", history.validation_cost)):
        if len(curve):
            assert found[name][0] == epochs
            np.testing.assert_allclose(found[name][1], [np.mean(each) for each in curve], rtol=1e-6)
        else:
            assert name not in found
    np.testing.assert_allclose(found["learning_rate"][1], history.learning_rate, rtol=1e-6)
    assert min(found["samples_per_second"][1]) > 0


@pytest.mark.needs("tensorboard")
def test_tensorboard_has_the_costs_of_a_network_and_a_folder_for_each_training(tmp_path):
    recorder = record.TensorBoard(tmp_path / "runs")
    stack = Network([2, 3, 1], n_networks=2, seed=1)
    first = stack.fit(X, Y, epochs=4, batch_size=16, schedule="cosine", validation=(X, Y), callbacks=[recorder])
    second = Network([2, 3, 1], seed=1).fit(X, Y, epochs=3, callbacks=[recorder])
    third = Network([2, 3, 1], seed=1).fit(X, Y, epochs=2, callbacks=[record.TensorBoard(tmp_path / "runs")])
    for number, history in enumerate((first, second, third), 1):
        check(in_tensorboard(tmp_path / "runs" / str(number)), history)


@pytest.mark.needs("tensorboard")
def test_tensorboard_has_those_of_estimators(tmp_path):
    recorder = record.TensorBoard(tmp_path)
    model = TabularClassifier(hidden=4, epochs=3, random_state=0, validation=0.2)
    model.fit(X.T, Y[0], callbacks=[recorder])
    check(in_tensorboard(tmp_path / "1"), model.history_)
    mlp = MLPClassifier((4,), max_iter=5, tol=0, random_state=0, n_iter_no_change=10, early_stopping=True)
    mlp.set_callbacks(recorder).fit(X.T, Y[0])
    found = in_tensorboard(tmp_path / "2")
    np.testing.assert_allclose(found["cost"][1], mlp.loss_curve_, rtol=1e-6)
    np.testing.assert_allclose(found["validation_cost"][1], mlp.validation_loss_curve_, rtol=1e-6)


@pytest.mark.needs("mlflow", "optuna")  # whose SQLAlchemy it stores by
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
def test_mlflow_has_settings_costs_and_the_end_of_each_run(tmp_path):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    recorder = record.MLflow(uri, experiment="planes", name="small")
    history = Network([2, 3, 1], seed=1).fit(X, Y, epochs=4, validation=(X, Y), callbacks=[recorder])
    found, run = in_mlflow(uri, recorder.run_ids[0])
    check(found, history)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "small"
    assert run.data.params["epochs"] == "4"
    mlp = MLPClassifier((4,), max_iter=3, tol=0, random_state=0)
    mlp.set_callbacks(recorder).fit(X.T, Y[0])
    found, run = in_mlflow(uri, recorder.run_ids[1])
    np.testing.assert_allclose(found["cost"][1], mlp.loss_curve_, rtol=1e-6)
    assert run.data.params["hidden_layer_sizes"] == "(4,)"


@pytest.mark.needs("mlflow", "optuna")
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
def test_mlflow_that_does_not_answer_is_named(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(FileError, match="MLflow at sqlite:"):
        Network([2, 1], seed=1).fit(X, Y, callbacks=[record.MLflow(f"sqlite:///{tmp_path / 'file' / 'a.db'}")])


@pytest.mark.needs("tensorboard")
def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(FileError, match="file"):
        Network([2, 1], seed=1).fit(X, Y, callbacks=[record.TensorBoard(tmp_path / "file" / "runs")])


@pytest.mark.needs("tensorboard")
def test_the_shell_records_too(glassnet, tmp_path):
    rows = "\n".join(f"{a},{b},{'yes' if c else 'no'}" for a, b, c in zip(*X.tolist(), Y[0].tolist(), strict=True))
    (tmp_path / "plane.csv").write_text(f"a,b,c\n{rows}\n", "utf-8")
    words = (
        "train",
        tmp_path / "plane.csv",
        "--target",
        "c",
        "--hidden",
        3,
        "--epochs",
        4,
        "--out",
        tmp_path / "m.glassnet",
    )
    done = glassnet(*words, "--tensorboard", tmp_path / "runs")
    assert done.code == 0, done.err
    assert in_tensorboard(tmp_path / "runs" / "1")["cost"][0] == [1, 2, 3, 4]


def test_a_recorder_changes_nothing():
    class Nowhere(record.recorder.Recorder):
        def begin(self, run, settings):
            self.values = []

        def write(self, epoch, values):
            self.values.append(values["cost"])

        def end(self):
            self.values.append("end")

    recorder = Nowhere()
    alone, watched = Network([2, 3, 1], seed=1), Network([2, 3, 1], seed=1)
    alone.fit(X, Y, epochs=5, batch_size=16)
    history = watched.fit(X, Y, epochs=5, batch_size=16, callbacks=[recorder])
    np.testing.assert_array_equal(alone.vector, watched.vector)
    assert recorder.values == [*map(float, history.epoch_cost), "end"]
