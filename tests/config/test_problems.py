"""A configuration's mistakes are told all at once, in plain words, and without secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.config.files import KITCHEN, problems_of, settings_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the tests' configuration stands."""
    return tmp_path / "config.yaml"


class TestProblems:
    def test_all_come_at_once(self, file: Path) -> None:
        text = (
            "restaurnat: {name: x}\n"
            "restaurant: {language: xx}\n"
            "printing: {max_tries: 0}\n"
            "listen: {status: '0.0.0.0:8000'}\n"
            "wix: {webhook_public_key_file: /nowhere/key.pem}\n"
            "log: {level: info, level: info}\n"
        )
        problems = problems_of(file, text)
        assert [problem.split(":")[0].split(" ")[0] for problem in sorted(problems)] == [
            str(file) + ",",
            "listen.status",
            "printers",
            "printing.max_tries",
            "restaurant.language",
            "restaurnat",
            "wix.webhook_public_key_file",
        ]

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (
                "restaurnat: {name: x}",
                "restaurnat: there is no such setting; did you mean 'restaurant'?",
            ),
            (
                "wix: {api-key-file: x}",
                "wix.api-key-file: there is no such setting; did you mean 'api_key_file'?",
            ),
            ("wix: {qqq: x}", "wix.qqq: there is no such setting"),
            ("1: x", "1: there is no such setting"),
            (
                "log: {level: warn}",
                (
                    'log.level is "warn": expected one of debug, info, warning, error; '
                    "did you mean 'warning'?"
                ),
            ),
            (
                "printing: {max_tries: 0}",
                "printing.max_tries is 0: expected a whole number, at least 1",
            ),
            (
                "printing: {max_tries: 1.5}",
                "printing.max_tries is 1.5: expected a whole number, at least 1",
            ),
            (
                "printing: {stall_timeout_s: soon}",
                (
                    'printing.stall_timeout_s is "soon": expected a number, greater than 0, '
                    "at most 86400"
                ),
            ),
            (
                "printing: {stall_timeout_s: .inf}",
                (
                    "printing.stall_timeout_s is Infinity: expected a number, greater than 0, "
                    "at most 86400"
                ),
            ),
            (
                "restaurant: {name: 1900}",
                "restaurant.name is 1900: expected text (in quotes if it looks like a number)",
            ),
            (
                "connectivity: {hosts: 8.8.8.8}",
                'connectivity.hosts is "8.8.8.8": expected a list, such as [one, two]',
            ),
            (
                "connectivity: {hosts: [8.8]}",
                "connectivity.hosts.0 is 8.8: expected text (in quotes if it looks like a number)",
            ),
            (
                "storage: var/db",
                "storage: expected settings on lines of their own below it, such as 'path: …'",
            ),
            ("storage: {path: [a]}", "storage.path: expected the name of a file"),
            (
                "listen: {webhook: '127.0.0.1:80800'}",
                'listen.webhook is "127.0.0.1:80800": expected a port from 0 to 65535',
            ),
            (
                "listen: {status: anywhere}",
                'listen.status is "anywhere": expected HOST:PORT, an IPv6 address in brackets',
            ),
            (
                "restaurant: {timezone: Berlin}",
                (
                    "restaurant.timezone is \"Berlin\": there is no time zone 'Berlin'; "
                    "see the IANA names, such as Europe/Berlin"
                ),
            ),
            *[
                (
                    f"backfill: {{print_since: '{moment}'}}",
                    (
                        f"backfill.print_since is \"{moment}\": '{moment}' is no moment; "
                        "expected one such as 2026-11-22T17:00"
                    ),
                )
                for moment in ("tonight", "0001-01-01", "9999-12-31T23:59")
            ],
            (
                "wix: {api_base: 'http://example.com'}",
                (
                    'wix.api_base is "http://example.com": expected https://HOST '
                    "(plain http only to this computer itself)"
                ),
            ),
            (
                "priorities: {high_total: a lot}",
                'priorities.high_total is "a lot": expected a number, at least 0',
            ),
            (
                "priorities: {critical_words: [urgent]}",
                (
                    "priorities.critical_words: expected values under names, "
                    "such as {de: [one, two]}"
                ),
            ),
            (
                "wix: {api_base: 'https://[1'}",
                (
                    'wix.api_base is "https://[1": expected https://HOST '
                    "(plain http only to this computer itself)"
                ),
            ),
        ],
    )
    def test_one_is_put_in_plain_words(self, file: Path, text: str, problem: str) -> None:
        assert problems_of(file, KITCHEN + text) == [problem]

    @pytest.mark.parametrize(
        ("printer", "problem"),
        [
            ("", "printers.bar.connection: this is missing. tcp://HOST:PORT, usb://"),
            ("connection: 'tpc://x:1'", 'printers.bar.connection is "tpc://x:1": expected one of'),
            ("receipts: []", "printers.bar.receipts: expected a list, such as [one, two], not "),
            ("receipts: [ktchen]", 'printers.bar.receipts.0 is "ktchen": expected one of kitchen,'),
            ("receipts: [test]", 'printers.bar.receipts.0 is "test": expected one of kitchen,'),
            ("receipts: [driver, driver]", "printers.bar.receipts: a receipt stands here twice"),
            ("paper_width_mm: 70", "printers.bar.paper_width_mm is 70: expected one of 58, 80"),
            ("columns: 200", "printers.bar.columns is 200: expected a whole number, at least 16, "),
            ("uncertain: reprint", 'printers.bar.uncertain is "reprint": expected one of reprint_'),
            (
                "backup: the bar",
                'printers.bar.backup is "the bar": expected a name of letters, digits, - and _, ',
            ),
            ("backup: 5", "printers.bar.backup is 5: expected text (in quotes if it looks like a "),
        ],
    )
    def test_a_printers_mistakes_are_put_in_plain_words(
        self, file: Path, printer: str, problem: str
    ) -> None:
        problems = problems_of(file, f"printers: {{bar: {{{printer}}}}}")
        assert any(found.startswith(problem) for found in problems), problems

    @pytest.mark.parametrize("backup", ["bar", "kitchen"])
    def test_a_backup_must_be_another_printer(self, file: Path, backup: str) -> None:
        text = KITCHEN.replace("receipts:", f"backup: {backup}, receipts:")
        assert problems_of(file, text) == [
            f"printers: kitchen.backup: '{backup}' is not one of the other printers"
        ]

    def test_a_list_is_not_called_short_when_its_only_entry_is_wrong(self, file: Path) -> None:
        text = "printers: {bar: {connection: 'cups://a', receipts: [ktchen]}}"
        assert len(problems_of(file, text)) == 1

    def test_a_printers_name_must_be_plain(self, file: Path) -> None:
        assert problems_of(file, KITCHEN.replace("kitchen:", "'die Küche':")) == [
            "printers.die Küche: expected a name of letters, digits, - and _, 32 at most"
        ]

    @pytest.mark.parametrize(("text"), ["", "printers:", "printers: {}"])
    def test_a_service_without_printers_is_of_no_use(self, file: Path, text: str) -> None:
        (problem,) = problems_of(file, text)
        assert problem.startswith("printers: ")
        assert "at least one printer, such as 'kitchen:'" in problem


