from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.formats.bundle_check import verify_bundle

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(made_up: ModuleType) -> Files:
    bundle: Files = made_up.made_up_trial().bundle()
    return bundle


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_seen(
    made_up: ModuleType, files: Files, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(files)))
    place = data.draw(st.integers(0, len(files[path]) - 1))
    bit = data.draw(st.integers(0, 7))
    content = bytearray(files[path])
    content[place] ^= 1 << bit
    changed = {**files, path: bytes(content)}

    found = verify_bundle(
        changed.__getitem__,
        list(changed),
        made_up.TestSigner().trusted,
        read_logs=made_up.made_up_trial().read_logs,
        software=made_up.SOFTWARE,
    )

    assert found != ()
