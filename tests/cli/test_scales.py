"""Scales chosen from a batch, from `scales` to the gate files."""

from pathlib import Path

import flowkit as fk
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from marrowgate.cli import main
from marrowgate.gating.consensus_file import read_consensus
from marrowgate.tables import read_rows

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
PANEL = TEMPLATE / "panels" / "culture.yaml"
DAYS = ("D0", "D4", "D8")


@pytest.fixture(scope="module")
def batches(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """D0, D4 and D8 as batch b1, D10 as batch b2 whose control is D0, gated on scales taken from each batch."""
    folder = tmp_path_factory.mktemp("batches")
    text = (TEMPLATE / "strategies" / "culture.yaml").read_text(encoding="utf-8")
    strategy = folder / "s.yaml"
    strategy.write_text(text + "scales:\n  fluorescence: {kind: logicle, w: from_batch}\n", encoding="utf-8")
    for batch, days in (("b1", DAYS), ("b2", ("D10",))):
        assert main(scales_words(folder, real_data, batch, days)) == 0
        for day in days:
            assert main(fit_words(folder, real_data, batch, day)) == 0
        fits = [str(folder / f"{day}.json") for day in days]
        words = ["consensus", "--panel-name", "culture", "--batch", batch, "--fits", *fits]
        assert main([*words, "--out", str(folder / f"{batch}_consensus.yaml")]) == 0
        for day in days:
            assert main(gate_words(folder, real_data, batch, day)) == 0
    return folder


def scales_words(folder: Path, real_data: Path, batch: str, days: tuple[str, ...], out: str = "") -> list[str]:
    files = [str(real_data / "timecourse" / f"{day}.fcs") for day in days]
    words = ["scales", "--panel-name", "culture", "--batch", batch, "--panel", str(PANEL)]
    words += ["--strategy", str(folder / "s.yaml"), "--fcs", *files]
    return [*words, "--out", str(folder / f"{out or batch}_scales.yaml")]


def common(folder: Path, real_data: Path, batch: str, day: str) -> list[str]:
    words = ["--sample-id", day, "--fcs", str(real_data / "timecourse" / f"{day}.fcs"), "--panel", str(PANEL)]
    words += ["--strategy", str(folder / "s.yaml"), "--scales", str(folder / f"{batch}_scales.yaml")]
    return [*words, "--stability", str(folder / f"{day}_stability.json")]


def fit_words(folder: Path, real_data: Path, batch: str, day: str) -> list[str]:
    role = ["--control-type", "baseline"] if day == "D0" else ["--control-fits", str(folder / "D0.json")]
    return ["fit", *common(folder, real_data, batch, day), *role, "--out", str(folder / f"{day}.json")]


def gate_words(folder: Path, real_data: Path, batch: str, day: str) -> list[str]:
    words = ["gate", *common(folder, real_data, batch, day), "--fit", str(folder / f"{day}.json")]
    words += ["--consensus", str(folder / f"{batch}_consensus.yaml")]
    endings = {"gates-xml": "xml", "gates-tsv": "tsv", "events": "events.parquet", "pictures": "p", "record": "r"}
    for option, ending in endings.items():
        words += [f"--{option}", str(folder / f"{day}.{ending}")]
    return words


def widths(folder: Path, name: str) -> dict[str, float]:
    plain = yaml.safe_load((folder / f"{name}_scales.yaml").read_text(encoding="utf-8"))
    return {marker: entry["w"] for marker, entry in plain["widths"].items()}


def test_scales__order_of_the_files_does_not_matter(batches, real_data):
    assert main(scales_words(batches, real_data, "b1", DAYS[::-1], out="reversed")) == 0
    assert (batches / "reversed_scales.yaml").read_bytes() == (batches / "b1_scales.yaml").read_bytes()


def test_scales__width_is_frozen_in_consensus_and_gate_files(batches):
    found = widths(batches, "b1")
    assert 0.2 < found["CD34"] < 2.25
    assert found["CD34"] != 0.5
    assert read_consensus(batches / "b1_consensus.yaml").scales["CD34"].w == found["CD34"]
    for day in DAYS:
        strategy = fk.parse_gating_xml(str(batches / f"{day}.xml"))
        assert strategy.get_transform("scale_CD34").param_w == found["CD34"]
        rows = {row["population"]: row for row in read_rows(batches / f"{day}.tsv")}
        assert rows["cd34_pos"]["scales"] == f"CD34=logicle(262144,4.5,{found['CD34']:g},0)"


def test_scales__gate_files_give_flowkit_the_same_events(batches, real_data):
    ours = pq.read_table(batches / "D8.events.parquet").column("cd34_pos").to_numpy()
    sample = fk.Sample(str(real_data / "timecourse" / "D8.fcs"), sample_id="x")
    theirs = fk.parse_gating_xml(str(batches / "D8.xml")).gate_sample(sample).get_gate_membership("cd34_pos")
    np.testing.assert_array_equal(ours, theirs)
    assert ours.any()


def test_scales__boundary_of_a_control_of_another_batch_is_the_same_value(batches):
    assert widths(batches, "b1")["CD34"] != widths(batches, "b2")["CD34"]
    places = []
    for day in ("D0", "D10"):
        row = next(row for row in read_rows(batches / f"{day}.tsv") if row["population"] == "cd34_pos")
        places.append(float(row["boundary"].removeprefix("CD34>=")))
    assert places[1] == pytest.approx(places[0], rel=1e-4)


def test_fit__without_the_scales_of_its_batch_is_refused(batches, real_data, capsys):
    words = fit_words(batches, real_data, "b1", "D0")
    place = words.index("--scales")
    assert main([*words[:place], *words[place + 2 :]]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: option --scales: the strategy takes the scales of 7-AAD, CD")
    assert error.endswith("; give the file that `marrowgate scales` wrote\n")


def test_scales__data_sets_are_one_for_each_file(batches, real_data, capsys):
    assert main([*scales_words(batches, real_data, "b1", DAYS), "--data-sets", "1"]) == 2
    told = "error: option --data-sets: 1 data sets are given for 3 files; give one for each file\n"
    assert capsys.readouterr().err == told


def test_scales__rejected_file_is_passed_over(batches, real_data, tmp_path, caplog):
    words = scales_words(batches, real_data, "b1", DAYS, out="more")
    place = words.index("--fcs") + 1
    damaged = str(real_data / "damaged" / "corrupted.fcs")
    assert main([*words[:place], damaged, *words[place:]]) == 0
    assert (batches / "more_scales.yaml").read_bytes() == (batches / "b1_scales.yaml").read_bytes()


def test_try__takes_the_scales_from_all_files(batches, real_data, tmp_path):
    words = ["try", "--panel", str(PANEL), "--strategy", str(batches / "s.yaml"), "--out", str(tmp_path), "--one-batch"]
    assert main([*words, *(str(real_data / "timecourse" / f"{day}.fcs") for day in DAYS)]) == 0
    rows = read_rows(tmp_path / "gates" / "D4.tsv")
    used = next(row["scales"] for row in rows if row["population"] == "viable")
    assert used == f"7-AAD=logicle(262144,4.5,{widths(batches, 'b1')['7-AAD']:g},0)"


def test_try__gates_found_on_a_biexponential_scale_are_those_that_flowkit_applies(real_data, tmp_path):
    strategy = (
        "populations:\n"
        "  - {name: singlets, parent: root, dimensions: [FSC-A, FSC-H], method: singlets, arguments: {spreads: 4}}\n"
        "  - {name: viable, parent: singlets, dimensions: [7-AAD], method: negative_tail,\n"
        "     arguments: {keep: below, spreads: 5, bounds: [100, 20000]}}\n"
        "scales:\n  fluorescence: {kind: biexponential, t: 262144, m: 4.42, a: 0, w: -100}\n"
    )
    (tmp_path / "s.yaml").write_text(strategy, encoding="utf-8")
    path = real_data / "timecourse" / "D8.fcs"
    words = ["try", "--panel", str(PANEL), "--strategy", str(tmp_path / "s.yaml"), "--out", str(tmp_path), str(path)]
    assert main(words) == 0
    rows = {row["population"]: row for row in read_rows(tmp_path / "gates" / "D8.tsv")}
    assert rows["viable"]["status"] == "ok"
    assert rows["viable"]["scales"] == "7-AAD=biexponential(262144,4.42,-100,0)"
    assert 100 < float(rows["viable"]["boundary"].removeprefix("7-AAD<")) < 20_000
    table = pq.read_table(tmp_path / "events" / "D8.parquet")
    results = fk.parse_gating_xml(str(tmp_path / "gates" / "D8.xml")).gate_sample(fk.Sample(str(path), sample_id="x"))
    np.testing.assert_array_equal(table.column("viable").to_numpy(), results.get_gate_membership("viable"))
    assert 1000 < results.get_gate_count("viable") < table.num_rows
