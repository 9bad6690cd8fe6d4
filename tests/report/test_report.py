"""The report: every text in both languages, the same numbers, nothing from the net, formulas that can be seen."""

import re
import shlex
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from glassnet import Network, lessons, report, workflows
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import DataError, FileError, UnknownNameError
from glassnet.inspection.diagnosis import DETECTORS
from glassnet.report.blocks import message, row_text
from glassnet.report.formulas import mathml
from glassnet.report.principle import principle, step
from glassnet.report.texts import translate
from glassnet.texts import LANGUAGES, keyed
from glassnet.training.settings import Settings
from needs import browser, need
from shared import ROOT

VALUE = re.compile(r"<(\w+)>")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table in two parts, a model for classes, one for numbers, and one for pictures."""
    folder = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(0)
    for name, m in (("train", 120), ("test", 40)):
        x, colour = rng.standard_normal(m), rng.choice(["red", "blue"], m)
        lines = [f"{a:.4f},{c},{'big' if a > 0 else 'small'}" for a, c in zip(x, colour, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join(["x,colour,size", *lines]) + "\n")
    images = rng.integers(0, 256, (40, 6, 6, 3), dtype=np.uint8)
    np.savez(folder / "pictures.npz", X=images, y=np.arange(40) % 2)
    common = {"test": 0, "random_state": 1, "hidden": [3], "engine": "numpy", "epochs": 12}
    workflows.train_file(folder / "train.csv", "size", out=folder / "size.glassnet", validation=0.2, **common)
    workflows.train_file(folder / "train.csv", "x", out=folder / "x.glassnet", n_networks=2, dropout=0.1, **common)
    workflows.train_file(folder / "pictures.npz", "y", out=folder / "pictures.glassnet", l2=0.0, **common)
    return folder


@pytest.fixture(scope="module")
def reports(folder):
    """Each model's report."""
    table = {"data": folder / "test.csv", "training": folder / "train.csv"}
    return {
        "size": report.of_model(folder / "size.glassnet", **table),
        "x": report.of_model(folder / "x.glassnet", **table),
        "pictures": report.of_model(folder / "pictures.glassnet", folder / "pictures.npz"),
    }


class Words(HTMLParser):
    """Collects running text, the formulas and charts left out."""

    def __init__(self):
        super().__init__()
        self.inside, self.words = [], []

    def handle_starttag(self, tag, attrs):
        if tag in ("style", "math", "svg", "pre"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.words.append(data)


def running_text(page):
    reader = Words()
    reader.feed(page)
    return "\n".join(reader.words)


def text_of(svg):
    """Return what a picture says, its title and axes included."""
    return " | ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def english(page):
    """The runs of three and more English words."""
    return re.findall(
        r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}", running_text(page).replace("glassnet report MODEL DATA", "")
    )


# ---------------------------------------------------------------- texts
@pytest.mark.parametrize("key", keyed())
def test_every_text_has_every_language_and_the_same_values(key):
    text = keyed()[key]
    assert set(text) == set(LANGUAGES)
    assert all(text.values())
    assert sorted(set(VALUE.findall(text["en"]))) == sorted(set(VALUE.findall(text["zh"])))
    for lang in LANGUAGES:
        assert text[lang].count("$") % 2 == 0
        for tex in text[lang].split("$")[1::2]:
            mathml(VALUE.sub("1", tex))


def test_every_key_that_the_code_writes_has_a_text():
    groups = "|".join({key.partition(".")[0] for key in keyed()} - {"report"})
    for path in Path(report.__file__).parent.glob("*.py"):
        keys = re.findall(rf'"((?:{groups})\.[a-z_0-9.]+)"', path.read_text("utf-8"))
        assert {key for key in keys if not key.endswith((".jinja", ".toml"))} <= keyed().keys(), path.name


def test_a_row_without_a_text_is_written_by_its_name():
    assert [translate(row_text("loss", "quartic"), lang) for lang in LANGUAGES] == ["quartic", "quartic"]


def test_chinese_texts_are_chinese():
    for key, text in keyed().items():
        names = key in ("page.lang", "data.target_named", "data.digest", "reproduce.report", "diagnosis.finding")
        assert names or re.search(r"[\u4e00-\u9fff]", text["zh"]), key
        assert not re.search(r"[\u4e00-\u9fff]", text["en"]), key


