"""Pictures of the user: a folder with one for each class, packed or not; the cats; trained on or refused in a line."""

import base64
import io
import zipfile

import h5py
import numpy as np
import pytest
from PIL import Image

from glassnet.errors import GlassnetError
from glassnet.studio import pictures
from glassnet.studio.data import Data
from glassnet.studio.samples import MOST, listed
from glassnet.studio.session import Session
from glassnet.studio.spec import complete
from glassnet.studio.tables import Tables

OCTETS = {"Content_Type": "application/octet-stream"}


def picture(shade, size=(20, 20), mode="RGB", kind="PNG"):
    """Return the bytes of a picture of one shade, with noise."""
    rng = np.random.default_rng(shade)
    channels = (3,) if mode == "RGB" else ()
    image = np.clip(shade + rng.integers(-20, 20, (size[1], size[0], *channels)), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(image, mode).save(file, kind)
    return file.getvalue()


def two_classes(m=6):
    """Return files by path: light and dark pictures, of several sizes, in colour and grey."""
    sizes, modes = [(20, 20), (64, 64), (90, 30)], ["RGB", "L"]
    return {
        f"pets/{name}/{i}.png": picture(shade, sizes[i % 3], modes[i % 2])
        for name, shade in (("dark", 40), ("light", 210))
        for i in range(m)
    }


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def tables():
    found = Tables()
    yield found
    found.close()


def uploaded(tables, content, name="pets.zip"):
    """Return the specification of an upload, complete."""
    path = tables.place(name)
    path.write_bytes(content)
    look = tables.look(tables.complete({"file": tables.uploaded(path, name)}))
    return complete(look["spec"], tables), look


def session_of(tables, spec):
    return Session(spec, tables.make(spec["source"], spec["data_seed"], spec["test_share"]))


def test_a_packed_folder_is_trained_on(tables):
    spec, look = uploaded(tables, zipped(two_classes()))
    assert look["look"]["rows"] == 12
    session = session_of(tables, spec)
    assert list(session.data.classes) == ["dark", "light"]
    assert session.data.picture == (64, 64, 3)
    assert 0 <= session.data.X.min() < 0.4
    assert 0.6 < session.data.X.max() <= 1
    session.advance(60)
    session.note()
    assert session.curve.last()["score_train"] == 1


def test_a_folder_named_in_the_shell_gives_the_same(tables, tmp_path):
    for name, content in two_classes().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    spec, _ = uploaded(tables, zipped(two_classes()))
    source = tables.complete({"file": tables.named(tmp_path / "pets")})
    named, packed = tables.make(source, 1, 0.2), session_of(tables, spec).data
    assert (named.X == packed.X).all()
    assert (named.Y == packed.Y).all()


def test_broken_pictures_are_left_out_and_said(tables):
    files = {**two_classes(), "pets/dark/broken.png": b"no picture", "pets/.DS_Store": b"x"}
    session = session_of(tables, uploaded(tables, zipped(files))[0])
    assert session.data.m == 12
    assert any("broken.png" in note for note in session.data.notes)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({name: content for name, content in two_classes().items() if "dark" in name}, "expected 2 to 200 classes"),
        ({f"{i}.png": picture(90) for i in range(4)}, "a folder for each class"),
        ({"a/1.png": b"?", "b/1.png": b"?"}, "none of 2 pictures can be decoded"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_in_one_line(tables, files, said):
    with pytest.raises(GlassnetError, match=said) as caught:
        session_of(tables, uploaded(tables, zipped(files))[0])
    assert "\n" not in str(caught.value)
    assert "/tmp" not in str(caught.value)


def test_three_thousand_pictures(tables):
    files = {f"{k}/{i}.png": picture(60 * k, (8, 8)) for k in (1, 3) for i in range(1500)}
    session = session_of(tables, uploaded(tables, zipped(files))[0])
    assert session.data.m == 3000
    session.advance(1)


def test_nothing_is_unpacked_elsewhere(tables, tmp_path):
    up = {f"../../{name}": content for name, content in two_classes(2).items()}
    up |= {"/etc/dark/x.png": picture(40), "C:\\light\\y.png": picture(210), "a/./../dark/z.png": picture(40)}
    path = tmp_path / "in" / "up.zip"
    path.parent.mkdir()
    path.write_bytes(zipped(up))
    found = pictures.unpacked(path, tmp_path / "in" / "out")
    assert found == tmp_path / "in" / "out"
    outside = [each for each in tmp_path.rglob("*") if each.is_file() and found not in each.parents]
    assert outside == [path]
    assert len([each for each in found.rglob("*.png") if each.is_file()]) == len(up)


def test_too_much_in_a_zip_file_is_refused_and_removed(tables, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 1000)
    with pytest.raises(GlassnetError, match="more than 1,000 bytes"):
        uploaded(tables, zipped(two_classes()))
    assert list(tables._folder.iterdir()) == []
    monkeypatch.setattr(pictures, "MOST_FILES", 3)
    with pytest.raises(GlassnetError, match="at most 3 files; the zip file has 12"):
        uploaded(tables, zipped(two_classes()))


@pytest.mark.parametrize("names", [["图" * 200 + ".png"], ["a.png/b.png", "a.png"], ["x" * 60000 + ".PNG"]])
def test_strange_names_are_unpacked(tmp_path, names):
    path = tmp_path / "up.zip"
    path.write_bytes(zipped(dict.fromkeys(names, picture(90))))
    found = pictures.unpacked(path, tmp_path / "out")
    assert [each for each in found.rglob("*.png") if each.is_file()]


def test_a_damaged_zip_file_is_refused(tables):
    content = zipped(two_classes())
    for damaged in (content[: len(content) // 2], b"PK\3\4" + content[4:300]):
        with pytest.raises(GlassnetError, match="not whole"):
            uploaded(tables, damaged)


def test_a_packed_table_is_still_a_table(tables):
    rows = "a,b\n" + "\n".join(f"{i},{'xy'[i % 2]}" for i in range(60))
    spec, look = uploaded(tables, zipped({"t.csv": rows.encode()}), "t.zip")
    assert [column["name"] for column in look["look"]["columns"]] == ["a", "b"]
    assert session_of(tables, spec).data.picture is None


def write_cats(folder, m=(30, 10)):
    """Write arrays as those of the cats, and return the path of the training part."""
    rng = np.random.default_rng(0)
    for part, count in zip(("train", "test"), m, strict=True):
        with h5py.File(folder / f"{part}_catvnoncat.h5", "w") as file:
            file[f"{part}_set_x"] = rng.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)
            file[f"{part}_set_y"] = (np.arange(count) % 3 == 0).astype(int)
            file["list_classes"] = [b"non-cat", b"cat"]
    return folder / "train_catvnoncat.h5"


def test_the_cats_come_with_their_test_part(tables, tmp_path):
    path = write_cats(tmp_path)
    source = tables.complete({"file": tables.named(path)})
    assert tables.cats() == {"name": "table", "file": source["file"]}
    data = tables.make(source, 7, 0.5)
    train, test = data.split(7, 0.5)
    assert (train.tolist(), test.tolist()) == (list(range(30)), list(range(30, 40)))
    assert list(data.classes) == ["non-cat", "cat"]
    for part, indices in (("train", train), ("test", test)):
        with h5py.File(tmp_path / f"{part}_catvnoncat.h5") as file:
            assert (data.X[:, indices] == file[f"{part}_set_x"][()].reshape(len(indices), -1).T / 255).all()
            assert (data.Y[0, indices] == file[f"{part}_set_y"][()]).all()


def test_the_cats_may_be_dropped_as_two_files(tables, tmp_path):
    write_cats(tmp_path)
    both = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    spec, _ = uploaded(tables, zipped(both), "files.zip")
    assert tables.cats()["file"] == spec["source"]["file"]
    assert session_of(tables, spec).data.n_test == 10


def test_old_uploads_go_folders_and_all(tables):
    for _ in range(12):
        uploaded(tables, zipped(two_classes(1)))
    assert len(list(tables._folder.iterdir())) == 10


def test_a_list_of_samples_says_what_they_are(tables):
    session = session_of(tables, uploaded(tables, zipped(two_classes()))[0])
    found = listed(session, "3,0")["samples"]
    assert [each["i"] for each in found] == [3, 0]
    for each in found:
        assert each["label"] == session.data.labels(session.data.Y[:, [each["i"]]])[0]
        assert each["prediction"] == session.data.labels(session.net.forward(session.data.X[:, [each["i"]]]))[0]
        shown = np.frombuffer(base64.b64decode(each["picture"]["pixels"]), np.uint8).reshape(32, 32, 3)
        assert (shown == (session.data.X[:, each["i"]] * 255).round().reshape(64, 64, 3)[::2, ::2]).all()


@pytest.mark.parametrize("i", ["", "x", "-1", "12", "1,,2", ",".join("0" for _ in range(MOST + 1)), "1e9"])
def test_a_list_of_no_samples_is_refused(tables, i):
    session = session_of(tables, uploaded(tables, zipped(two_classes()))[0])
    with pytest.raises(GlassnetError, match="i: "):
        listed(session, i)


def test_the_pixels_of_grey_pictures_are_those_of_the_sample():
    X = np.linspace(0, 1, 12)[:, None]
    data = Data(X, np.zeros((1, 1)), ["x"] * 12, ["a", "b"], picture=(3, 4))
    found = data.pixels(X[:, 0])
    assert (found["height"], found["width"], found["channels"]) == (3, 4, 1)
    assert list(base64.b64decode(found["pixels"])) == (X[:, 0] * 255).round().tolist()


def test_an_upload_of_pictures_by_the_page(client):
    found = client.post("/api/upload?name=pets.zip", zipped(two_classes()), **OCTETS)
    run = client.post("/api/runs", found["spec"])
    assert (run["sizes"][0], run["classes"], run["features"]) == (12288, ["dark", "light"], [])
    address = f"/api/runs/{run['run']}"
    assert client.get(f"{address}/plane?size=60")["kind"] == "probability"
    assert client.get(f"{address}/sample?i=1")["picture"]["width"] == 64
    assert len(client.get(f"{address}/samples?i=1,2")["samples"]) == 2
