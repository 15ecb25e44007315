"""A study of any number of samples whose files are small, for what grows with the number of samples alone."""

import shutil
from pathlib import Path

import yaml

from marrowgate.cli import main

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SAMPLES_A_BATCH = 100
EVENTS = 60


def make_study(folder: Path, n_samples: int, events: int = EVENTS) -> Path:
    """Write config, sheets and FCS files of a study: half of its samples of each panel, four visits a patient.

    Parameters
    ----------
    folder : Path
        A new folder.
    n_samples : int
        Samples, all of patients.
    events : int
        Events of each sample.
    """
    config, data = folder / "config", folder / "raw"
    for name in ("panels", "strategies", "bead_lots"):
        shutil.copytree(REPOSITORY / "config" / name, config / name)
    data.mkdir(parents=True)
    for panel in ("hspc", "immature"):
        words = ["--scenario", "demo", "--seed", "1", "--events", str(events), "--sample-id", f"T01_v1_{panel}"]
        given = ["--panel", str(config / "panels" / f"{panel}.yaml"), "--fcs", str(data / f"{panel}.fcs")]
        if main(["simulate", *words, *given]):
            msg = "a sample cannot be simulated"
            raise RuntimeError(msg)
    samples, patients = ["sample_id\tpatient_id\tfcs\tpanel\tbatch\tday"], ["patient_id\tarm"]
    for number in range(n_samples):
        panel, visit, patient = ("hspc", "immature")[number % 2], number // 2 % 4, f"P{number // 8:06d}"
        sample_id = f"{patient}_v{visit}_{panel}"
        shutil.copyfile(data / f"{panel}.fcs", data / f"{sample_id}.fcs")
        batch = f"B{number // SAMPLES_A_BATCH:05d}"
        samples.append(f"{sample_id}\t{patient}\traw/{sample_id}.fcs\t{panel}\t{batch}\t{28 * visit}")
        if number % 8 == 0:
            patients.append(f"{patient}\t{('triplet', 'doublet')[number // 8 % 2]}")
    (config / "samples.tsv").write_text("\n".join(samples) + "\n", encoding="utf-8")
    (config / "patients.tsv").write_text("\n".join(patients) + "\n", encoding="utf-8")
    settings = yaml.safe_load((REPOSITORY / "config" / "config.yaml").read_text(encoding="utf-8"))
    for name in ("simulation", "measurements", "toxicity", "cohort"):
        settings.pop(name, None)
    (config / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return folder
