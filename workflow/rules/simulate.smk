# Files that the workflow makes itself, many in one job: starting a job costs more than simulating a sample.
#
# Inputs:  the panels; everything else follows from scenario, instrument, disease, seed and sample_id.
# Outputs: <simulation folder>/<sample_id>.fcs and its truth.

for number, together in enumerate(simulated_together(PROJECT), start=1):

    rule:
        name:
            f"simulate_{number}"
        input:
            panels=[
                given(path)
                for path in sorted({PROJECT.panel_path(s.panel) for s in together})
            ],
        output:
            fcs=[f"{CONFIG.simulation.folder}/{s.sample_id}.fcs" for s in together],
            truth=[
                f"{CONFIG.simulation.folder}/{s.sample_id}.truth.parquet"
                for s in together
            ],
        log:
            f"results/logs/simulate/{number}.log",
        priority: 1
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
            sample_ids=[s.sample_id for s in together],
            code=CODE["simulate"],
        shell:
            "marrowgate simulate"
            " --scenario {params.scenario:q}"
            " --instrument {params.instrument:q}"
            " --disease {params.disease:q}"
            " --seed {params.seed}"
            " --panel {input.panels:q}"
            " --sample-id {params.sample_ids:q}"
            " --fcs {output.fcs:q}"
            " --truth {output.truth:q}"
            " > {log:q} 2>&1"
