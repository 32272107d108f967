import { backupsAndDrills } from "./backups-and-drills.mjs";
import { database } from "./database.mjs";
import { overview } from "./overview.mjs";
import { service } from "./service.mjs";

/**
 * The one list of dashboards, in the order of the page's links: the first is shown to whoever names none.
 *
 * @type {import("../../../../../monitoring/dashboard.ts").Dashboard[]}
 */
export const dashboards = [overview, database, service, backupsAndDrills];
