/** Parameters of both forms of the database, beyond what RDS sets. */
export const databaseParameters = [
  { name: "rds.force_ssl", value: "1" },
  { name: "log_connections", value: "1" },
  { name: "log_disconnections", value: "1" },
  { name: "log_lock_waits", value: "1" },
  { name: "log_temp_files", value: "10240" },
  { name: "log_statement", value: "ddl" },
  // Whatever takes longer than half a second, in milliseconds.
  { name: "log_min_duration_statement", value: "500" },
  // A transaction that its application forgot holds locks and keeps vacuum from its work; in milliseconds.
  { name: "idle_in_transaction_session_timeout", value: "60000" },
  // Takes effect when the server starts next.
  { name: "shared_preload_libraries", value: "pg_stat_statements", applyMethod: "pending-reboot" },
];

export const databaseFamily = "postgres17";
/** RDS chooses the newest minor version, and keeps to it in the maintenance window. */
export const databaseEngineVersion = "17";
/** The version that a cluster is made with: AWS takes no major version alone there. */
export const databaseClusterEngineVersion = "17.9";
/** The authority that signs the servers' certificates, pinned so that a new default of AWS surprises no client. */
export const databaseCertificateAuthority = "rds-ca-rsa2048-g1";
/** UTC. Backups come first, so that the maintenance after them is never what they miss. */
export const backupWindow = "02:00-03:00";
export const maintenanceWindow = "sun:03:30-sun:04:30";
export const monitoringIntervalSeconds = 15;
/** What Database Insights, which Performance Insights is a part of by now, keeps without cost. */
export const performanceInsightsRetentionDays = 7;
