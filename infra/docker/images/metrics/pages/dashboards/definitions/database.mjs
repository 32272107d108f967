/** @type {import("../../../../../monitoring/dashboard.ts").Dashboard} */
export const database = {
  name: "database",
  title: "Database",
  panels: [
    {
      kind: "states",
      title: "Primary",
      width: 12,
      height: 7,
      states: { 1: { text: "primary", color: "green" }, 0: { text: "replica", color: "blue" } },
      queries: [{ expr: "patroni_primary", legend: "{{instance}}" }],
    },
    {
      kind: "states",
      title: "Has every write",
      width: 12,
      height: 7,
      states: { 1: { text: "synchronous", color: "green" }, 0: { text: "no", color: "gray" } },
      queries: [{ expr: "patroni_sync_standby", legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Behind the primary",
      width: 8,
      height: 7,
      unit: "bytes",
      queries: [
        {
          expr: "clamp_min(scalar(max(patroni_xlog_location)) - (patroni_xlog_replayed_location and on(instance) patroni_replica == 1), 0)",
          legend: "{{instance}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Timeline",
      width: 8,
      height: 7,
      unit: "short",
      queries: [{ expr: "patroni_postgres_timeline", legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Sessions",
      width: 8,
      height: 7,
      unit: "short",
      queries: [{ expr: "sum by (instance) (pg_stat_database_numbackends)", legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Transactions a second",
      width: 8,
      height: 7,
      unit: "ops",
      queries: [
        {
          expr: "sum by (instance) (rate(pg_stat_database_xact_commit[1m]))",
          legend: "{{instance}} committed",
        },
        {
          expr: "sum by (instance) (rate(pg_stat_database_xact_rollback[1m]))",
          legend: "{{instance}} rolled back",
        },
      ],
    },
    {
      kind: "lines",
      title: "Found in memory",
      width: 8,
      height: 7,
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [
        {
          expr: "sum by (instance) (rate(pg_stat_database_blks_hit[5m])) / clamp_min(sum by (instance) (rate(pg_stat_database_blks_hit[5m]) + rate(pg_stat_database_blks_read[5m])), 1e-9)",
          legend: "{{instance}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Size",
      width: 8,
      height: 7,
      unit: "bytes",
      queries: [{ expr: 'pg_database_size_bytes{datname="capstone"}', legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Log that waits to be archived",
      width: 8,
      height: 7,
      unit: "short",
      queries: [{ expr: "capstone_archive_waiting_segments", legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Deadlocks",
      width: 8,
      height: 7,
      unit: "short",
      queries: [
        { expr: "sum by (instance) (increase(pg_stat_database_deadlocks[5m]))", legend: "{{instance}}" },
      ],
    },
    {
      kind: "lines",
      title: "Oldest transaction",
      width: 8,
      height: 7,
      unit: "s",
      queries: [
        {
          expr: "max by (instance) (pg_long_running_transactions_oldest_timestamp_seconds)",
          legend: "{{instance}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Consensus: time to write",
      width: 8,
      height: 7,
      unit: "s",
      queries: [
        {
          expr: "histogram_quantile(0.99, sum by (instance, le) (rate(etcd_disk_wal_fsync_duration_seconds_bucket[5m])))",
          legend: "{{instance}}",
        },
      ],
    },
    {
      kind: "states",
      title: "Consensus: leader",
      width: 8,
      height: 7,
      states: { 1: { text: "leader", color: "green" }, 0: { text: "follower", color: "blue" } },
      queries: [{ expr: "etcd_server_is_leader", legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Since consensus was last reached",
      description: "Patroni's look at etcd.",
      width: 8,
      height: 7,
      unit: "s",
      queries: [{ expr: "time() - patroni_dcs_last_seen", legend: "{{instance}}" }],
    },
  ],
};
