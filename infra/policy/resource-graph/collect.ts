import * as pulumi from "@pulumi/pulumi";
import { answerInvoke, nestedOutputs } from "./cloud-answers.ts";
import { type Rendered, renderInputs } from "./render.ts";

/** One resource as the engine would be asked for it. */
export interface GraphResource {
  /** Pulumi's type token, as in `aws:ec2/vpc:Vpc`. */
  type: string;
  /** Pulumi's logical name. */
  name: string;
  /** Secrets are `[secret]`; other resources' outputs are `${TYPE.NAME.PROPERTY}`. */
  inputs: { [property: string]: Rendered };
  /** `TYPE.NAME` of every resource that must be there first, said or implied by an input. Sorted. */
  dependencies: string[];
  /** `TYPE.NAME` of the component it is part of. */
  parent?: string;
  /** Pulumi refuses to delete it. */
  protect?: true;
  /** It stays when the stack goes. */
  retainOnDelete?: true;
}

export interface ResourceGraph {
  /** In the order of type and name. */
  resources: GraphResource[];
  /** The stack's outputs, written as the inputs are. */
  outputs: { [name: string]: Rendered };
}

export interface CollectOptions {
  stack: string;
  /** Config as the engine would hand it over: full keys, as in `capstone:appNodes`, and text. */
  config?: Record<string, string>;
  secretConfigKeys?: string[];
}

const rootType = "pulumi:pulumi:Stack";

// The runtime's state is one a process, so two programs cannot run at once.
let previousRun: Promise<unknown> = Promise.resolve();

/**
 * Runs a Pulumi program against a monitor that records the registrations, and touches nothing else:
 * no engine, no plugin, no cloud.
 * @param program returns the stack's outputs.
 * @throws what the program throws.
 */
export function collectResourceGraph(
  program: () => Promise<object>,
  options: CollectOptions,
): Promise<ResourceGraph> {
  const run = previousRun.then(() => withPlainStackTraces(() => collect(program, options)));
  previousRun = run.catch(() => undefined);
  return run;
}

/** Pulumi makes a stack trace for every resource; looking each up in source maps would take most of the time. */
async function withPlainStackTraces<T>(work: () => Promise<T>): Promise<T> {
  const { prepareStackTrace } = Error;
  Reflect.deleteProperty(Error, "prepareStackTrace");
  try {
    return await work();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

async function collect(program: () => Promise<object>, options: CollectOptions): Promise<ResourceGraph> {
  pulumi.runtime.setAllConfig(options.config ?? {}, options.secretConfigKeys ?? []);
  const propertiesOf = new Map<string, string[]>();
  const resources: GraphResource[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs }) => answerInvoke(token, inputs, options.config ?? {}),
      newResource: ({ type, name }) => ({
        id: reference(type, name, "id"),
        state: outputsOf(type, name, propertiesOf.get(`${type}.${name}`) ?? []),
      }),
    },
    "capstone",
    options.stack,
  );
  let outputs: ResourceGraph["outputs"] = {};
  let failure: { error: unknown } | undefined;
  recordRegistrations(resources, (stackOutputs) => {
    outputs = stackOutputs;
  });
  await pulumi.runtime.runInPulumiStack(async () => {
    // A resource's class names every output among its properties, undefined until the engine answers.
    pulumi.runtime.registerStackTransformation(({ type, name, props }) => {
      propertiesOf.set(`${type}.${name}`, Object.keys(props));
      return undefined;
    });
    // Thrown inside, an error would reject promises of the runtime that nobody can wait for.
    try {
      return await program();
    } catch (error) {
      failure = { error };
      return {};
    }
  });
  await pulumi.runtime.disconnect();
  if (failure) throw failure.error;
  resources.sort((a, b) => a.type.localeCompare(b.type, "en") || a.name.localeCompare(b.name, "en"));
  return { resources, outputs };
}

/** Adds what the engine would be told about each resource to the list, before the mock answers. */
function recordRegistrations(
  resources: GraphResource[],
  recordOutputs: (outputs: ResourceGraph["outputs"]) => void,
): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as RegistrationMonitor;
  const answerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, callback) => {
    const stackIsMeant = request.getUrn().split("::")[2] === rootType;
    if (stackIsMeant) recordOutputs(renderInputs(request.getOutputs()?.toJavaScript() ?? {}));
    answerOutputs(request, callback);
  };
  const answer = monitor.registerResource.bind(monitor);
  monitor.registerResource = async (request, callback) => {
    const inputs = request.getObject()?.toJavaScript() ?? {};
    if (request.getType() !== rootType) resources.push(describe(request, inputs));
    await answer(request, (error, response) => {
      if (response) response.setObject(markSecrets(response.getObject(), inputs, request));
      callback(error, response);
    });
  };
}

function describe(request: RegistrationRequest, inputs: Record<string, unknown>): GraphResource {
  const parent = identityOf(request.getParent());
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: renderInputs(inputs),
    dependencies: [...new Set(request.getDependenciesList().map(identityOf))]
      .filter((id) => id !== "")
      .sort(),
    ...(parent === "" ? {} : { parent }),
    ...(request.getProtect() ? { protect: true as const } : {}),
    ...(request.getRetainondelete() ? { retainOnDelete: true as const } : {}),
  };
}

/** `TYPE.NAME` of a URN; empty for the stack itself. */
function identityOf(urn: string): string {
  const [, , qualifiedType = "", name = ""] = urn.split("::");
  const type = qualifiedType.split("$").at(-1) ?? "";
  return type === rootType || type === "" ? "" : `${type}.${name}`;
}

function reference(type: string, name: string, property: string): string {
  return `\${${type}.${name}.${property}}`;
}

function outputsOf(type: string, name: string, properties: string[]): Record<string, unknown> {
  return Object.fromEntries(
    properties
      .filter((property) => property !== "__provider")
      .map((property) => [
        property,
        nestedOutputs(type, property, (path) => reference(type, name, path)) ??
          reference(type, name, property),
      ]),
  );
}

/** Like the engine: a secret input is a secret output, and so is what the resource's class declares one. */
function markSecrets(
  state: StructMessage,
  inputs: Record<string, unknown>,
  request: RegistrationRequest,
): StructMessage {
  const secretKeys = new Set(request.getAdditionalsecretoutputsList());
  for (const [key, value] of Object.entries(inputs)) if (isSecret(value)) secretKeys.add(key);
  const values = state.toJavaScript();
  for (const key of secretKeys) {
    if (key in values) {
      values[key] = {
        [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
        value: values[key],
      };
    }
  }
  return (state.constructor as unknown as { fromJavaScript(values: object): StructMessage }).fromJavaScript(
    values,
  );
}

function isSecret(value: unknown): boolean {
  return JSON.stringify(value)?.includes(pulumi.runtime.specialSecretSig) ?? false;
}

// The runtime's own message types are not exported; these are the parts in use.
interface StructMessage {
  toJavaScript(): Record<string, unknown>;
}
interface RegistrationRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getObject(): StructMessage | undefined;
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
}
interface RegistrationResponse {
  getObject(): StructMessage;
  setObject(object: StructMessage): void;
}
interface RegistrationMonitor {
  registerResource(
    request: RegistrationRequest,
    callback: (error: Error | null, response?: RegistrationResponse) => void,
  ): Promise<void>;
  registerResourceOutputs(request: OutputsRequest, callback: (error: Error | null) => void): void;
}
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): StructMessage | undefined;
}
