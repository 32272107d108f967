import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emergencies } from "../../../drills/emergencies/emergencies.ts";
import {
  emergencyDocument,
  emergencySections,
  excerpt,
  readEmergencies,
} from "../../../drills/emergencies/emergency-results.ts";
import { misfits } from "../../../drills/emergencies/run-emergencies.ts";
import { fillMarkers } from "../../../drills/report/markdown.ts";
import { projectRoot } from "../../../infra/project.ts";
import { evaluate } from "../../../operations/status/evaluate.ts";
import { print } from "../../../operations/status/print.ts";
import { healthyStack } from "../operations/status/healthy-stack.ts";

const said = (stopped: string[], changes = {}) => {
  const observation = healthyStack(changes, stopped);
  return print(observation, evaluate(observation));
};
const answer = (text: string, exitStatus = 1, tookMs = 900) => ({ text, exitStatus, tookMs });
const named = (name: string) => {
  const emergency = emergencies[name];
  if (!emergency) throw new Error(`There is no emergency ${name}.`);
  return emergency;
};

describe("status's words in an emergency", () => {
  it("fit what is so, or each that does not is named", () => {
    const quorum = named("no-consensus-quorum");
    const right = said(["consensus-1", "consensus-2"], { consensus: [] });
    expect(misfits(answer(right), quorum)).toEqual([]);
    expect(misfits(answer(said([])), quorum)).toEqual([
      "it did not say /DEGRADED/",
      "it did not say /consensus-1 is exited/",
      "it did not say /must not be lost .*a database node/",
      "it said /^ {2}can be lost now .*database node/m",
      "it said /can be lost now .*consensus/",
    ]);
  });

  it("come in time, and with a status that is not 0", () => {
    const text = said(["alerts-1"], { alerts: undefined });
    const emergency = { ...named("no-monitoring"), says: [], saysNot: [] };
    expect(misfits(answer(text, 0, 16_000), emergency)).toEqual([
      "it took 16.0 s, allowed are 15.0 s",
      "it ended with 0, and the stack is not healthy",
    ]);
    expect(misfits(answer(said([]), 0), emergency)).toEqual([]);
  });

  it("never fit a healthy stack, but where everything serves on", () => {
    for (const [name, emergency] of Object.entries(emergencies)) {
      const found = misfits(answer(said([]), 0), emergency);
      if (name === "engine-runs-nothing") expect(found, name).toEqual([]);
      else expect(found, name).not.toEqual([]);
    }
  });

  it("are shortened to the headline and what is wrong", () => {
    expect(excerpt(said(["app-1", "app-2"]).split("\n"))).toEqual([
      "DEGRADED",
      expect.stringMatching(/^can be lost now: any proxy, any database node/),
      "must not be lost: an application node",
      "app-1 is exited",
      "app-2 is exited",
      "and 2 more",
    ]);
    expect(excerpt([])).toEqual(["nothing"]);
  });

  it("are in the document as recorded", () => {
    const text = readFileSync(join(projectRoot, emergencyDocument), "utf8");
    expect(text).toBe(fillMarkers(text, emergencySections(readEmergencies())));
  });
});
