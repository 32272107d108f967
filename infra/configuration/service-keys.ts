import { PersonError } from "../errors.ts";
import type { ConfigurationReader } from "./reader.ts";
import {
  isOwn,
  ownServiceFolder,
  platformSecrets,
  platformSettings,
  readService,
  type Service,
} from "./service.ts";

/** The config keys that say which service a stack deploys, and what it is given. */
export function readServiceKeys(reader: ConfigurationReader) {
  const folder =
    reader.text(
      "serviceFolder",
      /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
      "a folder in the project that has a Dockerfile and a service.yaml",
    ) ?? ownServiceFolder;
  const service = declared(reader, folder);
  return {
    service,
    serviceEnvironment: readEnvironment(reader, service),
    serviceSecrets: reader.secrets(
      "serviceSecrets",
      service.secrets,
      `the secrets that ${service.folder}/service.yaml names`,
    ),
  };
}

/** Where the declaration is wrong that is refused, and the rest of the config is read as if it were the project's own. */
function declared(reader: ConfigurationReader, folder: string): Service {
  try {
    return readService(folder);
  } catch (error) {
    if (!(error instanceof PersonError) || folder === ownServiceFolder) throw error;
    reader.refuse(error.message);
    return readService(ownServiceFolder);
  }
}

function readEnvironment(reader: ConfigurationReader, service: Service): Record<string, string> {
  const environment = reader.texts("serviceEnvironment", {});
  const taken: readonly string[] = [...platformSettings, ...platformSecrets, ...service.secrets];
  for (const name of Object.keys(environment)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name))
      reader.refuse(`capstone:serviceEnvironment has "${name}"; allowed is a name of letters, digits and _.`);
    else if (taken.includes(name) && !isOwn(service))
      reader.refuse(
        `capstone:serviceEnvironment has ${name}; allowed is a name that is not the platform's or a secret's.`,
      );
  }
  return environment;
}
