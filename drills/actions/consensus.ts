import { ports } from "../../infra/topology.ts";
import type { Part } from "../../running-stack/part.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";

interface EndpointStatus {
  Endpoint: string;
  Status: { header: { member_id: number }; leader: number };
}

/** The etcd member that leads now. */
export async function consensusLeader(stack: RunningStack): Promise<Part> {
  const members = stack.parts("consensus");
  const endpoints = members.map(({ name }) => `http://${name}:${ports.consensusClient}`).join(",");
  const command = ["etcdctl", "--endpoints", endpoints, "endpoint", "status", "--write-out", "json"];
  const statuses = JSON.parse(await stack.part("consensus").run(command)) as EndpointStatus[];
  const leading = statuses.find(({ Status }) => Status.leader === Status.header.member_id);
  const leader = members.find(({ name }) => leading?.Endpoint.includes(`//${name}:`));
  if (!leader) throw new Error("No consensus member leads.");
  return leader;
}
