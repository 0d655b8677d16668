"""What TASKFLOW_MEDIA may name, and what is said of anything else."""

import pytest
from pydantic import SecretStr

from taskflow.errors import Configuration
from taskflow.privacy.objects import Folder, MediaBucket, opened

SECRET = SecretStr("s3cret")


@pytest.mark.parametrize("where", [None, ""])
def test_media_lie_in_postgresql_where_nothing_is_named(where: str | None) -> None:
    assert opened(where) is None


def test_a_folder_or_a_bucket_is_named() -> None:
    assert isinstance(opened("/var/lib/taskflow/media"), Folder)
    assert isinstance(opened("s3://bucket/a/prefix", key_id="AKID", secret=SECRET), MediaBucket)
    assert isinstance(opened("s3://bucket", key_id="AKID", secret=SECRET), MediaBucket)


@pytest.mark.parametrize("where", ["media", "s3:///prefix", "gs://bucket", "file:///media"])
def test_anything_else_is_refused_with_what_may_be_named(where: str) -> None:
    with pytest.raises(Configuration, match="neither an absolute path") as refused:
        opened(where, key_id="AKID", secret=SECRET)
    assert "s3://bucket/prefix" in str(refused.value)


def test_a_bucket_needs_its_keys() -> None:
    with pytest.raises(
        Configuration, match="needs TASKFLOW_MEDIA_KEY_ID and TASKFLOW_MEDIA_SECRET"
    ):
        opened("s3://bucket", key_id="AKID")
