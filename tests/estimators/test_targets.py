"""Codes between answers and target columns."""

import numpy as np
import pytest

from glassnet.errors import SettingError
from glassnet.estimators.targets import smoothed

ONE_HOT = np.eye(4, dtype=bool)[[0, 2, 2, 3]]


@pytest.mark.parametrize("Y", [ONE_HOT, ONE_HOT.astype(np.float32)])
def test_smoothed_rows_stay_distributions(Y):
    S = smoothed(Y, 0.2)
    np.testing.assert_allclose(S.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(S[Y == 1], 0.85, rtol=1e-6)
    np.testing.assert_allclose(S[Y == 0], 0.05, rtol=1e-6)


def test_two_classes_and_multi_label_share_between_two_answers():
    np.testing.assert_allclose(smoothed(np.array([[True], [False]]), 0.1), [[0.95], [0.05]])
    np.testing.assert_allclose(smoothed(np.array([[1, 1, 0]]), 0.1, exclusive=False), [[0.95, 0.95, 0.05]])


def test_no_smoothing_changes_nothing():
    assert smoothed(ONE_HOT, 0) is ONE_HOT


@pytest.mark.parametrize("share", [-0.1, 1, 1.5, True, "much", np.nan])
def test_shares_are_checked(share):
    with pytest.raises(SettingError, match=r"label_smoothing: expected a share in \[0, 1\)"):
        smoothed(ONE_HOT, share)
