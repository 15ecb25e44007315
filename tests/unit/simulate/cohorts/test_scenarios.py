import pytest

from marrowgate.simulate.cohorts.scenarios import SCENARIOS


def test_scenarios__are_those_that_are_documented():
    assert list(SCENARIOS) == ["demo", "published", "study", "null", "confounded", "weak", "dirty"]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenarios__state_what_should_be_found(name):
    scenario = SCENARIOS[name]
    assert scenario.name == name
    assert scenario.expected
    assert scenario.n_responders <= scenario.n_triplet


@pytest.mark.parametrize("name", ["null", "confounded"])
def test_scenarios__without_an_effect_have_none(name):
    scenario = SCENARIOS[name]
    assert (scenario.n_responders, scenario.cd34_fold, scenario.cxcr4_fold) == (0, 1.0, 1.0)
