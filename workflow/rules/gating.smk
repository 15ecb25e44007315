# prepare (per panel), scales (per panel and batch, where a strategy asks) -> fit (per sample) -> consensus (per panel and batch) -> gate (per sample).
#
# Inputs:  the FCS file, panel and strategy of each sample; the fits of its controls.
# Outputs: results/settings/, results/scales/, results/fits/, results/stability/, results/consensus/, results/gates/, results/events/, results/pictures/, results/records/, results/tables/concordance.tsv.


rule scales:
    # only where a strategy takes the width of a scale from the batch
    input:
        fcs=lambda wildcards: [
            fcs_of_sample(sample.sample_id) for sample in samples_of_scales(wildcards)
        ],
        panel=ancient(lambda wildcards: given(PROJECT.panel_path(wildcards.panel))),
        strategy=ancient(
            lambda wildcards: given(PROJECT.strategy_path(wildcards.panel))
        ),
        matrix=matrix_of_scales,
        reference=released,
    output:
        "results/scales/{panel}_{batch}.yaml",
    log:
        "results/logs/scales/{panel}_{batch}.log",
    wildcard_constraints:
        panel=all_but(PROJECT.panels, frozen(PROJECT, "scales", RESULTS)),
    priority: 1
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=memory_of_largest,
    params:
        data_sets=lambda wildcards: [
            sample.data_set for sample in samples_of_scales(wildcards)
        ],
        gain=CONFIG.signal.gain,
        spillover=spillover_of_scales,
        code=CODE["scales"],
        of_release=content_of_release,
        panel=panel_content,
        strategy=strategy_content,
        content=lambda wildcards: content_of(
            *(fcs_of_sample(one.sample_id) for one in samples_of_scales(wildcards)),
            kind="fcs",
        ),
    shell:
        "marrowgate scales"
        " --panel-name {wildcards.panel:q}"
        " --batch {wildcards.batch:q}"
        " --panel {input.panel:q}"
        " --strategy {input.strategy:q}"
        " --fcs {input.fcs:q}"
        " --data-sets {params.data_sets}"
        " --gain {params.gain:q}"
        " --spillover {params.spillover:q}"
        " --matrix {input.matrix:q}"
        " --reference {input.reference:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule prepare:
    # one light job for all samples of a panel, whose own steps then start without the models that check
    input:
        panel=ancient(lambda wildcards: given(PROJECT.panel_path(wildcards.panel))),
        strategy=ancient(
            lambda wildcards: given(PROJECT.strategy_path(wildcards.panel))
        ),
    output:
        "results/settings/{panel}.json",
    log:
        "results/logs/prepare/{panel}.log",
    priority: 1
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
    params:
        quality=lambda wildcards: QUALITY,
        code=CODE["prepare"],
        panel=panel_content,
        strategy=strategy_content,
    shell:
        "marrowgate prepare"
        " --panel {input.panel:q}"
        " --strategy {input.strategy:q}"
        " --quality {params.quality:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule fit:
    # one function for all inputs, and one parameter for all settings: Snakemake takes longer to call a function, and to
    # put a value into the command, than the function takes; without tmpdir=None it works out for each job a folder that
    # no step writes to
    input:
        unpack(inputs_of_fit),
    output:
        fit="results/fits/{sample_id}.json",
        stability="results/stability/{sample_id}.json",
    log:
        "results/logs/fit/{sample_id}.log",
    priority: 1
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=memory_of,
        tmpdir=None,
    params:
        settings=settings_of_fit,
        code=CODE["fit"],
        content=content_of_fit,
    shell:
        "marrowgate fit"
        " --sample-id {wildcards.sample_id:q}"
        " {params.settings:q}"
        " --fcs {input.fcs:q}"
        " --prepared {input.prepared:q}"
        " --matrix {input.matrix:q}"
        " --scales {input.scales:q}"
        " --control-fits {input.controls:q}"
        " --stability {output.stability:q}"
        " --out {output.fit:q}"
        " > {log:q} 2>&1"


rule consensus:
    input:
        fits=fits_of_batch,
        reference=released,
    output:
        "results/consensus/{panel}_{batch}.yaml",
    log:
        "results/logs/consensus/{panel}_{batch}.log",
    wildcard_constraints:
        panel=all_but(PROJECT.panels, frozen(PROJECT, "consensus", RESULTS)),
    priority: 1
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=600,
    params:
        code=CODE["consensus"],
        of_release=content_of_release,
    shell:
        "marrowgate consensus"
        " --panel-name {wildcards.panel:q}"
        " --batch {wildcards.batch:q}"
        " --fits {input.fits:q}"
        " --reference {input.reference:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule gate:
    input:
        unpack(inputs_of_gate),
    output:
        xml="results/gates/{sample_id}.xml",
        tsv="results/gates/{sample_id}.tsv",
        parquet="results/gates/{sample_id}.parquet",
        events="results/events/{sample_id}.parquet",
        pictures="results/pictures/{sample_id}.json",
        record="results/records/{sample_id}.json",
    log:
        "results/logs/gate/{sample_id}.log",
    priority: 1
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=memory_of,
        tmpdir=None,
    params:
        settings=settings_of_gate,
        code=CODE["gate"],
        content=content_of_gate,
    shell:
        "marrowgate gate"
        " --sample-id {wildcards.sample_id:q}"
        " {params.settings:q}"
        " --fcs {input.fcs:q}"
        " --prepared {input.prepared:q}"
        " --matrix {input.matrix:q}"
        " --scales {input.scales:q}"
        " --fit {input.fit:q}"
        " --stability {input.stability:q}"
        " --consensus {input.consensus:q}"
        " --gate-overrides {input.overrides:q}"
        " --gates-xml {output.xml:q}"
        " --gates-tsv {output.tsv:q}"
        " --events {output.events:q}"
        " --pictures {output.pictures:q}"
        " --record {output.record:q}"
        " > {log:q} 2>&1"


rule concordance:
    # a random handful of every run: FlowKit is the reference, too slow to gate everything with
    input:
        fcs=[fcs_of_sample(name) for name in HANDFUL],
        gates=expand("results/gates/{sample_id}.xml", sample_id=HANDFUL),
        events=expand("results/events/{sample_id}.parquet", sample_id=HANDFUL),
    output:
        tsv="results/tables/concordance.tsv",
        parquet="results/tables/concordance.parquet",
    log:
        "results/logs/concordance.log",
    conda:
        "../../environment.yaml"
    threads: 1
    resources:
        mem_mb=memory_for_flowkit,
    params:
        sample_ids=HANDFUL,
        data_sets=[SAMPLES[name].data_set for name in HANDFUL],
        code=CODE["concordance"],
        content=content_of(*map(fcs_of_sample, HANDFUL), kind="fcs"),
    shell:
        "marrowgate concordance"
        " --sample-ids {params.sample_ids:q}"
        " --fcs {input.fcs:q}"
        " --data-sets {params.data_sets}"
        " --gates {input.gates:q}"
        " --events {input.events:q}"
        " --out {output.tsv:q}"
        " > {log:q} 2>&1"
