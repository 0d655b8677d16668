"""What a release needs of the bus, and what an older one has left there."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import nats
import pytest
from nats.aio.client import Client

from taskflow.bus import topology
from tests.support.servers import NatsServer

pytestmark = pytest.mark.integration


@pytest.fixture
async def client(nats_server: NatsServer) -> AsyncGenerator[Client]:
    client = await nats.connect(nats_server.url)
    yield client
    await client.close()


async def test_nothing_is_missing_where_all_is_provisioned(client: Client) -> None:
    assert await topology.missing(client) == []


@pytest.mark.parametrize("service", [one.service for one in topology.CONSUMERS])
async def test_a_consumer_that_lacks_a_subject_is_missing_until_it_is_provisioned(
    client: Client, service: str
) -> None:
    (declared,) = (one for one in topology.CONSUMERS if one.service == service)
    older = replace(declared, subjects=(*declared.subjects[1:], "taskflow.events.of.yesterday"))
    await client.jetstream().add_consumer(topology.STREAM, older.config())
    assert await topology.missing(client) == [f"subjects of consumer {service}"]
    assert await topology.missing(client, "another") == []

    await topology.provision(client)
    assert await topology.missing(client) == []


async def test_more_subjects_than_a_release_knows_are_none_of_its_concern(client: Client) -> None:
    (gateway,) = (one for one in topology.CONSUMERS if one.service == "gateway")
    newer = replace(gateway, subjects=(*gateway.subjects, "taskflow.events.of.tomorrow"))
    await client.jetstream().add_consumer(topology.STREAM, newer.config())
    assert await topology.missing(client) == []
