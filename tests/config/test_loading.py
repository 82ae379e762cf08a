"""The configuration is found, read and merged with the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.files import KITCHEN, problems_of, settings_of
from wix_printer_service import config
from wix_printer_service.errors import ConfigurationError
from wix_printer_service.models import Receipt

DESIGN_EXAMPLE = """\
storage: {path: /var/lib/wix-printer/wix-printer.db}
listen: {webhook: "127.0.0.1:8080", status: "127.0.0.1:8000"}
restaurant: {name: "Trattoria Beispiel", timezone: Europe/Berlin, language: de}
wix: {webhook_public_key_file: KEY_FILE, api_base: "https://www.wixapis.com",
      site_id: "…", api_key_file: "KEY_FILE"}
printers:
  kitchen: {connection: "tcp://192.0.2.10:9100", receipts: [kitchen], paper_width_mm: 80}
  counter: {connection: "usb://04b8:0e28", receipts: [driver, customer]}
connectivity: {hosts: [8.8.8.8, 1.1.1.1, 208.67.222.222], check_interval_s: 30}
"""


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tests' configuration stands; there is none for the whole system."""
    monkeypatch.setattr(config, "SYSTEM_FILE", tmp_path / "system.yaml")
    return tmp_path / "config.yaml"


class TestFinding:
    def test_without_any_file_the_embedded_defaults_hold(self) -> None:
        loaded = config.load(None, {})
        assert loaded.embedded
        assert loaded.path is None
        assert loaded.settings.storage.path == Path("var/wix-printer.db")
        assert loaded.settings.restaurant.name == "Trattoria Beispiel"
        assert loaded.settings.restaurant.address
        kitchen = loaded.settings.printers["kitchen"]
        assert kitchen.connection == "virtual://var/receipts"
        assert kitchen.receipts == (Receipt.KITCHEN, Receipt.DRIVER, Receipt.CUSTOMER)

    def test_the_systems_file_comes_before_the_embedded_defaults(self) -> None:
        config.SYSTEM_FILE.write_text(KITCHEN)
        loaded = config.load(None, {})
        assert loaded.path == config.SYSTEM_FILE
        assert not loaded.embedded

    def test_a_named_file_comes_before_the_systems_file(self, file: Path) -> None:
        config.SYSTEM_FILE.write_text("rubbish: 1")
        file.write_text(KITCHEN)
        assert config.load(None, {"WIX_PRINTER_CONFIG": str(file)}).path == file

    def test_the_argument_comes_first(self, file: Path) -> None:
        file.write_text(KITCHEN)
        assert config.load(file, {"WIX_PRINTER_CONFIG": "/nowhere"}).path == file

    def test_the_processes_own_environment_is_the_usual_one(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file.write_text(KITCHEN)
        monkeypatch.setenv("WIX_PRINTER_CONFIG", str(file))
        assert config.load().path == file

    @pytest.mark.parametrize("by_argument", [True, False])
    def test_a_named_file_must_exist(self, file: Path, *, by_argument: bool) -> None:
        path, environ = (file, {}) if by_argument else (None, {"WIX_PRINTER_CONFIG": str(file)})
        with pytest.raises(ConfigurationError, match=r"config\.yaml: there is no such file"):
            config.load(path, environ)

    def test_an_empty_variable_names_no_file(self) -> None:
        assert config.load(None, {"WIX_PRINTER_CONFIG": ""}).embedded

    def test_a_folder_is_not_a_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
            config.load(tmp_path, {})

    def test_a_systems_file_that_cannot_be_read_is_not_passed_over(self) -> None:
        config.SYSTEM_FILE.mkdir()
        with pytest.raises(ConfigurationError, match="cannot be read"):
            config.load(None, {})

    def test_a_file_that_is_not_text_is_said_to_be_so(self, file: Path) -> None:
        file.write_bytes(b"restaurant: {name: Caf\xe9}")
        with pytest.raises(ConfigurationError, match=r"not UTF-8 text \(at byte 22\)"):
            config.load(file, {})


class TestReading:
    def test_the_documented_example_loads(self, file: Path, tmp_path: Path) -> None:
        key = tmp_path / "key.pem"
        key.touch()
        settings = settings_of(file, DESIGN_EXAMPLE.replace("KEY_FILE", str(key)))
        assert list(settings.printers) == ["kitchen", "counter"]
        assert settings.wix.webhook_public_key_file == key
        assert settings.connectivity.check_interval_s == 30.0

    def test_printers_are_all_that_is_needed(self, file: Path) -> None:
        settings = settings_of(file, KITCHEN)
        assert settings.storage.path == Path("/var/lib/wix-printer/wix-printer.db")
        assert settings.printers["kitchen"].paper_width_mm == 80

    def test_a_section_of_comments_only_is_as_good_as_none(self, file: Path) -> None:
        settings = settings_of(file, KITCHEN + "wix:\n  # api_base: x\nlog:\n")
        assert settings.wix.api_base == "https://www.wixapis.com"

    def test_any_free_port_may_be_asked_for(self, file: Path) -> None:
        settings = settings_of(file, KITCHEN + "listen: {webhook: '127.0.0.1:0'}")
        assert settings.listen.webhook == "127.0.0.1:0"

    def test_broken_yaml_is_pointed_at(self, file: Path) -> None:
        (problem,) = problems_of(file, "restaurant:\n  name: [a\nlog: {}\n")
        assert problem.startswith(f"{file}, line 3, column 4: this is not YAML: ")

    @pytest.mark.parametrize("text", ["a: \x00", "a: 2026-02-30", "a: !!python/none x", "a: *b"])
    def test_what_yaml_cannot_read_is_a_problem_and_no_crash(self, file: Path, text: str) -> None:
        (problem,) = problems_of(file, text)
        assert "this is not YAML" in problem

    @pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "42"])
    def test_a_file_of_something_else_is_refused(self, file: Path, text: str) -> None:
        assert problems_of(file, text) == [
            "expected settings such as 'printers:' and what belongs to it"
        ]

    def test_a_key_that_stands_twice_is_a_problem_wherever_it_stands(self, file: Path) -> None:
        text = KITCHEN + "log:\n  level: info\n  level: debug\n" + KITCHEN
        text += "connectivity: {hosts: [{a: 1, a: 2}]}\n"
        problems = problems_of(file, text)
        assert f"{file}, line 4: 'level' is here twice" in problems
        assert f"{file}, line 5: 'printers' is here twice" in problems
        assert f"{file}, line 6: 'a' is here twice" in problems

    def test_anchors_and_merges_are_no_doubles(self, file: Path) -> None:
        text = (
            "printers:\n"
            "  a: &p {connection: 'cups://a', receipts: [kitchen]}\n"
            "  b: {<<: *p, connection: 'cups://b'}\n"
        )
        printers = settings_of(file, text).printers
        assert printers["b"].connection == "cups://b"
        assert printers["b"].receipts == (Receipt.KITCHEN,)

    def test_a_file_that_contains_itself_is_a_problem_and_no_crash(self, file: Path) -> None:
        assert problems_of(file, KITCHEN + "wix: &w {api_base: *w}")