class TestFiles:
    def test_what_is_named_must_be_there_and_be_a_file(self, file: Path, tmp_path: Path) -> None:
        text = KITCHEN + f"wix: {{webhook_public_key_file: {tmp_path}}}\n"
        text += "status: {password_hash_file: /nowhere/hash}\n"
        assert problems_of(file, text) == [
            f'wix.webhook_public_key_file is "{tmp_path}": this is a folder, a file is expected',
            'status.password_hash_file is "/nowhere/hash": there is no such file',
        ]

    def test_what_is_named_must_be_readable(
        self, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = tmp_path / "key.pem"
        key.touch()
        monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
        (problem,) = problems_of(file, KITCHEN + f"wix: {{webhook_public_key_file: {key}}}")
        assert problem.endswith("this user may not read the file")

    def test_a_folder_that_may_not_be_entered_is_said_to_be_so(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_: Path) -> bool:
            raise PermissionError

        monkeypatch.setattr(Path, "is_dir", refuse)
        (problem,) = problems_of(file, KITCHEN + "wix: {api_key_file: /root/key}")
        assert problem.endswith("this user may not look into the file's folder")


class TestKeysForWix:
    @pytest.fixture
    def secret(self, tmp_path: Path) -> str:
        secret = tmp_path / "app-secret"
        secret.touch()
        return str(secret)

    def test_an_app_of_ones_own_needs_its_id_its_secret_and_where_it_is_installed(
        self, file: Path, secret: str
    ) -> None:
        text = f"wix: {{app_id: an-app, app_secret_file: {secret}, instance_id: here}}"
        assert settings_of(file, KITCHEN + text).wix.is_askable

    def test_each_part_that_is_missing_is_named(self, file: Path, secret: str) -> None:
        text = KITCHEN + f"wix: {{app_secret_file: {secret}}}"
        assert problems_of(file, text) == [
            f"wix.{name}: this is missing: wix.app_secret_file cannot be used without it"
            for name in ("app_id", "instance_id")
        ]

    def test_an_app_without_its_secret_is_a_mistake_too(self, file: Path) -> None:
        text = KITCHEN + "wix: {app_id: an-app, instance_id: here, app_secret_file: ~}"
        assert problems_of(file, text) == [
            (
                "wix.app_secret_file: this is missing: "
                "wix.app_id and wix.instance_id cannot be used without it"
            )
        ]

    def test_an_api_key_beside_a_whole_app_or_without_a_site_is_fine(
        self, file: Path, secret: str
    ) -> None:
        assert settings_of(file, KITCHEN + f"wix: {{api_key_file: {secret}}}").wix.is_askable
        app = f"app_id: an-app, app_secret_file: {secret}, instance_id: here"
        both = KITCHEN + f"wix: {{api_key_file: {secret}, {app}}}"
        assert settings_of(file, both).wix.is_askable

    def test_a_part_of_the_wrong_kind_is_one_mistake_and_not_missing(
        self, file: Path, secret: str
    ) -> None:
        text = f"wix: {{app_id: [1], app_secret_file: {secret}, instance_id: 7}}"
        problems = problems_of(file, KITCHEN + text)
        assert [problem.split(":")[0] for problem in problems] == [
            "wix.app_id",
            "wix.instance_id is 7",
        ]


class TestSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            "wix: {api_key_file: IST.sesame/open==}",
            "wix: {api_key_file: 'IST.sesame'}",
            "wix: {api_key: sesame}",
            "wix: {apikey_file: /etc/sesame}",
            "wix: sesame",
            "status: {password_hash_file: '$2b$12$sesame'}",
            "status: {token_file: [sesame]}",
            "wix: {api_base: 'http://user:sesame@example.com'}",
        ],
    )
    def test_no_value_that_may_be_one_is_shown(self, file: Path, text: str) -> None:
        assert not any("sesame" in problem for problem in problems_of(file, KITCHEN + text))

    def test_none_is_shown_from_the_environment_either(self, file: Path) -> None:
        environ = {"WIX_PRINTER__WIX__API_KEY": "sesame", "WIX_PRINTER__LOG": "[sesame"}
        problems = problems_of(file, KITCHEN, environ)
        assert len(problems) == 2
        assert not any("sesame" in problem for problem in problems)


