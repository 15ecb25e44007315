"""The clocks that Snakemake sets, one for each job, and waits for after the last of them."""

import threading


def stop_clocks() -> None:
    """Stop them at the end of a run: they only have Snakemake look for further jobs, and there are none.

    Without this a run ends as long after its last job as the profile's `max-jobs-per-timespan` says.
    """
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
