"""Folders of pictures: classes from sub-folders, one size, upright, and nothing that would fill the memory."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glassnet.errors import DataError, SettingError, ShapeError, UnknownNameError, WrongTypeError
from glassnet.tables import Pictures, read

RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(path, colour=RED, size=(8, 6), mode="RGB", **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **how)
    return path


@pytest.fixture
def classes(tmp_path):
    for i in range(3):
        picture(tmp_path / "cat" / f"{i}.png", RED)
    for i in range(2):
        picture(tmp_path / "dog" / "more" / f"{i}.jpg", BLUE)
    return tmp_path


def test_classes_from_folders(classes):
    data = read(classes, size=4)
    assert data.X.images.shape == (5, 4, 4, 3)
    assert data.y.tolist() == ["cat"] * 3 + ["dog"] * 2
    assert data.names[0] == str(classes / "cat" / "0.png")
    assert len(data.names) == 5
    assert data.X.images[0, 0, 0].tolist() == list(RED)
    notes = " ".join(data.notes)
    assert "2 classes (cat, dog)" in notes
    assert "5 of 5 pictures were brought to 4 x 4" in notes
    assert "n_x = 4 x 4 x 3 = 48" in notes


def test_hidden_and_other_files_are_skipped(classes):
    (classes / "cat" / "notes.txt").write_text("x")
    picture(classes / "cat" / ".hidden.png")
    picture(classes / "cat" / ".thumbnails" / "a.png")
    picture(classes / "loose.png")
    data = read(classes, size=(6, 8))
    assert len(data) == 5
    assert any("4 other files skipped" in note for note in data.notes)
    assert not any("brought to" in note for note in data.notes)


def test_train_and_test(tmp_path):
    for part, count in (("train", 2), ("test", 1)):
        for i in range(count):
            picture(tmp_path / part / "a" / f"{i}.png")
            picture(tmp_path / part / "b" / f"{i}.png", BLUE)
    data = read(tmp_path, size=4)
    assert data.y.tolist() == ["a", "a", "b", "b"]
    assert data.test.y.tolist() == ["a", "b"]
    assert len(read(tmp_path / "test").y) == 2


def test_flat_folder_and_single_file_have_no_target(tmp_path):
    path = picture(tmp_path / "b.png", BLUE)
    picture(tmp_path / "a.png", RED)
    data = read(tmp_path, size=4)
    assert data.y is None
    assert [name[-5:] for name in data.names] == ["a.png", "b.png"]
    one = read(path, size=4)
    assert one.X.images.shape == (1, 4, 4, 3)
    assert one.y is None


def test_upright_grey_and_transparent(tmp_path):
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[:, :2] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    upright = read(tmp_path / "a.png", size=(4, 2)).X.images[0, :, :, 0]
    assert upright.tolist() == [[255, 255], [255, 255], [0, 0], [0, 0]]
    picture(tmp_path / "g.png", 100, mode="L")
    assert read(tmp_path / "g.png", size=2).X.images[0, 0, 0].tolist() == [100, 100, 100]
    picture(tmp_path / "t.png", (0, 0, 0, 0), mode="RGBA")
    assert read(tmp_path / "t.png", size=2).X.images[0, 0, 0].tolist() == [255, 255, 255]
    Image.fromarray(np.full((2, 2), 256 * 7, np.uint16)).save(tmp_path / "s.png")
    assert read(tmp_path / "s.png", size=2).X.images[0, 0, 0].tolist() == [7, 7, 7]


def test_no_pictures(tmp_path):
    with pytest.raises(DataError, match=r"hold no tables .* and no pictures"):
        read(tmp_path)


def test_picture_that_cannot_be_decoded(classes):
    (classes / "cat" / "1.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"cat.1.png cannot be decoded as a picture"):
        read(classes, strict=True)
    whole = picture(classes / "cat" / "1.png", size=(64, 64)).read_bytes()
    (classes / "cat" / "1.png").write_bytes(whole[:-40])
    with pytest.raises(DataError, match=r"cat.1.png cannot be decoded as a picture"):
        read(classes, strict=True)


def test_pictures_that_cannot_be_decoded_are_left_out_and_named(classes):
    before = read(classes)
    (classes / "cat" / "1.png").write_bytes(b"no picture")
    dataset = read(classes)
    assert any("1 of" in note and "1.png" in note and "--strict" in note for note in dataset.notes)
    kept = [i for i, name in enumerate(before.names) if not name.endswith("cat/1.png")]
    assert dataset.names == tuple(before.names[i] for i in kept)
    assert list(dataset.y) == [before.y[i] for i in kept]
    np.testing.assert_array_equal(dataset.X.images, before.X.images[kept])
    for name in before.names:
        Path(name).write_bytes(b"")
    with pytest.raises(DataError, match=r"none of \d pictures can be decoded; the first: .*cannot be decoded"):
        read(classes)


def test_a_folder_with_the_parts_of_the_data_inside_another(tmp_path):
    for part in ("Train", "valid", "TEST"):
        for name in ("cat", "dog"):
            picture(tmp_path / "archive" / "data" / part / name / "0.png")
    picture(tmp_path / "archive" / "__MACOSX" / "cat" / "0.png")
    dataset = read(tmp_path)
    assert [list(part.y) for part in (dataset, dataset.test, dataset.validation)] == [["cat", "dog"]] * 3


def test_floats_in_pictures_keep_their_numbers(tmp_path):
    shades = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    for scale, name in ((1, "a"), (0.5, "b")):
        Image.fromarray(shades * scale).save(tmp_path / f"{name}.tif")
    dataset = read(tmp_path, size=4)
    np.testing.assert_array_equal(dataset.X.images[0, ..., 0], (shades * 255).round())
    np.testing.assert_array_equal(dataset.X.images[1, ..., 0], (shades * 127.5).round())
    assert any("0 to 1 is black to white" in note for note in dataset.notes)


def test_a_picture_too_large_for_the_memory_is_refused(classes, monkeypatch):
    monkeypatch.setenv("GLASSNET_MEMORY", "500")
    with pytest.raises(DataError, match=r"cat.0.png, a picture of 6 x 8, would take 768.0 B of memory"):
        read(classes, size=4)


def test_pictures_too_many_for_the_memory_are_refused(classes, monkeypatch):
    monkeypatch.setenv("GLASSNET_MEMORY", "1kB")
    with pytest.raises(DataError, match=r"5 pictures, each brought to 9 x 9, would take 1.2 kB of memory"):
        read(classes, size=9)


def test_a_large_photograph_is_read_where_there_is_room(classes, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)  # Pillow's own limit, which knows nothing of the memory
    assert len(read(classes, size=4)) == 5
    assert Image.MAX_IMAGE_PIXELS == 20


def test_what_only_calls_itself_a_picture_goes_to_no_other_program(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n")
    with pytest.raises(DataError, match="cannot identify image file"):
        read(tmp_path / "a.png")


def floats(path, numbers):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(numbers, np.float32)).save(path)
    return path


@pytest.mark.parametrize(
    ("numbers", "black", "white"),
    [
        ([0, 0.5, 1], 0, 1), ([0, 100, 250], 0, 255), ([0, 2000, 4000], 0, 4095), ([1, 300, 60_000], 0, 65535),
        ([-1, 0, 1], -1, 1), ([0, np.nan, 1], 0, 1), ([0, np.inf, 1], 0, 1), ([0, 5e5, 1e6], 0, 1e6), ([0, 0, 0], 0, 1),
    ],
)  # fmt: skip
def test_pictures_of_floats_keep_their_numbers(numbers, black, white, tmp_path):
    floats(tmp_path / "a.tif", [numbers])
    data = read(tmp_path, size=(1, 3))
    assert data.reading == {"black": black, "white": white}
    finite = np.nan_to_num(np.asarray(numbers, float), nan=black, posinf=white)
    np.testing.assert_allclose(data.X.images[0, 0, :, 0], np.round((finite - black) / (white - black) * 255), atol=1)
    assert any(f"{black:g} to {white:g} is black to white" in note for note in data.notes)


def test_pictures_of_floats_have_one_range_in_all_parts(tmp_path):
    floats(tmp_path / "train" / "a" / "1.tif", np.full((2, 2), 3000))
    floats(tmp_path / "train" / "b" / "1.tif", np.full((2, 2), 200))
    floats(tmp_path / "test" / "b" / "1.tif", np.full((2, 2), 200))
    data = read(tmp_path, size=2)
    assert data.X.images[1].tolist() == data.test.X.images[0].tolist()
    later = read(tmp_path / "test" / "b" / "1.tif", size=2, **data.reading)
    assert later.X.images[0].tolist() == data.test.X.images[0].tolist()


def test_every_broken_picture_is_named(classes):
    (classes / "cat" / "1.png").write_bytes(b"")
    (classes / "dog" / "more" / "0.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    data = read(classes, size=4)
    assert [name.split("cat")[-1][1:] for name in data.names[:2]] == ["0.png", "2.png"]
    assert data.y.tolist() == ["cat", "cat", "dog"]
    note = next(note for note in data.notes if "left out" in note)
    assert note.startswith("2 of 5 pictures are left out; --strict refuses them: ")
    assert "1.png" in note
    assert "0.jpg" in note


@pytest.mark.needs("linux")  # elsewhere a name is text
def test_a_folder_whose_name_is_no_text(tmp_path):
    for name in (b"caf\xe9", "café".encode()):
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        Image.new("RGB", (2, 2)).save(folder / "a.png")
    assert sorted(read(tmp_path, size=2).y) == [r"caf\xe9", "café"]


def test_settings(classes):
    with pytest.raises(SettingError, match="size must be a whole number"):
        read(classes, size=0)
    with pytest.raises(UnknownNameError, match=r"'plane' \(did you mean 'planes'\?\)"):
        read(classes, order="plane")


def test_pictures_as_rows():
    images = np.arange(2 * 2 * 3 * 3, dtype=np.uint8).reshape(2, 2, 3, 3)
    mixed, planes = Pictures(images), Pictures(images, "planes")
    np.testing.assert_array_equal(mixed.rows(), images.reshape(2, -1))
    np.testing.assert_array_equal(planes.rows()[0, :6], images[0, :, :, 0].ravel())
    assert (len(planes), planes.n_x, planes.describe()) == (2, 18, "2 x 3 x 3 = 18")
    part = planes.take(np.array([1]))
    assert part.order == "planes"
    np.testing.assert_array_equal(part.rows()[0], planes.rows()[1])


def test_pictures_of_another_shape_or_kind():
    with pytest.raises(ShapeError, match=r"got \(2, 4, 4\)"):
        Pictures(np.zeros((2, 4, 4), np.uint8))
    with pytest.raises(ShapeError, match="1 or 3 channels"):
        Pictures(np.zeros((2, 4, 4, 4), np.uint8))
    with pytest.raises(WrongTypeError, match="float64"):
        Pictures(np.zeros((2, 4, 4, 3)))
