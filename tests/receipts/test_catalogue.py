from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml
from pydantic import ValidationError

from wix_printer_service.errors import ConfigurationError
from wix_printer_service.receipts import catalogue
from wix_printer_service.receipts.catalogue import (
    Words,
    allergy_stems,
    foreign_allergy_stems,
    words,
)
from wix_printer_service.words import LANGUAGES


def raw(language: str) -> dict[str, object]:
    path = files(catalogue) / f"{language}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_there_is_a_catalogue_for_every_file_and_a_file_for_every_catalogue():
    found = {path.name for path in files(catalogue).iterdir() if path.name.endswith(".yaml")}
    assert found == {f"{language}.yaml" for language in LANGUAGES} | {"allergy_stems.yaml"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_catalogues_have_the_same_keys(language):
    assert set(raw(language)) == set(raw("de")) == set(Words.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty_and_what_is_filled_in_is_the_same_everywhere(language):
    german = raw("de")
    for key, text in raw(language).items():
        assert text, key
        holes = re.findall(r"\{\w+\}", str(text))
        assert holes == re.findall(r"\{\w+\}", str(german[key])), key


@pytest.mark.parametrize(
    ("language", "marks"),
    [
        ("de", "NICHT BEZAHLT,STORNIERT,KOPIE,MÖGLICHES DUPLIKAT,VERSPÄTET,ÄNDERUNG"),
        ("en", "NOT PAID,CANCELLED,COPY,POSSIBLE DUPLICATE,LATE,CHANGE"),
    ],
)
def test_the_marks_are_those_of_the_house(language, marks):
    say = words(language)
    found = (say.not_paid, say.cancelled, say.copy_mark, say.duplicate, say.late, say.change)
    assert ",".join(found) == marks


def test_an_unknown_key_is_a_mistake():
    with pytest.raises(ValidationError, match="thanx"):
        Words.model_validate({**raw("de"), "thanx": "Danke"})


def test_a_missing_key_is_a_mistake_that_names_the_file(tmp_path, monkeypatch):
    broken = {key: value for key, value in raw("de").items() if key != "thanks"}
    (tmp_path / "de.yaml").write_text(yaml.safe_dump(broken), encoding="utf-8")
    monkeypatch.setattr("wix_printer_service.words.files", lambda _package: tmp_path)
    with pytest.raises(ConfigurationError, match=r"(?s)de\.yaml.*thanks"):
        words.__wrapped__("de")


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(ConfigurationError, match="'fr'"):
        words("fr")


def test_allergies_are_known_in_all_languages_at_once():
    assert {"zöliakie", "celiac", "unverträglich"} <= set(allergy_stems())
    stems = (*allergy_stems(), *foreign_allergy_stems())
    assert all(isinstance(stem, str) and stem == stem.casefold() for stem in stems)
    assert len(set(foreign_allergy_stems())) == len(foreign_allergy_stems()) > 40
