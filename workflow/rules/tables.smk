# What `check` finds in all headers, and from the samples' records to the tables of the run, and from those to the comparison of the arms.
#
# Inputs:  results/records/, config and sheets, the headers of the users' files.
# Outputs: results/check.txt, results/manifest.tsv, results/tables/*.tsv (Parquet beside each), results/provenance.json.

FILES = {name: given(path) for name, path in project_files(PROJECT).items()}
# panels and strategies count by what they say, so that a new description makes nothing again
SHEETS = {
    name: path
    for name, path in FILES.items()
    if not name.startswith(("panel ", "strategy "))
}
SAID = [ancient(path) for name, path in FILES.items() if name not in SHEETS]
SETTINGS = sorted({text for texts in PANEL_SETTINGS.values() for text in texts})
GIVEN_GATES = [
    given(path) for path in (override_files(PROJECT) | release_files(PROJECT)).values()
]


rule check:
    # no other rule waits for it but the report, so a bad file never stops the others
    input:
        config=given(CONFIG_FILE),
        sheets=list(SHEETS.values()),
        said=SAID,
        given_gates=GIVEN_GATES,
        fcs=LINKED,
    output:
        "results/check.txt",
    log:
        "results/logs/check.log",
    priority: 100
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        overrides=lambda wildcards: OVERRIDES,
        code=CODE["check"],
        settings=SETTINGS,
        content=content_of(CONFIG_FILE, *SHEETS.values(), *GIVEN_GATES, *LINKED),
    shell:
        "marrowgate check"
        " {input.config:q}"
        " --overrides {params.overrides:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule collect:
    input:
        config=given(CONFIG_FILE),
        sheets=list(SHEETS.values()),
        said=SAID,
        given_gates=GIVEN_GATES,
        records=expand("results/records/{sample_id}.json", sample_id=GATED),
        spillover=made_spillover("tsv"),
        spillover_parquet=made_spillover("parquet"),
        calibration=made_calibration("tsv"),
        calibration_parquet=made_calibration("parquet"),
    output:
        manifest=report(
            "results/manifest.tsv",
            caption="../report/manifest.rst",
            category="Samples",
        ),
        manifest_parquet="results/manifest.parquet",
        populations="results/tables/populations.tsv",
        populations_parquet="results/tables/populations.parquet",
        intensities="results/tables/intensities.tsv",
        intensities_parquet="results/tables/intensities.parquet",
        quality="results/tables/quality.tsv",
        quality_parquet="results/tables/quality.parquet",
        corrections="results/tables/corrections.tsv",
        corrections_parquet="results/tables/corrections.parquet",
        changes="results/tables/changes.tsv",
        changes_parquet="results/tables/changes.parquet",
        provenance="results/provenance.json",
    log:
        "results/logs/collect.log",
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        overrides=lambda wildcards: OVERRIDES,
        records=lambda wildcards, input: folder_of(input.records, "records"),
        code=CODE["collect"],
        settings=SETTINGS,
        content=content_of(CONFIG_FILE, *SHEETS.values(), *GIVEN_GATES),
    shell:
        "marrowgate collect"
        " --config {input.config:q}"
        " --overrides {params.overrides:q}"
        " --records {params.records:q}"
        " --spillover {input.spillover:q}"
        " --calibration {input.calibration:q}"
        " --manifest {output.manifest:q}"
        " --populations {output.populations:q}"
        " --intensities {output.intensities:q}"
        " --quality {output.quality:q}"
        " --corrections {output.corrections:q}"
        " --changes {output.changes:q}"
        " --provenance {output.provenance:q}"
        " > {log:q} 2>&1"


rule compare:
    input:
        config=given(CONFIG_FILE),
        sheets=list(SHEETS.values()),
        said=SAID,
        populations="results/tables/populations.tsv",
        populations_parquet="results/tables/populations.parquet",
        intensities="results/tables/intensities.tsv",
        intensities_parquet="results/tables/intensities.parquet",
        quality="results/tables/quality.tsv",
        quality_parquet="results/tables/quality.parquet",
    output:
        visits="results/tables/visits.tsv",
        visits_parquet="results/tables/visits.parquet",
        endpoints="results/tables/endpoints.tsv",
        endpoints_parquet="results/tables/endpoints.parquet",
        design="results/tables/design.tsv",
        design_parquet="results/tables/design.parquet",
        contrasts=report(
            "results/tables/contrasts.tsv",
            caption="../report/contrasts.rst",
            category="Comparison",
        ),
        contrasts_parquet="results/tables/contrasts.parquet",
        summary=report(
            "results/tables/summary.tsv",
            caption="../report/summary.rst",
            category="Comparison",
        ),
        summary_parquet="results/tables/summary.parquet",
    log:
        "results/logs/compare.log",
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        overrides=lambda wildcards: OVERRIDES,
        code=CODE["compare"],
        settings=SETTINGS,
        content=content_of(CONFIG_FILE, *SHEETS.values()),
    shell:
        "marrowgate compare"
        " --config {input.config:q}"
        " --overrides {params.overrides:q}"
        " --populations {input.populations:q}"
        " --intensities {input.intensities:q}"
        " --quality {input.quality:q}"
        " --visits {output.visits:q}"
        " --endpoints {output.endpoints:q}"
        " --design {output.design:q}"
        " --contrasts {output.contrasts:q}"
        " --summary {output.summary:q}"
        " > {log:q} 2>&1"


rule outcomes:
    input:
        config=given(CONFIG_FILE),
        sheets=list(SHEETS.values()),
        said=SAID,
    output:
        outcomes=report(
            "results/tables/outcomes.tsv",
            caption="../report/outcomes.rst",
            category="Outcomes",
        ),
        outcomes_parquet="results/tables/outcomes.parquet",
    log:
        "results/logs/outcomes.log",
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        overrides=lambda wildcards: OVERRIDES,
        code=CODE["outcomes"],
        settings=SETTINGS,
        content=content_of(CONFIG_FILE, *SHEETS.values()),
    shell:
        "marrowgate outcomes"
        " --config {input.config:q}"
        " --overrides {params.overrides:q}"
        " --outcomes {output.outcomes:q}"
        " > {log:q} 2>&1"
