/** @type {import("../../../../../monitoring/dashboard.ts").Annotation[]} */
export const annotations = [
  {
    name: "failovers",
    expr: "max(patroni_postgres_timeline > 0) > min_over_time(max(patroni_postgres_timeline > 0)[30s:5s])",
    title: "failover",
    text: "another node became primary",
    color: "red",
  },
  {
    name: "deployments",
    expr: 'max by (commit) (process_start_time_seconds{job="app"} * on(instance) group_left(commit) capstone_release_info) * 1000',
    valueIsTime: true,
    title: "application started",
    text: "{{commit}}",
    color: "blue",
  },
  {
    name: "drills",
    expr: "capstone_drill_running > 0",
    title: "drill",
    text: "{{drill}}",
    color: "orange",
  },
];
