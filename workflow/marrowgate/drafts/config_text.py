"""The text of a drafted config.yaml, and the one that stands there with the strategies of new panels."""

import re
from collections.abc import Mapping, Sequence

_SECTION = re.compile(r"^strategy_of_panel:[ \t]*(?:#.*)?$", re.MULTILINE)


def config_text(strategies: Mapping[str, str], spillover: str, measured: Sequence[tuple[str, str]]) -> str:
    """Return a config for a project without patients.

    Parameters
    ----------
    strategies : mapping of str to str
        Panel to strategy; an empty strategy is left open and marked.
    spillover : str
        Where the spillover comes from: ``file``, ``none`` or ``stains``.
    measured : sequence of (str, str)
        Population and marker of each intensity.
    """
    lines = [
        "# Drafted by `marrowgate init`. config/README.md of marrowgate explains every entry.",
        "samples: config/samples.tsv",
        "# To compare patients: write config/patients.tsv with patient_id and arm, and name it here.",
        "patients: null",
        "strategy_of_panel:",
        *(_line(panel, strategy) for panel, strategy in strategies.items()),
        "signal:",
        f"  spillover: {spillover}",
    ]
    if measured:
        lines += ["measure:", "  intensities:"]
        lines += [f"    - {{population: {population}, marker: {marker}}}" for population, marker in measured]
    return "\n".join(lines) + "\n"


def with_strategies(text: str, strategies: Mapping[str, str]) -> str | None:
    """Return a config with the strategies of further panels; None when there is no place for them."""
    if not strategies:
        return text
    section = _SECTION.search(text)
    if section is None:
        return None
    more = "".join(f"\n{_line(panel, strategy)}" for panel, strategy in strategies.items())
    return text[: section.end()] + more + text[section.end() :]


def _line(panel: str, strategy: str) -> str:
    if strategy:
        return f"  {panel}: {strategy}"
    return f"  {panel}:  # TODO: no shipped strategy gates a population with its markers; name one of yours"
