# The report: one page that needs no network and no other file, and every figure by itself.
#
# Inputs:  the tables of the run.
# Outputs: results/report.html, results/figures/*.svg.

FIGURES = planned_figures(PROJECT)


rule report:
    input:
        config=str(CONFIG_FILE),
        sheets=list(SHEETS.values()),
        check="results/check.txt",
        manifest="results/manifest.tsv",
        manifest_parquet="results/manifest.parquet",
        provenance="results/provenance.json",
        concordance="results/tables/concordance.tsv",
        concordance_parquet="results/tables/concordance.parquet",
        tables=[
            f"results/tables/{name}.tsv"
            for name in (
                "populations",
                "intensities",
                "quality",
                "corrections",
                "visits",
                "endpoints",
                "design",
                "contrasts",
                "summary",
                "outcomes",
            )
        ],
        parquets=[
            f"results/tables/{name}.parquet"
            for name in (
                "populations",
                "intensities",
                "quality",
                "corrections",
                "visits",
                "endpoints",
                "design",
                "contrasts",
                "summary",
                "outcomes",
            )
        ],
    output:
        page="results/report.html",
        figures=expand("results/figures/{figure}.svg", figure=FIGURES),
    log:
        "results/logs/report.log",
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        overrides=lambda wildcards: OVERRIDES,
        code=CODE["report"],
        content=content_of(CONFIG_FILE, *SHEETS.values()),
    shell:
        "marrowgate report"
        " --config {input.config:q}"
        " --overrides {params.overrides:q}"
        " --check {input.check:q}"
        " --manifest {input.manifest:q}"
        " --provenance {input.provenance:q}"
        " --tables {input.tables:q} {input.concordance:q}"
        " --figures {output.figures:q}"
        " --page {output.page:q}"
        " > {log:q} 2>&1"
