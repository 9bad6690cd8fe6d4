"""Pages and texts are read in English, whatever language a test before these asked for."""

import pytest

from glassnet.texts import speak


@pytest.fixture(autouse=True)
def english():
    speak("en")
    yield
    speak(None)
