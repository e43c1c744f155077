"""CSV files of every kind as data sets, by both parsers; what is wrong in them is named by file, line and column."""

from __future__ import annotations

import csv
import gzip
import io
import random
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heron
from heron import config
from heron.data import csv_dataset
from heron.data.sources import csv_arrow, csv_format
from heron.errors import ArgumentError, ArgumentTypeError, DataError, HeronNote

HOUSES = "area,city,price\n90,Rome,200\n120,Oslo,350\n60,Rome,180\n55,Oslo,170\n"


@pytest.fixture(autouse=True, params=["numpy", "arrow"])
def parser(request, monkeypatch):
    """Each test is for both parsers, however short the file."""
    monkeypatch.setattr(csv_arrow, "BYTES_WORTH_IMPORTING", -1 if request.param == "arrow" else 2**60)
    return request.param


@pytest.fixture
def write(tmp_path):
    def write(content, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def rows(path, target=None, **kwargs):
    """x (and y) of the whole file, in its order."""
    data = csv_dataset(path, target, **{"shuffle": False, "verbose": False, "batch_size": 1_000_000} | kwargs)
    (batch,) = data
    return batch


def streamed(monkeypatch):
    """Files are not read at once, chunks are short."""
    monkeypatch.setattr("heron.data.csv.IN_MEMORY_BYTES", -1)
    monkeypatch.setattr(csv_format, "CHUNK_BYTES", 64)


# ---- how files are written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        HOUSES,
        HOUSES.replace("\n", "\r\n"),
        HOUSES.replace("\n", "\r"),
        HOUSES.rstrip("\n"),
        "\n\n" + HOUSES.replace("60", "\n60") + "\n\n",
        HOUSES.replace(",", ";"),
        HOUSES.replace(",", "\t"),
        HOUSES.replace(",", "|"),
        HOUSES.replace("90", " 90 ").replace("Rome", " Rome "),
        HOUSES.replace("90", '"90"').replace("Rome", '"Rome"').replace("area", '"area"'),
        "\ufeff" + HOUSES,
        HOUSES.encode("utf-16"),
        gzip.compress(HOUSES.encode()),
    ],
    ids="plain crlf cr no-end blank ; tab | spaces quotes bom utf-16 gz".split(),
)
@pytest.mark.parametrize("form", ["whole", "streamed"])
def test_the_same_table_however_it_is_written(write, content, form, monkeypatch):
    if form == "streamed":
        streamed(monkeypatch)
    path = write(content, "houses.csv.gz" if content[:2] == b"\x1f\x8b" else "houses.csv")
    x, y = rows(path, "price")
    assert x.tolist() == [[90, 0, 1], [120, 1, 0], [60, 0, 1], [55, 1, 0]]
    assert (x.dtype, y.dtype, y.tolist()) == (np.float32, np.float32, [200, 350, 180, 170])


def test_quotes_newlines_and_separators_inside_texts(write, monkeypatch):
    content = 'note,n\n"a, b",1\n"two\nlines",2\n"she said ""no""",3\n"",4\n"plain",5\n'
    path = write(content)
    for stream in (False, True):
        if stream:
            streamed(monkeypatch)
        x = rows(path, form="columns", kinds={"note": "text"})
        assert x["note"].tolist() == ["a, b", "two\nlines", 'she said "no"', "", "plain"]
        assert x["n"].tolist() == [1, 2, 3, 4, 5]


@given(
    table=st.lists(
        st.tuples(
            st.text('ab ,;"\n\u00e9', max_size=6).map(str.strip), st.floats(-1e6, 1e6, width=32), st.integers(-9, 99)
        ),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=40, deadline=None)
def test_what_pythons_own_writer_writes_is_read_back(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "number", "whole"), *table])
    x = rows(path, form="columns", kinds={"text": "text", "number": "number", "whole": "number"}, separator=",")
    assert x["text"].tolist() == [text.replace("\r\n", "\n") for text, _, _ in table]
    np.testing.assert_array_equal(x["number"], np.float32([number for _, number, _ in table]))
    np.testing.assert_array_equal(x["whole"], np.float32([whole for _, _, whole in table]))


