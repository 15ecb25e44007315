"""Functions that Snakemake calls for each job are handed what they ask for."""

import functools
import inspect

from snakemake.common import get_function_params, get_input_function_aux_params

from marrowgate.snakefile.signatures import with_signature

OFFERED = {"input": ["a.fcs"], "attempt": 2, "threads": 1, "rulename": "fit"}


@with_signature
def memory(wildcards, input, attempt):  # noqa: A002 - Snakemake's name
    return attempt * len(input)


def test_with_signature__snakemake_hands_over_what_the_function_asks_for_and_nothing_else():
    handed = get_input_function_aux_params(memory, OFFERED)
    assert handed == {"input": ["a.fcs"], "attempt": 2}
    assert memory("wildcards", **handed) == 2


def test_with_signature__is_kept_by_the_wrappers_that_snakemake_puts_around_resources():
    @functools.wraps(memory)
    def wrapped(*args, **kwargs):
        return memory(*args, **kwargs)

    assert set(get_function_params(wrapped)) == {"wildcards", "input", "attempt"}


def test_with_signature__is_not_put_together_anew_for_each_call():
    assert inspect.signature(memory) is inspect.signature(memory)
