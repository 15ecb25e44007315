"""Places relative to a population, channels under other names, and heights that stand in for areas."""

import numpy as np
import pytest

from marrowgate.gating.methods import get_method
from marrowgate.gating.sample_events import channels_of
from marrowgate.settings.strategies.strategy import Step, rests_on_numbers
from unit.gating.test_landmarks import cells, opened, strategy
from unit.gating.views import ArrayView

RNG = np.random.default_rng(3)
NEGATIVE, POSITIVE = RNG.normal(0.3, 0.03, 3000), RNG.normal(0.6, 0.03, 300)


def found(between, references, method="valley"):
    view = ArrayView({"CD34": np.concatenate([NEGATIVE, POSITIVE])}, references=references)
    chosen = get_method(method)
    return chosen.find(view, chosen.arguments.model_validate({"keep": "above", "between": between}))


def test_place__a_quantile_of_a_population_bounds_the_stretch():
    beyond = {"of": "negatives", "quantile": 0.95}
    answer = found([beyond, 1.0], {"negatives": {"CD34": NEGATIVE}})
    assert 0.38 < answer.gate.low[0] < 0.52
    none = found([beyond, 1.0], {"negatives": {"CD34": POSITIVE}})
    assert none.status == "no_valley"
    assert none.reasons[0].sentence == "no valley of CD34 between the 95 % quantile of negatives and 1"


def test_place__of_a_population_with_few_events_is_none():
    answer = found([{"of": "negatives", "quantile": 0.95}, 1.0], {"negatives": {"CD34": NEGATIVE[:49]}})
    assert answer.status == "too_few_events"
    assert answer.reasons[0].sentence == "too few events for the 95 % quantile of negatives and 1"


def test_place__a_part_of_the_scale():
    answer = found([{"part": 0.4}, {"part": 0.55}], {})
    assert 0.4 < answer.gate.low[0] < 0.55
    assert found([{"part": 0.65}, {"part": 0.9}], {}).reasons[0].sentence == (
        "no valley of CD34 between 65 % of the scale and 90 % of the scale"
    )


@pytest.mark.parametrize(("name", "more"), [("valley", {"keep": "above"}), ("slanted_valley", {"pivot": 0.1})])
def test_place__the_population_is_declared(name, more):
    method = get_method(name)
    between = [{"of": "negatives", "quantile": 0.95}, {"of": "others", "quantile": 0.5}]
    arguments = method.arguments.model_validate({"between": between, "among": "dim", **more})
    assert method.needs(arguments).references == ("dim", "negatives", "others")


def test_numbers__a_quantile_is_none_of_one_instrument():
    def rests(**arguments):
        return rests_on_numbers(Step(method="valley", arguments=arguments))

    assert rests(between=[1, {"of": "a", "quantile": 0.5}])
    assert not rests(between=[{"of": "b", "quantile": 0.9}, {"of": "a", "quantile": 0.5}])
    assert rests(vertices=[[0, 1], [1, 1], [0, 0]])
    assert not rests(reference="a", ratio=2.2)


def named(*names):
    sample = opened(cells()[0], strategy().scales)
    plain = sample.file.channels[0]
    scatter = ("FSC-A", "FSC-H", "SSC-A", "SSC-H")
    changed = []
    for index, name in enumerate(names):
        words = {"marker": "", "scatter": name} if name in scatter else {"marker": name, "scatter": ""}
        changed.append(type(plain)(**{**vars(plain), "index": index, "name": name, **words}))
    return changed


@pytest.mark.parametrize("name", ["Syto 41", "Syto41", "DRAQ5", "DNA"])
def test_channels__a_nuclear_dye_is_dna(name):
    assert list(channels_of(named("CD45", name), {"DNA", "CD45"})) == ["CD45", "DNA"]


def test_channels__a_viability_dye_is_no_dna():
    assert list(channels_of(named("CD45", "7-AAD"), {"DNA", "CD45"})) == ["CD45"]


def test_channels__height_stands_in_for_an_area_that_was_not_recorded():
    found = channels_of(named("FSC-H", "SSC-H", "CD45"), {"FSC-A", "FSC-H", "SSC-A", "CD45"})
    assert {name: channel.name for name, channel in found.items()} == {
        "FSC-A": "FSC-H", "FSC-H": "FSC-H", "SSC-A": "SSC-H", "CD45": "CD45",
    }  # fmt: skip
    own = channels_of(named("FSC-H", "FSC-A"), {"FSC-A"})
    assert own["FSC-A"].name == "FSC-A"


@pytest.mark.parametrize(("n_others", "status"), [(0, "ok"), (150, "ok"), (2000, "doubtful")])
def test_quantile__that_cuts_through_other_cells_is_in_doubt(n_others, status):
    reference, others = RNG.normal(0.6, 0.03, 3000), RNG.uniform(0.45, 0.6, n_others)
    view = ArrayView({"CD45": np.concatenate([reference, others])}, references={"core": {"CD45": reference}})
    method = get_method("reference_quantile")
    given = {"reference": "core", "quantile": 0.01, "keep": "above", "most_at_border": 0.06}
    answer = method.find(view, method.arguments.model_validate(given))
    assert answer.status == status
    assert [reason.code for reason in answer.reasons] == ["cuts_through"] * (status == "doubtful")
    del given["most_at_border"]
    assert method.find(view, method.arguments.model_validate(given)).status == "ok"