class TestEnvironment:
    def test_it_wins_over_the_file(self, file: Path) -> None:
        settings = settings_of(
            file, KITCHEN + "log: {level: info}", {"WIX_PRINTER__LOG__LEVEL": "debug"}
        )
        assert settings.log.level == "debug"

    def test_it_works_over_the_embedded_defaults(self) -> None:
        environ = {
            "WIX_PRINTER__STORAGE__PATH": "/tmp/x.db",
            "WIX_PRINTER__PRINTERS__KITCHEN__CONNECTION": "tcp://192.0.2.10:9100",
            "WIX_PRINTER__PRINTERS__KITCHEN__COLUMNS": "42",
            "wix_printer__connectivity__hosts": "[192.0.2.1]",
        }
        loaded = config.load(None, environ)
        assert loaded.embedded
        assert loaded.settings.storage.path == Path("/tmp/x.db")
        assert loaded.settings.printers["kitchen"].connection == "tcp://192.0.2.10:9100"
        assert loaded.settings.printers["kitchen"].columns == 42
        assert loaded.settings.connectivity.hosts == ("192.0.2.1",)
        assert config.load(None, {}).settings.connectivity.hosts[0] == "8.8.8.8"

    def test_printers_keep_the_spelling_of_the_file(self, file: Path) -> None:
        text = KITCHEN.replace("kitchen:", "Back-Bar:")
        environ = {"WIX_PRINTER__PRINTERS__BACK_BAR__PAPER_WIDTH_MM": "58"}
        printers = settings_of(file, text, environ).printers
        assert list(printers) == ["Back-Bar"]
        assert printers["Back-Bar"].paper_width_mm == 58

    def test_it_can_add_a_printer(self, file: Path) -> None:
        environ = {
            "WIX_PRINTER__PRINTERS__BAR__CONNECTION": "cups://bar",
            "WIX_PRINTER__PRINTERS__BAR__RECEIPTS": "[driver]",
        }
        printers = settings_of(file, KITCHEN, environ).printers
        assert list(printers) == ["kitchen", "bar"]

    def test_a_whole_section_may_be_given_and_details_on_top(self, file: Path) -> None:
        environ = {
            "WIX_PRINTER__PRINTING__MAX_TRIES": "7",
            "WIX_PRINTER__PRINTING": "{max_tries: 3, poll_s: 2}",
        }
        printing = settings_of(file, KITCHEN, environ).printing
        assert (printing.max_tries, printing.poll_s) == (7, 2.0)

    @pytest.mark.parametrize(
        ("value", "name"),
        [
            ("Da Gino #1", "Da Gino #1"),
            ("1900", "1900"),
            ("20:00", "20:00"),
            ("Pizza: Best", "Pizza: Best"),
            ("*Stern*", "*Stern*"),
            ("yes", "yes"),
            ('"1900"', "1900"),
            ("'Bar'", "Bar"),
            ('"Bar" & Grill', '"Bar" & Grill'),
        ],
    )
    def test_a_text_is_taken_as_it_stands(self, file: Path, value: str, name: str) -> None:
        settings = settings_of(file, KITCHEN, {"WIX_PRINTER__RESTAURANT__NAME": value})
        assert settings.restaurant.name == name

    def test_a_listener_on_ipv6_needs_no_quotes(self, file: Path) -> None:
        settings = settings_of(file, KITCHEN, {"WIX_PRINTER__LISTEN__STATUS": "[::1]:8000"})
        assert settings.listen.status == "[::1]:8000"

    def test_null_takes_back_what_the_file_says(self, file: Path) -> None:
        text = KITCHEN + "wix: {site_id: x}"
        settings = settings_of(file, text, {"WIX_PRINTER__WIX__SITE_ID": "null"})
        assert settings.wix.site_id is None

    @pytest.mark.parametrize(
        ("variable", "value", "problem"),
        [
            ("LOG__LEVEL", "warn", 'log.level is "warn": expected one of'),
            ("LOGG__LEVEL", "info", "logg: there is no such setting; did you mean 'log'?"),
            ("LOG__LEVEL__X", "info", "log.level: expected one of"),
            ("PRINTERS__BAR__RECEIPTS", "[driver]", "printers.bar.connection: this is missing"),
            ("CONNECTIVITY__HOSTS", "[1.1.1.1", "the value is not YAML"),
            ("PRINTING__MAX_TRIES", "2026-02-30", "the value is not YAML"),
            ("WIX", "", "wix: expected settings"),
        ],
    )
    def test_its_mistakes_name_the_variable(
        self, file: Path, variable: str, value: str, problem: str
    ) -> None:
        name = f"WIX_PRINTER__{variable}"
        problems = problems_of(file, KITCHEN, {name: value})
        assert len(problems) == 1
        assert problems[0].startswith(f"{name}: {problem}"), problems

    def test_a_mistake_of_the_file_stays_the_files(self, file: Path) -> None:
        environ = {"WIX_PRINTER__RESTAURANT__NAME": "x", "WIX_PRINTER__LOG__LEVEL": "info"}
        assert problems_of(file, KITCHEN + "restaurant: 5\nlog: {levl: x}", environ) == [
            "restaurant: expected settings on lines of their own below it, such as 'name: …'",
            "log.levl: there is no such setting; did you mean 'level'?",
        ]

    def test_other_variables_are_left_alone(self, file: Path) -> None:
        environ = {"WIX_PRINTER_TOKEN": "x", "WIX_PRINTERS__LOG": "x", "HOME": "/"}
        assert settings_of(file, KITCHEN, environ)


def test_a_printer_may_be_called_by_a_word_that_yaml_takes_for_a_boolean(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("printers: {off: {connection: 'virtual://receipts', receipts: [kitchen]}}\n")
    assert list(config.load(file, {}).settings.printers) == ["off"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T17:00", "2026-11-22T17:00"),
        ("2026-11-22 17:00:00", "2026-11-22T17:00:00"),
        ("2026-11-22T17:00:00+01:00", "2026-11-22T17:00:00+01:00"),
        ("'2026-11-22T17:00'", "2026-11-22T17:00"),
        ("null", None),
    ],
)
def test_a_moment_may_be_written_with_or_without_quotes(file, written, read):
    settings = settings_of(file, KITCHEN + f"backfill: {{print_since: {written}}}")
    assert settings.backfill.print_since == read
