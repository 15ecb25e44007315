from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from pydantic import BaseModel, ConfigDict

from marrowgate.errors import UserError
from marrowgate.settings.config import Config
from marrowgate.settings.files.yaml_file import line_of, load_model, read_yaml
from strategies import yaml_texts


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


def faults(text: str, model: type[BaseModel] = Config) -> list[str]:
    Path("file.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_model(Path("file.yaml"), model)
    return [str(fault) for fault in caught.value.faults]


def content(text: str) -> object:
    Path("file.yaml").write_text(text, encoding="utf-8")
    return read_yaml(Path("file.yaml"))[0]


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_duplicate_keys__are_all_told_with_both_lines():
    assert faults("seed: 1\nseed: 2\nmeasure:\n  few_events: 9\n  few_events: 8\n") == [
        "file.yaml line 2: the key 'seed' stands in line 1 already; keep one of them",
        "file.yaml line 5: the key 'few_events' stands in line 4 already; keep one of them",
    ]


def test_wrong_indentation__is_told_with_its_line():
    assert faults("seed: 1\n samples: x\n") == [
        (
            "file.yaml line 2: is not YAML: mapping values are not allowed in this context; "
            "correct the indentation, the colons or the quotes"
        )
    ]


def test_tab__is_told_as_such():
    assert faults("measure:\n\tfew_events: 9\n") == [
        "file.yaml line 2: has a tab where YAML wants spaces; indent with spaces"
    ]


def test_unknown_key__is_told_with_its_line_and_the_nearest_name():
    assert faults("strategy_of_panel: {a: b}\nmeasure:\n  few_event: 9\nplots: yes\n") == [
        "file.yaml line 3, measure.few_event: there is no such entry; did you mean 'few_events'?",
        "file.yaml line 4, plots: there is no such entry; correct its name or remove it",
    ]


def test_several_faults__are_told_at_once_in_the_order_of_the_file():
    text = "seed: -1\nquality:\n  max_margin_pct: 120\n  max_doublet_pct: many\nsamples:\n"
    assert faults(text) == [
        "file.yaml line 1, strategy_of_panel: this entry is missing; add it",
        "file.yaml line 1, seed: must be at least 0, got -1; correct the value",
        "file.yaml line 3, quality.max_margin_pct: must be at most 100, got 120; correct the value",
        "file.yaml line 4, quality.max_doublet_pct: must be a number, got 'many'; correct the value",
        "file.yaml line 5, samples: is empty; fill it in, or remove the entry",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed: 0,5", "file.yaml line 1, seed: has a decimal comma, got '0,5'; write it with a point"),
        ("seed: 1.5", "file.yaml line 1, seed: must be a whole number, got 1.5; correct the value"),
        ("samples: 3", "file.yaml line 1, samples: must be text, got 3; write it in quotes"),
        ("samples: ''", "file.yaml line 1, samples: is empty; fill it in"),
        (
            "measure: [9]",
            "file.yaml line 1, measure: must hold key: value entries, got [9]; see config/README.md for its layout",
        ),
        (
            "measure: {intensities: cd34}",
            "file.yaml line 1, measure.intensities: must be a list, got 'cd34'; write it as [first, second]",
        ),
        (
            "measure: {intensities: [cd34]}",
            (
                "file.yaml line 1, measure.intensities: must hold key: value entries, got 'cd34'; "
                "see config/README.md for its layout"
            ),
        ),
        (
            "signal: {gain: both}",
            "file.yaml line 1, signal.gain: must be 'ignore' or 'apply', got 'both'; use one of these",
        ),
        (
            "arms: {names: []}",
            "file.yaml line 1, arms.names: has too few entries: at least 1 needed, 0 found",
        ),
        (
            "strategy_of_panel: {a b: c}",
            (
                "file.yaml line 1, strategy_of_panel.a b: may hold only letters, digits and underscore, got 'a b'; "
                "write _ for spaces, dashes and other signs"
            ),
        ),
    ],
)
def test_wrong_value__is_told_in_plain_words(text, message):
    assert any(fault.startswith(message) for fault in faults(text))


def test_dates_and_yes_no__stay_the_text_that_was_written():
    assert content("a: 2024-05-01\nb: yes\nc: NO\nd: off\ne: 12:30\nf: 010\ng: 1_000\nh: 0x1F\n") == {
        "a": "2024-05-01",
        "b": "yes",
        "c": "NO",
        "d": "off",
        "e": "12:30",
        "f": "010",
        "g": "1_000",
        "h": "0x1F",
    }


def test_numbers_and_true__are_read_as_such():
    assert content("a: 12\nb: -0.5\nc: true\nd: null\ne: .5\n") == {"a": 12, "b": -0.5, "c": True, "d": None, "e": 0.5}


def test_explicit_timestamp__is_text_too():
    assert content("a: !!timestamp soon\n") == {"a": "soon"}


def test_byte_order_mark_and_windows_line_ends__are_nothing_special():
    Path("file.yaml").write_bytes(b"\xef\xbb\xbfseed: 1\r\nsamples: x\r\n")
    assert read_yaml(Path("file.yaml"))[0] == {"seed": 1, "samples": "x"}


def test_empty_file__has_no_entries():
    assert content("# nothing\n") == {}


def test_missing_file__is_told():
    with pytest.raises(UserError, match=r"^none.yaml: there is no such file; make it, or correct the path$"):
        read_yaml(Path("none.yaml"))


def test_folder__is_told():
    Path("there").mkdir()
    with pytest.raises(UserError, match=r"^there: is a folder, not a file; name a file in it$"):
        read_yaml(Path("there"))


def test_latin_1__is_told():
    Path("file.yaml").write_bytes("a: Müller".encode("latin-1"))
    with pytest.raises(UserError, match=r"^file.yaml: is not UTF-8 text; save it as UTF-8 text$"):
        read_yaml(Path("file.yaml"))


@pytest.mark.parametrize("text", ["hello", "- 1\n- 2", "3"])
def test_no_entries__is_told(text):
    assert faults(text) == ["file.yaml: does not hold key: value entries; see config/README.md for its layout"]


def test_python_objects__are_refused():
    (message,) = faults("a: !!python/object/apply:os.getcwd []")
    assert message.startswith("file.yaml line 1: is not YAML: could not determine a constructor")


@pytest.mark.parametrize("text", ["&a [*a]", "!!int x", "!!bool x", "{{x}}: 3", "a: 'x", "a: @x", "a: *b", "\x07"])
def test_strange_yaml__is_one_fault(text):
    assert len(faults(text)) == 1


def test_line_of__falls_back_to_the_entry_above():
    assert line_of(("a", 0, "c"), {("a",): 4, ("a", 0): 5}) == 5
    assert line_of(("b",), {("a",): 4}) == 1


@given(yaml_texts)
def test_any_text__is_read_or_told(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    with suppress(UserError):
        load_model(path, Open)
