import os
from pathlib import Path

import pytest

from seatrial.testbed.accounts import Accounts, NoSuchUserError, parse_account

USERS = """root:x:0:0:root:/root:/bin/bash
broken line
long:x:99999999999:0::/:/bin/sh
agent:x:1000:1000:,,,:/home/agent:/bin/bash
homeless:x:1001:1001:::/bin/sh
outside:x:70000:1:::/bin/sh
"""
GROUP = "root:x:0:\nagent:x:1000:\nvideo:x:44:agent,other\nbad:x:zz:agent\naudio:x:29:other,agent\n"


def test_a_user_is_found_by_name_with_its_groups() -> None:
    account = parse_account("agent", USERS, GROUP)
    assert (account.uid, account.gid, account.groups, account.home) == (
        1000,
        1000,
        (29, 44, 1000),
        "/home/agent",
    )


def test_a_user_is_found_by_number() -> None:
    assert parse_account("1000", USERS, GROUP).name == "agent"


def test_a_number_without_an_entry_is_a_user_all_the_same() -> None:
    account = parse_account("4242", USERS, GROUP)
    assert (account.uid, account.gid, account.groups, account.home) == (4242, 0, (), "/")


@pytest.mark.parametrize("user", ["ghost", "", "-1", "70000", "outside", "long", "broken line"])
def test_who_is_not_there_or_out_of_range_is_refused(user: str) -> None:
    with pytest.raises(NoSuchUserError):
        parse_account(user, USERS, GROUP)


def test_an_empty_home_is_the_root_folder() -> None:
    assert parse_account("homeless", USERS, GROUP).home == "/"


def test_files_are_read_again_when_they_changed(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    passwd = tmp_path / "etc/passwd"
    passwd.write_text(USERS)
    root = os.open(tmp_path, os.O_PATH)
    try:
        accounts = Accounts(root)
        assert accounts.find("agent").uid == 1000
        passwd.write_text(USERS.replace("agent:x:1000", "agent:x:1007"))
        assert accounts.find("agent").uid == 1007
        passwd.unlink()
        with pytest.raises(NoSuchUserError):
            accounts.find("agent")
    finally:
        os.close(root)


def test_a_passwd_file_that_is_a_fifo_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    os.mkfifo(tmp_path / "etc/passwd")
    root = os.open(tmp_path, os.O_PATH)
    try:
        assert Accounts(root).find("0").home == "/"
    finally:
        os.close(root)
