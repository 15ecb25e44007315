import pytest

from marrowgate.fcs.model import Note
from marrowgate.fcs.text import MOST_TOKENS, parse_text
from marrowgate.fcs.verdict import RejectedError

NEEDED = {"$PAR": "1", "$DATATYPE": "F"}


def parsed(segment: bytes) -> tuple[dict[str, str], list[str]]:
    repairs: list[Note] = []
    return parse_text(segment, repairs), [note.code for note in repairs]


def with_needed(body: str, delimiter: str = "/") -> bytes:
    needed = delimiter.join(["", "$PAR", "1", "$DATATYPE", "F"])
    return f"{needed}{delimiter}{body}{delimiter}".encode()


@pytest.mark.parametrize("delimiter", list("/\\|!*^.+?([{%~\x0c\x1e\x01\r\t ,;:'\""))
def test_text__any_delimiter_divides(delimiter: str) -> None:
    body = delimiter.join(["KEY", "value", "OTHER", "1"])
    found, repairs = parsed(with_needed(body, delimiter))
    assert found["KEY"] == "value"
    assert found["OTHER"] == "1"
    assert repairs == []


def test_text__doubled_delimiter_is_one_character() -> None:
    found, _ = parsed(with_needed("PATH/a//b////c/NEXT/n"))
    assert found["PATH"] == "a/b//c"
    assert found["NEXT"] == "n"


def test_text__doubled_delimiter_at_the_end_of_a_value() -> None:
    found, _ = parsed(with_needed("PATH/a///NEXT/n"))
    assert found["PATH"] == "a/"
    assert found["NEXT"] == "n"


def test_text__doubled_delimiter_at_the_start_of_a_value() -> None:
    found, _ = parsed(with_needed("PATH///a/NEXT/n"))
    assert found["PATH"] == "/a"
    assert found["NEXT"] == "n"


def test_text__empty_value_does_not_swallow_the_next_keyword() -> None:
    # FlowIO 1.4 reads one keyword 'SRC/PATIENT' here
    found, _ = parsed(with_needed("$SRC//PATIENT/bob/$P1S//$P2S/CD34"))
    assert found["$SRC"] == ""
    assert found["PATIENT"] == "bob"
    assert found["$P1S"] == ""
    assert found["$P2S"] == "CD34"


def test_text__empty_last_value() -> None:
    found, _ = parsed(with_needed("A/1/LAST/"))
    assert found["LAST"] == ""
    assert found["A"] == "1"


@pytest.mark.parametrize("padding", [b"", b" ", b"   ", b"\r\n", b"\0\0"])
def test_text__padding_behind_the_last_delimiter_is_no_keyword(padding: bytes) -> None:
    found, _ = parsed(with_needed("A/1") + padding)
    assert list(found) == ["$PAR", "$DATATYPE", "A"]


def test_text__last_value_without_delimiter_is_kept() -> None:
    found, _ = parsed(b"/$PAR/1/$DATATYPE/F/A/12")
    assert found["A"] == "12"


def test_text__user_keyword_does_not_replace_the_standard_one() -> None:
    # FlowIO 1.4 takes every $ away, so that FIL overwrites $FIL and US$5 becomes US5
    found, _ = parsed(with_needed("$FIL/standard/FIL/user/PRICE/US$5"))
    assert found["$FIL"] == "standard"
    assert found["FIL"] == "user"
    assert found["PRICE"] == "US$5"


def test_text__keywords_are_capitals_and_without_padding() -> None:
    found, _ = parsed(b"/$par/1/   $Datatype /F/ $p1n/FSC/")
    assert found == {"$PAR": "1", "$DATATYPE": "F", "$P1N": "FSC"}


def test_text__utf8_is_read() -> None:
    found, repairs = parsed(with_needed("NAME/µg é 细胞"))
    assert found["NAME"] == "µg é 细胞"
    assert repairs == []


def test_text__latin1_is_read_and_noted() -> None:
    found, repairs = parsed(with_needed("A/1").replace(b"A/1", b"A/\xb5g"))
    assert found["A"] == "µg"
    assert repairs == ["latin1_text"]


def test_text__delimiter_inside_a_value_that_is_not_doubled() -> None:
    found, repairs = parsed(b"/PATH/C:/data/$PAR/1/$DATATYPE/F/LASER/blue/red/$P1N/FSC/OWN/1/")
    assert found["PATH"] == "C:/data"
    assert found["$PAR"] == "1"
    assert found["$DATATYPE"] == "F"
    assert found["LASER"] == "blue/red"
    assert found["$P1N"] == "FSC"
    assert found["OWN"] == "1"
    assert repairs == ["undoubled_delimiter"]


def test_text__undoubled_delimiter_that_keeps_the_pairs_in_step_does_no_harm() -> None:
    found, repairs = parsed(b"/PATH/C:/data/run/$PAR/1/$DATATYPE/F/")
    assert found["$PAR"] == "1"
    assert repairs == []


def test_text__first_of_two_values_of_a_standard_keyword() -> None:
    found, repairs = parsed(with_needed("$TOT/5/$TOT/7/OWN/1/OWN/2"))
    assert found["$TOT"] == "5"
    assert repairs == ["duplicate_keyword"]


def test_text__same_value_twice_is_no_repair() -> None:
    assert parsed(with_needed("$TOT/5/$TOT/5"))[1] == []


@pytest.mark.parametrize("segment", [b"", b"/", b"abc"])
def test_text__nothing_to_divide_is_rejected(segment: bytes) -> None:
    with pytest.raises(RejectedError, match="bad_text"):
        parsed(segment)


def test_text__too_many_keywords_are_rejected_with_the_number() -> None:
    with pytest.raises(RejectedError, match=f"text_too_large: the TEXT has {MOST_TOKENS + 1} delimiters"):
        parsed(b"/" * (MOST_TOKENS + 1))


def test_text__too_many_bytes_are_rejected() -> None:
    with pytest.raises(RejectedError, match="text_too_large: the TEXT has 33 MB, 32 at most"):
        parsed(b"/" + b"a" * (33 * 2**20))
