"""What `marrowgate init` says of the panels and rows that it drafted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from marrowgate.drafts.offers import Offer
from marrowgate.drafts.panels import NamedPanel
from marrowgate.drafts.proposal import aim_of
from marrowgate.settings.panel import is_scatter

_MOST = 8
_OF_OTHERS = 2


def offer_lines(named: NamedPanel) -> Iterator[str]:
    """Say what a panel holds, and for each strategy which populations will be had and which not, and why."""
    markers = [entry.marker for entry in named.panel.channels if entry.marker]
    n = len(named.files)
    yield f"panel {named.name} ({n} data set{'' if n == 1 else 's'}): {', '.join(markers) or 'no marker is known'}"
    unknown = named.draft.unknown if named.draft else ()
    if unknown:
        yield f"  nothing says what is stained in {_listed(unknown)}"
    best = named.proposal.best
    if best is None:
        yield "  no shipped strategy gates a population with these markers; config.yaml marks it"
        return
    for offer in named.proposal.offers:
        yield from _offer(offer, is_best=offer.strategy == best.strategy)


def _offer(offer: Offer, *, is_best: bool) -> Iterator[str]:
    yield f"  {offer.strategy}{' (written into config.yaml)' if is_best else ''}: {_listed(offer.had) or 'nothing'}"
    aim = aim_of(offer.strategy)
    # scatter that is not there is told by what it leads to, not for each helper
    lacking = {markers: names for markers, names in offer.lacking.items() if not all(map(is_scatter, markers))}
    ordered = sorted(lacking.items(), key=lambda item: aim not in item[1])
    shown = ordered if is_best else ordered[:_OF_OTHERS]
    parts = [f"{_listed(names, 3)} (no {', '.join(absent)})" for absent, names in shown]
    n_more = sum(len(names) for _, names in ordered[len(shown) :])
    if parts:
        yield f"    not: {'; '.join(parts)}{f'; and {n_more} more' if n_more else ''}"


def sheet_lines(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Say which controls and batches the rows have, and which cells are still empty."""
    kinds = Counter(_control(row) for row in rows if row["control_type"] != "none")
    if kinds:
        yield f"controls: {', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}"
    batches = sorted({row["batch"] for row in rows if row["batch"]}, key=lambda name: (len(name), name))
    if batches:
        yield f"batches, by instrument, day and settings: {_listed(batches)}"
    empty = Counter(name for row in rows for name in row["to_do"].split())
    if empty:
        parts = [f"{name} in {n} row{'' if n == 1 else 's'}" for name, n in empty.items()]
        yield f"still to do: {', '.join(parts)}"
    if any("batch" in row["to_do"].split() for row in rows):
        yield "a batch is empty where the file names no day of acquisition; --batch NAME says that all are one run"


def _control(row: Mapping[str, str]) -> str:
    return f"{row['control_type']} {row['control_marker']}".strip()


def _listed(names: Sequence[str], most: int = _MOST) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
