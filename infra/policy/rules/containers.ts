import type { GraphResource } from "../resource-graph/collect.ts";
import { type Rendered, secretMask } from "../resource-graph/render.ts";
import type { Finding } from "../resources.ts";
import { at, isSet, list, parsed, type ResourceView } from "../resources.ts";
import type { Rule } from "../rule.ts";
import { types } from "../types.ts";

const secretName = /(PASSWORD|SECRET|TOKEN|_KEY|KEYS|CREDENTIAL)/i;
/** Where a secret is, is none. */
const placeName = /_(FILE|DIRECTORY)$/;
/** A password in an address. */
const secretValue = /:\/\/[^/@\s:]+:[^/@\s]+@/;

export const noSecretInEnvironment: Rule = {
  id: "no-secret-in-environment",
  sentence: "No secret is in a plain environment or an argument: tasks get references, containers get files.",
  check: (view) => [
    ...taskContainers(view).flatMap(({ resource, container }) => {
      const entries = list(at(container, "environment")).map((entry) => [
        at(entry, "name"),
        at(entry, "value"),
      ]);
      return secretsAmong(resource, entries, list(at(container, "command")));
    }),
    ...view.ofType(types.container).flatMap((resource) => {
      const entries = list(resource.inputs.envs).map((entry) => String(entry).split(/=(.*)/s).slice(0, 2));
      return secretsAmong(resource, entries, list(resource.inputs.command));
    }),
  ],
};

function secretsAmong(
  resource: GraphResource,
  entries: (Rendered | undefined)[][],
  words: Rendered[],
): Finding[] {
  const carries = (value: Rendered | undefined) =>
    String(value).includes(secretMask) || secretValue.test(String(value));
  const named = entries
    .filter(([name, value]) => isSecretName(String(name)) || carries(value))
    .map(([name]) => ({ resource, detail: `has ${name} in its plain environment` }));
  return words.some(carries) ? [...named, { resource, detail: "has a secret among its arguments" }] : named;
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !placeName.test(name);
}

export const leastPrivilege: Rule = {
  id: "least-privilege",
  sentence: "A container has a user of its own, a read-only root, no capabilities and no way to gain any.",
  check: (view) => [
    ...taskContainers(view).flatMap(({ resource, container }) =>
      [
        at(container, "readonlyRootFilesystem") === true ? undefined : "can write to its root",
        isOwnUser(at(container, "user")) ? undefined : "runs as root",
        list(at(container, "linuxParameters.capabilities.drop")).includes("ALL")
          ? undefined
          : "keeps capabilities",
        at(container, "privileged") === true ? "is privileged" : undefined,
      ].flatMap((detail) => (detail ? [{ resource, detail }] : [])),
    ),
    ...view.ofType(types.container).flatMap((resource) => {
      const { inputs } = resource;
      // It carries files into a volume, and never runs.
      if (inputs.start === false) return [];
      return [
        inputs.readOnly === true ? undefined : "can write to its root",
        isOwnUser(inputs.user) ? undefined : "runs as root",
        list(at(inputs, "capabilities.drops")).includes("ALL") ? undefined : "keeps capabilities",
        list(at(inputs, "capabilities.adds")).length === 0 ? undefined : "adds capabilities",
        list(inputs.securityOpts).includes("no-new-privileges:true") ? undefined : "can gain privileges",
        inputs.privileged === true ? "is privileged" : undefined,
        isSet(inputs.memory) ? undefined : "has no memory limit",
      ].flatMap((detail) => (detail ? [{ resource, detail }] : []));
    }),
  ],
};

export const imageByContent: Rule = {
  id: "image-by-content",
  sentence: "What runs is named by its content, never by a tag that can move.",
  check: (view) => [
    ...taskContainers(view).flatMap(({ resource, container }) => {
      const image = String(at(container, "image"));
      return /@(sha256:|\$\{)/.test(image) ? [] : [{ resource, detail: `runs ${image}` }];
    }),
    ...view.find([types.imageRepository], (repository) =>
      repository.inputs.imageTagMutability === "IMMUTABLE" ? undefined : "lets a tag move",
    ),
    ...view.find([types.container], ({ inputs }) =>
      /(^sha256:|\.(imageId|digest|repoDigest)\}$)/.test(String(inputs.image))
        ? undefined
        : `runs ${inputs.image}`,
    ),
  ],
};

function isOwnUser(user: Rendered | undefined): boolean {
  return typeof user === "string" && !/^(0|root)?(:|$)/.test(user);
}

/** The containers of every task definition. */
function taskContainers(view: ResourceView): { resource: GraphResource; container: Rendered }[] {
  return view
    .ofType(types.taskDefinition)
    .flatMap((resource) =>
      list(parsed(resource.inputs.containerDefinitions)).map((container) => ({ resource, container })),
    );
}
