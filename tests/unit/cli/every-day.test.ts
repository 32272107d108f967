import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { addressOf, openerOf } from "../../../cli/places.ts";
import { projectRoot } from "../../../infra/project.ts";
import { attach } from "../../../running-stack/attach.ts";
import { requireDocker, requirePrimary, requireReplica } from "../../../running-stack/containers.ts";
import type { PublicOutputs } from "../../../running-stack/outputs.ts";
import { fakePrograms, scratchHome } from "./toolchain/scratch.ts";

const outputs: PublicOutputs = {
  target: "docker",
  apiUrl: "http://127.0.0.1:8080",
  monitoring: { metricsUrl: "http://127.0.0.1:9090", alertsUrl: null, dashboardsUrl: null },
};

describe("what is opened", () => {
  it("has the address that the outputs say", () => {
    expect(addressOf("api", outputs, "dev")).toBe("http://127.0.0.1:8080");
    expect(addressOf("docs", outputs, "dev")).toBe("http://127.0.0.1:8080/docs");
    expect(addressOf("metrics", outputs, "dev")).toBe("http://127.0.0.1:9090");
    expect(() => addressOf("alerts", outputs, "dev")).toThrow(
      "The stack dev has no alerts: its output monitoring.alertsUrl is null.",
    );
    for (const place of ["dashboard", "constructor"])
      expect(() => addressOf(place, outputs, "dev")).toThrow(
        `What to open is "${place}"; allowed are api, docs, dashboards, metrics, alerts, one at a time.`,
      );
  });

  it("is opened by this platform's program, where there is a desktop", () => {
    expect(openerOf("darwin", {})).toBe("open");
    expect(openerOf("linux", {})).toBeUndefined();
    expect(openerOf("linux", { WAYLAND_DISPLAY: "wayland-0" })).toBe("xdg-open");
    expect(openerOf("linux", { DISPLAY: ":0", WSL_DISTRO_NAME: "Debian" })).toBe("explorer.exe");
    expect(openerOf("win32", {})).toBeUndefined();
  });
});

describe("a program in a container", () => {
  it("reads what we read and its status is ours; without a terminal it is given none", async () => {
    const calls = fakePrograms({ docker: "exit 3" });
    expect(await attach("capstone-dev-app-1", ["sh"], { environment: { NAME: "a b" } })).toBe(3);
    expect(await attach("capstone-dev-app-1", ["true"], { reads: false })).toBe(3);
    expect(calls()).toEqual([
      "docker exec --interactive --env NAME=a b capstone-dev-app-1 sh",
      "docker exec capstone-dev-app-1 true",
    ]);
  });

  it("is missed in a sentence where there is no client of Docker's", async () => {
    fakePrograms({}, true);
    await expect(attach("capstone-dev-app-1", ["sh"])).rejects.toThrow("Docker's client cannot be started: ");
  });
});

it("the primary and a replica are found by what Patroni says of each node", async () => {
  const ps =
    'echo "capstone-dev-database-1 running 1" | tr " " "\\t"; echo "capstone-dev-database-2 running 2" | tr " " "\\t"';
  const answers = (role: string) => `case "$*" in ps*) ${ps};; *database-2*/${role}) ;; *) exit 22;; esac`;
  fakePrograms({ docker: answers("primary") });
  expect(await requirePrimary("dev")).toBe("capstone-dev-database-2");
  await expect(requireReplica("dev")).rejects.toThrow(
    "No database node of the stack dev is a replica that runs now.",
  );
  fakePrograms({ docker: answers("replica") });
  expect(await requireReplica("dev")).toBe("capstone-dev-database-2");
});

it("on AWS each says what to use there, by the names that the program gives", () => {
  scratchHome();
  expect(() => requireDocker("prod", "logs")).toThrow(
    "The stack prod runs on AWS: its nodes and migrations write to one log group, which is followed with `aws logs tail --follow --region eu-central-1 \"$(aws logs describe-log-groups --region eu-central-1 --log-group-name-prefix capstone-prod-tasks --query 'logGroups[0].logGroupName' --output text)\"`.",
  );
  expect(() => requireDocker("prod", "sql")).toThrow("`npm run -s outputs -- --stack prod --show-secrets`");
  expect(() => requireDocker("prod", "shell")).toThrow("The stack prod runs on AWS: its tasks take no shell");
  const graph = readFileSync(path.join(projectRoot, "tests/unit/infra/aws/graphs/prod.yaml"), "utf8");
  expect(graph).toContain("aws:cloudwatch/logGroup:LogGroup capstone-prod-tasks:");
});
