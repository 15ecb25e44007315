# Files that the workflow makes itself.
#
# Inputs:  the panel; everything else follows from scenario, instrument, disease, seed and sample_id.
# Outputs: <simulation folder>/<sample_id>.fcs and its truth.

if CONFIG.simulation is not None:

    rule simulate:
        input:
            panel=panel_of,
        output:
            fcs=f"{CONFIG.simulation.folder}/{{sample_id}}.fcs",
            truth=f"{CONFIG.simulation.folder}/{{sample_id}}.truth.parquet",
        log:
            "results/logs/simulate/{sample_id}.log",
        wildcard_constraints:
            sample_id=alternatives(SIMULATED),
        conda:
            "../../environment.yaml"
        threads: 1
        resources:
            mem_mb=600,
        params:
            scenario=CONFIG.simulation.scenario,
            instrument=CONFIG.simulation.instrument,
            disease=CONFIG.simulation.disease,
            seed=CONFIG.seed,
            code=CODE["simulate"],
        shell:
            "marrowgate simulate"
            " --scenario {params.scenario:q}"
            " --instrument {params.instrument:q}"
            " --disease {params.disease:q}"
            " --seed {params.seed}"
            " --panel {input.panel:q}"
            " --sample-id {wildcards.sample_id:q}"
            " --fcs {output.fcs:q}"
            " --truth {output.truth:q}"
            " > {log:q} 2>&1"
