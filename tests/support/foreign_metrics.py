"""Metrics that alerts of a cluster ask for and that others tell: each name, and its labels.

By their own pages: CloudNativePG's "Monitoring" and its default-monitoring ConfigMap, the Barman
Cloud plug-in's "Observability", prometheus-nats-exporter's collectors, the OpenTelemetry
collector's "Internal telemetry" (without suffixes, as collector.conf.yaml has it), the kubelet's.
"""

from collections.abc import Mapping

_TARGET = frozenset({"__name__", "namespace", "pod", "container", "job", "instance", "endpoint"})
"""What the Prometheus operator adds to all that a PodMonitor finds."""
_OF_EXPORTER = _TARGET | {"server_id"}
_OF_COLLECTOR = _TARGET | {"service_instance_id", "service_name", "service_version"}
_OF_KUBELET = _TARGET | {"persistentvolumeclaim", "node"}
_OF_STREAM = _OF_EXPORTER | {
    *("server_name", "cluster", "domain", "meta_leader", "is_meta_leader", "account"),
    *("account_id", "stream_name", "stream_leader", "is_stream_leader", "stream_raft_group"),
}

FOREIGN: Mapping[str, frozenset[str]] = {
    "up": _TARGET,
    "cnpg_collector_up": _TARGET | {"cluster"},
    "cnpg_pg_replication_lag": _TARGET,
    "cnpg_pg_replication_streaming_replicas": _TARGET,
    "cnpg_pg_stat_archiver_seconds_since_last_archival": _TARGET,
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp": _TARGET,
    "barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp": _TARGET,
    "gnatsd_healthz_status": _OF_EXPORTER,
    "gnatsd_varz_slow_consumers": _OF_EXPORTER,
    "jetstream_stream_last_seq": _OF_STREAM,
    "otelcol_receiver_refused_spans": _OF_COLLECTOR | {"receiver", "transport"},
    "otelcol_exporter_enqueue_failed_spans": _OF_COLLECTOR | {"exporter"},
    "otelcol_exporter_send_failed_spans": _OF_COLLECTOR | {"exporter"},
    "kubelet_volume_stats_available_bytes": _OF_KUBELET,
    "kubelet_volume_stats_capacity_bytes": _OF_KUBELET,
}
