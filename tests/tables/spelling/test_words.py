"""Words of free text in any language, and the rule that tells free text from categories and identifiers."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.tables.cells import rows_at
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.recognition import decision_of, recognised
from glassnet.tables.spelling.words import words_of

RNG = np.random.default_rng(0)
SUBJECTS = [
    "the film", "this book", "my phone", "her song", "that place", "our trip", "the plot", "a dish", "the staff",
    "his voice",
]  # fmt: skip
VERBS = ["was", "seemed", "felt", "looked", "became", "stayed"]
ENDS = [
    "really good", "rather bad", "too long for me", "a waste of time", "lovely from start to end", "not what I paid for"
]  # fmt: skip


def sentences(m, seed=0):
    rng = np.random.default_rng(seed)
    return [f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(ENDS)} {rng.choice(SUBJECTS)}" for _ in range(m)]


def words(cell):
    found = words_of(pa.chunked_array([[None, cell, "x"]]))
    distinct = found.distinct.to_pylist()
    assert found.row.tolist() == sorted(found.row)
    assert 0 not in found.row
    return [distinct[code] for code, row in zip(found.code, found.row, strict=True) if row == 1]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Check out my Channel!!", "check out my channel ! !"),
        ("Ça coûte 5 €, l'Été à São Paulo", "ça coûte 5 € l été à são paulo"),
        ("Größe und Straße", "größe und straße"),
        ("don't stop", "don t stop"),
        ("see https://www.YouTube.com/watch?v=x1 now", "see url www youtube com now"),
        ("www.example.org/a?b", "url example org"),
        ("call 08712402050 or 87121 in 2014, 7/10", "call 000 or 000 in 000 7 10"),
        ("我在北京\uff0c很开心\uff01", "我 在 北 京 很 开 心 !"),
        ("東京でラーメン", "東 京 で ラ ー メ ン"),
        ("이 영화는 정말 좋다", "이 영화는 정말 좋다"),
        ("Очень хороший фильм", "очень хороший фильм"),
        ("فيلم جميل جدا", "فيلم جميل جدا"),
        ("\uff26\uff55\uff4c\uff4c\u3000\uff57\uff49\uff44\uff54\uff48", "full width"),
        ("love it 😀", "love it 😀"),
        ("a\tb\r\nc  ", "a b c"),
        ("...", ""),
        ("", ""),
        ("x" * 60, "x" * 40),
    ],
)
def test_words(cell, expected):
    assert words(cell) == expected.split()


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=8))
def test_any_text_has_words_without_blanks(cells):
    found = words_of(pa.chunked_array([pa.array(cells, pa.string())]))
    assert len(found.code) == len(found.row)
    assert all(word == word.strip() != "" and len(word.split()) == 1 for word in found.distinct.to_pylist() if word)
    assert len(found.code) == 0 or found.row.max() < len(cells)


def kind(cells, **choices):
    table = recognised(pa.table({"a": cells, "use": np.arange(len(cells)) % 3}), ColumnChoices(**choices))
    decision = decision_of(table.schema.field("a"))
    return decision.kind if not decision.reason else "dropped"


FIRST = ["Ann", "Bob", "Cid", "Dee", "Eve", "Fay", "Gus", "Hal", "Ivy", "Jon"]
LAST = ["Abel", "Bond", "Cole", "Dorn", "Eads", "Ford", "Gray", "Hunt", "Ives"]
CHINESE = list("这本书很好看我不喜欢质量太差了东西和图片一样快递慢")
GENRES = ["Action", "Comedy", "Crime", "Drama", "Fantasy", "Horror", "Romance", "Thriller", "Western", "Music"]
RANKS = ["Senior", "Junior", "Lead", "Chief", "Deputy"]
FIELDS = ["Data", "Software", "Sales", "Police", "Fire", "Bus"]
TITLES = RANKS, FIELDS, ["Engineer", "Manager", "Officer"]
CASES = {
    "comments": (sentences(60), "text"),
    "comments with gaps": ([None if k % 5 == 0 else cell for k, cell in enumerate(sentences(100))], "text"),
    "repeated comments": ([*sentences(150)] * 4, "text"),
    "chinese": (["".join(RNG.choice(CHINESE, 12)) for _ in range(80)], "text"),
    "addresses": ([f"{k} {RNG.choice(LAST)} Street, {RNG.choice(FIRST)} Town" for k in range(80)], "text"),
    "tags": (["|".join(RNG.choice(GENRES, RNG.integers(1, 5), replace=False)) for _ in range(600)], "text"),
    "job titles": ([" ".join(RNG.choice(part) for part in TITLES) + f" {k % 7}" for k in range(600)], "text"),
    "passengers": ([f"{a}, Mr. {b} {c}" for a in LAST for b in FIRST for c in LAST[:3]], "text"),
    "few": (sentences(12), "dropped"),
    "words": ([f"{'abcdef'[k % 6]}" for k in range(60)], "category"),
    "long labels": ([SUBJECTS[k % 10] + " was really good for me" for k in range(600)], "category"),
    "codes": ([f"C-{k:05d}" for k in range(60)], "dropped"),
    "mail": ([f"{RNG.choice(FIRST)}{k}@example.org" for k in range(60)], "dropped"),
    "pages": ([f"https://www.example.org/shop/item/{k}" for k in range(60)], "dropped"),
    "files": ([f"my holiday/picture_{k}.final.png" for k in range(60)], "dropped"),
    "names": ([f"{RNG.choice(FIRST)}{k} {RNG.choice(LAST)}{k}" for k in range(60)], "dropped"),
    "numbers": ([f"{k} 000" for k in range(60)], "number"),
    "sizes": ([f"{k % 50} km" for k in range(60)], "number"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_free_text(name):
    cells, expected = CASES[name]
    assert kind(cells) == expected
    order = np.random.default_rng(1).permutation(len(cells))
    assert kind([cells[k] for k in order]) == expected


def test_the_users_word_counts():
    assert kind([f"{'abc'[k % 3]}" for k in range(60)], text=["a"]) == "text"
    assert kind(list(range(60)), text=["a"]) == "text"
    assert kind(sentences(60), categorical=["a"]) == "category"
    assert kind(sentences(60), drop=["a"]) == "dropped"


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["comments", "tags", "names", "words"]))
def test_the_rule_does_not_depend_on_the_order(seed, name):
    cells, expected = CASES[name]
    table = pa.table({"a": cells})
    assert kind(rows_at(table, np.random.default_rng(seed).permutation(len(cells)))["a"]) == expected
