"""A file of arrays that names its classes is trained on, predicted and scored by these names, in its own order."""

import h5py
import numpy as np
import pytest

from glassnet import load, workflows

RNG = np.random.default_rng(1)


@pytest.fixture
def files(tmp_path):
    """Return the files for training and test: dark pictures are "other", light ones a "cat", which sorts before it."""
    paths = []
    for part, m in (("train", 40), ("test", 12)):
        y = np.arange(m) % 2
        light = RNG.integers(0, 100, (m, 2, 2, 3)) + 120 * y[:, np.newaxis, np.newaxis, np.newaxis]
        path = tmp_path / f"{part}_cats.h5"
        with h5py.File(path, "w") as file:
            file[f"{part}_set_x"], file[f"{part}_set_y"] = light.astype(np.uint8), y
            file["list_classes"] = np.array([b"other", b"cat"])
        paths.append(path)
    return paths


def trained(files, out, **settings):
    options = {"hidden": (), "epochs": 200, "learning_rate": 0.5, "preset": "course", "random_state": 1}
    return workflows.train_file(files[0], test_file=files[1], out=out, **options, **settings)


def test_labels_are_names_in_the_order_of_the_file(files, tmp_path):
    outcome = trained(files, tmp_path / "m.glassnet")
    assert outcome.parts == {"training": 40, "test": 12}  # though its target is called test_set_y
    model = load(tmp_path / "m.glassnet")
    assert model.classes_.tolist() == ["other", "cat"]
    found = workflows.predict_file(tmp_path / "m.glassnet", files[1], probabilities=True).columns
    assert found["prediction"] == ["other", "cat"] * 6
    assert min(found["probability cat"][1::2]) > 0.5 > max(found["probability cat"][::2])
    evaluation = workflows.evaluate_file(tmp_path / "m.glassnet", files[1])
    assert evaluation.scores.confusion == [[6, 0], [0, 6]]
    assert evaluation.scores.values == pytest.approx(outcome.scores["test"].values)


def test_the_second_name_is_the_class_that_a_network_answers_with_1(files, tmp_path):
    outcome = trained(files, tmp_path / "m.glassnet")
    with h5py.File(files[0]) as file:
        X, Y = file["train_set_x"][:].reshape(40, -1).T / 255, file["train_set_y"][:][np.newaxis]
    assert ((outcome.model.network_.forward(X) > 0.5) == Y).all()


def test_folds_keep_the_order(files, tmp_path):
    trained(files, tmp_path / "m.glassnet")
    result = workflows.cross_validate_file(tmp_path / "m.glassnet", files[0], 2)
    assert [each.confusion for each in result.folds] == [[[10, 0], [0, 10]]] * 2


def test_a_model_whose_labels_are_numbers_still_scores(files, tmp_path):
    with h5py.File(files[0], "a") as file:
        del file["list_classes"]
    workflows.train_file(files[0], test=0, out=tmp_path / "m.glassnet", preset="course", epochs=5, random_state=0)
    with h5py.File(files[0], "a") as file:
        file["list_classes"] = np.array([b"other", b"cat"])
    assert workflows.evaluate_file(tmp_path / "m.glassnet", files[0]).scores.rows == 40
