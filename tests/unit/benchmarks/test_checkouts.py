"""Commits taken out of a repository and put away again, on a small one made for it."""

import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest

from benchmarks.compare.checkouts import Impossible, check_locks, checkout, commit_of, uncommitted

PROJECT = """
[project]
name = "taskflow"
version = "9.9.9"
[project.scripts]
taskflow = "{module}:main"
[project.entry-points."taskflow.services"]
gateway = "{module}:gateway"
"""
LOCK = "alpha==1.0 \\\n    --hash=sha256:00\nbeta==2.0 ; sys_platform != 'win32' \\\n"
MODULE = "def main():\n    import sys\n    print(sys.argv)\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "Somebody")
    git(tmp_path, "config", "user.email", "somebody@example.org")
    git(tmp_path, "config", "commit.gpgsign", "false")
    return tmp_path


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(repository: Path, module: str, lock: str = LOCK) -> str:
    (repository / "pyproject.toml").write_text(PROJECT.format(module=module))
    (repository / "requirements.lock").write_text(lock)
    (repository / f"{module}.py").write_text(MODULE)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", module)
    return git(repository, "rev-parse", "HEAD")


def test_a_checkout_is_its_commit_and_leaves_nothing(repository: Path) -> None:
    old = commit(repository, "before_the_move")
    (repository / "before_the_move.py").unlink()
    commit(repository, "after_the_move")

    with checkout(old, repository) as taken:
        assert (taken.tree / "before_the_move.py").exists()
        assert not (taken.tree / "after_the_move.py").exists()
    assert not taken.tree.exists()
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_a_checkout_is_put_away_when_what_it_was_for_fails(repository: Path) -> None:
    head = commit(repository, "a_module")

    with pytest.raises(RuntimeError), checkout(head, repository) as taken:
        raise RuntimeError
    assert not taken.tree.exists()
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_one_commit_can_be_taken_twice(repository: Path) -> None:
    head = commit(repository, "a_module")

    with checkout(head, repository) as one, checkout(head, repository) as other:
        assert one.tree != other.tree


def test_its_command_and_services_are_those_of_the_commit_wherever_they_lie(
    repository: Path,
) -> None:
    head = commit(repository, "a_module_elsewhere")

    with checkout(head, repository) as taken:
        said = subprocess.run(
            taken.command("up", "--now"),
            cwd=taken.tree,
            env=taken.env,
            check=True,
            capture_output=True,
            text=True,
        )
        assert said.stdout.strip() == "['taskflow', 'up', '--now']"
        (found,) = distributions(path=[str(taken.metadata)])
        assert found.version == "9.9.9"
        services = {point.name: point.value for point in found.entry_points}
        assert services == {"gateway": "a_module_elsewhere:gateway"}


@pytest.mark.parametrize("name", ["nowhere", "", "HEAD~9", "HEAD:pyproject.toml", "--all"])
def test_what_names_no_commit_is_refused(name: str, repository: Path) -> None:
    commit(repository, "a_module")

    with pytest.raises(Impossible, match="names no commit"):
        commit_of(name, repository)


def test_a_name_becomes_its_hash(repository: Path) -> None:
    head = commit(repository, "a_module")
    git(repository, "tag", "v1")

    assert commit_of("v1", repository) == commit_of("HEAD", repository) == head


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        (LOCK.replace("alpha==1.0", "alpha==1.1"), ["-alpha==1.0", "+alpha==1.1"]),
        (LOCK + "gamma==3\n", ["+gamma==3"]),
        (LOCK.replace("beta==2.0 ;", "# none"), ["-beta==2.0"]),
    ],
)
def test_another_lock_is_refused_by_the_packages_that_differ(
    lock: str, told: list[str], repository: Path
) -> None:
    old = commit(repository, "a_module", lock)
    new = commit(repository, "another_module")

    with pytest.raises(Impossible) as refused:
        check_locks(old, new, repository)
    said = str(refused.value)
    assert "OLD" in said
    assert "--any-lock" in said
    assert all(one in said for one in told)


def test_a_commit_without_a_lock_is_refused(repository: Path) -> None:
    new = commit(repository, "a_module")
    git(repository, "rm", "--quiet", "--cached", "requirements.lock")
    git(repository, "commit", "--quiet", "--message", "no lock")
    bare = git(repository, "rev-parse", "HEAD")

    with pytest.raises(Impossible, match="OLD"):
        check_locks(bare, new, repository)


def test_other_hashes_of_the_same_packages_are_the_same_lock(repository: Path) -> None:
    old = commit(repository, "a_module", LOCK.replace("sha256:00", "sha256:11"))
    new = commit(repository, "another_module")

    check_locks(old, new, repository)


def test_changes_that_are_not_committed_are_known(repository: Path) -> None:
    commit(repository, "a_module")
    assert not uncommitted(repository)

    (repository / "a_module.py").write_text("")

    assert uncommitted(repository)
