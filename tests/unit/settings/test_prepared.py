import dataclasses
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import ValidationError

from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.methods import get_method
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.prepared import Prepared, read_prepared, write_prepared
from marrowgate.settings.quality import Quality
from marrowgate.settings.section import Limit, Section
from marrowgate.settings.strategies.scales import Scale
from marrowgate.settings.strategies.strategy import Step
from marrowgate.settings.strategies.strategy_reader import load_strategy

CONFIG = Path(__file__).parents[3] / "config"
STRATEGIES = sorted((CONFIG / "strategies").glob("*.yaml"))
PANELS = sorted((CONFIG / "panels").glob("*.yaml"))


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
    wanted = Prepared(load_panel(PANELS[0]), load_strategy(file)[0], Quality(max_margin_pct=1.5), "{}")
    write_prepared(tmp_path / "p.json", wanted, PANELS[0], file)
    found = read_prepared(tmp_path / "p.json", PANELS[0], file)
    assert found == wanted
    assert repr(found) == repr(wanted)


@pytest.mark.parametrize("file", PANELS, ids=lambda file: file.stem)
def test_prepared__a_panel_comes_back_as_it_was_read(file, tmp_path):
    wanted = Prepared(load_panel(file), load_strategy(STRATEGIES[0])[0], Quality(), "{}")
    write_prepared(tmp_path / "p.json", wanted, file, STRATEGIES[0])
    assert read_prepared(tmp_path / "p.json", file, STRATEGIES[0]) == wanted


@pytest.mark.parametrize("changed", ["panel.yaml", "strategy.yaml", "p.json"])
def test_prepared__counts_for_the_same_bytes_and_version_only(changed, tmp_path):
    panel, strategy = tmp_path / "panel.yaml", tmp_path / "strategy.yaml"
    panel.write_bytes(PANELS[0].read_bytes())
    strategy.write_bytes(STRATEGIES[0].read_bytes())
    prepared = Prepared(load_panel(panel), load_strategy(strategy)[0], Quality(), "{}")
    write_prepared(tmp_path / "p.json", prepared, panel, strategy)
    assert read_prepared(tmp_path / "p.json", panel, strategy) is not None
    if changed == "p.json":
        text = (tmp_path / changed).read_text()
        (tmp_path / changed).write_text(text.replace('"marrowgate": "', '"marrowgate": "9'))
    else:
        (tmp_path / changed).write_bytes((tmp_path / changed).read_bytes() + b"\n")
    assert read_prepared(tmp_path / "p.json", panel, strategy) is None


def test_panel__entries_made_by_hand_are_looked_at():
    with pytest.raises(ValidationError, match="both a marker and a scatter name"):
        Panel.model_validate({"channels": [{"channel": "A", "marker": "CD34", "scatter": "FSC-A"}]})
