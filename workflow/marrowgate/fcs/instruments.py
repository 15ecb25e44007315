"""Words that makers use for their instruments: the only ones of `$CYT` that leave a file.

`$CYT` is free text. Laboratories write names and dates into it, so what is not a known word stays behind.
"""

import re
from itertools import pairwise

UNLISTED = "unlisted"
"""What stands in the manifest for an instrument of which no word is known."""

_MAKERS = """
acea agilent amnis apogee applied becton beckman bd bio-rad biorad biosystems biotec biotools coulter cytek cytognos
dickinson dvs fluidigm guava intellicyt invitrogen life luminex merck millipore miltenyi mindray partec propel sartorius
sciences sony standard stratedigm sysmex technologies thermo dvssciences bioscience biosciences cytiva essen nanofcm
on-chip namocell thermofisher scientific orflo
"""
_MODELS = """
accuri aquios altra aria ariaii ariaiii astrios athena attune aurora bigfoot bricyte c6 calibur canto cantoii celesta
cellstream cyan cyflow cytoflex cytof cytof2 cytomics cube discover diva dxp dxp8 dxp10 dxp11 easycyte elite epics e6
facs facsarray facsaria facsariaii facsariaiii facscalibur facscan facscanto facscantoii facscelesta facsdiscover
facsdiva facslyric facsmelody facsort facsstar facsstarplus facssymphony facsvantage facsverse fc500 flowsight fortessa
fusion gallios helios hypercyt id7000 imagestream imagestreamx influx ique ique3 lights lsr lsrfortessa lsrii lyric
ma900 macsquant melody moflo moxi muse navios northern novocyte advanteon penteon quanteon quanta omnicyt s1000
s1000ex s1000exi s1200 s1200exi s1300 s1400 s1400ex s1400exi 1400-8 xl xp3 s3 s3e sa3800
dxflex cytoflexs cytoflexlx cytoflexsrt discovers8 discovera8 s8 a8 facsdiscovers8 facscelesta facsaccuri facslyric
le-sh800 le-sh800s le-sh800sfp le-sh800z le-ma900 le-ma900fp le-id7000 le-id7000c le-sp6800 le-sp6800z fx500 le-fx500
cytofxt xt cytof-xt cytof3 a50 a50-micro a60 a60-micro a600 auto40 micro-plus bricyte6 e6 mindray6 opteon novocyte3000
novocyte2000 novocyte1000 attunenxt cytpix xenith facscorus symphonya1 symphonya3 symphonya5 symphonys6 s6
navios-ex dxnavios dxathena aquioscl pas pas-iii cube6 cube8 space8 cyflow-space xf-1600 xf1600 flow-cytometer mq10 mq16
guavasoft incyte easycyteht 5ht 8ht 6ht 12ht 6-2l ique3 iquescreener hts
facsymphony facsymphonya1 facsymphonya3 facsymphonya5 facsymphonya5se facsymphonys6 facsariafusion facsariaiiu
nl-1000 nl-2000 nl-3000 macsquantvyb macsquant10 macsquant16 macsquantx nxt htfc longcyte beamcyte orion
screener sh800 sh800s sh800z sp6800 space symphony tyto vantage verse xdp xp5 xp8 yeti ze5 simulator
"""
_VARIANTS = """
10 16 500 1000 2000 3000 a1 a3 a5 adp analyser analyzer cell cs eq ex fc i ii iii iv lx micro ml mk nxt plus pro s se
sorter special srt system vyb nano le fp c sfp ht hts cl x x-20 x20 xl-mcl xt evo mosaic sorp
"""
_NAMES = frozenset((_MAKERS + _MODELS).split())
_KNOWN = _NAMES | frozenset(_VARIANTS.split())
_LONGEST = 200
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def known_words(text: str) -> str:
    """Return the words of `$CYT` that belong to an instrument's name.

    Parameters
    ----------
    text : str
        `$CYT` as written.

    Returns
    -------
    str
        The known words in their order, `UNLISTED` when there is text without any, or nothing for nothing.
    """
    words = [part for word in _WORD.findall(text[:_LONGEST]) for part in _known_parts(word)]
    pairs = (f"{first}{second}" for first, second in pairwise(words))  # FC 500
    if any(word.casefold() in _NAMES for word in (*words, *pairs)):
        return " ".join(words)
    return UNLISTED if text.strip() else ""


def _known_parts(word: str) -> list[str]:
    """Return the word when it is known, else those of its parts between hyphens that are."""
    parts = [word] if word.casefold() in _KNOWN else word.split("-")
    return [part for part in parts if part.casefold() in _KNOWN]
