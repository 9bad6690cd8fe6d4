"""Places: how they are written, what is none, features by hand, documents, a model that learns from them."""

import json

import numpy as np
import pyarrow as pa
import pytest

from glassnet import workflows
from glassnet.errors import DataError, ModelFileError
from glassnet.tables import Preparation, fit_preparation
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.columns.column import FitOptions, RawColumn, UninformativeColumn
from glassnet.tables.columns.place import PlaceColumn, degrees_of
from glassnet.tables.recognition import decision_of, recognised


def column(cells):
    return pa.chunked_array([pa.array(cells, pa.string())])


def decided(cells, **choices):
    other = [str(0.37 * i) for i in range(len(cells))]
    table = recognised(pa.table({"where": column(cells), "other": column(other)}), ColumnChoices(**choices))
    return decision_of(table.schema.field("where")), table["where"]


def read(cells, **others):
    found = PlaceColumn.read(RawColumn("where", column(cells), **others))
    return None if found is None else degrees_of(found.cells)


PARIS, SYDNEY = (48.8566, 2.3522), (-33.8688, 151.2093)
MINUTES = (48 + 51 / 60 + 24 / 3600, 2 + 21 / 60 + 8 / 3600)
SPELLINGS = [
    ("48.8566, 2.3522", PARIS),
    ("48.8566,2.3522", PARIS),
    ("(48.8566, 2.3522)", PARIS),
    ("[48.8566, 2.3522]", PARIS),
    ("48.8566 2.3522", PARIS),
    ("48.8566; 2.3522", PARIS),
    ("48,8566; 2,3522", PARIS),
    ("POINT (2.3522 48.8566)", PARIS),
    ("Point(2.3522 48.8566)", PARIS),
    ("SRID=4326;POINT(2.3522 48.8566)", PARIS),
    ("POINT Z (2.3522 48.8566 35)", PARIS),
    ("48.8566N, 2.3522E", PARIS),
    ("48.8566° N, 2.3522° E", PARIS),
    ("N 48.8566 E 2.3522", PARIS),
    ("2.3522E, 48.8566N", PARIS),
    ("48°51'24\"N 2°21'08\"E", MINUTES),
    ("48º51'24''N 2º21'08''E", MINUTES),
    ("48°51\u203224\u2033N 2°21\u203208\u2033E", MINUTES),
    ("48°51\u201924\u201dN 2°21\u201908\u201dE", MINUTES),
    ("48° 51.4' N, 2° 21.3' E", (48 + 51.4 / 60, 2 + 21.3 / 60)),
    ("-33.8688, 151.2093", SYDNEY),
    ("33.8688S 151.2093E", SYDNEY),
    ("\N{MINUS SIGN}33.8688, +151.2093", SYDNEY),
    ("POINT (151 -33)", (-33, 151)),
]


@pytest.mark.parametrize(("text", "place"), SPELLINGS)
def test_places_as_people_write_them(text, place):
    decision, cells = decided([text, None, "n/a", text])
    assert decision.kind == "place"
    assert not decision.remarks
    np.testing.assert_allclose(degrees_of(cells), [place, [np.nan] * 2, [np.nan] * 2, place], rtol=1e-12)


def test_one_column_may_be_written_in_all_ways_and_is_read_again_as_it_is():
    texts, places = zip(*SPELLINGS, strict=True)
    cells = PlaceColumn.read(RawColumn("where", column(texts))).cells
    np.testing.assert_allclose(degrees_of(cells), places, rtol=1e-12)
    assert PlaceColumn.read(RawColumn("where", cells)).cells.equals(cells)


NO_PLACES = [
    ["10, 20", "30, 40", "5, 6"],  # pairs of whole numbers
    ["1,050.25", "2,100.75", "3,020.50"],  # thousands
    ["1 050.25", "1 100.50"],
    ["1.050,25", "2.100,75"],
    ["48.8566", "2.3522"],
    ["95.51, 99.52", "91.5, 92.5"],  # beyond the poles, in either order
    ["48.5, 181.5", "-48.5, 190.5"],
    ["48°61'24\"N 2°21'08\"E", "48°51'24\"N 2°21'60\"E"],  # minutes and seconds end at 59
    ["48.8566N, 2.3522S"],
    ["(0.5, 1.5]", "(1.5, 2.5]"],  # intervals
    ["1.5, 2.5, 3.5", "2.5, 3.5, 4.5"],
    ["12.30.2020 14.30.2021"],
    ["at 48.8566, 2.3522"],
    ["48.8566, 2.3522", "Paris", "Rome", "Oslo"],
    [None, "", "n/a"],
]


@pytest.mark.parametrize("cells", NO_PLACES)
def test_what_is_no_place(cells):
    assert read(cells) is None


def test_longitudes_beyond_90_tell_their_place_in_all_rows_and_in_later_ones():
    decision, cells = decided(["116.3974,39.9092", "4.9041,52.3676", "121.4737,31.2304"])
    assert decision.kind == "place"
    assert decision.format == {"longitude_first": True}
    assert decision.remarks == ("was read as places, the longitude first",)
    np.testing.assert_allclose(degrees_of(cells)[1], [52.3676, 4.9041])
    np.testing.assert_allclose(read(["4.9, 52.4"], format=decision.format, asked=True), [[52.4, 4.9]])
    np.testing.assert_allclose(read(["52.4N 4.9E"], format=decision.format, asked=True), [[52.4, 4.9]])
    np.testing.assert_allclose(read(["4.9, 52.4"], format={}, asked=True), [[4.9, 52.4]])