def test_numbers_are_those_that_pandas_reads(write):
    draw = random.Random(0)
    texts = [f"{draw.uniform(-1, 1) * 10 ** draw.randint(-3, 12):.{draw.randint(0, 9)}f}" for _ in range(300)]
    texts += ["1e5", "-2.5E-3", "+7", "inf", "-0", ".5", "5.", "123456789012345678901234567890", "0.1e1"]
    path = write("a,b\n" + "".join(f"{t},1.5\n" for t in texts))
    expected = pd.read_csv(path)["a"].to_numpy(np.float32)
    np.testing.assert_array_equal(rows(path, kinds={"a": "number"})[:, 0], expected)


def test_latin_1_is_noted_and_other_encodings_are_read_as_told(write):
    path = write("city,n\nMálaga,1\nKöln,2\nMálaga,3\nKöln,4\n".encode("latin-1"))
    with pytest.warns(HeronNote, match=r"data\.csv' is not UTF-8 and is read as Latin-1.*give encoding="):
        assert rows(path, "city", form="matrix")[1].tolist() == [1, 0, 1, 0]
    for encoding in ("shift_jis", "utf-16-le", "cp1251"):
        word = "Ёж" if encoding == "cp1251" else "表|"
        path = write(f"city,n\n{word},1\nb,2\n{word},3\nb,4\n".encode(encoding))
        x = rows(path, form="columns", encoding=encoding)
        assert x["city"].tolist() == [word, "b", word, "b"]
    with pytest.raises(ArgumentError, match=r"Python knows no encoding 'utf-6'.\nDid you mean 'utf-(8|16)'"):
        csv_dataset(path, encoding="utf-6")
    with pytest.raises(DataError, match=r"is not ascii: ordinal not in range\(128\) \(0x[89]\w\)\.\nSay how"):
        csv_dataset(write("a\né\n".encode("cp850") + b"\x97\n"), encoding="ascii").batch(1)


def test_bytes_that_are_not_utf_8_far_down_have_a_line(write, monkeypatch):
    streamed(monkeypatch)
    monkeypatch.setattr(csv_format, "SAMPLE_BYTES", 200)
    path = write(b"city,n\n" + b"Rome,1\nOslo,2\n" * 50 + b"K\xf6ln,3\n")
    data = csv_dataset(path, form="columns", shuffle=False, verbose=False)
    with pytest.raises(DataError, match=r"data\.csv, line 102: column 'city' is not utf-8: b'K\\xf6ln'"):
        list(data)


def test_decimal_commas_and_dates_and_yes_and_no(write):
    x, y = rows(write("a;b;day;is;late\n1,5;2;31.01.1970;yes;true\n-2,25;3;02.01.1970;no;false\n"), "late")
    assert x.tolist() == [[1.5, 2, 30, 1], [-2.25, 3, 1, 0]]
    assert y.tolist() == [1, 0]
    x = rows(write("at,n\n1970-01-02 12:00:00,1\n1970-01-03T00:00:00Z,2\n"))
    assert x[:, 0].tolist() == [1.5, 2]


def test_dates_are_read_in_the_form_of_the_first_rows(write, monkeypatch):
    monkeypatch.setattr("heron.data.csv.SAMPLE_ROWS", 2)
    path = write("day,n\n13/02/1970,1\n14/02/1970,2\n05/01/1970,3\n")
    assert rows(path)[2, 0] == 4  # the fifth of January, not the first of May
    path = write("day,n\n13/02/1970,1\n14/02/1970,2\n02/13/1970,3\n")
    with pytest.raises(DataError, match=r"line 4: column 'day' holds '02/13/1970', which is no date"):
        rows(path)


