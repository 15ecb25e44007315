# What the samples of a panel and batch share: the spillover matrix and the calibration lines.
#
# Inputs:  single stains and unstained sample, or a CSV file; the bead samples and the files of their lots.
# Outputs: results/spillover/{panel}_{batch}.csv and its checks, results/calibration/{panel}_{batch}.tsv.


rule spillover:
    input:
        panel=ancient(lambda wildcards: given(PROJECT.panel_path(wildcards.panel))),
        matrix=given_matrix,
        stains=stain_files,
        unstained=unstained_file,
    output:
        csv="results/spillover/{panel}_{batch}.csv",
        checks="results/spillover/{panel}_{batch}.tsv",
        parquet="results/spillover/{panel}_{batch}.parquet",
    log:
        "results/logs/spillover/{panel}_{batch}.log",
    priority: 1
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        markers=lambda wildcards: [s.control_marker for s in computed_stains(wildcards)],
        data_sets=lambda wildcards: [s.data_set for s in computed_stains(wildcards)],
        sample_ids=lambda wildcards: [s.sample_id for s in computed_stains(wildcards)],
        unusual=(
            "--allow-unusual-spillover"
            if CONFIG.signal.allow_unusual_spillover
            else ""
        ),
        max_condition=CONFIG.quality.max_condition_number,
        max_residual_pct=CONFIG.quality.max_residual_pct,
        max_residual_correlation=CONFIG.quality.max_residual_correlation,
        gain=CONFIG.signal.gain,
        code=CODE["spillover"],
        panel=panel_content,
        content=lambda wildcards: content_of(
            *given_matrix(wildcards),
            *stain_files(wildcards),
            *unstained_file(wildcards),
            kind="fcs",
        ),
    shell:
        "marrowgate spillover"
        " --panel {input.panel:q}"
        " --batch {wildcards.batch:q}"
        " --matrix {input.matrix:q}"
        " --stains {input.stains:q}"
        " --markers {params.markers:q}"
        " --data-sets {params.data_sets}"
        " --sample-ids {params.sample_ids:q}"
        " --unstained {input.unstained:q}"
        " --gain {params.gain:q}"
        " {params.unusual}"
        " --max-condition {params.max_condition}"
        " --max-residual-pct {params.max_residual_pct}"
        " --max-residual-correlation {params.max_residual_correlation}"
        " --out {output.csv:q}"
        " --checks {output.checks:q}"
        " > {log:q} 2>&1"


rule calibrate:
    input:
        fcs=lambda wildcards: [
            fcs_of_sample(sample.sample_id) for sample in samples_of_beads(wildcards)
        ],
        panel=ancient(lambda wildcards: given(PROJECT.panel_path(wildcards.panel))),
        lots=lambda wildcards: [
            given(PROJECT.bead_lot_path(sample.bead_lot))
            for sample in samples_of_beads(wildcards)
        ],
    output:
        tsv="results/calibration/{panel}_{batch}.tsv",
        parquet="results/calibration/{panel}_{batch}.parquet",
    log:
        "results/logs/calibrate/{panel}_{batch}.log",
    priority: 1
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        sample_ids=lambda wildcards: [t.sample_id for t in samples_of_beads(wildcards)],
        data_sets=lambda wildcards: [t.data_set for t in samples_of_beads(wildcards)],
        bead_lots=lambda wildcards: [t.bead_lot for t in samples_of_beads(wildcards)],
        slope_tolerance=CONFIG.quality.bead_slope_tolerance,
        min_r_squared=CONFIG.quality.min_bead_r_squared,
        max_left_out_pct=CONFIG.quality.max_bead_left_out_pct,
        gain=CONFIG.signal.gain,
        code=CODE["calibrate"],
        panel=panel_content,
        content=lambda wildcards: content_of(
            *(
                PROJECT.bead_lot_path(one.bead_lot)
                for one in samples_of_beads(wildcards)
            ),
            *(fcs_of_sample(one.sample_id) for one in samples_of_beads(wildcards)),
            kind="fcs",
        ),
    shell:
        "marrowgate calibrate"
        " --fcs {input.fcs:q}"
        " --data-sets {params.data_sets}"
        " --sample-ids {params.sample_ids:q}"
        " --panel {input.panel:q}"
        " --batch {wildcards.batch:q}"
        " --bead-lots {params.bead_lots:q}"
        " --lots {input.lots:q}"
        " --gain {params.gain:q}"
        " --slope-tolerance {params.slope_tolerance}"
        " --min-r-squared {params.min_r_squared}"
        " --max-left-out-pct {params.max_left_out_pct}"
        " --out {output.tsv:q}"
        " > {log:q} 2>&1"
