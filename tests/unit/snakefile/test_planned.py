"""What a dry run would make, in words."""

from typing import Any

import pytest

from marrowgate.drafts.proposal import load_library
from marrowgate.snakefile.meaning import changed_parts, file_content, panel_meaning, strategy_meaning
from marrowgate.snakefile.planned import plan_lines, reason_of


def job(number: int, rule: str, after: tuple[int, ...] = (), **why: Any) -> dict[str, Any]:
    nothing: dict[str, list[str]] = {
        name: [] for name in ("missing", "incomplete", "updated", "updated_by_job", "params_before", "params_now")
    }
    flags = dict.fromkeys(("code", "input_set", "forced"), False)
    return {"number": number, "rule": rule, "after": list(after), **nothing, **flags, **why}


STRATEGY = {
    "params_before": ["'strategy arguments=aa populations=bb units=cc'"],
    "params_now": ["'strategy arguments=dd populations=bb units=cc'"],
}
FOLLOWS = {"updated_by_job": ["x"]}


def test_jobs__are_counted_by_kind_with_what_changed_by_itself():
    jobs = [
        job(0, "all", (4,), **FOLLOWS),
        job(1, "fit", **STRATEGY),
        job(2, "fit", **STRATEGY),
        job(3, "consensus", (1, 2), **FOLLOWS),
        job(4, "gate", (3,), **FOLLOWS),
        job(5, "gate", (3,), **FOLLOWS),
    ]
    assert list(plan_lines(jobs, ("fit", "consensus", "gate"))) == [
        "2 fits, because an argument of the strategy changed",
        "consensus, because an argument of the strategy changed",
        "2 gates, because an argument of the strategy changed",
        "5 jobs in all",
    ]


def test_job_that_follows_two_changes__tells_both():
    jobs = [
        job(1, "fit", **STRATEGY),
        job(2, "check", updated=["config/samples.tsv"]),
        job(3, "report", (1, 2), **FOLLOWS),
    ]
    assert list(plan_lines(jobs))[-2] == (
        "report, because an argument of the strategy changed and config/samples.tsv is newer"
    )


def test_job_that_follows_many__tells_each_change_once_and_names_newer_files_together():
    jobs = [
        job(1, "fit", missing=["results/fits/N.json"]),
        job(2, "check", updated=["config/config.yaml", "config/samples.tsv"]),
        job(3, "outcomes", updated=["config/config.yaml"]),
        job(4, "report", (1, 2, 3), **FOLLOWS),
    ]
    assert list(plan_lines(jobs, ("fit", "check", "outcomes", "report"))) == [
        "1 fit, because it is not there yet",
        "check, because config/config.yaml and config/samples.tsv are newer",
        "outcomes, because config/config.yaml is newer",
        (
            "report, because something that it is made of is not there yet and config/config.yaml and "
            "config/samples.tsv are newer"
        ),
        "4 jobs in all",
    ]


def test_nothing_to_do__is_said():
    assert list(plan_lines([])) == ["nothing would be made again"]
    assert list(plan_lines([job(0, "all", forced=True)])) == ["nothing would be made again"]


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ({"missing": ["results/x"]}, "it is not there yet"),
        ({"incomplete": ["results/x"]}, "an earlier run was stopped while it was made"),
        ({"updated": ["data/links/A.fcs"]}, "an FCS file is newer"),
        ({"updated": ["config/a.tsv", "config/b.tsv"]}, "config/a.tsv and config/b.tsv are newer"),
        ({"updated": ["a.tsv", "b.tsv", "c.tsv"]}, "a.tsv and 2 other files are newer"),
        ({"input_set": True}, "it is made of other files than before"),
        ({"code": True}, "the rule in the Snakefile changed"),
        ({"forced": True}, "it was asked for"),
        ({"params_before": ["1"], "params_now": ["2"]}, "a setting changed"),
        (
            {"params_before": ["'0123456789abcdef'"], "params_now": ["'0123456789abcdee'"]},
            "the code of marrowgate or of a library changed",
        ),
        (
            {"params_before": ["['fcs content=1', 'x']"], "params_now": ["['fcs content=2', 'x']"]},
            "an FCS file changed",
        ),
    ],
)
def test_reason__is_told_in_words(why: dict[str, Any], words: str):
    told = str(reason_of(job(1, "fit", **why)))
    # a plain text beside the digests may be anything
    assert told.removesuffix(" and a setting changed") == words


def test_words_of_a_panel_or_strategy__change_no_meaning():
    library = load_library()
    panel, strategy = library.panels["lst_display"], library.strategies["blood_hspc"]
    other = panel.model_copy(update={"description": "other words"})
    assert panel_meaning(other) == panel_meaning(panel)
    noted = tuple(each.model_copy(update={"note": "other words"}) for each in strategy.populations)
    reworded = strategy.model_copy(update={"description": "other words", "populations": noted})
    assert strategy_meaning(reworded) == strategy_meaning(strategy)


def test_what_matters__changes_its_own_part_alone():
    strategy = load_library().strategies["blood_hspc"]
    first, *rest = strategy.populations
    argument = first.model_copy(update={"arguments": {**first.arguments, "min_events": 51}})
    parent = rest[0].model_copy(update={"parent": "root"})
    changes = {
        "strategy arguments": {"populations": (argument, *rest)},
        "strategy populations": {"populations": (first, parent, *rest[1:])},
        "strategy units": {"roles": strategy.roles.model_copy(update={"rare": "cd34_pos"})},
    }
    for part, update in changes.items():
        now = strategy_meaning(strategy.model_copy(update=update))
        assert changed_parts(strategy_meaning(strategy), now) == [part]


def test_parts_of_two_kinds__are_not_compared():
    assert changed_parts(file_content("fcs", "a"), file_content("sheets", "b")) == []
