"""The jobs of a dry run in words: how many of each kind, and why."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marrowgate.snakefile.meaning import changed_parts, parts_of

Job = Mapping[str, Any]

_NOUNS = {"fit": "fits", "gate": "gates"}
"""Jobs that there is one of for each sample."""

_CHANGES = {
    "strategy arguments": "an argument of the strategy changed",
    "strategy populations": "a population of the strategy changed",
    "strategy units": "a scale, landmark or role of the strategy changed",
    "panel channels": "a channel of the panel changed",
    "fcs content": "an FCS file changed",
    "gates content": "a correction by hand changed",
    "words content": "a description changed",
    "sheets content": "a sheet or config.yaml changed",
}
_DIGEST_LENGTH = 16


@dataclass(frozen=True)
class Reason:
    """Why a job is run: in words, or the files that are newer than what it made."""

    words: str = ""
    newer: tuple[str, ...] = ()

    def __str__(self) -> str:
        return _newer(self.newer) if self.newer else self.words


_FOLLOWS = Reason("what they are made of is made again")
_NOT_THERE = Reason("it is not there yet")
_INHERITED = {_NOT_THERE: Reason("something that it is made of is not there yet")}
"""What a reason is called for a job that follows the one which has it."""


def plan_lines(jobs: Sequence[Job], order: Sequence[str] = ()) -> Iterator[str]:
    """Say how many jobs there are of each kind and why.

    Parameters
    ----------
    jobs : sequence of mapping
        From `marrowgate.snakefile.dry_run`.
    order : sequence of str
        Rules in the order in which they are told; others come behind.
    """
    made = [job for job in jobs if job["rule"] != "all"]
    if not made:
        yield "nothing would be made again"
        return
    by_number = {job["number"]: job for job in made}
    roots_of: dict[int, tuple[Reason, ...]] = {}
    groups: dict[tuple[str, str], int] = {}
    for job in made:
        key = (job["rule"], _together(_roots(job, by_number, roots_of)))
        groups[key] = groups.get(key, 0) + 1
    rank = {name: position for position, name in enumerate(order)}
    for rule, why in sorted(groups, key=lambda key: (rank.get(key[0], len(rank)), key)):
        yield f"{_counted(groups[rule, why], rule)}, because {why}"
    yield f"{len(made)} job{'' if len(made) == 1 else 's'} in all"


def _roots(job: Job, by_number: Mapping[int, Job], roots_of: dict[int, tuple[Reason, ...]]) -> tuple[Reason, ...]:
    """Return why a job is run; for one that only follows others, why these are."""
    if job["number"] not in roots_of:
        own = reason_of(job)
        earlier = [by_number[number] for number in job["after"] if number in by_number]
        roots = [why for word in earlier for why in _roots(word, by_number, roots_of)] if own == _FOLLOWS else []
        inherited = [_INHERITED.get(why, why) for why in roots]
        roots_of[job["number"]] = tuple(dict.fromkeys(inherited)) or (own,)
    return roots_of[job["number"]]


def _together(reasons: Sequence[Reason]) -> str:
    """Return reasons as one clause, all files that are newer in one."""
    newer = tuple(dict.fromkeys(path for reason in reasons for path in reason.newer))
    words = list(dict.fromkeys(reason.words for reason in reasons if not reason.newer))
    return " and ".join([*words, *([_newer(newer)] if newer else [])])


def reason_of(job: Job) -> Reason:
    """Return why a job is run: what changed by itself before what only follows."""
    if job["missing"] or job["incomplete"]:
        return _NOT_THERE if job["missing"] else Reason("an earlier run was stopped while it was made")
    if job["params_now"] or job["params_before"]:
        return Reason(_of_params(job))
    if job["updated"]:
        return Reason(newer=tuple(job["updated"]))
    if job["input_set"]:
        return Reason("it is made of other files than before")
    if job["updated_by_job"]:
        return _FOLLOWS
    if job["code"]:
        return Reason("the rule in the Snakefile changed")
    return Reason("it was asked for" if job["forced"] else "Snakemake says so")


def _of_params(job: Job) -> str:
    before, now = ([part for text in job[name] for part in _plain(text)] for name in ("params_before", "params_now"))
    parts = [part for old in before for new in now for part in changed_parts(old, new)]
    words = [_CHANGES.get(part, f"{part} changed") for part in dict.fromkeys(parts)]
    others = [word for word in now if not parts_of(word)]
    if any(len(word) == _DIGEST_LENGTH and set(word) <= set("0123456789abcdef") for word in others):
        words.append("the code of marrowgate or of a library changed")
    elif others:
        words.append("a setting changed")
    return " and ".join(words) or "its parameters changed"


def _plain(text: str) -> list[str]:
    """Return a parameter as it was given, a list as its parts; Snakemake keeps it as Python writes it."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return [text]
    if isinstance(value, list):
        return [str(word) for word in value]
    return [value if isinstance(value, str) else text]


def _newer(paths: Sequence[str]) -> str:
    """Say which files are newer, without the names that belong to nobody but the user."""
    names = dict.fromkeys("an FCS file" if Path(path).suffix.lower() in {".fcs", ".lmd"} else path for path in paths)
    first, *others = names
    if len(others) > 1:
        return f"{first} and {len(others)} other files are newer"
    return f"{first} and {others[0]} are newer" if others else f"{first} is newer"


def _counted(number: int, rule: str) -> str:
    noun = _NOUNS.get(rule)
    if noun is None:
        return rule if number == 1 else f"{number} {rule}"
    return f"{number} {noun if number != 1 else noun.removesuffix('s')}"
