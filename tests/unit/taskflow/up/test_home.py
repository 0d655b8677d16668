import base64
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from taskflow.errors import Configuration
from taskflow.up.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_it_makes_is_for_its_owner_only(home: Home) -> None:
    with home.opened():
        home.master_key()
        home.simulated_accounts()
        home.remember_run({"A": "b"})
        assert mode(home.path) == 0o700
        for file in ("master.key", "simulated.json", "run.env"):
            assert mode(home.path / file) == 0o600


def test_the_key_and_the_accounts_are_made_once(home: Home) -> None:
    with home.opened():
        key, accounts = home.master_key(), home.simulated_accounts()
    with home.opened():
        assert home.master_key() == key
        assert home.simulated_accounts() == accounts
    assert len(base64.b64decode(key)) == 32


def test_an_open_home_is_refused_to_another(home: Home) -> None:
    with home.opened(), pytest.raises(Configuration, match="runs already from"):  # noqa: SIM117
        with Home(home.path).opened():
            pytest.fail("opened twice")
    with home.opened():
        pass


def test_what_others_read_of_a_run_comes_back_as_it_was_and_goes_with_it(home: Home) -> None:
    env = {"URL": 'nats://u:p\'a\\s#s $HOME "q"@h', "KEY": "ab+/=="}
    with home.opened():
        home.remember_run(env)
        assert dotenv_values(home.path / "run.env", interpolate=False) == env
    assert not (home.path / "run.env").exists()


def test_what_a_crashed_run_left_is_forgotten(home: Home) -> None:
    home.path.mkdir()
    (home.path / "run.env").write_text("DATABASE_URL=stale")
    home.ready.mkdir()
    (home.ready / "agent").touch()
    with home.opened():
        assert not (home.path / "run.env").exists()
        assert not (home.ready / "agent").exists()


def test_damaged_accounts_are_made_anew(home: Home) -> None:
    with home.opened():
        (home.path / "simulated.json").write_text('{"twilio_acc')
        assert home.simulated_accounts().twilio_account_sid.startswith("AC")


def test_a_home_that_is_a_file_is_a_clear_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Configuration, match="TASKFLOW_HOME cannot be used"):  # noqa: SIM117
        with Home(tmp_path / "file").opened():
            pytest.fail("opened a file")