def test_a_few_cells_that_are_no_places_are_missing_and_named():
    decision, cells = decided(["48.85, 2.35", "45.76, 4.83"] * 10 + ["somewhere", "95.0, 2.35"])
    assert decision.kind == "place"
    assert "2 cells of 22 that cannot be read as places" in decision.remarks[0]
    assert cells.null_count == 2


def test_the_user_can_say_that_whole_numbers_are_places_and_places_are_text():
    decision, cells = decided(["10, 20", "30, 40"], kinds={"where": "place"})
    assert decision.kind == "place"
    np.testing.assert_array_equal(degrees_of(cells), [[10, 20], [30, 40]])
    assert decided(["48.85, 2.35", "45.76, 4.83"], categorical=["where"])[0].kind == "category"


def fitted(cells, bins=0):
    return PlaceColumn.fit(
        "where", PlaceColumn.read(RawColumn("where", column(cells), asked=True)).cells, FitOptions(bins)
    )


def test_features_by_hand():
    """A number z of interquartile ranges from the median becomes z / sqrt(1 + (z / 3)²); a missing place is 0, 0."""
    place = fitted(["10.5, 100.0", "20.5, 120.0", "30.5, 140.0", None])
    assert place.features == ["where latitude", "where longitude", "where=(missing)"]
    assert (place.medians, place.spreads, place.missing) == ((20.5, 120.0), (10.0, 20.0), True)
    out = np.full((3, place.width), np.nan)
    place.fill(place.parsed(column(["POINT (100 40.5)", "20.5 120.0", None])).cells, out)
    two, one = 2 / np.sqrt(1 + 4 / 9), 1 / np.sqrt(1 + 1 / 9)
    np.testing.assert_allclose(out, [[two, -one, 0], [0, 0, 0], [0, 0, 1]], atol=1e-15)


def test_bins_and_one_latitude_in_all_rows():
    place = fitted([f"48.5, {i}.25" for i in range(90)], bins=3)
    assert place.spreads == (0, 44.5)
    assert place.features[0] == "where longitude"
    assert place.width == len(place.features) == 4
    with pytest.raises(UninformativeColumn, match=r"only the place 48.5, 2.25"):
        fitted(["48.5, 2.25"] * 3)
    with pytest.raises(UninformativeColumn, match="no value"):
        fitted([None, None])


def test_what_is_shown_and_what_is_new():
    place = fitted(["48.5, 2.25", "50.5, 4.25"])
    cells = place.parsed(column(["48.5, 2.25", "50.5, 4.25"])).cells
    assert PlaceColumn.describe(cells) == "48.5, 2.25 to 50.5, 4.25"
    known = PlaceColumn(**{**vars(place), "facts": place.facts_of(PlaceColumn.counted("p", cells))})
    assert known.facts == {"missing": 0, "latitude": [48.5, 50.5], "longitude": [2.25, 4.25]}
    assert known.novelties(cells) == []
    (new,) = known.novelties(known.parsed(column(["-33.5, 3.25", "49.5, 3.25"])).cells)
    assert new.words == "(latitude) is far outside of the training rows' 48.5 to 50.5"
    assert (new.rows, new.examples) == (1, ("-33.5",))
    with pytest.raises(DataError, match="training saw places"):
        known.parsed(column(["Paris", "Rome"]))


def places(m, seed=0):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(40, 55, m), rng.uniform(-5, 15, m)]).round(4)


def test_documents_come_back_and_broken_ones_are_refused():
    table = pa.table({"where": [f"({a}, {b})" for a, b in places(300)] + [""]})
    preparation = fit_preparation(table)
    document = json.loads(json.dumps(preparation.to_document()))
    again = Preparation.from_document(document)
    assert again == preparation
    assert isinstance(again.columns[0], PlaceColumn)
    np.testing.assert_array_equal(again.transform(table), preparation.transform(table))
    broken = {"medians": [1.0], "spreads": [1, -1], "edges": [[1, 0], []], "missing": 2, "facts": {"latitude": [1]}}
    for entry, value in broken.items():
        with pytest.raises(ModelFileError, match=entry if entry != "facts" else "latitude"):
            PlaceColumn.from_document({**document["columns"][0], entry: value}, "column 1")


def test_a_model_learns_from_places_and_predicts_the_same_from_its_file(tmp_path):
    rows = places(400)
    lines = [f'"{a}, {b}",{"north" if a + b / 2 > 50 else "south"}' for a, b in rows]
    (tmp_path / "t.csv").write_text("where,y\n" + "\n".join(lines) + "\n", "utf-8")
    out = tmp_path / "m.glassnet"
    trained = workflows.train_file(tmp_path / "t.csv", "y", hidden=8, epochs=100, random_state=0, out=out)
    assert trained.model.preparation_.columns[0].kind == "place"
    (tmp_path / "a.csv").write_text("where\n" + "".join(f'"{a}, {b}"\n' for a, b in rows[:50]), "utf-8")
    (tmp_path / "b.csv").write_text("where\n" + "".join(f"POINT ({b} {a})\n" for a, b in rows[:50]), "utf-8")
    first, second = (workflows.predict_file(out, tmp_path / name).columns["prediction"] for name in ("a.csv", "b.csv"))
    assert list(first) == list(second)
    table = pa.table({"where": [f"{a}, {b}" for a, b in rows[:50]]})
    assert list(first) == list(trained.model.predict(table))
    assert np.mean([each == line.split(",")[-1] for each, line in zip(first, lines, strict=False)]) > 0.9
