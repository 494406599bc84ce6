"""Rows packed into integers are added as the rows themselves are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlu.packed import LARGEST, MOST_ROWS, Matrix, added, pack, unpack

some_rows = st.tuples(st.integers(1, 8), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.int32, shape, elements=st.integers(-LARGEST, LARGEST))
)


@given(some_rows)
def test_rows_that_are_packed_and_unpacked_are_the_same(rows: Matrix) -> None:
    np.testing.assert_array_equal(unpack(pack(rows), rows.shape[1]), rows)


@given(some_rows)
def test_the_sum_of_packed_rows_is_the_sum_of_the_rows_to_within_one(rows: Matrix) -> None:
    assert list(added(pack(rows), rows.shape[1])) == pytest.approx(rows.sum(axis=0).tolist(), abs=1)


@pytest.mark.parametrize("sign", [-1, 1])
def test_as_many_of_the_largest_rows_as_may_be_are_added(sign: int) -> None:
    rows = np.full((MOST_ROWS, 3), sign * LARGEST, np.int32)
    assert list(added(pack(rows), 3)) == pytest.approx([sign * LARGEST * MOST_ROWS] * 3, abs=1)


def test_one_more_of_the_largest_rows_is_too_many() -> None:
    rows = np.full((MOST_ROWS + 1, 3), LARGEST, np.int32)
    with pytest.raises(OverflowError):
        added(pack(rows), 3)


def test_no_rows_are_nothing() -> None:
    assert list(added([], 4)) == [0, 0, 0, 0]
