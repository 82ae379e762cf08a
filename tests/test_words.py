"""If these pass, a language is one file, and what is wrong with a file is said by name."""

from __future__ import annotations

import shutil
from importlib.resources import files

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from wix_printer_service import words as reading
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.receipts import catalogue
from wix_printer_service.words import LANGUAGES, languages_in, read_words


class Greetings(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    hello: str
    goodbye: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of catalogues in place of the package's."""
    monkeypatch.setattr(reading, "files", lambda _package: tmp_path)
    return tmp_path


def problems_of(folder, text):
    (folder / "de.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_words(Greetings, "greetings", "de")
    return raised.value.problems


def test_the_languages_are_those_of_the_issue():
    assert LANGUAGES == ("de", "en", "es", "fr", "it", "tr")


def test_only_files_of_languages_are_languages(tmp_path):
    for name in ("pt.yaml", "de.yaml", "allergy_stems.yaml", "deu.yaml", "EN.yaml", "fr.yml", "x"):
        (tmp_path / name).touch()
    assert languages_in(tmp_path) == ("de", "pt")


def test_one_more_file_is_one_more_language(folder, monkeypatch):
    shutil.copytree(files(catalogue), folder, dirs_exist_ok=True)
    portuguese = yaml.safe_load((folder / "es.yaml").read_text(encoding="utf-8"))
    portuguese["thanks"] = "Obrigado pelo seu pedido!"
    (folder / "pt.yaml").write_text(yaml.safe_dump(portuguese), encoding="utf-8")
    monkeypatch.setattr(reading, "LANGUAGES", languages_in(folder))
    assert read_words(catalogue.Words, "", "pt").thanks == "Obrigado pelo seu pedido!"


def test_a_catalogue_is_read_as_it_is(folder):
    (folder / "de.yaml").write_text("hello: Grüezi\ngoodbye: Tschüss\n", encoding="utf-8")
    assert read_words(Greetings, "greetings", "de") == Greetings(hello="Grüezi", goodbye="Tschüss")


def test_every_missing_unknown_and_wrong_word_is_named_with_its_file(folder):
    assert problems_of(folder, "hallo: Grüezi\ngoodbye: no\n") == [
        "greetings/de.yaml: hello: Field required",
        "greetings/de.yaml: goodbye: Input should be a valid string",
        "greetings/de.yaml: hallo: Extra inputs are not permitted",
    ]


@pytest.mark.parametrize("text", ["", "- hello", "hello"])
def test_a_file_that_is_no_catalogue_is_named(folder, text):
    (problem,) = problems_of(folder, text)
    assert problem.startswith("greetings/de.yaml: Input should be a valid dictionary")


def test_a_file_that_is_no_yaml_is_named_with_the_line(folder):
    (problem,) = problems_of(folder, 'hello: "Grüezi\n')
    assert problem.startswith("greetings/de.yaml: ")
    assert "line 2" in problem


def test_a_language_without_a_file_is_refused_with_those_that_there_are():
    with pytest.raises(ConfigurationError, match=r"'xx'.*'de', 'en'"):
        read_words(Greetings, "greetings", "xx")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("Hallo {nmae}", "{name} in 'Hallo {nmae}'"),
        ("Hallo", "{name} in 'Hallo'"),
        ("{name} {name}", "{name} in '{name} {name}'"),
    ],
)
def test_a_word_that_fills_in_something_else_than_the_english_one_is_named(folder, word, reason):
    (folder / "en.yaml").write_text('hello: "Hi {name}"\ngoodbye: Bye\n', encoding="utf-8")
    problems = problems_of(folder, f'hello: "{word}"\ngoodbye: Tschüss\n')
    assert problems == [f"greetings/de.yaml: hello: expected {reason}"]


def test_a_brace_that_nothing_closes_is_named(folder):
    (folder / "en.yaml").write_text("hello: Hi\ngoodbye: Bye\n", encoding="utf-8")
    assert problems_of(folder, 'hello: "Hallo {"\ngoodbye: "Tschüss {name}"\n') == [
        "greetings/de.yaml: hello: a brace stands alone in 'Hallo {'",
        "greetings/de.yaml: goodbye: expected nothing in braces in 'Tschüss {name}'",
    ]


def test_words_within_words_are_held_against_each_other_too(folder):
    class Nested(BaseModel):
        states: dict[str, str]

    (folder / "en.yaml").write_text('states: {late: "{n} late"}', encoding="utf-8")
    (folder / "de.yaml").write_text("states: {late: zu spät}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"states\.late: expected \{n\} in 'zu spät'"):
        read_words(Nested, "greetings", "de")
