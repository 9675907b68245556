"""Tables of numbers are kept as they are, and what is wrong with a kept one is said in one line."""

from __future__ import annotations

import numpy as np
import pytest

from data.errors import BadHome
from voice.arrays import Arrays, packed, unpacked

TABLES: Arrays = {"form": np.arange(6, dtype=np.float16).reshape(2, 3), "phone": np.array([3, 1], np.uint8)}
PLAIN = {"gain": 0.1, "notes": ["it is noisy", "有杂音"]}


def test_what_is_kept_is_read_again_as_it_was() -> None:
    with unpacked(packed(1, TABLES, PLAIN), 1, "the table") as (arrays, plain):
        assert plain == PLAIN
        assert arrays.keys() == TABLES.keys()
        assert all(np.array_equal(arrays[name], TABLES[name]) for name in TABLES)
        assert all(arrays[name].dtype == TABLES[name].dtype for name in TABLES)


def test_the_same_values_are_the_same_bytes() -> None:
    assert packed(1, TABLES, PLAIN) == packed(1, TABLES, PLAIN)


@pytest.mark.parametrize("other", [packed(2, TABLES), packed(1, TABLES)[:-30], b""])
def test_another_version_or_a_damaged_one_is_told_with_what_to_do(other: bytes) -> None:
    with pytest.raises(BadHome, match=r"the table .*(another version|damaged).*enrol"), unpacked(other, 1, "the table"):
        pass


def test_a_table_that_lacks_a_part_is_damaged() -> None:
    with pytest.raises(BadHome, match="damaged"), unpacked(packed(1, {}), 1, "the table") as (arrays, _):
        _ = arrays["form"]
