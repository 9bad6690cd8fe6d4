"""Names of columns become names of variables, whatever they are; and no file that is written runs what a name says."""

import keyword
import subprocess
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import TabularClassifier, export
from glassnet.errors import SettingError
from glassnet.export.naming import variable
from glassnet.export.of_columns import row_of
from glassnet.export.to_c import ASCII
from glassnet.tables.columns.earlier_date import EarlierDateColumn


@given(st.lists(st.text(), max_size=5))
def test_every_name_is_a_variable_of_its_own(names):
    for letters in (r"\w", ASCII):
        taken = set(keyword.kwlist)
        for name in names:
            found = variable(name, taken, letters=letters)
            exec(f"{found} = 0", space := {})  # Python agrees
            assert found in space
            assert found not in taken
            assert letters == r"\w" or found.isascii()
            taken.add(found)


def test_usual_names_stay_readable():
    assert variable("Total Price (EUR)", ()) == "total_price_eur"
    assert variable("年龄", ()) == "年龄"
    assert variable("年龄", (), letters=ASCII) == "column"
    assert variable("2nd floor", ()) == "column_2nd_floor"
    assert variable("class", {"class"}) == "class_"


HOSTILE = ['"""\nimport os\n"""', "*/ int x; /*", "a\\", "b'\"; print(1) #", "\x85\u2028\0"]


@cache
def hostile():
    """Return a model whose columns and values have such names, and its rows."""
    X = {name: [f"{name}{i % 2}" for i in range(60)] for name in HOSTILE}
    return TabularClassifier(hidden=3, epochs=2, random_state=0).fit(X, [i % 2 for i in range(60)]), X


def test_names_and_values_are_data_and_never_code(tmp_path):
    model, X = hostile()
    assert export.write(model, tmp_path / 'it""" .py', rows=X).comparison.labels == 0


@pytest.mark.needs("a C compiler")
def test_in_c_too(tmp_path):
    header = export.write(hostile()[0], tmp_path / "it (2).h").path
    (tmp_path / "main.c").write_text(f'#include "{header.name}"\nint main(void) {{ return 0; }}\n')
    command = ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "main.c", "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True)


def test_dates_of_older_files_are_refused():
    column = EarlierDateColumn("day", 0.0, 1.0, 1.0, 1.0, (), missing=False)
    with pytest.raises(SettingError, match="column 'day' is kept in the model's file as an older release did"):
        row_of(column)
