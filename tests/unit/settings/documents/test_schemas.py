import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from marrowgate.settings.documents.schemas import FILES, schema_text

CONFIG = Path(__file__).parents[4] / "config"
SHIPPED = [
    ("config", CONFIG / "config.yaml"),
    *(("panel", path) for path in sorted((CONFIG / "panels").glob("*.yaml"))),
    *(("strategy", path) for path in sorted((CONFIG / "strategies").glob("*.yaml"))),
]


@pytest.mark.parametrize("name", FILES)
def test_schema__in_the_repository_is_up_to_date(name):
    assert (CONFIG / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8") == schema_text(name)


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=lambda value: getattr(value, "stem", value))
def test_schema__takes_what_is_shipped(name, path):
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), json.loads(schema_text(name)))


def test_schema__refuses_an_entry_that_there_is_not():
    with pytest.raises(jsonschema.ValidationError, match="populatoins"):
        jsonschema.validate({"populatoins": []}, json.loads(schema_text("strategy")))