def test_all_that_the_tables_hold_has_a_text():
    assert all(f"loss.{name}" in keyed() for name in LOSSES)
    for name in DETECTORS:
        assert f"diagnosis.{name}" in keyed()
        assert f"diagnosis.{name}.change" in keyed()


def test_unknown_texts_and_languages_are_named():
    with pytest.raises(UnknownNameError, match=r"unknown text 'page.langs' .did you mean 'page.lang'"):
        translate(message("page.langs"), "en")
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        translate(message("page.lang"), "de")


def test_a_value_is_never_read_as_markup():
    page = translate(message("data.target_named", name="$<b>$"), "en", plain=lambda text: text.replace("<", "&lt;"))
    assert "$&lt;b>$" in page


# ---------------------------------------------------------------- principle
@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
def test_every_activation_is_derived(activation):
    told_formulas(principle(Network([3, 4, 2], [activation, "identity"], seed=0)))


OUTPUTS = ("sigmoid", "softmax", "identity", "exp", "relu")
PAIRS = [(name, output) for name, loss in LOSSES.items() for output in OUTPUTS if output in (loss.outputs or OUTPUTS)]


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_every_loss_with_every_output_is_derived(loss, output):
    found = told_formulas(principle(Network([3, 2], [output], loss, seed=0)))
    paired = LOSSES[loss].pair == output
    layers = next(tex for tex in found if r"\under{dZ^{[1]}}" in tex)
    assert layers.count("A^{[1]} - Y") == paired


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_is_described(optimizer):
    blocks = step(Settings(optimizer=optimizer).to_document())
    assert all("<" not in block.tex.replace("<=", "") for block in blocks if block.kind == "formula")


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_is_described(schedule):
    for block in step(Settings(schedule=schedule).to_document()):
        if block.kind == "formula":
            mathml(block.tex)


def test_the_shapes_are_those_of_the_network():
    found = " ".join(told_formulas(principle(Network([5, 4, 1], ["tanh", "sigmoid"], seed=0))))
    for shape in (r"\under{W^{[1]}}{(4, 5)}", r"\under{dW^{[2]}}{(1, 4)}", r"\under{W^{[2] \T}}{(4, 1)}"):
        assert shape in found


def told_formulas(section):
    found = [block.tex for block in section.blocks if block.kind == "formula"]
    for tex in found:
        mathml(tex)
    return found


# ---------------------------------------------------------------- pages
@pytest.mark.parametrize("name", ["size", "x", "pictures"])
def test_the_chinese_page_holds_no_english_sentence(reports, name):
    assert english(report.to_html(reports[name], "zh")) == []
    assert len(english(report.to_html(reports[name], "en"))) > 20  # the check sees them where they are


@pytest.mark.parametrize("name", ["size", "x", "pictures"])
def test_both_languages_tell_the_same_numbers(reports, name):
    pages = [report.to_html(reports[name], lang) for lang in LANGUAGES]
    cells = [re.findall(r"<td[^>]*>([^<]*\d[^<]*)</td>", page) for page in pages]
    found = [[re.findall(r"\d[\d.e+-]*", cell) for cell in row] for row in cells]
    assert found[0] == found[1]
    formulas = [re.findall('<math display="block">.*?</math>', page, re.DOTALL) for page in pages]
    assert formulas[0] == formulas[1]
    assert formulas[0]
    pictures = [re.findall("<svg.*?</svg>", page, re.DOTALL) for page in pages]
    written = [[re.findall(r"\d[\d.,]*", text) for text in map(text_of, drawn)] for drawn in pictures]
    assert written[0] == written[1]
    assert len(written[0]) > 1


# ---------------------------------------------------------------- answers beside the truth
def test_the_sentence_on_thresholds_is_true(reports, folder):
    page = running_text(report.to_html(reports["size"], "en"))
    name, threshold, recall, precision = re.search(
        r"“(\w+)” is decided on where its probability is above (\S+)\. That finds (\S+)% of it .*? and (\S+)% of", page
    ).groups()
    lines = (folder / "test.csv").read_text().splitlines()[1:]
    truth = np.array([line.rpartition(",")[2] for line in lines]) == name
    found = workflows.predict_file(folder / "size.glassnet", folder / "test.csv", probabilities=True).columns
    taken = np.array(found[f"probability {name}"]) > float(threshold)
    assert (taken == (np.array(found["prediction"]) == name)).all()
    assert float(recall) == pytest.approx(100 * recall_score(truth, taken), abs=0.06)
    assert float(precision) == pytest.approx(100 * precision_score(truth, taken), abs=0.06)


