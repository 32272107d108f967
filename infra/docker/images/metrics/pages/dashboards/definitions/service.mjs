/** @type {import("../../../../../monitoring/dashboard.ts").Dashboard} */
export const service = {
  name: "service",
  title: "Service",
  panels: [
    {
      kind: "lines",
      title: "Requests a second by route",
      width: 12,
      height: 7,
      unit: "reqps",
      queries: [
        {
          expr: 'sum by (method, route) (rate(capstone_http_request_duration_seconds_count{route!~"/health.*|/metrics"}[2m])) or vector(0)',
          legend: "{{method}} {{route}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "99 of 100 are faster than",
      width: 12,
      height: 7,
      unit: "s",
      queries: [
        {
          expr: "histogram_quantile(0.99, sum by (route, le) (rate(capstone_http_request_duration_seconds_bucket[2m])))",
          legend: "{{route}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Failures a second by route",
      width: 8,
      height: 7,
      unit: "reqps",
      queries: [
        {
          expr: 'sum by (route, status) (rate(capstone_http_request_duration_seconds_count{status=~"5.."}[2m])) or vector(0)',
          legend: "{{route}} {{status}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Nodes behind the proxies",
      width: 8,
      height: 7,
      unit: "short",
      queries: [
        {
          expr: 'min by (proxy) (haproxy_backend_active_servers{proxy=~"app-once|object-store|primary|replica"})',
          legend: "{{proxy}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Client connections",
      width: 8,
      height: 7,
      unit: "short",
      queries: [
        {
          expr: 'sum by (instance) (haproxy_frontend_current_sessions{proxy="http"})',
          legend: "{{instance}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Tries again against the database",
      width: 8,
      height: 7,
      unit: "ops",
      queries: [
        { expr: "sum by (instance) (rate(capstone_database_retries_total[1m]))", legend: "{{instance}}" },
      ],
    },
    {
      kind: "lines",
      title: "Answers given again for a key",
      width: 8,
      height: 7,
      unit: "ops",
      queries: [
        { expr: "sum by (instance) (rate(capstone_idempotent_replays_total[1m]))", legend: "{{instance}}" },
      ],
    },
    {
      kind: "lines",
      title: "Refused by a limit",
      width: 8,
      height: 7,
      unit: "ops",
      queries: [
        { expr: "sum by (limit) (rate(capstone_rate_limited_total[1m])) or vector(0)", legend: "{{limit}}" },
      ],
    },
    {
      kind: "lines",
      title: "Database connections",
      width: 8,
      height: 7,
      unit: "short",
      queries: [
        {
          expr: 'sum by (instance, what) (capstone_database_pool{what=~"open|idle|waiting"})',
          legend: "{{instance}} {{what}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Event loop lag",
      width: 8,
      height: 7,
      unit: "s",
      queries: [{ expr: "nodejs_eventloop_lag_p99_seconds", legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Memory",
      width: 8,
      height: 7,
      unit: "bytes",
      queries: [{ expr: 'process_resident_memory_bytes{job="app"}', legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "CPU",
      width: 8,
      height: 7,
      unit: "percentunit",
      queries: [{ expr: 'rate(process_cpu_seconds_total{job="app"}[1m])', legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Object store: requests a second",
      width: 8,
      height: 7,
      unit: "reqps",
      queries: [
        {
          expr: "sum by (api_endpoint) (rate(api_s3_request_counter[2m])) or vector(0)",
          legend: "{{api_endpoint}}",
        },
      ],
    },
    {
      kind: "lines",
      title: "Object store: nodes connected",
      width: 8,
      height: 7,
      unit: "short",
      queries: [{ expr: "cluster_connected_nodes", legend: "{{instance}}" }],
    },
    {
      kind: "lines",
      title: "Object store: blocks to bring up to date",
      width: 8,
      height: 7,
      unit: "short",
      queries: [{ expr: "block_resync_queue_length", legend: "{{instance}}" }],
    },
  ],
};
