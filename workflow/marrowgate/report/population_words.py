"""The populations of a sample as a table for the terminal, and what is to be looked at."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from marrowgate.settings.strategies.strategy import ROOT

Row = Mapping[str, Any]

_HEADER = ("population", "events", "% of parent", "95 % interval", "status")
_LONGEST_LIST = 6
_NOT_OF_ONE_FILE = frozenset({"too_few_fits", "from_batch"})
"""Codes of reasons that only repeat that no other sample lends a gate."""


def headline(rows: Sequence[Row], aim: str, denominator: str) -> str:
    """Say in one line how many events the population has that the strategy is there for.

    Parameters
    ----------
    rows : sequence of mapping
        The sample's rows of `populations.tsv`.
    aim : str
        The population.
    denominator : str
        What its percentage is of: the strategy's `roles.denominator`.

    Returns
    -------
    str
        Empty when the population has no row.
    """
    row = next((row for row in rows if row["population"] == aim), None)
    if row is None:
        return ""
    if row["n_events"] is None:
        cause = _root_cause(row, {other["population"]: other for other in rows})
        of = "" if cause is row else f"{cause['population']}: "
        return f"{aim}: not gated; {of}{_because(cause) or 'see gate_reason'}"
    if row.get("pct_of_cd45") is not None:
        of, n, name = "pct_of_cd45", row["n_cd45"], denominator
    else:
        of, n, name = "pct_of_parent", row["n_parent"], _parent_name(row["parent"])
    if row.get(of) is None:
        # a share of nothing is missing
        return f"{aim}: {row['n_events']:,} of {n or 0:,} {name}, {row['gate_status']}"
    percentage = f"{_percent(row[of])} % ({_percent(row[f'{of}_low'])} to {_percent(row[f'{of}_high'])} %)"
    return f"{aim}: {row['n_events']:,} of {n:,} {name}, {percentage}, {row['gate_status']}"


def population_lines(rows: Sequence[Row], lacking: Collection[str] = ()) -> Iterator[str]:
    """Return the lines of the table of one sample, then one line for each thing that is to be looked at.

    Parameters
    ----------
    rows : sequence of mapping
        The sample's rows of `populations.tsv`, in the order of the strategy.
    lacking : collection of str
        Populations that the panel cannot show, which is told once for all samples of the panel, and not here.
    """
    counted = list(_as_tree([row for row in rows if row["n_events"] is not None]))
    depths = _depths(counted)
    if counted:
        yield from _table([_HEADER, *(_cells(row, depths[row["population"]]) for row in counted)])
    absent = [row for row in rows if row["n_events"] is None and row["population"] not in lacking]
    by_population = {row["population"]: row for row in rows}
    causes = [row for row in absent if _root_cause(row, by_population) is row]
    for reason, names in _grouped(causes).items():
        yield f"not gated: {_listed(names)}; {reason}"
    following = [row["population"] for row in absent if row not in causes]
    if following:
        yield f"and so not gated: {_listed(following)}"
    unsure = [row for row in counted if row["gate_status"] != "ok"]
    for reason, names in _grouped(unsure).items():
        if reason:
            yield f"look at {_listed(names)}: {reason}"


def missing_lines(
    lacking: Mapping[tuple[str, ...], Sequence[str]], aim: str, optional: Collection[str], n_files: int
) -> Iterator[str]:
    """Say which markers files lack, and which populations are not had because of them.

    Parameters
    ----------
    lacking : mapping of tuple of str to sequence of str
        Markers to the populations that need them.
    aim : str
        The population that the strategy is there for; what it lacks comes first.
    optional : collection of str
        Populations that are passed over where they cannot be gated.
    n_files : int
        Files that this is said of.
    """
    whose = "this file has" if n_files == 1 else "these files have"
    ordered = sorted(lacking.items(), key=lambda item: aim not in item[1])
    for markers, names in ordered:
        needed = [name for name in names if name not in optional]
        if needed:
            yield f"{whose} no {' and no '.join(markers)}: no {_listed(needed)}"
    passed = {name: markers for markers, names in ordered for name in names if name in optional}
    if passed:
        absent = dict.fromkeys(marker for markers in passed.values() for marker in markers)
        yield f"passed over, for want of {', '.join(absent)}: {', '.join(passed)}"


def _root_cause(row: Row, by_population: Mapping[str, Row]) -> Row:
    """Return the population without gate that a population without gate hangs on, or itself."""
    seen = {row["population"]}
    while str(row["gate_reason_code"] or "").startswith("needs_gate"):
        outer = by_population.get(row["parent"])
        if outer is None or outer["population"] in seen or outer["n_events"] is not None:
            break
        seen.add(outer["population"])
        row = outer
    return row


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _LONGEST_LIST:
        return ", ".join(names)
    return f"{', '.join(names[: _LONGEST_LIST - 1])} and {len(names) - _LONGEST_LIST + 1} more"


def _as_tree(rows: Sequence[Row]) -> Iterator[Row]:
    """Return the rows with each population below its parent; those of one parent keep their order."""
    names = {row["population"] for row in rows}
    below: dict[str, list[Row]] = {}
    for row in rows:
        below.setdefault(row["parent"] if row["parent"] in names else ROOT, []).append(row)
    ahead = below.get(ROOT, [])[::-1]
    while ahead:
        row = ahead.pop()
        yield row
        ahead += below.get(row["population"], [])[::-1]


def _depths(rows: Sequence[Row]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for row in rows:
        depths[row["population"]] = depths.get(row["parent"], -1) + 1
    return depths


def _cells(row: Row, depth: int) -> tuple[str, ...]:
    low, high = row.get("pct_of_parent_low"), row.get("pct_of_parent_high")
    interval = "" if low is None or high is None else f"{_percent(low)} to {_percent(high)}"
    return (
        f"{'  ' * depth}{row['population']}",
        f"{row['n_events']:,}",
        _percent(row.get("pct_of_parent")),
        interval,
        str(row["gate_status"]),
    )


def _table(lines: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for name, *numbers, status in lines:
        middle = "  ".join(cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True))
        yield f"{name.ljust(widths[0])}  {middle}  {status}"


def _percent(value: float | None) -> str:
    """Return a percentage with three figures that count; nothing for none."""
    if value is None:
        return ""
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def _grouped(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the names of populations by what is said of them; those that hang on another gate stand with that one."""
    groups: dict[str, list[str]] = {}
    weakest = {row["population"]: row for row in rows}
    for row in rows:
        source = weakest.get(row["weakest_gate"] or "", row)
        groups.setdefault(_because(source), []).append(row["population"])
    return groups


def _because(row: Row) -> str:
    """Return the reasons of a gate without those that only repeat that there is no other sample."""
    sentences = str(row["gate_reason"] or "").split("; ")
    codes = str(row["gate_reason_code"] or "").split("; ")
    if len(codes) != len(sentences):
        return "; ".join(sentence for sentence in sentences if sentence)
    return "; ".join(
        sentence for sentence, code in zip(sentences, codes, strict=True) if sentence and code not in _NOT_OF_ONE_FILE
    )


def _parent_name(parent: str) -> str:
    return "events" if parent == "root" else parent
