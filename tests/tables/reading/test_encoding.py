"""The encoding of a file is found from a few words, and the note shows some of them."""

import pytest

from glassnet.errors import DataError, SettingError
from glassnet.tables import read
from glassnet.tables.reading.encoding import likely_encoding, to_utf8

WORDS = {
    "french": "Île-de-France, Réunion, Besançon, forêt, élève, garçon, août",
    "german": "Österreich, größe, Straße, München, Köln, Übung, März",
    "spanish": "España, Málaga, Año, corazón, niño, según, López",
    "portuguese": "São Paulo, ação, informação, Brasília, não, coração, três",
    "italian": "città, perché, università, più, età, è, giovedì",
    "danish": "Tromsø, størrelse, Århus, år, København, blå, grøn",
    "swedish": "Malmö, Göteborg, år, längd, ålder, kön, vår",
    "icelandic": "Reykjavík, Ísafjörður, þyngd, hæð, árið, Akureyri, Þór",
    "polish": "Łódź, Kraków, Gdańsk, płeć, wysokość, Poznań, miesiąc",
    "czech": "Plzeň, Příbram, výška, měsíc, pohlaví, město, říjen",
    "hungarian": "Győr, Székesfehérvár, életkor, súly, település, nő, hőmérséklet",
    "croatian": "Šibenik, Čakovec, težina, žena, općina, visina, županija",
    "lithuanian": "Šiauliai, Panevėžys, amžius, lytis, svoris, ūgis, mėnuo",
    "latvian": "Rīga, Jūrmala, vecums, dzimums, mēnesis, Liepāja, pašvaldība",
    "turkish": "İstanbul, Diyarbakır, yaş, ağırlık, şehir, Eskişehir, Muğla",
    "russian": "Москва, Казань, возраст, город, пол, температура, рост",
    "ukrainian": "Київ, Львів, вік, місто, стать, Одеса, зріст",
    "greek": "Αθήνα, Θεσσαλονίκη, ηλικία, πόλη, φύλο, ύψος, Πάτρα",
    "hebrew": "ירושלים, חיפה, גיל, עיר, מין, גובה, משקל",
    "arabic": "القاهرة, الرياض, العمر, المدينة, الجنس, الوزن, الطول",
    "thai": "กรุงเทพ, เชียงใหม่, อายุ, เมือง, เพศ, น้ำหนัก, ส่วนสูง",
    "chinese": "北京, 上海, 年龄, 城市, 性别, 温度, 价格",
    "traditional": "臺北, 高雄, 年齡, 城市, 性別, 溫度, 價格",
    "japanese": "東京, 大阪, 年齢, 都市, 性別, 気温, かかく",
    "korean": "서울, 부산, 나이, 도시, 성별, 온도, 가격",
}
ENCODED = [
    *((language, "cp1252") for language in ("french", "german", "spanish", "portuguese", "italian", "danish", "swedish",
                                            "icelandic")),
    *((language, "mac_roman") for language in ("french", "german", "spanish", "portuguese")),
    ("french", "cp850"), ("german", "cp850"), ("french", "latin-1"),
    *((language, "cp1250") for language in ("polish", "czech", "hungarian", "croatian")),
    ("polish", "iso8859_2"), ("czech", "iso8859_2"),
    ("lithuanian", "cp1257"), ("latvian", "cp1257"), ("turkish", "cp1254"),
    *(("russian", encoding) for encoding in ("cp1251", "koi8-r", "cp866", "iso8859_5")), ("ukrainian", "cp1251"),
    ("greek", "cp1253"), ("greek", "iso8859_7"), ("hebrew", "cp1255"), ("arabic", "cp1256"), ("thai", "cp874"),
    ("chinese", "gb18030"), ("chinese", "gbk"), ("traditional", "big5"), ("japanese", "shift_jis"),
    ("japanese", "euc_jp"), ("korean", "euc_kr"),
]  # fmt: skip


def words(language, n):
    return ", ".join(WORDS[language].split(", ")[:n])


@pytest.mark.parametrize(("language", "encoding"), ENCODED)
def test_a_few_words_tell_the_encoding(language, encoding):
    text = words(language, 7)
    found = likely_encoding(text.encode(encoding))
    assert text.encode(encoding).decode(found) == text


def test_two_words_are_mostly_enough():
    right = [
        words(language, 2).encode(encoding).decode(likely_encoding(words(language, 2).encode(encoding)), "replace")
        == words(language, 2)
        for language, encoding in ENCODED
    ]
    assert sum(right) >= 0.9 * len(right)


def test_western_is_the_default():
    for text in ("café", "naïve", "5 °C", "10 €", "it\u2019s", "Zoë"):
        assert likely_encoding(text.encode("cp1252")) == "cp1252"


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_unicode(language, encoding):
    text = f"a,b\n{WORDS[language]}\n1,2\n"
    data, name, notes = to_utf8(text.encode(encoding), None, "data.csv")
    assert data.decode() == text
    assert bool(notes) == (encoding[-3:] in ("-le", "-be"))
    assert name.startswith(encoding[:5])


def test_the_note_shows_words(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("年龄,城市\n31,北京\n40,上海\n".encode("gb18030"))
    data = read(path)
    assert data.X.column_names == ["年龄", "城市"]
    assert data.notes[0] == (
        "data.csv: not UTF-8, read as gb18030 (年龄, 城市, 北京, 上海); --encoding sets another if letters look wrong"
    )
    assert data.reading["encoding"] == "gb18030"


def test_the_users_encoding_wins(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("größe,n\nüber,1\n".encode())
    assert read(path, encoding="latin-1").X.column_names[0] == "grÃ¶Ã\x9fe"
    with pytest.raises(DataError, match=r"data.csv is not ascii text: line 1, byte 2 is 0xc3"):
        read(path, encoding="ascii")
    with pytest.raises(SettingError, match="unknown encoding"):
        read(path, encoding="utf-9")


def test_a_few_broken_characters(tmp_path):
    text = "".join(f"{j},Köln\n" for j in range(50)).encode().replace(b"7,K\xc3\xb6ln", b"7,K\xf6ln", 1)
    path = tmp_path / "data.csv"
    path.write_bytes(b"n,city\n" + text)
    data = read(path)
    assert data.X["city"].to_pylist()[6:9] == ["Köln", "K\ufffdln", "Köln"]
    assert "UTF-8 with broken characters, the first in line 9" in data.notes[0]


def test_zeros_of_a_logger_are_left_out(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"n,size\n1,2\n3,4\n" + b"\0" * 12 + b"5,6\n")
    data = read(path)
    assert data.X["n"].to_pylist() == [1, 3, 5]
    assert "12 zero bytes left out" in data.notes[0]


def test_long_files_are_decoded_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("glassnet.tables.reading.encoding.BLOCK", 7)
    text = "".join(f"{j},上海\n" for j in range(30))
    for encoding in ("utf-8", "gb18030", "utf-16", "utf-16-le"):
        assert to_utf8(text.encode(encoding), None, "data.csv")[0].decode() == text
