"""`glassnet report` from the shell."""

import numpy as np

from glassnet import Network


def test_a_page_is_written_in_the_language(tmp_path, glassnet, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net = Network([2, 3, 1], seed=1)
    X = np.random.default_rng(0).standard_normal((2, 30))
    net.fit(X, (X[:1] > 0).astype(float), iterations=20, engine="numpy")
    net.save(tmp_path / "net.glassnet")
    done = glassnet("report", "net.glassnet", "--lang", "zh", "--out", "page.html")
    assert done.code == 0, done.err
    assert "page.html" in done.out
    assert "反向传播" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_wrong_language_and_a_missing_model_end_in_one_sentence(tmp_path, glassnet, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = glassnet("report", "net.glassnet", "--lang", "cn")
    assert done.code == 2
    assert done.err.startswith("glassnet: unknown language 'cn'")
    done = glassnet("report", "net.glassnet")
    assert done.code == 2
    assert "net.glassnet: no such file" in done.err
    assert not (tmp_path / "report.html").exists()
