"""Folders of pictures, as they come."""

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
