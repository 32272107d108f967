import { ports } from "../../infra/topology.ts";
import type { BackupObservation } from "./observation.ts";
import { firstAnswer, type ProbeTarget, running } from "./probe.ts";

/** Reads the backup container's metrics; undefined where there is none, or no answer. */
export async function probeBackup(target: ProbeTarget): Promise<BackupObservation | undefined> {
  const url = `http://127.0.0.1:${ports.backupMetrics}/metrics`;
  return firstAnswer(
    target,
    running(target.parts, "backup"),
    ["curl", "--silent", "--fail", "--max-time", "2", url],
    readBackup,
  );
}

export function readBackup(metrics: string): BackupObservation {
  const value = (name: string) => {
    const line = metrics.split("\n").find((text) => text.startsWith(`${name} `));
    const number = Number(line?.split(" ").at(1));
    return Number.isFinite(number) && number > 0 ? number : undefined;
  };
  const ran = value("capstone_restore_verify_last_run_timestamp_seconds") !== undefined;
  return {
    fullAt: value('capstone_backup_last_success_timestamp_seconds{type="full"}'),
    incrementalAt: value('capstone_backup_last_success_timestamp_seconds{type="incr"}'),
    uploadsAt: value("capstone_uploads_backup_last_success_timestamp_seconds"),
    restoreVerifiedAt: value("capstone_restore_verify_last_success_timestamp_seconds"),
    restoreOk: ran ? value("capstone_restore_verify_ok") === 1 : undefined,
  };
}