def test_codes_with_zeros_in_front_are_no_numbers(write):
    x = rows(write("zip,n\n" + "01234,1\n99000,2\n" * 10), form="columns")
    assert set(x["zip"]) == {"01234", "99000"}


def test_pyarrow_reads_what_is_as_expected(write, parser, monkeypatch):
    monkeypatch.setattr("heron.data.sources.csv_table.Reader._by_columns", lambda *a: pytest.fail("not by pyarrow"))
    path = write("n,day,city,ok\n1.5,31.01.1970,Rome,yes\n-2,01.02.1970,Oslo,no\n")
    if parser == "arrow":
        assert rows(path, "city")[0].tolist() == [[1.5, 30, 1], [-2, 31, 0]]
    else:
        with pytest.raises(pytest.fail.Exception):
            rows(path, "city")


# ---- headers ---------------------------------------------------------------------------------------------------------


def test_without_names_columns_are_numbered(write):
    data = csv_dataset(write("1,2,a\n3,4,b\n5,6,a\n"), -1, shuffle=False, verbose=False)
    assert data.feature_names == ["column_0", "column_1"]
    assert data.class_names == ["a", "b"]
    assert next(iter(data))[0].tolist() == [[1, 2], [3, 4], [5, 6]]
    data = csv_dataset(write("2019,2020\n1,2\n3,4\n"), header=True, shuffle=False, verbose=False)
    assert data.feature_names == ["2019", "2020"]
    assert next(iter(data)).tolist() == [[1, 2], [3, 4]]


def test_names_that_occur_twice_and_empty_ones_are_made_different(write):
    assert csv_dataset(write("a,a,,a\n1,2,3,4\n"), verbose=False).feature_names == ["a", "a_2", "column_2", "a_2_2"]


def test_a_header_in_the_middle_is_told(write):
    with pytest.raises(
        DataError, match=r"line 6: column '(area|price)' holds '(area|price)'(.|\n)*is the header there twice, of files"
    ):
        rows(write(HOUSES + HOUSES), "price", kinds={"area": "number", "price": "number"})


def test_thousands_of_columns(write, capsys):
    count = 3000
    names = ",".join(f"c{i}" for i in range(count))
    path = write(names + "\n" + "".join(",".join(str(i * r) for i in range(count)) + "\n" for r in range(3)))
    data = csv_dataset(path, "c2999", shuffle=False)
    x, y = next(iter(data))
    assert x.shape == (3, count - 1)
    assert y.tolist() == [0, 2999, 5998]
    shown = capsys.readouterr().out
    assert "... and 2960 columns more" in shown
    assert len(shown.splitlines()) < 60


# ---- what is wrong ---------------------------------------------------------------------------------------------------

