from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError

from marrowgate.settings import config, panel, sheets
from marrowgate.settings.checking import fields_of
from marrowgate.settings.messages import correct_to, nearest, sentence, shown
from marrowgate.settings.section import Limit, Section
from marrowgate.settings.strategies import strategy


def said(annotation: Any, value: Any) -> tuple[str, str]:
    """Return the sentence for a value that a field of this type refuses."""

    class Model(BaseModel):
        field: annotation

    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"field": value})
    return sentence(caught.value.errors(include_url=False)[0])


def refuse(value: str) -> str:
    msg = "that will not do; do otherwise"
    raise ValueError(msg)


class Colour(Enum):
    red = "red"


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (int, "x", ("must be a whole number, got 'x'", "correct the value")),
        (int, "9" * 5000, ("must be a whole number, got '" + "9" * 56 + "...", "correct the value")),
        (float, [1], ("must be a number, got [1]", "correct the value")),
        (float, "3,5", ("has a decimal comma, got '3,5'", "write it with a point")),
        (float, ",5", ("has a decimal comma, got ',5'", "write it with a point")),
        (bool, 3.5, ("must be true or false, got 3.5", "use one of these")),
        (dict[str, int], 3, ("must hold key: value entries, got 3", "see config/README.md for its layout")),
        (tuple[int], [1, 2], ("has too many entries: at most 1 allowed", "remove what is too much")),
        (tuple[int, int], [1, 2, 3], ("has too many entries: at most 2 allowed", "remove what is too much")),
        (Annotated[float, Field(lt=1)], 2, ("must be below 1, got 2", "correct the value")),
        (Annotated[str, AfterValidator(refuse)], "a", ("that will not do", "do otherwise")),
        (Colour, "blue", ("must be 'red', got 'blue'", "use one of these")),
        (complex, "x", ("cannot be used here, got 'x'", "see config/README.md for what it may be")),
    ],
)  # fmt: skip
def test_every_kind_of_fault__has_plain_words(annotation, value, message):
    assert said(annotation, value) == message


def test_shown__shortens_long_values():
    assert len(shown("x" * 500)) == 60
    assert shown("x" * 500).endswith("...")


def test_nearest__finds_slips_whatever_the_case_and_the_signs_between():
    known = ("sample_id", "patient_id", "batch")
    assert nearest("Sample ID", known) == "sample_id"
    assert nearest("patient", known) == "patient_id"
    assert nearest("operator", known) is None
    assert nearest("patient", known, likeness=0.9) is None


def test_correct_to__says_what_else_to_do_when_nothing_is_near():
    assert correct_to("bacth", ("batch",), "add it") == "did you mean 'batch'?"
    assert correct_to("x", ("batch",), "add it") == "add it"


@pytest.mark.parametrize("module", [config, panel, sheets, strategy])
def test_every_pattern_of_the_models__has_words(module):
    models = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, BaseModel | Section) and each is not Section
    ]
    patterns = {
        each
        for model in models
        for field in fields_of(model).values()
        for each in _patterns(field.annotation, field.metadata)
    }
    for pattern in patterns:
        assert "^" not in said(Annotated[str, StringConstraints(pattern=pattern)], "ä b")[0]


def _patterns(annotation: Any, metadata: Any) -> set[str]:
    parts = (*metadata, *getattr(annotation, "__metadata__", ()))
    found = {str(part.pattern) for part in parts if isinstance(part, StringConstraints | Limit) and part.pattern}
    return found.union(*(_patterns(part, ()) for part in getattr(annotation, "__args__", ())))
