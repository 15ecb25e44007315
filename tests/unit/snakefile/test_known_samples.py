from types import SimpleNamespace

import pytest

from marrowgate.errors import UserError
from marrowgate.snakefile.known_samples import KnownSamples


def test_known_samples__are_found_by_name():
    known = KnownSamples([SimpleNamespace(sample_id="T01_v1_hspc", panel="hspc")])
    assert known["T01_v1_hspc"].panel == "hspc"


@pytest.mark.parametrize(
    ("name", "cure"),
    [("T01_v1_hspcc", "did you mean 'T01_v1_hspc'?"), ("zz", "correct the file that was asked for")],
)
def test_known_samples__another_name_is_the_users_fault(name, cure):
    known = KnownSamples([SimpleNamespace(sample_id="T01_v1_hspc")])
    with pytest.raises(UserError) as caught:
        known[name]
    assert [str(fault) for fault in caught.value.faults] == [f"the sample sheet: has no sample {name!r}; {cure}"]
