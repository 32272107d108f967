import { build } from "./build.ts";
import { drainAndClose } from "./drain.ts";
import { SettingsError } from "./settings/reader.ts";
import { readSettings } from "./settings/settings.ts";

try {
  const settings = readSettings(process.env);
  const app = await build(settings);
  await app.listen({ host: "0.0.0.0", port: settings.port });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => drainAndClose(app, signal));
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : error);
  process.exitCode = 1;
}
