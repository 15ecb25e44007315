import pytest

from marrowgate.fcs import markers
from marrowgate.fcs.markers import Stain, read_label, says_another_marker

LABELS = {
    # label, name: marker, fluorochrome
    ("CD34", "PE-A"): ("CD34", ""), ("CD15-FITC", "FL1 Log"): ("CD15", "FITC"),
    ("CD4 FITC", "FL1-H"): ("CD4", "FITC"),
    ("HLA DR-FITC", "FL1"): ("HLA-DR", "FITC"), ("HLA-DR", "V450-A"): ("HLA-DR", ""),
    ("HLA-DR-PE-Cy7", "PE-Cy7-A"): ("HLA-DR", "PE-Cy7"), ("CD45 ECD", "FL3 LOG"): ("CD45", "ECD"),
    ("CD7 RD1", "FL2"): ("CD7", "RD1"), ("CD33 PC5", "FL4"): ("CD33", "PC5"),
    ("CD34 PC5.5", "FL4"): ("CD34", "PC5.5"),
    ("cd45 VioBlue-A", "FL1-A"): ("CD45", "VioBlue"), ("CD34 PerCP-Cy5-5-A", "x"): ("CD34", "PerCP-Cy5-5"),
    ("CD34 PerCP-Cy5.5", "x"): ("CD34", "PerCP-Cy5.5"), ("CD45RA BV421", "x"): ("CD45RA", "BV421"),
    ("BV421 CD45RA", "x"): ("CD45RA", "BV421"), ("PE_CD34", "x"): ("CD34", "PE"), ("CD34:APC", "x"): ("CD34", "APC"),
    ("FITC: CD3", "x"): ("CD3", "FITC"), ("CD34 | APC", "x"): ("CD34", "APC"),
    ("CXCR4 BUV395", "x"): ("CXCR4", "BUV395"), ("CD184 (CXCR4)", "x"): ("CD184 (CXCR4)", ""),
    ("CD184-APC-R700", "x"): ("CD184", "APC-R700"), ("CXCR4", "x"): ("CXCR4", ""), ("PD-1", "x"): ("PD-1", ""),
    ("TIM-3 PE", "x"): ("TIM-3", "PE"), ("SSEA-4", "x"): ("SSEA-4", ""), ("IL-12", "x"): ("IL-12", ""),
    ("CD3", "x"): ("CD3", ""), ("cd 34", "x"): ("CD34", ""), ("CD235ab", "x"): ("CD235ab", ""),
    ("Ki-67", "x"): ("Ki-67", ""),
    ("CD34 Alexa Fluor 700", "x"): ("CD34", "Alexa Fluor 700"), ("CD71 AF488", "x"): ("CD71", "AF488"),
    ("CD34 clone 581", "x"): ("CD34", ""), ("7-AAD", "PerCP-Cy5-5-A"): ("7-AAD", ""), ("PI", "x"): ("PI", ""),
    ("DAPI", "x"): ("DAPI", ""), ("Syto 41", "PacificBlue-A"): ("Syto 41", ""), ("DRAQ5", "x"): ("DRAQ5", ""),
    ("IgG1-FITC", "x"): ("IgG1", "FITC"), ("GFP/FITC-A", "FL7-A"): ("GFP", "FITC"),
    # trade marks, other dashes and blanks, further dyes
    ("CD45 Alexa Fluor\u00ae 700", "x"): ("CD45", "Alexa Fluor 700"),
    ("CD45 PE/Dazzle\u2122 594", "x"): ("CD45", "PE/Dazzle 594"),
    ("CD34\u2011PE", "x"): ("CD34", "PE"),
    ("CD34\u00a0PE", "x"): ("CD34", "PE"),
    ("CD45 PE-Vio 770", "x"): ("CD45", "PE-Vio 770"),
    ("CD45 PerCP-eFluor 710", "x"): ("CD45", "PerCP-eFluor 710"),
    ("CD45 NovaFluor Blue 610/70S", "x"): ("CD45", "NovaFluor Blue 610/70S"),
    ("CD45 HV500", "x"): ("CD45", "HV500"),
    ("CD45-SNv605", "x"): ("CD45", "SNv605"),
    ("CD45 SBV610", "x"): ("CD45", "SBV610"),
    ("CD45 Real Blue 780", "x"): ("CD45", "Real Blue 780"),
    ("not used", "PE-A"): ("", ""),
    ("n.a.", "PE-A"): ("", ""),
    ("Blue 530/30", "x"): ("", ""),
    # clones, makers' spellings, FlowJo's labels
    ("CD34 (581)", "PE-A"): ("CD34", ""), ("CD15 (HI98) FITC", "x"): ("CD15", "FITC"),
    ("CXCR4 [12G5]", "x"): ("CXCR4", ""), ("CD34 (clone 581) PE", "x"): ("CD34", "PE"),
    ("CD34-BV421 (581)", "x"): ("CD34", "BV421"), ("HLA-DR (L243)", "x"): ("HLA-DR", ""),
    ("CD34 (PE)", "x"): ("CD34", "PE"), ("TCR (gd)", "x"): ("TCR (gd)", ""),
    ("CD34 PE/Cyanine7", "PE-Cy7-A"): ("CD34", "PE/Cyanine7"), ("CD34 PE-Cy-7", "x"): ("CD34", "PE-Cy-7"),
    ("PerCP/Cyanine5.5 CD45", "x"): ("CD45", "PerCP/Cyanine5.5"), ("CD34 BUV 395", "x"): ("CD34", "BUV 395"),
    ("PE-Cy7-A :: CD34", "PE-Cy7-A"): ("CD34", ""), ("CD34 :: PE-Cy7-A", "PE-Cy7-A"): ("CD34", ""),
    ("anti-CD34 PE", "x"): ("CD34", "PE"), ("anti-human CD34", "x"): ("CD34", ""),
    ("460/22-405 nm", "V460-A"): ("", ""), ("525/50", "x"): ("", ""), ("582/15-Yellow", "x"): ("", ""),
    ("780/60-561", "x"): ("", ""), ("450/50 nm", "x"): ("", ""),
    # masses and metals
    ("148-CD34", "Nd(147.916)-Dual"): ("CD34", ""), ("160-CD123", "Gd(159.927)-Dual"): ("CD123", ""),
    ("174Yb_CD34", "Yb174Di"): ("CD34", "174Yb"), ("Yb174_CD34", "Yb174Di"): ("CD34", "Yb174"),
    ("CD34_174Yb", "Yb174Di"): ("CD34", "174Yb"), ("CD34(Nd148)Di", "Nd148Di"): ("CD34", ""),
    ("CD34(Nd148)Dd", "x"): ("CD34", ""), ("89Y_CD45", "Y89Di"): ("CD45", "89Y"),
    ("112Cd_CD3", "Cd112Di"): ("CD3", "112Cd"),
    ("148Nd_CD34 (v)", "Nd148Di"): ("CD34", "148Nd"), ("191-DNA", "x"): ("DNA", ""),
    ("191Ir_DNA1", "x"): ("DNA1", "191Ir"),
    ("164-pSLP-76", "x"): ("pSLP-76", ""), ("103-Viability", "x"): ("Viability", ""), ("CD110", "x"): ("CD110", ""),
    ("CD110 PE", "x"): ("CD110", "PE"), ("CD123", "x"): ("CD123", ""), ("110-CD3", "x"): ("CD3", ""),
    ("", "CD34(Nd148)Di"): ("CD34", ""), ("CD34(Nd148)Di", "CD34(Nd148)Di"): ("CD34", ""),
    # nothing stained
    ("", "PE-A"): ("", "PE"), ("", "FL1-H"): ("", ""), ("PE-A", "FL2-A"): ("", "PE"),
    ("FITC", "FL 1 Log"): ("", "FITC"),
    ("FL1-A", "FL1-A"): ("", ""), ("PE-Cy7-A", "PE-Cy7-A"): ("", "PE-Cy7"),
    ("FL1-Height FL-Height", "FL1-Height"): ("", ""),
    ("174Yb", "Yb174Di"): ("", "174Yb"), ("", "Yb174Di"): ("", "Yb174Di"), ("FSC-Height", "FSC-H"): ("", ""),
    ("Yellow Fluorescence (YEL-HLin)", "YEL-HLin"): ("", ""), ("", "V450-A"): ("", ""), ("Empty", "x"): ("", ""),
    ("", "PE-TxRed YG-A"): ("", "PE-TxRed"), ("Violet 1", "FL 6 Log"): ("", ""),
    # the marker stands in the name
    ("", "CD34"): ("CD34", ""), ("", "CD34 PE-A"): ("CD34", "PE"), ("", "BV421-CD45RA-A"): ("CD45RA", "BV421"),
}  # fmt: skip