def test_pictures_of_answers_have_their_words_in_both_languages(reports):
    drawn = {lang: text_of(report.to_html(reports["size"], lang)) for lang in LANGUAGES}
    for words, in_chinese in (("share that is true", "为真的比例"), ("recall", "召回率"), ("best F1", "F1 最高")):
        assert words in drawn["en"]
        assert in_chinese in drawn["zh"]
        assert words not in drawn["zh"]
    assert "true number less prediction" in text_of(report.to_html(reports["x"], "en"))
    assert "真实值减预测值" in text_of(report.to_html(reports["x"], "zh"))


def test_of_the_trainings_own_file_the_test_rows_are_reported(folder, tmp_path):
    own = {"hidden": [2], "epochs": 2, "random_state": 1, "engine": "numpy"}
    for test, said in (
        (0.25, "use 30 of the 120 samples of train.csv: those kept for the test, a share of 0.25 drawn by seed 1."),
        (0, "use train.csv, the 120 samples that the network was trained on: these are training scores"),
    ):
        workflows.train_file(folder / "train.csv", "size", out=tmp_path / "m.glassnet", test=test, **own)
        page = running_text(report.to_html(report.of_model(tmp_path / "m.glassnet", folder / "train.csv")))
        assert said in page
        assert ("Test scores: train.csv, 30 samples" if test else "Training scores: train.csv, 120 samples") in page
    assert said not in running_text(report.to_html(report.of_model(tmp_path / "m.glassnet", folder / "test.csv")))


def test_of_more_classes_the_most_probable_one_is_calibrated(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=90)
    lines = [f"{a},{'low' if a < -0.5 else 'high' if a > 0.5 else 'middle'}" for a in x]
    (tmp_path / "t.csv").write_text("\n".join(["x,level", *lines]))
    workflows.train_file(tmp_path / "t.csv", "level", out=tmp_path / "m", hidden=[2], epochs=2, random_state=1, test=0)
    page = running_text(report.to_html(report.of_model(tmp_path / "m", tmp_path / "t.csv")))
    assert "for which the probability of the most probable class is nearly the same" in page
    assert "is decided on" not in page
    assert "the first 20% of the samples hold" in page
    (tmp_path / "one.csv").write_text("x,level\n-2,low\n-3,low\n")  # one class of three
    assert report.to_html(report.of_model(tmp_path / "m", tmp_path / "one.csv"))


def test_one_of_two_classes_alone_has_no_curves(folder, tmp_path):
    (tmp_path / "one.csv").write_text("x,colour,size\n2,red,big\n1,red,big\n")
    page = running_text(report.to_html(report.of_model(folder / "size.glassnet", tmp_path / "one.csv")))
    assert "is decided on" not in page


def test_nothing_is_fetched(reports):
    page = report.to_html(reports["pictures"], "en")
    assert "<script" not in page
    assert "@import" not in page
    assert set(re.findall(r'(?:href|src)="(data:|.)', page)) <= {"data:", "#"}
    assert not re.findall(r"url\((?!#)", page)


def test_the_scores_are_those_of_evaluate(reports, folder):
    scores = workflows.evaluate_file(folder / "size.glassnet", folder / "test.csv").scores
    page = running_text(report.to_html(reports["size"], "en"))
    assert f"accuracy\n{scores.values['accuracy']:.4f}" in re.sub(r"\n+", "\n", page)


def test_the_commands_train_the_same_network_again(reports, folder, tmp_path, glassnet, monkeypatch):
    """The command of the report, run as it stands, gives the same parameters to the bit."""
    section = reports["size"].sections[-1]
    command = next(block for block in section.blocks if block.kind == "code").lines[0]
    assert command.startswith("glassnet train train.csv --target size")
    (tmp_path / "train.csv").write_bytes((folder / "train.csv").read_bytes())
    monkeypatch.chdir(tmp_path)
    answer = glassnet(*shlex.split(command)[1:])
    assert answer.code == 0, answer.err
    again, first = (Network.load(at / "size.glassnet") for at in (tmp_path, folder))
    assert np.array_equal(again.vector, first.vector)


def test_a_model_without_data(folder):
    page = report.to_html(report.of_model(folder / "size.glassnet"), "zh")
    assert "准确率" not in running_text(page)
    assert english(page) == []


