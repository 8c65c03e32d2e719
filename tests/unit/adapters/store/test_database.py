"""Which database a setting names."""

from pathlib import Path

import pytest
from django.core.management import call_command

from seatrial.adapters.store.data_folder import OPERATOR_KEY, data_folder
from seatrial.adapters.store.database import SETTING, database_of, database_settings
from seatrial.adapters.store.database_copy import _without_password
from seatrial.core.problem import BadInputError


def test_without_a_setting_it_is_a_file_of_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.delenv(OPERATOR_KEY, raising=False)
    where = database_of(tmp_path)
    assert where == str(tmp_path / "seatrial.sqlite3")
    settings = database_settings(where)
    assert (settings["ENGINE"], settings["NAME"]) == ("django.db.backends.sqlite3", where)
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in settings["OPTIONS"]["init_command"]
    assert data_folder(tmp_path).operator_key == tmp_path / "operator.key"


def test_the_environment_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "postgresql://u@h/d")
    monkeypatch.setenv(OPERATOR_KEY, "/safe/operator.key")
    found = data_folder(tmp_path)
    assert (found.database, found.operator_key) == (
        "postgresql://u@h/d",
        Path("/safe/operator.key"),
    )


def test_a_url_is_read_in_all_its_parts() -> None:
    settings = database_settings(
        "postgresql://me%40x:p%2Fw@db.example:5433/sea%20trial?sslmode=require"
    )
    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    assert [settings[name] for name in names] == [
        "django.db.backends.postgresql",
        "sea trial",
        "me@x",
        "p/w",
        "db.example",
        "5433",
        {"sslmode": "require"},
    ]


def test_a_socket_folder_is_a_host() -> None:
    settings = database_settings("postgresql://me@/seatrial?host=/run/postgresql")
    assert (settings["HOST"], settings["PORT"], settings["OPTIONS"]) == ("/run/postgresql", "", {})


def test_other_databases_are_refused() -> None:
    with pytest.raises(BadInputError, match="mysql"):
        database_settings("mysql://me@h/d")


@pytest.mark.parametrize(
    ("url", "public", "environment"),
    [
        ("postgresql://me@h/d", "postgresql://me@h/d", {}),
        ("postgresql://me:s%2Fx@h:5/d?a=b", "postgresql://me@h:5/d?a=b", {"PGPASSWORD": "s/x"}),
    ],
)
def test_no_password_is_on_a_command_line(
    url: str, public: str, environment: dict[str, str]
) -> None:
    assert _without_password(url) == (public, environment)


def test_the_migrations_are_those_of_the_models() -> None:
    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)