@pytest.mark.parametrize(("label", "name", "stain"), [(*key, value) for key, value in LABELS.items()])
def test_markers__label_is_resolved(label: str, name: str, stain: tuple[str, str]) -> None:
    found = read_label(label, name)
    assert (found.marker, found.fluorochrome) == stain


@pytest.mark.parametrize(
    ("label", "marker", "another"),
    [("CD184", "CXCR4", False), ("CD184 (CXCR4)", "CXCR4", False), ("CXCR4 PE", "CD184", False),
     ("c-Kit APC", "CD117", False), ("GPA", "CD235a", False), ("CD34 (581)", "CD34", False),
     ("CD14", "CXCR4", True), ("CD14", "CD184", True), ("CD235a", "CD235b", True), ("", "CD34", False),
     # two antibodies in one detector
     ("CD56IgK", "CD56", False), ("CD4CD20", "CD20", False), ("CD8/TCRgd", "CD8", False), ("CD4CD20", "CD19", True),
     ("CXCR4/CD184 PE", "CD184", False), ("CD45 APC/Fire\u2122 750", "CD45", False),
     ("CD45RA", "CD45", True)],
)  # fmt: skip
def test_markers__other_names_of_one_marker_are_no_other_marker(label: str, marker: str, another: bool) -> None:
    assert says_another_marker(label, "x", marker) is another


def test_label__marker_alone_needs_no_pattern_of_dyes_and_is_what_they_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [f"CD{number}{letters}" for number in range(1, 400) for letters in ("", "a", "R", "d", "RA", "Pt")]
    alone += ["CXCR4", "CCR7", "7-AAD"]
    for name in ("PE-A", "FL1", "PerCP-Cy5-5-A", "Yb174Di", "", "450/50"):
        assert {label: markers._resolve(label, name) for label in alone} == {
            label: read_label(label, name) for label in alone
        }
    monkeypatch.setattr(markers, "_DYES", "(")
    assert {read_label(label, "PE-A").marker for label in alone} == set(alone)
    # the channel's own name says nothing of what is stained
    monkeypatch.undo()
    assert read_label("CD34", "CD34-A") == Stain()
