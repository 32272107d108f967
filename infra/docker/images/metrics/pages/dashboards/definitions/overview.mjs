/** @type {import("../../../../../monitoring/dashboard.ts").Dashboard} */
export const overview = {
  name: "overview",
  title: "Overview",
  panels: [
    {
      kind: "stat",
      title: "Is it up?",
      description: "An application node answers, and there is one primary.",
      width: 4,
      height: 4,
      unit: "short",
      states: { 1: { text: "yes", color: "green" }, 0: { text: "no", color: "red" } },
      queries: [{ expr: 'sum(up{job="app"}) > bool 0 and on() (sum(patroni_primary) == 1) or vector(0)' }],
    },
    {
      kind: "stat",
      title: "Can any one part be lost?",
      description:
        "Every part answers, one database node is primary, another has every write, and the object store is whole.",
      width: 4,
      height: 4,
      unit: "short",
      states: { 1: { text: "yes", color: "green" }, 0: { text: "no", color: "red" } },
      queries: [
        {
          expr: 'min(up{job=~"app|proxy|database|consensus|object-store"}) * (sum(patroni_primary) == bool 1) * (sum(patroni_sync_standby) >= bool 1) * min(cluster_healthy)',
        },
      ],
    },
    {
      kind: "stat",
      title: "Primary",
      width: 4,
      height: 4,
      unit: "short",
      show: "name",
      queries: [{ expr: "patroni_primary == 1", legend: "{{instance}}" }],
    },
    {
      kind: "stat",
      title: "Timeline",
      description: "Raised by each failover and switchover.",
      width: 4,
      height: 4,
      unit: "short",
      queries: [{ expr: "max(patroni_postgres_timeline)" }],
    },
    {
      kind: "stat",
      title: "Firing alerts",
      width: 4,
      height: 4,
      unit: "short",
      redFrom: 1,
      queries: [{ expr: 'count(ALERTS{alertstate="firing"}) or vector(0)' }],
    },
    {
      kind: "stat",
      title: "Newest backup",
      width: 4,
      height: 4,
      unit: "s",
      queries: [{ expr: "time() - max(capstone_backup_last_success_timestamp_seconds)" }],
    },
    {
      kind: "lines",
      title: "Requests a second by answer",
      width: 12,
      height: 7,
      unit: "reqps",
      queries: [
        {
          expr: 'sum by (code) (rate(haproxy_frontend_http_responses_total{proxy="http"}[1m]))',
          legend: "{{code}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Share of requests that failed",
      description: "A month's budget is 0.1 %.",
      width: 12,
      height: 7,
      unit: "percentunit",
      queries: [
        { expr: "max(capstone:http_errors:ratio5m) or vector(0)", legend: "5 minutes" },
        { expr: "max(capstone:http_errors:ratio1h) or vector(0)", legend: "1 hour" },
      ],
    },
    {
      kind: "states",
      title: "Parts that answer",
      width: 12,
      height: 10,
      states: { 1: { text: "up", color: "green" }, 0: { text: "down", color: "red" } },
      queries: [
        {
          expr: 'min by (instance) (up{job=~"app|proxy|database|consensus|object-store"})',
          legend: "{{instance}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Time to answer",
      width: 12,
      height: 10,
      unit: "s",
      queries: [
        {
          expr: "histogram_quantile(0.5, sum by (le) (rate(capstone_http_request_duration_seconds_bucket[2m])))",
          legend: "half of them",
        },
        {
          expr: "histogram_quantile(0.99, sum by (le) (rate(capstone_http_request_duration_seconds_bucket[2m])))",
          legend: "99 of 100",
        },
      ],
    },
    { kind: "table", title: "What runs", width: 24, height: 5, queries: [{ expr: "capstone_release_info" }] },
  ],
};
