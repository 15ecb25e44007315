"""Names of one marker: CD numbers and what else they are called.

Source: the human leucocyte differentiation antigens of HLDA (Engel et al. 2015, J Immunol 195:4555) and the gene names
of HGNC; markers of blood and marrow panels.
"""

import re
from types import MappingProxyType

_SYNONYMS = """
CD1c BDCA-1 | CD2 LFA-2 | CD3 CD3e TCR-CD3 | CD5 Leu-1 T1 | CD8 CD8a | CD10 CALLA Neprilysin MME | CD11a LFA-1 ITGAL
CD11b Mac-1 ITGAM CR3 | CD11c ITGAX CR4 | CD13 APN ANPEP Aminopeptidase-N | CD15 SSEA-1 Lewis-X LeX
CD15s Sialyl-Lewis-X | CD16 FcgRIII FCGR3 | CD18 ITGB2 | CD19 B4 | CD20 MS4A1 | CD21 CR2 | CD22 Siglec-2
CD23 FceRII | CD24 HSA | CD25 IL-2Ra | CD26 DPP4 | CD27 TNFRSF7 | CD29 ITGB1 | CD30 TNFRSF8 | CD31 PECAM-1
CD32 FcgRII | CD33 Siglec-3 | CD34 HPCA1 | CD35 CR1 | CD36 GPIIIb GPIV | CD38 ADP-ribosyl-cyclase | CD40 TNFRSF5
CD41 GPIIb ITGA2B Integrin-aIIb | CD42a GPIX | CD42b GPIba | CD43 Leukosialin SPN | CD44 HCAM Pgp-1 | CD45 LCA PTPRC
CD47 IAP | CD49b ITGA2 VLA-2 | CD49d ITGA4 VLA-4 | CD49f ITGA6 VLA-6 | CD52 CAMPATH-1 | CD54 ICAM-1 | CD55 DAF
CD56 NCAM N-CAM | CD57 HNK-1 B3GAT1 | CD58 LFA-3 | CD59 Protectin | CD61 GPIIIa ITGB3 | CD62E E-selectin
CD62L L-selectin | CD62P P-selectin | CD64 FcgRI FCGR1 | CD66b CEACAM8 CD67 | CD69 VEA
CD71 TFRC Transferrin-receptor TfR1 | CD73 NT5E | CD79a Iga MB-1 | CD79b Igb B29 | CD80 B7-1 | CD81 TAPA-1
CD82 KAI1 | CD86 B7-2 | CD90 Thy-1 Thy1 | CD95 Fas APO-1 | CD99 MIC2 | CD103 ITGAE | CD105 Endoglin | CD106 VCAM-1
CD110 MPL TPO-R c-Mpl | CD114 G-CSFR CSF3R | CD115 M-CSFR CSF1R c-fms | CD116 GM-CSFRa | CD117 c-Kit KIT SCFR
CD119 IFNgR1 | CD123 IL-3Ra IL3RA | CD124 IL-4Ra | CD126 IL-6Ra | CD127 IL-7Ra | CD131 CSF2RB
CD133 PROM1 AC133 Prominin-1 | CD134 OX40 | CD135 FLT3 FLK-2 | CD137 4-1BB | CD138 Syndecan-1 SDC1 | CD140a PDGFRa
CD140b PDGFRb | CD141 BDCA-3 Thrombomodulin | CD144 VE-cadherin | CD146 MCAM | CD150 SLAM SLAMF1 | CD152 CTLA-4
CD154 CD40L | CD157 BST1 | CD158 KIR | CD159a NKG2A | CD161 KLRB1 NKR-P1A | CD163 M130 | CD164 Endolyn | CD166 ALCAM
CD172a SIRPa | CD180 RP105 | CD181 CXCR1 | CD182 CXCR2 | CD183 CXCR3 | CD184 CXCR4 Fusin CXCR-4 | CD185 CXCR5
CD186 CXCR6 | CD191 CCR1 | CD192 CCR2 | CD193 CCR3 | CD194 CCR4 | CD195 CCR5 | CD196 CCR6 | CD197 CCR7 | CD198 CCR8
CD199 CCR9 | CD200 OX2 | CD203c ENPP3 | CD206 MMR Mannose-receptor | CD207 Langerin | CD209 DC-SIGN | CD223 LAG-3
CD229 Ly9 | CD231 TSPAN7 | CD233 Band-3 | CD235a GPA Glycophorin-A GYPA | CD235b GYPB | CD236 GPC Glycophorin-C
CD238 Kell | CD240DCE Rh30 | CD243 MDR1 | CD244 2B4 | CD253 TRAIL | CD261 TRAIL-R1 | CD269 BCMA TNFRSF17
CD267 TACI | CD268 BAFF-R | CD271 NGFR LNGFR | CD273 PD-L2 | CD274 PD-L1 B7-H1 | CD278 ICOS | CD279 PD-1 PDCD1
CD300e IREM-2 | CD303 BDCA-2 | CD304 BDCA-4 Neuropilin-1 | CD305 LAIR1 | CD307e FcRH5 FCRL5 | CD309 VEGFR2 KDR
CD314 NKG2D | CD319 CS1 SLAMF7 | CD324 E-cadherin | CD326 EpCAM | CD335 NKp46 | CD336 NKp44 | CD337 NKp30
CD366 TIM-3 HAVCR2 | CD369 Dectin-1 | CD371 CLL-1 CLEC12A | GPRC5D | HLA-DR HLADR MHC-II-DR | 7-AAD 7AAD | TdT DNTT
MPO Myeloperoxidase | Kappa IgK Ig-kappa | Lambda IgL Ig-lambda | Ki-67 Ki67 MKI67 | CXCR7 ACKR3 | FceRI FceRIa
TCRab TCR-ab | TCRgd TCR-gd | Lactoferrin LTF | CD45RA | CD45RO | CD61 | CD235ab Glycophorin-AB
DNA Syto13 Syto16 Syto40 Syto41 Syto45 DRAQ5 Hoechst Hoechst33342 DyeCycle DyeCycle-Violet
"""
_CD_NUMBER = r"cd\d{1,3}(?:[a-elp]|ra|rb|rc|ro|ab|dce)?"
_GREEK = MappingProxyType(dict(zip("\u03b1\u03b2\u03b3\u03b4\u03b5\u03ba\u03bb", "abgdekl", strict=True)))


def folded(name: str) -> str:
    """Return the letters and digits of a name in small letters, Greek ones written as in panels."""
    return "".join(_GREEK.get(letter, letter) for letter in name.casefold() if letter.isalnum())


_ONE_NAME = MappingProxyType(
    {
        folded(name): folded(names.split()[0])
        for line in _SYNONYMS.strip().splitlines()
        for names in line.split(" | ")
        for name in names.split()
    }
)


def canonical(name: str) -> str:
    """Return the one name, folded, by which a marker is known here; the folded name itself where it has no other."""
    return _ONE_NAME.get(folded(name), folded(name))


def is_known_marker(name: str) -> bool:
    """Tell whether a name is that of a marker, whichever of its names it is."""
    return folded(name) in _ONE_NAME or bool(re.fullmatch(_CD_NUMBER, folded(name)))


def is_another_marker(name: str, other: str) -> bool:
    """Tell whether two names are those of two different markers: to take one for the other would be no slip."""
    return is_known_marker(name) and is_known_marker(other) and canonical(name) != canonical(other)