def test_a_bare_network(tmp_path):
    net = Network([2, 3, 1], seed=1)
    net.save(tmp_path / "untrained.glassnet")
    page = running_text(report.to_html(report.of_model(tmp_path / "untrained.glassnet"), "en"))
    assert "no optimiser is described" in page
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2, 30))
    net.fit(X, (X[:1] > 0).astype(float), iterations=20, engine="numpy")
    net.save(tmp_path / "trained.glassnet")
    told = report.of_model(tmp_path / "trained.glassnet")
    code = next(block for block in told.sections[-1].blocks if block.kind == "code").lines
    names = {"X": X, "Y": (X[:1] > 0).astype(float)}
    exec("\n".join(map(str, code)), names)
    assert names["history"].steps == 20
    with pytest.raises(DataError, match="has no columns"):
        report.of_model(tmp_path / "trained.glassnet", tmp_path / "trained.glassnet")


def test_what_cannot_be_written_is_said_first(tmp_path):
    with pytest.raises(FileError, match="there is no folder"):
        report.check(tmp_path / "no" / "report.html", "en")
    with pytest.raises(UnknownNameError, match=r"unknown language 'zn' .did you mean 'zh'"):
        report.check(tmp_path / "report.html", "zn")


# ---------------------------------------------------------------- in a browser
MEASURE = """<script>addEventListener("load", () => {
  const sizes = [...document.querySelectorAll("math, figure svg")].map(e => e.getBoundingClientRect());
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.body.dataset.seen = sizes.length + " " + sizes.filter(r => r.width > 4 && r.height > 4).length + " " + wide;
});</script>"""


@pytest.mark.long
@pytest.mark.needs("a browser")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["size", "pictures", "an experiment"])
def test_formulas_and_pictures_have_a_size_in_chromium(reports, name, lang, tmp_path):
    told = reports[name] if name in reports else report.of_experiment(lessons.run("likelihood", size="small", seeds=2))
    look_at(report.to_html(told, lang), tmp_path)


def look_at(page, folder):
    """Open a page as a reader would, without a network, and see that all of it is there."""
    (folder / "report.html").write_text(page.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--enable-logging=stderr", "--window-size=1000,1400", "--dump-dom", f"file://{folder}/report.html"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    count, visible, wide = map(int, re.search(r'data-seen="(\d+) (\d+) (\d+)"', done.stdout).groups())
    assert count == visible == page.count("<math") + page.count("<figure>") > 0
    assert wide == 0  # nothing sticks out of the page
    assert "CONSOLE" not in done.stderr


# ---------------------------------------------------------------- the examples in docs/
EXAMPLES = ROOT / "docs" / "reports"


@pytest.mark.parametrize(("name", "most"), [("penguins", 130_000), ("cats", 210_000)])
def test_the_examples_are_small(name, most):
    """They were up to half a megabyte before their pictures were made small."""
    for lang in LANGUAGES:
        assert (EXAMPLES / f"{name}.{lang}.html").stat().st_size < most


def test_a_page_is_small(reports):
    assert max(len(report.to_html(each, "zh").encode()) for each in reports.values()) < 150_000


@pytest.mark.long
@pytest.mark.parametrize("name", ["penguins", "cats"])
def test_the_examples_are_whole(name, tmp_path):
    pages = [(EXAMPLES / f"{name}.{lang}.html").read_text(encoding="utf-8") for lang in LANGUAGES]
    assert english(pages[1]) == []
    numbers = [re.findall(r"<td[^>]*>([\d.e+-]+)</td>", page) for page in pages]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 50
    need("a browser")
    for page in pages:
        look_at(page, tmp_path)


def test_long_names_leave_room_beside_them(tmp_path):
    name, label = "n" * 3000, "l" * 3000
    rows = [f"{i % 7},{'ab'[i % 2] * 3000},{label if i % 3 else 'other'}" for i in range(30)]
    (tmp_path / "long.csv").write_text("\n".join([f"{name},colour,target", *rows]))
    workflows.train_file(
        tmp_path / "long.csv", "target", out=tmp_path / "long.glassnet", hidden=[], epochs=1, random_state=0
    )
    page = report.to_html(report.of_model(tmp_path / "long.glassnet", tmp_path / "long.csv"))
    assert max(len(word) for word in re.split(r"[\s<>]", running_text(page))) < 200
