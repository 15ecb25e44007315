"""Coverage-guided search for files that break the reader (atheris; run by hand).

Run: python tests/fuzz/fuzz_fcs.py [folder of found inputs] [-max_total_time=600]
Any exception that leaves `read_fcs` is a finding. atheris is no dependency of the project: pip install atheris
"""

import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["marrowgate.fcs"]):
    from marrowgate.fcs.read import data_sets, read_fcs
    from marrowgate.fcs.verdict import REJECTIONS, REPAIRS

from unit.fcs.mutations import seeds

PATH = Path(tempfile.mkdtemp(prefix="fuzz_fcs_")) / "file.fcs"


def test_one_input(content: bytes) -> None:
    """Read one input in every way, and hold the answer against what the interface promises."""
    PATH.write_bytes(content)
    for file in (*data_sets(PATH), read_fcs(PATH, gain="apply"), read_fcs(PATH, 2)):
        codes = {note.code for note in file.verdict.reasons} | {note.code for note in file.verdict.repairs}
        assert codes <= set(REJECTIONS) | set(REPAIRS)
        assert (file.events is None) or file.events.shape == (file.n_events, len(file.channels))


def main() -> None:
    """Start from one valid file of each kind."""
    corpus = Path(tempfile.mkdtemp(prefix="fuzz_fcs_corpus_"))
    for name, content in seeds().items():
        (corpus / name).write_bytes(content)
    atheris.Setup([*sys.argv, str(corpus)], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
