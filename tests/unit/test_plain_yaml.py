import json

import pytest
import yaml

from marrowgate.plain_yaml import read_plain, write_plain

PLAIN = {
    "panel": "hspc",
    "number": 0.1 + 0.2,
    "empty": [],
    "nothing": None,
    "rows": [{"name": "CD34, \u00b5L: x", "values": [1, 2.5, None]}, {"name": "", "flag": True}],
    "scales": {"A": {"w": -0.5}, "B": {}},
}


def test_plain_yaml__comes_back_as_json_and_as_yaml(tmp_path):
    write_plain(tmp_path / "a.yaml", PLAIN)
    text = (tmp_path / "a.yaml").read_text()
    assert read_plain(tmp_path / "a.yaml") == PLAIN == json.loads(text) == yaml.safe_load(text)


def test_plain_yaml__has_a_line_for_each_part(tmp_path):
    write_plain(tmp_path / "a.yaml", PLAIN)
    lines = (tmp_path / "a.yaml").read_text().splitlines()
    assert lines[0] == "{"
    assert [line.strip() for line in lines if '"name"' in line] == [
        json.dumps(PLAIN["rows"][0]) + ",",
        json.dumps(PLAIN["rows"][1]) + "],",
    ]


@pytest.mark.parametrize("text", ["a: 1\nb: [x, y]\n", "# by hand\n{a: 1, b: [x, y]}\n"])
def test_plain_yaml__reads_what_a_person_writes(text, tmp_path):
    (tmp_path / "a.yaml").write_text(text)
    assert read_plain(tmp_path / "a.yaml") == {"a": 1, "b": ["x", "y"]}
