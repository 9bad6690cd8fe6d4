"""Each lesson is taken as its text says: its training stops by itself, its question is judged by what was trained."""

import re

import h5py
import numpy as np
import pytest

from glassnet.studio.lessons import LESSONS


class Taken:
    """A lesson on the page."""

    def __init__(self, shown, name):
        self.shown, self.page, self.name = shown, shown.page, name
        self.page.click("#lessons")
        self.page.click(f'[data-key="lesson:{name}"]')
        self.page.wait_for_selector("#tour-next")
        self.page.select_option("#speed", "100")

    def next(self):
        """Wait until what the step asks for is done, and go on."""
        self.page.click("#tour-next:not(:disabled)")

    def set(self, name, value):
        """Write a setting as the step says, start again, and play until it stops by itself."""
        field = self.page.locator(f"#field-settings-{name}")
        if not field.is_visible():
            self.page.click('[data-key="more"] summary')
        field.fill(str(value))
        field.press("Enter")
        self.shown.until(f"(store, given) => store.state.spec.settings.{name} === given", value)
        self.page.click("#act-reset")
        self.shown.until("(store) => store.state.iteration === 0")
        self.train()

    def train(self):
        """Play until the training stops by itself."""
        before = self.shown.state["iteration"]
        self.page.select_option("#speed", "100")
        self.page.click("#play")
        self.shown.until("(store, before) => store.state.iteration > before && !store.state.playing", before)
        assert self.shown.state["iteration"] % LESSONS[self.name].steps == 0 if LESSONS[self.name].steps else True

    def build(self, click):
        """Change the network, and train it."""
        run = self.shown.state["run"]
        self.page.click(click)
        self.shown.until("(store, run) => store.state.run !== run", run)
        self.train()

    def answer(self, k=0):
        """Give an answer, and return whether it is right and what is said of it."""
        self.page.click(f'[data-key="option:{k}"]')
        said = self.page.locator(".tour .verdict")
        return "good" in said.get_attribute("class"), said.inner_text()

    def right(self, k=0):
        """Give the right answer, and see it counted."""
        is_right, said = self.answer(k)
        assert is_right, said
        self.page.click('[data-key="list"]')
        assert self.page.locator(".lessons .good").count() == 1
        return said

    def wrong(self, k=0):
        """Give a wrong answer, and return what is said of it."""
        is_right, said = self.answer(k)
        assert not is_right, said
        return said


@pytest.fixture
def taking(browsing):
    return lambda name: Taken(browsing(), name)


def test_logistic_regression(taking):
    lesson = taking("logistic")
    lesson.next()
    lesson.next()
    assert "straight line" in lesson.wrong()
    lesson.build('[data-key="insert:1"]')
    assert "right" in lesson.right()


def test_zeros(taking):
    lesson = taking("zeros")
    lesson.next()
    lesson.page.click('[data-key="layer:1"]')
    lesson.next()
    assert lesson.page.is_disabled("#tour-next")
    box = lesson.page.locator('[data-key="0:0"]').bounding_box()
    there = lesson.page.locator('[data-key="1:0"]').bounding_box()
    begin, end = box["x"] + box["width"], there["x"]
    heights = [each["y"] + each["height"] / 2 for each in (box, there)]
    lesson.page.mouse.click((begin + end) / 2, sum(heights) / 2)
    lesson.page.locator(".weight .number").fill("0.5")
    lesson.page.locator(".weight .number").press("Enter")
    lesson.shown.until("(store) => store.state.layers[0].W_values[0][0] === 0.5")
    lesson.train()
    lesson.next()
    assert ": 1 of its rows" in lesson.wrong(0)
    lesson.wrong(4)
    lesson.right(1)


def test_hidden_units(taking):
    lesson = taking("hidden")
    lesson.next()
    lesson.next()
    assert "not tried yet" in lesson.wrong()
    lesson.build('[data-key="fewer:1"]')
    assert "open on a side" in lesson.wrong()
    lesson.build('[data-key="add:1"]')
    assert "fewest" in lesson.right()