class TestStatusListener:
    @pytest.mark.parametrize("address", ["0.0.0.0:8000", "[::]:8000", "192.0.2.5:0", "pi.local:80"])
    def test_it_is_not_opened_to_others_without_a_password(self, file: Path, address: str) -> None:
        (problem,) = problems_of(file, KITCHEN + f"listen: {{status: '{address}'}}")
        assert problem == (
            f'listen.status is "{address}": others in the network could reach this, '
            "so status.password_hash_file must be set"
        )

    def test_it_is_opened_to_others_with_a_password(self, file: Path, tmp_path: Path) -> None:
        (tmp_path / "hash").touch()
        text = KITCHEN + "listen: {status: '0.0.0.0:8000'}\n"
        text += f"status: {{password_hash_file: {tmp_path / 'hash'}}}"
        assert settings_of(file, text).listen.status == "0.0.0.0:8000"

    @pytest.mark.parametrize("address", ["127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "localhost:1"])
    def test_this_computer_alone_needs_none(self, file: Path, address: str) -> None:
        text = KITCHEN + f"listen: {{status: '{address}'}}"
        assert settings_of(file, text).listen.status == address

    def test_plain_http_is_allowed_to_this_computer_itself(self, file: Path) -> None:
        text = KITCHEN + "wix: {api_base: 'http://127.0.0.1:8089'}"
        assert settings_of(file, text).wix.api_base == "http://127.0.0.1:8089"


class TestStations:
    PRINTERS = (
        'printers: {kitchen: {connection: "virtual://x", receipts: [kitchen], stations: [%s]}}\n'
    )

    @pytest.mark.parametrize(
        ("stations", "printed", "problem"),
        [
            ("{bar: {}}", "default", "no printer prints the tickets of bar"),
            ("{bar: {}}", "bar", "no printer prints the station default, which makes"),
            ("{}", "expo", "no printer prints the station default, which makes"),
            ("{}", "default, cold", "printers.kitchen.stations: there is no station 'cold'"),
            ("{}", "default, default", "printers.kitchen.stations: a station stands here twice"),
            ("{expo: {}}", "default, expo", "the name expo is taken, choose another"),
        ],
    )
    def test_what_would_be_printed_nowhere_is_a_mistake(
        self, file: Path, stations: str, printed: str, problem: str
    ) -> None:
        problems = problems_of(file, f"stations: {stations}\n" + self.PRINTERS % printed)
        assert [p for p in problems if "stations: " in p and problem in p], problems

    def test_only_a_kitchen_has_stations(self, file: Path) -> None:
        text = 'printers: {x: {connection: "virtual://x", receipts: [driver], stations: [default]}}'
        assert "it does not print the receipt kitchen" in problems_of(file, text)[0]

    def test_while_a_printer_is_wrong_itself_nothing_is_said_of_its_stations(
        self, file: Path
    ) -> None:
        problems = problems_of(file, "stations: {bar: {}}\nprinters: {kitchen: {receipts: []}}")
        assert not any("no printer prints" in problem for problem in problems)

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("stations: {Bar: {}}", "stations.Bar: expected a name of small letters"),
            ("printers: {k: {stations: [Bar]}}", 'is "Bar": expected a name of small letters'),
            ("printers: {'k k': {}}", "printers.k k: expected a name of letters"),
            ("restaurant: {country: ch}", 'country is "ch": expected CH, AT, DE and so on'),
        ],
    )
    def test_how_names_are_written_is_said(self, file: Path, text: str, problem: str) -> None:
        assert any(problem in found for found in problems_of(file, text))
