"""Each diagnosis that a test of this folder makes has its Chinese."""

import pytest

from glassnet.inspection import diagnosis
from glassnet.texts.tables import is_known


@pytest.fixture(autouse=True)
def every_finding_is_known_in_chinese(monkeypatch):
    """Fail where a finding has a sentence that no table knows."""
    made, own = [], diagnosis.Diagnosis

    def kept(*arguments):
        made.append(own(*arguments))
        return made[-1]

    monkeypatch.setattr(diagnosis, "Diagnosis", kept)
    yield
    said = {text for each in made for finding in each for text in (finding.wrong, finding.evidence, finding.change)}
    said |= {text for each in made for text in (each.headline, each.gap) if text}
    assert {text for text in said if not is_known(text)} == set()
