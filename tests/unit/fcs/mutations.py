"""Small valid files of many kinds, and ways to damage them."""

import numpy as np

from unit.fcs.builder import DATA_BEGIN, fcs_bytes, keywords, text_segment

RNG = np.random.default_rng(20)
FLOATS = RNG.normal(1000, 300, (40, 3)).astype("<f4")
WORDS = RNG.integers(0, 1024, (40, 3)).astype("<u2")
MIXED = np.array([(1.5 * n, 2.5 * n, n) for n in range(40)], [("a", "<f4"), ("b", "<f8"), ("t", "<u4")])


def seeds() -> dict[str, bytes]:
    """One valid file of each kind."""
    labels = {"P1S": "FSC", "P2S": "CD34 PE", "SPILLOVER": "2,FSC-A,PE-A,1,0.1,0.2,1", "CYT": "LSRII"}
    two = DATA_BEGIN + FLOATS.nbytes
    wide = {"P3DATATYPE": "I", "P3R": "4294967296", "P2DATATYPE": "D", "P2B": "64"}
    free = {"P1B": "*", "P2B": "*", "P3B": "*"}
    numbers = b" ".join(b"%d" % value for value in WORDS.ravel())
    supplement = text_segment({"$P3S": "clock"})
    place = {"BEGINSTEXT": str(two), "ENDSTEXT": str(two + len(supplement) - 1)}
    return {
        "float": fcs_bytes(keywords(40, **labels), FLOATS),
        "big": fcs_bytes(keywords(40, BYTEORD="4,3,2,1"), FLOATS.astype(">f4"), version="3.1"),
        "double": fcs_bytes(keywords(40, datatype="D", bits=64), FLOATS.astype("<f8"), delimiter="\x0c"),
        "words": fcs_bytes(keywords(40, datatype="I", bits=16, P2E="4,0.1"), WORDS, version="2.0"),
        "odd": fcs_bytes(keywords(40, datatype="I", bits=24), WORDS.tobytes() + WORDS.tobytes()[: WORDS.size]),
        "packed": fcs_bytes(keywords(40, datatype="I", bits=10), WORDS.tobytes()[:150]),
        "mixed": fcs_bytes(keywords(40, **wide), MIXED.tobytes(), version="3.2"),
        "ascii": fcs_bytes(keywords(40, datatype="A", **free), numbers),
        "two": fcs_bytes(keywords(40, NEXTDATA=str(two)), FLOATS) + fcs_bytes(keywords(40), FLOATS + 1),
        "stext": fcs_bytes(keywords(40, **place), FLOATS, tail=supplement),
    }


VALUES = (
    "", "0", "-1", "1", "3", "5", "40", "41", "1024", "1e12", "999999999999", "9" * 30, "NaN", "inf", "*", "4,0",
    "0,0", "A",
    "C", "D", "F", "I", "L", "8", "10", "16", "24", "32", "64", "65", "1,2,3,4", "4,3,2,1", "3,4,1,2", "\u00b5",
    "FSC-A",
    "2048", "2047", "2049", "58", "3,a,b,c,1,2", "12:00:00", "0.01", "/", "//",
)  # fmt: skip
NAMES = (
    "$TOT", "$PAR", "$DATATYPE", "$BYTEORD", "$MODE", "$NEXTDATA", "$BEGINDATA", "$ENDDATA", "$BEGINSTEXT",
    "$ENDSTEXT",
    "$P1B", "$P2B", "$P1R", "$P2R", "$P1E", "$P2E", "$P1G", "$P1N", "$P2N", "$P3N", "$P1S", "$P3DATATYPE",
    "$SPILLOVER",
    "$COMP", "SPILL", "$TIMESTEP", "$VOL", "$BTIM", "$ETIM", "$CYT",
)  # fmt: skip


def with_keyword(content: bytes, name: str, value: str) -> bytes:
    """Put a keyword in front of the others, where it wins; the TEXT keeps its place in the file."""
    end = int(content[18:26])
    text = content[58 : end + 1]
    entry = text[:1] + name.encode() + text[:1] + value.encode()
    room = DATA_BEGIN - 58 - len(text)
    if len(entry) > room:
        return content
    new_end = end + len(entry)
    return content[:18] + f"{new_end:>8}".encode() + content[26:58] + entry + text + content[new_end + 1 :]
