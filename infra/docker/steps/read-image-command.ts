import { PersonError } from "../../errors.ts";
import { readDocker } from "./docker-client.ts";

/** What an image runs: its entry point with its command behind it. */
export interface ImageCommandOutputs {
  entrypoint: string[];
  command: string[];
}

/** @throws PersonError when the image runs nothing by itself. */
export async function readImageCommand(image: string): Promise<ImageCommandOutputs> {
  const printed = await readDocker(["image", "inspect", "--format", "{{json .Config}}", image]);
  const { Entrypoint, Cmd } = JSON.parse(printed) as { Entrypoint?: string[] | null; Cmd?: string[] | null };
  const command = { entrypoint: Entrypoint ?? [], command: Cmd ?? [] };
  if (command.entrypoint.length + command.command.length === 0)
    throw new PersonError(
      `The image ${image} has neither CMD nor ENTRYPOINT; its Dockerfile says what it runs.`,
    );
  return command;
}
