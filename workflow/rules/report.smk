# The report: one page that needs no network and no other file, every figure by itself, and the contact sheets of the gates.
#
# Inputs:  the tables of the run; gates, records, fits and pictures of its samples; calibrations of its batches.
# Outputs: results/report.html, results/summary.txt, results/figures/*, results/contact_sheets/*.html.

FIGURES = planned_figures(PROJECT)
SHEETS_OF_GATES = planned_sheets(PROJECT)
SAMPLE_PAGES = planned_sample_pages(PROJECT)


rule pictures:
    input:
        config=given(CONFIG_FILE),
        sheets=list(SHEETS.values()),
        said=SAID,
        manifest="results/manifest.tsv",
        manifest_parquet="results/manifest.parquet",
        populations="results/tables/populations.tsv",
        populations_parquet="results/tables/populations.parquet",
        pictures=expand("results/pictures/{sample_id}.json", sample_id=GATED),
    output:
        contact_sheets=report(
            expand("results/contact_sheets/{sheet}.html", sheet=SHEETS_OF_GATES),
            caption="../report/contact_sheets.rst",
            category="Gates",
        ),
        figures=expand(
            "results/figures/{sheet}.{ending}",
            sheet=SHEETS_OF_GATES,
            ending=FIGURE_ENDINGS,
        ),
        # the folder and not each page: Snakemake keeps with every output a list of all inputs, also one for each sample
        samples=[directory("results/contact_sheets/samples")] if SAMPLE_PAGES else [],
    log:
        "results/logs/pictures.log",
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        overrides=lambda wildcards: OVERRIDES,
        pictures=lambda wildcards, input: folder_of(input.pictures, "pictures"),
        code=CODE["pictures"],
        settings=SETTINGS,
        content=content_of(CONFIG_FILE, *SHEETS.values()),
    shell:
        "marrowgate pictures"
        " --config {input.config:q}"
        " --overrides {params.overrides:q}"
        " --manifest {input.manifest:q}"
        " --populations {input.populations:q}"
        " --pictures {params.pictures:q}"
        " --sheets {output.contact_sheets:q}"
        " --figures {output.figures:q}"
        " --samples {output.samples:q}"
        " > {log:q} 2>&1"


rule report:
    input:
        config=given(CONFIG_FILE),
        sheets=list(SHEETS.values()),
        said=SAID,
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
        # read from the folder: a command that named each would be too long with thousands of samples
        gates=expand("results/gates/{sample_id}.tsv", sample_id=GATED),
        gates_parquet=expand("results/gates/{sample_id}.parquet", sample_id=GATED),
        records=expand("results/records/{sample_id}.json", sample_id=GATED),
        pictures=expand("results/pictures/{sample_id}.json", sample_id=GATED),
        fits=[
            f"results/fits/{s.sample_id}.json"
            for s in gated(PROJECT)
            if s.control_type == "none"
        ],
        calibration=made_calibration("tsv"),
        calibration_parquet=made_calibration("parquet"),
    output:
        page=report(
            "results/report.html",
            caption="../report/page.rst",
            category="Report",
        ),
        summary="results/summary.txt",
        figures=report(
            expand("results/figures/{figure}.svg", figure=FIGURES),
            caption="../report/figures.rst",
            category="Figures",
        ),
    log:
        "results/logs/report.log",
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        overrides=lambda wildcards: OVERRIDES,
        folder=lambda wildcards, output: str(Path(output.summary).parent),
        code=CODE["report"],
        settings=SETTINGS,
        descriptions=descriptions_content(PROJECT.strategies.values()),
        content=content_of(CONFIG_FILE, *SHEETS.values()),
    shell:
        "marrowgate report"
        " --config {input.config:q}"
        " --overrides {params.overrides:q}"
        " --check {input.check:q}"
        " --manifest {input.manifest:q}"
        " --provenance {input.provenance:q}"
        " --tables {input.tables:q} {input.concordance:q}"
        " --samples {params.folder:q}"
        " --calibration {input.calibration:q}"
        " --figures {output.figures:q}"
        " --page {output.page:q}"
        " --summary {output.summary:q}"
        " > {log:q} 2>&1"