WRONG = {
    "empty": ("", {}, r"data\.csv' is empty; expected a row of names and rows of values"),
    "only blanks": ("\n\n  \n", {}, r"is empty"),
    "no rows": ("a,b\n", {}, r"has names of columns and no rows"),
    "short row": ("a,b\n1,2\n3\n4,5\n", {}, r"data\.csv, line 3 has 1 fields; expected 2, as in the first row: '3'"),
    "long row": ("a,b\n1,2\n\n3,4,5\n", {}, r"line 4 has 3 fields; expected 2(.|\n)*must stand in quotes"),
    "text": ("a,b\n" + "1,2\n" * 30 + "1,x\n", {}, r"line 32: column 'b' holds 'x', which is no number"),
    "missing": ("a,b\n1,2\n,3\n", {}, r"line 3: column 'a' has no value.\nWrite missing='skip'"),
    "missing word": ("a,b\n1,2\n3,4\nNaN,3\n", {}, r"line 4: column 'a' has no value"),
    "no end of a quote": ('a,b\n1,2\n"3,4\n5,6\n', {}, r"line 3: a quoted text that begins in this row does not end"),
    "zero bytes": ("a,b\n1,\0\0\0\n", {}, r"is no text: it has zero bytes"),
    "all ignored": ("a,b\n1,2\n", {"kinds": {"a": "ignore"}, "target": "b"}, r"no column of .* is left for x"),
    "thousands": ('a,b\n"1,234",2\n"5,678",3\n', {}, r"'1,234', which is no number(.|\n)*write decimal=','"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("form", ["whole", "streamed"])
def test_what_is_wrong_is_named_by_file_line_and_column(write, name, form, monkeypatch):
    content, options, text = WRONG[name]
    if form == "streamed":
        streamed(monkeypatch)
    with pytest.raises(DataError, match=text):
        rows(write(content), **options)


def test_lines_are_counted_through_quoted_newlines_and_chunks(write, monkeypatch):
    streamed(monkeypatch)
    path = write('note,n\n"two\nlines",1\n' + "a,2\n" * 40 + '"three\n\nlines",3\nb,oops\n')
    with pytest.raises(DataError, match=r"line 47: column 'n' holds 'oops'"):
        rows(path, form="columns", kinds={"note": "text", "n": "number"})


def test_the_target_and_other_names_are_checked(write):
    path = write(HOUSES)
    with pytest.raises(ArgumentError, match=r"no column 'prize'. Did you mean 'price'\?\nIts columns are: area, city"):
        csv_dataset(path, target="prize")
    with pytest.raises(ArgumentError, match=r"no column 3\."):
        csv_dataset(path, target=3)
    with pytest.raises(ArgumentError, match=r"no column 'are'. Did you mean 'area'"):
        csv_dataset(path, kinds={"are": "number"})
    with pytest.raises(
        ArgumentError, match=r"kinds\['area'\] must be one of .*received 'nmber'. Did you mean 'number'"
    ):
        csv_dataset(path, kinds={"area": "nmber"})
    with pytest.raises(ArgumentError, match="received no target"):
        csv_dataset(path, class_names=["a"])
    with pytest.raises(ArgumentError, match=r"missing=.*received 'drop'|'raise', 'skip', 'mean' or a number"):
        csv_dataset(path, missing="drop")
    with pytest.raises(ArgumentTypeError, match="expects the path of a file; received 3"):
        csv_dataset(3)


def test_files_that_are_not_there(write, tmp_path, monkeypatch):
    path = write(HOUSES, "houses.csv")
    with pytest.raises(DataError, match=r"there is no file '.*house\.csv'.* Did you mean '.*houses\.csv'"):
        csv_dataset(str(path).replace("houses", "house"))
    with pytest.raises(DataError, match=r"no file is called like '.*\*\.txt'"):
        csv_dataset(tmp_path / "*.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"the folder '.*empty' has no files that end in \.csv"):
        csv_dataset(tmp_path / "empty")
    cut = write(gzip.compress(HOUSES.encode() * 50)[:-20], "cut.csv.gz")
    with pytest.raises(DataError, match=r"cut\.csv\.gz' cannot be read: .*Was it cut in a copy or a download"):
        csv_dataset(cut)


# ---- missing values, classes ----------------------------------------------------------------------------------------


def test_missing_values_are_skipped_or_filled(write, monkeypatch):
    path = write("a,b,kind\n1,2,x\n,4,y\n5,?,x\n7,8,\n9,none,y\n")
    for stream in (False, True):
        if stream:
            streamed(monkeypatch)
        x, y = rows(path, "kind", missing="skip")
        assert (x.tolist(), y.tolist()) == ([[1, 2]], [0])
        x, y = rows(path, "kind", missing=-1)
        assert (x.tolist(), y.tolist()) == ([[1, 2], [-1, 4], [5, -1], [9, -1]], [0, 1, 0, 1])
        x, y = rows(path, "kind", missing="mean")
        assert x[1].tolist() == [5.5, 4]
    assert rows(write("a,b\n1,2\n999,3\n"), missing=0, missing_values=["999"]).tolist() == [[1, 2], [0, 3]]


def test_a_missing_date_is_filled_with_the_mean_of_the_dates(write):
    path = write("day,n\n2020-01-01,1\n,2\n2020-01-03,3\n")
    assert rows(path, missing="mean")[:, 0].tolist() == [18262, 18263, 18264]
    path = write("a,b\n1,1\ninf,2\n,3\n")
    assert rows(path, missing="mean")[2, 0] == 1, "the mean of the finite numbers"


def test_dates_that_can_be_read_in_two_ways_are_noted(write):
    path = write("day,n\n01/02/2020,1\n03/04/2020,2\n")
    with pytest.warns(HeronNote, match=r"'day' can be read in two ways; '01/02/2020' is taken to begin with the day"):
        assert rows(path)[:, 0].tolist() == [18293, 18355]
    assert rows(path, kinds={"day": "%m/%d/%Y"})[:, 0].tolist() == [18263, 18325]
    assert rows(path, kinds={"day": "%d/%m/%Y"})[:, 0].tolist() == [18293, 18355]
    path = write("day,n\n01.02.20,1\n31.12.21,2\n")
    assert rows(path, kinds={"day": "%d.%m.%y"})[:, 0].tolist() == [18293, 18992]
    with pytest.raises(DataError, match=r"holds '01\.02\.20', which is no date.*\nIf it is one, say how"):
        rows(path, kinds={"day": "date"})


def test_each_column_of_dates_has_a_form_of_its_own(write):
    path = write("us,eu\n03/04/2020,13/02/2020\n02/03/2020,05/04/2020\n12/31/2020,01/02/2020\n")
    assert rows(path).tolist() == [[18325, 18305], [18295, 18357], [18627, 18293]]
    texts = [*(f"{1 + i % 12:02}/01/2020" for i in range(36)), "12/31/2020"]
    path = write("day,n\n" + "".join(f"{text},1\n" for text in texts))
    assert rows(path)[-1, 0] == 18627, "the one form that all are written in, though most fit another"


def test_the_line_in_which_excel_says_the_separator(write):
    for content in ("sep=;\r\na;b\r\n1,5;2\r\n2,5;x\r\n", "\ufeffsep=;\na;b\n1,5;2\n2,5;x\n"):
        data = csv_dataset(write(content), "b", shuffle=False, verbose=False)
        assert next(iter(data))[0].tolist() == [[1.5], [2.5]]
    assert rows(write("sep=|\n1|2\n3|4\n")).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(DataError, match="line 4: column 'b' has no value"):
        rows(write("sep=;\na;b\n1;2\n3;\n"))


def test_columns_without_any_value_and_numbers_of_rows(write):
    path = write("a,b,\n1,2,\n3,4,\n")
    assert csv_dataset(path, verbose=False).feature_names == ["a", "b"]
    path = write("a,b,c\n1,,2\n3,,4\n")
    with pytest.warns(HeronNote, match=r"column 'b' of '.*' has no value in the first 2 rows and is left out"):
        assert rows(path).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(DataError, match="column 'b' has no value"):
        rows(path, kinds={"b": "number"})
    path = write(",a\n0,5\n7,6\n")
    with pytest.warns(HeronNote, match=r"no name and holds a number of its own for each row.*\n.*'column_0': 'ignore'"):
        assert rows(path).tolist() == [[0, 5], [7, 6]]
    assert rows(path, kinds={"column_0": "ignore"}).tolist() == [[5], [6]]


def test_the_values_of_a_category_can_be_said(write, monkeypatch):
    path = write("color,n\nred,1\nblue,2\nred,3\n")
    kinds = {"color": ["blue", "green", "red"]}
    data = csv_dataset(path, kinds=kinds, shuffle=False, verbose=False)
    assert data.feature_names == ["color=blue", "color=green", "color=red", "n"]
    assert next(iter(data)).tolist() == [[0, 0, 1, 1], [1, 0, 0, 2], [0, 0, 1, 3]]
    with pytest.warns(HeronNote, match=r"column 'color' holds 'blue' in line 3, which none"):
        assert rows(path, kinds={"color": ["red"]}).tolist() == [[1, 1], [0, 2], [1, 3]]


def test_columns_unlike_those_of_the_training_are_found(write):
    def data(content):
        return csv_dataset(write(content), "y", verbose=False)

    model = heron.Sequential([heron.Input((3,)), heron.layers.Dense(1)])
    model.compile(heron.optimizers.SGD(0.0), "mse")
    model.fit(data("color,n,y\nred,1,0\nblue,2,1\nred,3,1\n"), verbose=0)
    model.evaluate(data("color,n,y\nblue,1,0\nred,2,1\nred,3,1\n"), verbose=0)
    with pytest.warns(HeronNote, match="number 0 is 'color=green', and was 'color=blue'"):
        model.evaluate(data("color,n,y\nred,1,0\ngreen,2,1\nred,3,1\n"), verbose=0)
    with pytest.raises(DataError, match=r"The validation data have other columns .*: number 0 is 'n', and was"):
        model.fit(np.ones((2, 3)), np.ones(2), validation_data=data("n,color,y\n1,red,0\n2,blue,1\n"), verbose=0)


def test_letters_of_windows_are_read(write):
    path = write("city,n\n\u201eK\u00f6ln\u201c,1\nRom,2\n\u201eK\u00f6ln\u201c,3\nRom,1\n".encode("cp1252"))
    with pytest.warns(HeronNote, match="is not UTF-8 and is read as Windows-1252"):
        assert rows(path, form="columns")["city"][0] == "\u201eK\u00f6ln\u201c"
    path = write(b"PK\x03\x04\xff\x00\x00\n", "book.csv")
    with pytest.raises(DataError, match="is no text: it has zero bytes"):
        csv_dataset(path)


def test_class_names_stay_in_the_order_given(write):
    path = write("n,size\n1,small\n2,large\n3,medium\n")
    assert csv_dataset(path, "size", verbose=False).class_names == ["large", "medium", "small"]
    data = csv_dataset(path, "size", class_names=["small", "medium", "large"], shuffle=False, verbose=False)
    assert data.class_names == ["small", "medium", "large"]
    assert next(iter(data))[1].tolist() == [0, 2, 1]


def test_words_after_the_rows_that_were_looked_at(write, monkeypatch):
    monkeypatch.setattr("heron.data.csv.SAMPLE_ROWS", 10)
    content = "city,n,kind\n" + "Rome,1,x\nOslo,2,y\n" * 10 + "Lima,3,z\n"
    data = csv_dataset(write(content), "kind", shuffle=False, verbose=False)
    assert data.feature_names == ["city=Lima", "city=Oslo", "city=Rome", "n"]
    assert data.class_names == ["x", "y", "z"]
    streamed(monkeypatch)
    with pytest.raises(
        DataError, match=r"line 22: column 'kind' holds 'z', which none of the rows .*\nGive all classes"
    ):
        rows(write(content), "kind")
    with pytest.warns(HeronNote, match=r"column 'city' holds 'Lima' in line 22, which none of the rows looked at"):
        x, y = rows(write(content), "kind", class_names=["x", "y", "z"])
    assert x[-1].tolist() == [0, 0, 3]
    assert y[-1] == 2


def test_a_column_that_changes_after_the_rows_that_were_looked_at(write, monkeypatch):
    monkeypatch.setattr("heron.data.csv.SAMPLE_ROWS", 10)
    streamed(monkeypatch)
    data = csv_dataset(write("a,b\n" + "1,2\n" * 50 + "1,two\n"), shuffle=False, verbose=False, batch_size=8)
    batches = iter(data)
    assert next(batches).shape == (8, 2)
    with pytest.raises(DataError, match=r"data\.csv, line 52: column 'b' holds 'two', which is no number") as caught:
        list(batches)
    assert "of epoch 0 of the data set" in caught.value.__notes__[0]


# ---- several files, order, memory ------------------------------------------------------------------------------------


def test_several_files_of_one_table(write, tmp_path, monkeypatch):
    (tmp_path / "parts").mkdir()
    for number in range(3):
        write(f"a,b\n{number},1\n{number},2\n", f"parts/part{number}.csv")
    write("no table", "parts/readme.txt")
    files = sorted(str(path) for path in (tmp_path / "parts").glob("*.csv"))
    for given_path in (files, tmp_path / "parts", str(tmp_path / "parts" / "*.csv"), [files[0], *files[1:]]):
        data = csv_dataset(given_path, shuffle=False, verbose=False)
        assert data.file_paths == files
        assert next(iter(data))[:, 0].tolist() == [0, 0, 1, 1, 2, 2]
    streamed(monkeypatch)
    assert len(rows(files)) == 6
    write("a,c\n1,2\n", "parts/part9.csv")
    with pytest.raises(DataError, match=r"different columns: '.*part0\.csv' has a, b; '.*part9\.csv' has a, c"):
        csv_dataset(tmp_path / "parts")


def test_every_row_comes_once_an_epoch_in_an_order_of_the_seed(write, monkeypatch):
    path = write("n,m\n" + "".join(f"{i},{i / 2}\n" for i in range(500)))
    for stream in (False, True):
        if stream:
            streamed(monkeypatch)
        data, same = (csv_dataset(path, seed=4, buffer_size=100, verbose=False) for _ in range(2))
        epochs = [np.concatenate(list(data))[:, 0].tolist() for _ in range(2)]
        assert epochs == [np.concatenate(list(same))[:, 0].tolist() for _ in range(2)]
        assert epochs[0] != epochs[1]
        assert sorted(epochs[0]) == list(range(500))
        iterator = iter(data)
        next(iterator)
        state = iterator.get_state()
        rest = [batch.tolist() for batch in iterator]
        again = iter(csv_dataset(path, seed=9, buffer_size=100, verbose=False))
        again.set_state(state)
        assert [batch.tolist() for batch in again] == rest


def test_a_large_file_is_never_in_memory_as_a_whole(write, monkeypatch):
    streamed(monkeypatch)
    made = []
    chunks = csv_format.chunks
    monkeypatch.setattr("heron.data.csv.chunks", lambda *a: (made.append(c) or c for c in chunks(*a)))
    data = csv_dataset(write("n,m\n" + "1,2\n" * 3000), shuffle=False, verbose=False)
    next(iter(data))
    assert 1 <= len(made) < 60  # of 190


def test_what_was_found_is_said(write, capsys):
    notes = ["".join(random.Random(i).sample(string.ascii_letters, 9)) for i in range(40)]
    lines = [f"{i},{'Rome' if i % 2 else 'Oslo'},2024-01-0{i % 9 + 1},{notes[i]},{i}" for i in range(40)]
    path = write("\n".join(["area,city,day,note,price", *lines]))
    csv_dataset(path, "price")
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.endswith("data.csv: 40 rows, 5 columns, separator ,, decimal ., utf-8")
    kinds = {line.split()[0]: line for line in lines}
    assert kinds["area"].split()[1] == "number"
    assert "category" in kinds["city"]
    assert "2 values: Oslo, Rome" in kinds["city"]
    assert kinds["day"].split()[1] == "date"
    assert "left out of the matrix: no numbers" in kinds["note"]
    assert kinds["price"].endswith("-> target")
    csv_dataset(path, "price", verbose=False)
    config.disable_interactive_logging()
    try:
        csv_dataset(path, "price")
    finally:
        config.enable_interactive_logging()
    assert capsys.readouterr().out == ""


def test_a_pipe_of_text_is_no_path():
    with pytest.raises(ArgumentTypeError, match="expects the path of a file"):
        csv_dataset(io.StringIO(HOUSES))
