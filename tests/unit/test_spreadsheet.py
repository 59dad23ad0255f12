"""CSV files as people's spreadsheets export them."""

from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InputError
from core.spreadsheet import BadLine, Column, Reading, Record, nearest, read


def read_number(cell: str) -> int:
    if not cell.isdecimal():
        raise InputError("this is not a number", hint="digits only")
    return int(cell)


COLUMNS = (
    Column("code", str, required=True),
    Column("name", str, required=True),
    Column("size", read_number, empty=0),
)
BOURG = Record(2, {"code": "B", "name": "Bourg-l’Étang", "size": 3})


def table(text: str, encoding: str = "utf-8") -> Reading:
    return read(text.encode(encoding), COLUMNS)


def only_bad_line(text: str, encoding: str = "utf-8") -> BadLine:
    reading = table(text, encoding)
    assert reading.records == ()
    (line,) = reading.bad_lines
    assert line.hint
    return line


def test_a_plain_file_is_read() -> None:
    assert table("code,name,size\nB,Bourg-l’Étang,3\n") == Reading((BOURG,))


def test_what_spreadsheets_do_is_understood() -> None:
    assert table('Code; NAME ;size\r\nB;"Bourg-l’Étang"; 3 \r\n\r\n;;\r\n', "utf-8-sig") == Reading(
        (BOURG,)
    )


def test_columns_come_in_any_order_and_an_optional_one_may_be_missing() -> None:
    assert table("name,code\nBourg,B").records == (Record(2, {"name": "Bourg", "code": "B"}),)


def test_an_empty_cell_has_the_columns_own_meaning() -> None:
    assert table("code,name,size\nB,Bourg,").records[0].values["size"] == 0


def test_bad_lines_are_told_by_their_number_and_the_rest_is_read() -> None:
    reading = table('code,name,size\nA,,1\nB,Bourg-l’Étang,x\n\nC,Combe,3\nD,Dun\nE,"Est,1\n')
    assert [record.values["code"] for record in reading.records] == ["C"]
    assert [(line.number, line.what) for line in reading.bad_lines] == [
        (2, "name is empty"),
        (3, "this is not a number"),
        (6, "there are 2 cells where the header has 3"),
        (7, "the quotes do not match (unexpected end of data)"),
    ]
    assert all(line.hint for line in reading.bad_lines)


def test_the_first_line_is_number_one_after_a_mac_or_a_windows_line_end() -> None:
    assert table("code,name\rA,\r\nB,\nC,x").bad_lines[1].number == 3


def test_an_unknown_column_leaves_the_file_out_and_names_the_nearest() -> None:
    line = only_bad_line("code,nam,size\nB,Bourg,1\n")
    assert line == BadLine(1, "the column 'nam' is unknown", "did you mean name?")


def test_a_missing_column_leaves_the_file_out_and_names_all() -> None:
    line = only_bad_line("code,size\nB,1\n")
    assert line == BadLine(1, "the column 'name' is missing", "the first line is: code,name,size")


def test_a_repeated_column_leaves_the_file_out() -> None:
    assert only_bad_line("code,name,code\nB,Bourg,C\n").what == "the column 'code' is there twice"


def test_an_empty_file_says_what_it_should_hold() -> None:
    assert only_bad_line("") == BadLine(1, "the file is empty", "the first line is: code,name,size")
    assert only_bad_line("\n \n").number == 1


def test_a_header_in_another_encoding_is_told() -> None:
    assert only_bad_line("code,name,é\n", "latin-1").what == "this is not UTF-8"
    assert only_bad_line("code,name\nB,Bourg\n", "utf-16").number == 1


def test_one_line_in_another_encoding_costs_no_other() -> None:
    reading = read("code,name\nA,Été\n".encode() + "B,Été\n".encode("cp1252"), COLUMNS)
    assert [record.line for record in reading.records] == [2]
    assert [(line.number, line.what) for line in reading.bad_lines] == [(3, "this is not UTF-8")]


def test_a_control_character_is_refused() -> None:
    assert table("code,name\nB,Bou\x00rg\n").bad_lines[0].what == "there is a control character"


def test_an_oversized_cell_costs_no_other_line() -> None:
    reading = table(f"code,name\nA,{'x' * 200_000}\nB,Bourg")
    assert [line.number for line in reading.bad_lines] == [2]
    assert [record.values["code"] for record in reading.records] == ["B"]


def test_the_nearest_words_are_offered_or_all_of_them() -> None:
    assert nearest("Nmae", ["name", "size"]) == "did you mean name?"
    assert nearest("zzz", ["name", "size"]) == "known: name, size"
    assert nearest("zzz", []) == "known: none yet"
    assert nearest("zzz", [f"a{n:02}" for n in range(13)]).endswith("a11…")


@given(st.binary(max_size=200) | st.text(alphabet='code,name;"\n\rB1', max_size=60).map(str.encode))
@example(b"\xef\xbb\xbf")
def test_no_file_raises_and_every_record_has_what_is_required(data: bytes) -> None:
    reading = read(b"code;name;size\n" + data, COLUMNS)
    for record in reading.records:
        assert record.values["code"]
        assert record.values["name"]
    numbers = [line.number for line in reading.bad_lines]
    assert numbers == sorted(set(numbers))
    read(data, COLUMNS)
