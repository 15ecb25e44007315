"""The samples of a project by name, with a plain answer where Snakemake is asked for a sample that there is not."""

from collections.abc import Iterable

from marrowgate.errors import fault
from marrowgate.settings.messages import correct_to
from marrowgate.settings.sheets import Sample


class KnownSamples(dict[str, Sample]):
    """The samples of a sheet by sample_id."""

    def __init__(self, samples: Iterable[Sample]):
        super().__init__((sample.sample_id, sample) for sample in samples)

    def __missing__(self, sample_id: str) -> Sample:
        """Refuse a name that the sheet has not.

        Raises
        ------
        UserError
            Always.
        """
        cure = correct_to(sample_id, list(self), "correct the file that was asked for")
        raise fault("the sample sheet", f"has no sample {sample_id!r}", cure)
