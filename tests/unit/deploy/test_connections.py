"""The connections that may be open at once: added up from what stands, and told as it stands."""

import pytest

from services.gateway.settings import GatewaySettings
from taskflow.projecting import projection
from tests.k8s import connections, rendering
from tests.k8s.connections import Share
from tests.k8s.manifests import Document, Manifests
from tests.support.broken_manifests import find

needs_rendering = pytest.mark.skipif(rendering.command() is None, reason=rendering.MISSING)


def _share(who: str, documents: list[Document]) -> Share:
    found = connections.budget(Manifests(documents))
    assert found is not None
    return next(share for share in found.shares if share.who == who)


def test_make_run_has_connections_for_all_that_it_starts() -> None:
    found = connections.of_make_run()

    assert found.connections <= found.limit
    assert {share.processes for share in found.shares if share.made_of} == {1}


def test_a_process_counts_with_its_pool_and_all_that_it_has_beside_it() -> None:
    gateway = next(share for share in connections.of_make_run().shares if share.who == "gateway")

    pool = GatewaySettings.model_fields["taskflow_pool_size"].default
    assert gateway.each == pool + 3, "it appends, it listens, and it follows its moves"


def test_every_read_model_has_a_follower_somewhere() -> None:
    followers = {name for names in connections.FOLLOWERS.values() for name in names}

    assert set(projection.names()) <= followers


@needs_rendering
def test_replicas_count_at_their_most_with_those_that_come_and_those_that_go() -> None:
    production = rendering.documents("production")

    # 20 by KEDA, one that a roll-out adds, and three that have up to 90 s to go, one each 30 s.
    assert _share("agent", production).processes == 20 + 1 + 3
    # No more can be on their way out than there were.
    assert _share("scheduler", production).processes == 2 + 1 + 2


@needs_rendering
def test_a_roll_out_that_waits_for_nobody_has_all_old_pods_on_their_way_out() -> None:
    production = rendering.documents("production")
    agent = find(production, "Deployment", "agent")["spec"]
    del agent["minReadySeconds"]
    agent["strategy"] = {}

    assert _share("agent", production).processes == 20 + 5 + 20, "a quarter is Kubernetes' surge"


@needs_rendering
def test_the_page_shows_the_budget_as_it_is() -> None:
    page = connections.PAGE.read_text(encoding="utf-8")

    assert page == connections.written(page), "python -m tests.k8s.connections writes it anew"
    assert connections.table() in page
