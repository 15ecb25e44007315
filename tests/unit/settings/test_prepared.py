import argparse
import dataclasses
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import ValidationError

from marrowgate.cli import main
from marrowgate.errors import UserError
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.methods import get_method
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.prepared import Prepared, read_prepared, write_prepared
from marrowgate.settings.quality import Quality
from marrowgate.settings.section import Limit, Section
from marrowgate.settings.strategies.scales import Scale
from marrowgate.settings.strategies.strategy import Step
from marrowgate.settings.strategies.strategy_reader import load_strategy
from marrowgate.steps.sample_arguments import add_sample_arguments, settings_of

CONFIG = Path(__file__).parents[3] / "config"
STRATEGIES = sorted((CONFIG / "strategies").glob("*.yaml"))
PANELS = sorted((CONFIG / "panels").glob("*.yaml"))


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_sample_arguments(parser)
    return parser.parse_args(["--sample-id", "A", "--fcs", "a.fcs", *words])


class Inner(Section):
    number: Annotated[float, Limit(gt=0, le=9)]


class Outer(Section):
    value: float | Inner | None = None
    pair: tuple[float, Inner] = (1.0, Inner(number=1.0))
    many: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = dataclasses.field(default_factory=dict)
    choice: bool | str = False


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"value": 3},
        {"value": {"number": 2}},
        {"pair": [2, {"number": 3}], "many": [{"number": 1}, {"number": 4}]},
        {"by_name": {"a": {"number": 1}}, "choice": True},
        {"choice": "word"},
    ],
)
def test_section__from_checked_is_what_the_check_gives(content):
    checked = Outer.model_validate(content)
    plain = Outer.from_checked(content)
    assert plain == checked
    assert repr(plain) == repr(checked)  # 3 and 3.0 are equal


@pytest.mark.parametrize("content", [{"number": 0}, {"number": 10}, {"number": 1, "other": 2}, {}, 5])
def test_section__the_check_refuses_what_does_not_keep_to_the_limits(content):
    with pytest.raises(ValidationError):
        Inner.model_validate(content)


def test_section__is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Inner(number=1.0).number = 2.0  # type: ignore[misc]


def test_section__from_checked_refuses_entries_that_it_has_not():
    with pytest.raises(TypeError, match="other"):
        Inner.from_checked({"number": 1, "other": 2})


def test_section__a_copy_is_looked_at_too():
    with pytest.raises(ValueError, match="from_batch goes with kind: logicle"):
        Scale(kind="logicle", w="from_batch").model_copy(update={"kind": "log"})


@pytest.mark.parametrize("file", STRATEGIES, ids=lambda file: file.stem)
def test_arguments__of_the_shipped_strategies_are_the_same_checked_and_not(file):
    strategy = load_checked_strategy(file)
    steps: list[Step] = [*strategy.populations]
    steps += [population.fallback for population in strategy.populations if population.fallback]
    for step in steps:
        arguments = get_method(step.method).arguments
        assert repr(arguments.from_checked(step.arguments)) == repr(arguments.model_validate(step.arguments))


@pytest.mark.parametrize("file", STRATEGIES, ids=lambda file: file.stem)
def test_prepared__a_strategy_comes_back_as_it_was_read(file, tmp_path):
    wanted = Prepared(load_panel(PANELS[0]), load_strategy(file)[0], Quality(max_margin_pct=1.5))
    write_prepared(tmp_path / "p.json", wanted)
    found = read_prepared(tmp_path / "p.json")
    assert found == wanted
    assert repr(found) == repr(wanted)


@pytest.mark.parametrize("file", PANELS, ids=lambda file: file.stem)
def test_prepared__a_panel_comes_back_as_it_was_read(file, tmp_path):
    wanted = Prepared(load_panel(file), load_strategy(STRATEGIES[0])[0], Quality())
    write_prepared(tmp_path / "p.json", wanted)
    assert read_prepared(tmp_path / "p.json") == wanted


def test_prepared__of_another_version_is_refused(tmp_path):
    file = tmp_path / "p.json"
    write_prepared(file, Prepared(load_panel(PANELS[0]), load_strategy(STRATEGIES[0])[0], Quality()))
    file.write_text(file.read_text().replace('"marrowgate": "', '"marrowgate": "9'))
    with pytest.raises(UserError) as refused:
        read_prepared(file)
    what = "was written by another version of marrowgate; run marrowgate prepare again"
    assert str(refused.value) == f"{file}: {what}"


def test_settings_of_a_step__are_those_that_were_checked_or_checked_now(tmp_path):
    file, panel, strategy = tmp_path / "p.json", PANELS[0], STRATEGIES[0]
    quality = '{"max_margin_pct": 1.5}'
    assert (
        main(["prepare", "--panel", str(panel), "--strategy", str(strategy), "--quality", quality, "--out", str(file)])
        == 0
    )
    from_words = settings_of(arguments("--panel", str(panel), "--strategy", str(strategy), "--quality", quality))
    assert settings_of(arguments("--prepared", str(file))) == from_words
    assert from_words.quality.max_margin_pct == 1.5


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([], "--panel or --strategy is missing"),
        (["--panel", "a"], "--panel or --strategy is missing"),
        (["--prepared", "p", "--panel", "a"], "--prepared stands in for --panel, --strategy and --quality"),
        (["--prepared", "p", "--strategy", "a"], "--prepared stands in for --panel, --strategy and --quality"),
        (["--prepared", "p", "--quality", '{"a": 1}'], "--prepared stands in for --panel, --strategy and --quality"),
    ],
)
def test_settings_of_a_step__are_refused_when_they_are_given_twice_or_in_part(words, what):
    with pytest.raises(UserError) as refused:
        settings_of(arguments(*words))
    cure = "give --prepared alone, or --panel and --strategy without it"
    assert str(refused.value) == f"the command line: {what}; {cure}"


def test_panel__entries_made_by_hand_are_looked_at():
    with pytest.raises(ValidationError, match="both a marker and a scatter name"):
        Panel.model_validate({"channels": [{"channel": "A", "marker": "CD34", "scatter": "FSC-A"}]})
