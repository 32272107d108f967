import { PersonError } from "../infra/errors.ts";
import type { PublicOutputs } from "../running-stack/outputs.ts";

/** What a person may look at in a browser. */
const places: Record<string, (outputs: PublicOutputs) => string | null> = {
  api: ({ apiUrl }) => apiUrl,
  docs: ({ apiUrl }) => `${apiUrl}/docs`,
  dashboards: ({ monitoring }) => monitoring?.dashboardsUrl ?? null,
  metrics: ({ monitoring }) => monitoring?.metricsUrl ?? null,
  alerts: ({ monitoring }) => monitoring?.alertsUrl ?? null,
};

/**
 * Where a place of a stack is.
 * @throws PersonError when there is no such place, or this stack has none.
 */
export function addressOf(place: string, outputs: PublicOutputs, stack: string): string {
  const find = Object.hasOwn(places, place) ? places[place] : undefined;
  if (!find) {
    throw new PersonError(
      `What to open is "${place}"; allowed are ${Object.keys(places).join(", ")}, one at a time.`,
    );
  }
  const address = find(outputs);
  if (address === null) {
    throw new PersonError(`The stack ${stack} has no ${place}: its output monitoring.${place}Url is null.`);
  }
  return address;
}

/** The program that opens an address in this machine's browser; undefined where there is no desktop. */
export function openerOf(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string | undefined {
  if (platform === "darwin") return "open";
  if (platform !== "linux") return undefined;
  // Under WSL the desktop is Windows.
  if (environment.WSL_DISTRO_NAME) return "explorer.exe";
  return environment.DISPLAY || environment.WAYLAND_DISPLAY ? "xdg-open" : undefined;
}
