"""A report on a table with text says what becomes of the words."""

import numpy as np

from glassnet import workflows
from glassnet.report import of_model, subject, to_html


def test_words_and_scores_are_described(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    words = np.array(["good", "bad", "film", "book", "very", "not"])
    rows = [f"{' '.join(rng.choice(words, 5))},{k % 7}" for k in range(80)]
    lines = ["review,n,label", *(f"{row},{'yes' if 'good' in row else 'no'}" for row in rows)]
    path = tmp_path / "reviews.csv"
    path.write_text("\n".join(lines) + "\n")
    for drop, told in (["n"], "a feature for each of"), ([], "words and pairs of words"):
        model = tmp_path / f"{len(drop)}.glassnet"
        workflows.train_file(path, "label", out=model, drop=drop, epochs=2, random_state=0)
        monkeypatch.setattr(subject, "MOST_NUMBERS", 400)
        assert told in to_html(of_model(model, path))
