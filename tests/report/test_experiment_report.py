"""The report on an experiment, in both languages, from a result or from its JSON document."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from glassnet import lessons, report
from glassnet.errors import DataError, SettingError
from glassnet.texts import masked, phrases, translated
from glassnet.texts.tables import is_known

QUICK = (
    "vectorization", "symmetry", "learning-rate", "likelihood", "broadcasting", "regression-output", "blocks",
    "unrolling", "labels-by-a-line", "loss-curves", "derivatives", "zero-mean", "relu-at-zero", "dead-relu",
    "zero-bias", "merged-bias", "side-by-side", "data-and-size", "helpful-broadcasting", "linear-collapse",
)  # fmt: skip
NAMES = re.compile(
    r"glassnet|alpha.*|dW\[.*|normal\([^ ]*\)|constant.*|zeros|he|identity|sigmoid|tanh|(leaky_)?relu(\(.*\))?"
    r"|softplus|RMSE"
    r"|1/.*(e\^-z.*|sqrt\(m\))|.*\(1 \+ e\^-z\).*|\(\(e\^z.*|1 - \(\(e\^z.*|ŷ\^y.*"  # formulas
)


@pytest.fixture(scope="module")
def documents():
    """Results of the quick experiments, as they are printed for machines."""
    return {name: lessons.run(name, size="small", seeds=2).to_document() for name in QUICK}


def said(document):
    """Every phrase of an experiment."""
    yield document["title"]
    yield document["claim"]
    yield document["said"]
    yield from document["notes"]
    yield from (found["text"] for found in document["findings"])
    for table in document["tables"]:
        yield from (table["title"], *table["head"])
        yield from (cell for row in table["rows"] for cell in row if isinstance(cell, str))
    for picture in document["pictures"]:
        yield picture["title"]
        for name in ("series", "values", "paths", "dots", "listings", "titles", "planes"):
            yield from picture["data"].get(name, ())
        yield from (picture["data"].get(name, "") for name in "xyz")


@pytest.mark.parametrize("name", QUICK)
def test_every_phrase_is_known_in_chinese(documents, name):
    unknown = {
        phrase
        for phrase in said(documents[name])
        if re.search("[A-Za-z]{2}", phrase) and not is_known(phrase) and not NAMES.fullmatch(phrase)
    }
    assert {phrase for phrase in unknown if "/sqrt" not in phrase} == set()


@pytest.mark.parametrize("name", lessons.EXPERIMENTS)
def test_every_title_and_claim_is_known_in_chinese(name):
    experiment = lessons.EXPERIMENTS[name]
    assert masked(experiment.title) in phrases()
    assert masked(experiment.claim) in phrases()


def test_numbers_are_aligned():
    assert translated("2-4-1, tanh, 600 steps of gradient descent on the flower", "zh").startswith("2-4-1\uff0ctanh")
    cats = lessons.EXPERIMENTS["cats"].claim
    assert ".80 对 .70" in translated(cats, "zh")
    assert translated("unheard of", "zh") == "unheard of"


@pytest.mark.parametrize("name", QUICK)
def test_both_pages_tell_the_same_numbers(documents, name):
    told = report.of_experiment(documents[name])
    pages = [report.to_html(told, lang) for lang in ("en", "zh")]
    cells = [re.findall(r"<td[^>]*>([^<]*)</td>", page) for page in pages]
    numbers = [[re.findall(r"\d[\d.e-]*\d|\d", cell) for cell in row] for row in cells]
    assert numbers[0] == numbers[1]
    for page in pages:
        for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
            ET.fromstring(svg)
        names = re.findall(r'\bid="([^"]*)"', page)
        assert len(names) == len(set(names))
        assert set(re.findall(r"url\(#([^)]*)\)", page)) <= set(names)


def test_a_claim_that_did_not_hold_is_reported(documents):
    broken = json.loads(json.dumps(documents["likelihood"]))
    broken["findings"][0]["held"] = False
    page = report.to_html(report.of_experiment(broken), "en")
    assert "The claim did not hold" in page
    assert "The claim held" not in page


def test_a_result_and_its_file_give_the_same_page(tmp_path):
    result = lessons.run("broadcasting", size="small", seeds=1)
    (tmp_path / "x.json").write_text(json.dumps(result.to_document()))
    assert report.to_html(report.of_experiment(result)) == report.to_html(report.of_file(tmp_path / "x.json"))


def test_what_is_no_experiment_is_refused(tmp_path):
    (tmp_path / "x.json").write_text('{"name": "x"}')
    with pytest.raises(DataError, match="expected the result of an experiment; it has no title"):
        report.of_file(tmp_path / "x.json")
    (tmp_path / "x.json").write_text("nothing")
    with pytest.raises(DataError, match=r"x\.json: no JSON document"):
        report.of_file(tmp_path / "x.json")
    with pytest.raises(SettingError, match="brings its own data"):
        report.of_file(tmp_path / "x.json", data="y.csv")