def test_saturation(taking):
    lesson = taking("saturation")
    lesson.next()
    lesson.page.click('[data-key="1:0"]')
    lesson.next()
    lesson.page.click('[data-key="more"] summary')
    run = lesson.shown.state["run"]
    lesson.page.select_option("#field-initializer", "glorot")
    lesson.shown.until("(store, run) => store.state.run !== run", run)
    lesson.train()
    lesson.next()
    lesson.wrong(0)
    large, other = re.search(r"cost is (\S+) from .* and (\S+) from", lesson.right(1)).groups()
    assert float(large) > float(other)


def test_learning_rate(taking):
    lesson = taking("alpha")
    lesson.next()
    lesson.set("learning_rate", 1)
    lesson.next()
    lesson.set("learning_rate", 100)
    lesson.next()
    assert "0.01" in lesson.wrong(0)
    lesson.wrong(2)
    lesson.right(1)


def test_a_setting_changed_on_the_way_is_no_training_of_its_own(taking):
    lesson = taking("alpha")
    lesson.next()
    lesson.page.fill("#field-settings-learning_rate", "1")
    lesson.page.keyboard.press("Enter")
    lesson.shown.until("(store) => store.state.spec.settings.learning_rate === 1")
    lesson.train()
    assert lesson.page.is_disabled("#tour-next")
    assert "press Reset" in lesson.page.inner_text(".tour .acts")


def test_depth(taking):
    lesson = taking("depth")
    lesson.next()
    run = lesson.shown.state["run"]
    lesson.page.click('[data-key="insert:2"]')
    lesson.shown.until("(store, run) => store.state.run !== run", run)
    lesson.next()
    lesson.wrong()  # not trained yet
    lesson.train()
    assert "2 hidden layers" in lesson.right()


def test_overfitting(taking):
    lesson = taking("overfitting")
    lesson.next()
    lesson.set("l2", 1)
    lesson.next()
    lesson.wrong(1)
    lesson.right(0)


def test_dropout(taking):
    lesson = taking("dropout")
    lesson.next()
    lesson.set("dropout", 0.5)
    lesson.next()
    lesson.wrong(0)
    lesson.right(1)


def test_batches(taking):
    lesson = taking("batch")
    lesson.next()
    lesson.set("batch_size", 32)
    assert lesson.shown.state["epoch"] == 20
    lesson.next()
    lesson.wrong(0)
    assert "20 steps of all samples" in lesson.right(1)


def judged_by_the_gap(lesson):
    """Answer the question on the gap by what the run itself says."""
    session = lesson.shown.session
    last = session.curve.last()
    gap = 100 * (last["score_train"] - last["score_test"])
    right = 0 if gap < 5 else 1 if gap <= 15 else 2
    lesson.wrong((right + 1) % 3)
    assert str(len(session.test)) in lesson.right(right)


def test_where_the_cats_are_not_here_the_lesson_says_so_and_takes_digits(browsing):
    shown = browsing()
    shown.page.click("#lessons")
    shown.page.click('[data-key="lesson:cat"]')
    shown.page.click('[data-key="digits"]')
    lesson = Taken.__new__(Taken)
    lesson.shown, lesson.page = shown, shown.page
    lesson.next()
    assert shown.state["spec"]["source"]["name"] == "digits"
    lesson.next()
    judged_by_the_gap(lesson)


@pytest.fixture
def cats(tmp_path):
    """Return the path of files like those of the cats: 40 and 20 pictures, of which only the training ones are told."""
    rng = np.random.default_rng(0)
    for part, m in (("train", 40), ("test", 20)):
        with h5py.File(tmp_path / f"{part}_catvnoncat.h5", "w") as file:
            file[f"{part}_set_x"] = rng.integers(0, 256, (m, 64, 64, 3), dtype=np.uint8)
            file[f"{part}_set_y"] = np.arange(m) % 2
            file["list_classes"] = [b"non-cat", b"cat"]
    return tmp_path / "train_catvnoncat.h5"


def test_the_cats_named_in_the_shell(browsing, client, cats):
    client.studio.tables.named(cats)
    lesson = Taken(browsing(), "cat")
    lesson.next()
    assert lesson.shown.state["sizes"][0] == 12288
    assert lesson.shown.state["m_test"] == 20
    lesson.page.click("#tab-confusion")
    lesson.page.click(".thumbnails button >> nth=0")
    lesson.page.wait_for_selector(".sample-view")
    lesson.next()
    judged_by_the_gap(lesson)
