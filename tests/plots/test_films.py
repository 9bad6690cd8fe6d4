"""Films of a training: their pictures show the network's own numbers, their files are small and last some seconds."""

import io

import numpy as np
import pytest
from PIL import Image

from glassnet import Network, planes
from glassnet.plots import of_films
from glassnet.plots.of_films import ABOVE, BELOW, ZERO, Film, Moment, Samples, diverging, text_of, written

X, Y = planes.moons(1, 60)


def moment(net, iteration=0):
    curves = {"training": ([0, iteration], [1.0, 0.5]), "test": ([0], [None])}
    return Moment(iteration, net, curves, {"Cost J": "0.5"})


def answering(value):
    """Return a network that answers nearly 0 or nearly 1 everywhere."""
    net = Network([2, 3, 1], ["tanh", "sigmoid"], seed=1, dtype="float64")
    net.W[2][...] = 0
    net.b[2][...] = 100 * (2 * value - 1)
    return net


def corner(picture):
    """Return the colour of the surface at its lower left, where no sample is."""
    return np.array(picture)[int(450 * (1 - 0.36)) - 4, int(800 * 0.655) + 4] / 255


@pytest.mark.parametrize(("value", "expected"), [(1, ABOVE), (0, BELOW)])
def test_the_surface_has_the_colour_of_the_answers(value, expected):
    film = Film(Samples(X, Y, ["no", "yes"], ["x1", "x2"]), 10, 1.0)
    picture = film.picture(moment(answering(value)))
    assert picture.size == (800, 450)
    strong = ZERO + (expected - ZERO) * 0.75**0.8
    assert np.allclose(corner(picture), strong, atol=2 / 255)


def test_a_later_picture_is_the_same_whether_others_were_drawn_before_or_not():
    samples = Samples(X, Y, ["no", "yes"], ["x1", "x2"], test=np.arange(60) < 12)
    film = Film(samples, 10, 1.0)
    film.picture(moment(answering(1)))
    film.picture(moment(answering(0), 3))
    net = Network([2, 3, 1], ["tanh", "sigmoid"], seed=4, dtype="float64")
    assert np.array_equal(film.picture(moment(net, 7)), Film(samples, 10, 1.0).picture(moment(net, 7)))


def test_networks_of_all_kinds_are_drawn_in_both_languages():
    rng = np.random.default_rng(0)
    digits = Samples(
        rng.random((16, 30)), np.eye(3)[np.arange(30) % 3].T, ["a", "b", "c"], list("x" * 16), None, (4, 4)
    )
    numbers = Samples(rng.random((5, 30)), rng.random((1, 30)), None, list("abcde"))
    plane = Samples(X, np.sin(X[:1]), None, ["x1", "x2"])
    many = Samples(rng.random((3, 40)), np.eye(20)[np.arange(40) % 20].T, [str(k) for k in range(20)], list("abc"))
    for samples, net in (
        (digits, Network([16, 12, 3], ["relu", "softmax"], seed=1)),
        (numbers, Network([5, 1], ["identity"], "squared_error", seed=1)),
        (plane, Network([2, 4, 4, 1], ["tanh", "relu", "identity"], "squared_error", seed=1)),
        (many, Network([3, 20], ["softmax"], seed=1)),
    ):
        for lang in ("en", "zh"):
            assert len(np.unique(np.array(Film(samples, 3, 1.0, lang).picture(moment(net))))) > 20


def test_numbers_have_the_colours_of_the_page():
    assert np.allclose(diverging(np.array([-1.0, 0.0, 1.0, 7.0, np.nan])), [BELOW, ZERO, ABOVE, ABOVE, ZERO])
    assert (text_of(None), text_of(0.5, percent=True), text_of(1234.5)) == ("-", "50.0 %", "1.23e+03")


def pictures(n, side=40):
    """Return pictures that nothing can make small."""
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (side, side, 3), dtype=np.uint8)) for _ in range(n)]


def durations(data):
    image = Image.open(io.BytesIO(data))
    found = []
    for k in range(image.n_frames):
        image.seek(k)
        image.load()
        found.append(image.info["duration"])
    return found


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_a_film_lasts_its_seconds_and_its_ends_a_little_longer(kind):
    found = durations(written(pictures(50), kind))
    assert len(found) == 50
    assert 5000 <= sum(found) <= 10_000
    assert found[0] == 600
    assert found[-1] == 2000
    assert len(set(found[1:-1])) == 1
    assert Image.open(io.BytesIO(written(pictures(3), kind))).info["loop"] == 0


def test_one_picture_is_a_film_too():
    assert Image.open(io.BytesIO(written(pictures(1), "gif"))).size == (40, 40)


def test_of_a_film_that_is_too_long_every_second_picture_is_left_out(monkeypatch):
    whole = written(pictures(60), "gif")
    monkeypatch.setattr(of_films, "MOST_BYTES", len(whole) * 2 // 3)
    half = written(pictures(60), "gif")
    assert len(half) < len(whole) * 2 // 3
    assert len(durations(half)) == 31
    assert abs(sum(durations(half)) - sum(durations(whole))) < 500
