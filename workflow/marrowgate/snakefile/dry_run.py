"""What a run would make, and why, from Snakemake's dry run: ``python -m marrowgate.snakefile.dry_run``.

A process of its own, since the Snakefile ends it when a sheet is wrong. Prints one JSON list of jobs.
"""

import json
import sys
from pathlib import Path
from typing import Any


def main(words: list[str]) -> int:
    """Print the jobs of a dry run of a Snakefile in the working directory; further words are config files."""
    from snakemake.api import SnakemakeApi
    from snakemake.settings.enums import Quietness
    from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, ResourceSettings

    snakefile, *config_files = map(Path, words)
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, dryrun=True)) as api:
        workflow_api = api.workflow(
            resource_settings=ResourceSettings(cores=1),
            config_settings=ConfigSettings(configfiles=config_files),
            snakefile=snakefile,
        )
        dag_api = workflow_api.dag(DAGSettings(force_incomplete=True))
        dag_api.execute_workflow(executor="dryrun")
        dag = workflow_api._workflow.dag
        needed = set(dag.needrun_jobs(exclude_finished=False))
        after = {job: [dag.jobid(earlier) for earlier in dag.dependencies[job] if earlier in needed] for job in needed}
        jobs = [described(job, dag.jobid(job), after[job], dag.reason(job)) for job in needed]
    json.dump(jobs, sys.stdout)
    return 0


def described(job: Any, number: int, after: list[int], reason: Any) -> dict[str, Any]:
    """Return what a job is, which jobs it waits for and why it is run, as plain values."""
    return {
        "number": number,
        "after": after,
        "rule": job.rule.name,
        "missing": sorted(map(str, reason.missing_output)),
        "incomplete": sorted(map(str, reason.incomplete_output)),
        "updated": sorted(map(str, reason.updated_input)),
        "updated_by_job": sorted(map(str, reason.updated_input_run)),
        "params_before": sorted(map(str, reason.params_changed.only_old)),
        "params_now": sorted(map(str, reason.params_changed.only_new)),
        "code": bool(reason.code_changed),
        "input_set": bool(reason.input_changed),
        "forced": bool(reason.forced),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
