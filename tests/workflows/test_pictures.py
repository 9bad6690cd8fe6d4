"""Folders of pictures, as they come."""

from pathlib import Path

import numpy as np
from PIL import Image

from glassnet import workflows


def test_a_validation_folder_chooses_the_best_epoch(tmp_path):
    for part, m in (("train", 12), ("valid", 6), ("test", 4)):
        for i in range(m):
            for name, shade in (("dark", 40), ("light", 200)):
                folder = tmp_path / "data" / part / name
                folder.mkdir(parents=True, exist_ok=True)
                noise = np.random.default_rng(i).integers(0, 30, (4, 4), dtype=np.uint8)
                Image.fromarray(noise + np.uint8(shade)).save(folder / f"{i}.png")
    outcome = workflows.train_file(
        tmp_path, reading={"size": 4}, hidden=4, epochs=60, learning_rate=0.01, random_state=1
    )
    assert outcome.parts == {"training": 24, "test": 8}
    assert len(outcome.model.history_.validation_cost) == outcome.model.history_.epochs
    assert outcome.scores["test"].values["accuracy"] == 1


def test_a_broken_picture_gets_no_prediction_and_is_named(tmp_path):
    for name, shade in (("dark", 40), ("light", 200)):
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        for i in range(10):
            Image.new("L", (4, 4), shade + i).save(folder / f"{i}.png")
    model = tmp_path / "model.glassnet"
    workflows.train_file(tmp_path / "data", reading={"size": 4}, hidden=4, epochs=2, random_state=1, out=model)
    (tmp_path / "data" / "light" / "0.png").write_bytes(b"")
    found = workflows.predict_file(model, tmp_path / "data")
    files = sorted(str(path) for path in (tmp_path / "data").rglob("*.png"))
    assert found.columns["picture"] == [file for file in files if not file.endswith(str(Path("light", "0.png")))]
    assert len(found.columns["prediction"]) == 19
    assert any("1 of 20 pictures are left out" in note and "light/0.png" in note for note in found.notes)
