"""What the report says of the run that no file may say: names and dates stand in the settings alone."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from marrowgate.settings.panel import without_control_characters

Words = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(without_control_characters)]


class ReportSettings(BaseModel):
    """What stands at the head of the report, and what its courses are held against."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    project: Words = ""
    """Name of the project, the report's title. Empty: the report is called marrowgate report."""
    laboratory: Words = ""
    """Laboratory that answers for the run."""
    run_date: dt.date | None = None
    """Date of the run, as YYYY-MM-DD. It is never taken from a file or from the clock, so that the same input gives the
    same report."""
    reference_ranges: dict[Words, tuple[float, float]] = {}
    """Lower and upper end of a measure's reference range, for the courses of single patients, for example
    `cd34_hspc_per_ul: [1, 6]`. A measure that is not named is held against the visits before treatment of this run."""
