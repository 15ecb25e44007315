# marrowgate: flow cytometry from FCS files to a cohort answer.
#
# Inputs:  config/config.yaml and the sheets, panels and strategies that it names; the FCS files of the sample sheet.
# Outputs: results/ (docs/architecture.md lists every file).

from snakemake.utils import min_version

min_version("9.9")


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/signal.smk"
include: "workflow/rules/gating.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/report.smk"


onstart:
    sweep(map(Path, MADE))
    keep_last_run()
    print(disk_line_of_run(), file=sys.stderr)
    # now, not when the run has failed: a run that is killed has no last word
    if not workflow.touch and makes_report(workflow.dag.needrun_jobs()):
        set_aside_report()
    # an environment of its own holds other libraries than this process
    is_here = workflow.local_exec and not workflow.touch
    if is_here and not workflow.deployment_settings.deployment_method:
        jobs = workflow.dag.needrun_jobs()
        start_warm_process(sum(job.rule.name in {"fit", "gate"} for job in jobs))


onsuccess:
    stop_clocks()
    # a run of single targets may have no report, and one without a new report has nothing to say of it
    if Path("results/summary.txt").is_file():
        print(Path("results/summary.txt").read_text(encoding="utf-8"), end="")
    moved = changes_line(Path("results/tables/changes.parquet"))
    if moved:
        print(moved, file=sys.stderr)
    failed = failed_samples(Path("results/manifest.parquet"))
    if failed:
        told = f"{len(failed)} samples have no numbers because of a defect of marrowgate: {', '.join(failed)}"
        print(f"{told}; see their logs", file=sys.stderr)
    remove_stale_report()


onerror:
    stop_clocks()
    stale = set_aside_report()
    if stale:
        print(
            f"The report is of an earlier run; it is now {stale}", file=sys.stderr
        )


rule all:
    default_target: True
    input:
        "results/manifest.tsv",
        "results/report.html",
        expand("results/contact_sheets/{sheet}.html", sheet=SHEETS_OF_GATES),
        "results/provenance.json",
        "results/tables/outcomes.tsv",
        "results/tables/contrasts.tsv",
        files_of_samples(),
