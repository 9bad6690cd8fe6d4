"""Which language is spoken: what is asked for, else the variable, else the system's."""

import locale

import pytest

from glassnet.errors import UnknownNameError
from glassnet.texts import language, language_or_browsers, speak, told


@pytest.fixture
def system(monkeypatch):
    """Let the environment say nothing of languages, but what a test says."""
    for name in ("GLASSNET_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch.setenv


@pytest.mark.parametrize(
    "name", ["zh_CN.UTF-8", "zh_CN.GBK", "zh_TW", "zh-Hans", "zh", "Chinese (Simplified)_China.936"]
)
def test_a_chinese_system_is_spoken_to_in_chinese(system, name):
    system("LANG", name)
    assert language() == "zh"


@pytest.mark.parametrize("name", ["C", "C.UTF-8", "en_US.UTF-8", "de_DE", "POSIX"])
def test_every_other_system_in_english(system, name):
    system("LANG", name)
    assert language() == "en"


def test_the_first_variable_that_is_set_decides(system):
    system("LANG", "zh_CN.UTF-8")
    system("LC_MESSAGES", "en_US.UTF-8")
    assert language() == "en"
    system("LC_ALL", "zh_CN.UTF-8")
    assert language() == "zh"
    system("GLASSNET_LANG", "en")
    assert language() == "en"
    assert language("zh") == "zh"


def test_without_variables_the_locale_of_the_process_decides(system, monkeypatch):
    monkeypatch.setattr(locale, "setlocale", lambda _: "Chinese (Simplified)_China.936")
    assert language() == "zh"
    monkeypatch.setattr(locale, "setlocale", lambda _: "English_United States.1252")
    assert language() == "en"


def test_what_is_spoken_is_what_was_asked_for_last(system):
    system("GLASSNET_LANG", "en")
    try:
        speak("zh")
        assert language() == "zh"
        assert told("Breaking the symmetry") == "打破对称性"
        with pytest.raises(UnknownNameError):
            speak("fr")
        assert language() == "zh"
    finally:
        speak(None)
    assert told("Breaking the symmetry") == "Breaking the symmetry"


def test_a_variable_without_text_says_nothing(system):
    system("LANG", "zh_CN.UTF-8")
    system("GLASSNET_LANG", "")
    assert language() == "zh"


def test_an_unknown_language_is_named(system):
    with pytest.raises(UnknownNameError, match="unknown language 'fr'"):
        language("fr")
    system("GLASSNET_LANG", "klingon")
    with pytest.raises(UnknownNameError, match="unknown language in GLASSNET_LANG 'klingon'"):
        language()


@pytest.mark.parametrize(
    ("variables", "asked", "expected"),
    [
        ({}, None, ""),
        ({"LANG": "C.UTF-8"}, None, ""),
        ({"LANG": "en_US.UTF-8"}, None, ""),
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LANG": "en_US.UTF-8", "GLASSNET_LANG": "zh"}, None, "zh"),
        ({"LANG": "zh_CN.UTF-8", "GLASSNET_LANG": "en"}, None, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "en", "en"),
        ({}, "en", "en"),
    ],
)
def test_a_page_is_in_the_language_of_its_browser_where_nobody_asked_for_another(system, variables, asked, expected):
    for name, value in variables.items():
        system(name, value)
    try:
        speak(asked)
        assert language_or_browsers() == expected
    finally:
        speak(None)
