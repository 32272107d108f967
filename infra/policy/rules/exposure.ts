import type { GraphResource } from "../resource-graph/collect.ts";
import { at, list, parsed, pointsTo, type ResourceView } from "../resources.ts";
import type { Rule } from "../rule.ts";
import { types } from "../types.ts";

const everywhere = ["0.0.0.0/0", "::/0"];

export const onlyLoadBalancerPublic: Rule = {
  id: "only-load-balancer-public",
  sentence: "Only the load balancer takes connections from the internet, and on 80 and 443 alone.",
  check: (view) => [
    ...view.find([types.ingressRule], (rule) => {
      const open = everywhere.some((cidr) => rule.inputs.cidrIpv4 === cidr || rule.inputs.cidrIpv6 === cidr);
      if (!open) return undefined;
      if (![80, 443].includes(Number(rule.inputs.fromPort)) || rule.inputs.fromPort !== rule.inputs.toPort) {
        return `opens ports ${rule.inputs.fromPort} to ${rule.inputs.toPort} to the internet`;
      }
      return guardsLoadBalancer(view, rule)
        ? undefined
        : "opens something else than the load balancer to the internet";
    }),
    ...view.find([types.databaseInstance, types.databaseCluster], (database) =>
      database.inputs.publiclyAccessible === true ? "is publicly accessible" : undefined,
    ),
    ...view.find([types.subnet], (subnet) =>
      subnet.inputs.mapPublicIpOnLaunch === true
        ? "gives public addresses to whatever starts in it"
        : undefined,
    ),
    ...view.find([types.service], (service) =>
      at(service.inputs, "networkConfiguration.assignPublicIp") === true
        ? "gives its tasks public addresses"
        : undefined,
    ),
  ],
};

function guardsLoadBalancer(view: ResourceView, rule: GraphResource): boolean {
  const groups = view
    .ofType(types.securityGroup)
    .filter(
      (group) =>
        pointsTo(rule.inputs.securityGroupId, group) || rule.inputs.securityGroupId === group.inputs.id,
    );
  return view
    .ofType(types.loadBalancer)
    .some((balancer) =>
      list(balancer.inputs.securityGroups).some(
        (guard) => guard === rule.inputs.securityGroupId || groups.some((group) => pointsTo(guard, group)),
      ),
    );
}

export const bucketsPrivate: Rule = {
  id: "buckets-private",
  sentence: "No bucket is public: all four public-access blocks are on, and no policy allows everyone.",
  check: (view) => [
    ...view.find([types.bucket], (bucket) => {
      const [block] = view.pointingTo(bucket, types.bucketPublicAccessBlock, "bucket");
      const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
      const missing = blocks.filter((name) => block?.inputs[name] !== true);
      return missing.length > 0 ? `is without ${missing.join(", ")}` : undefined;
    }),
    ...view.find([types.bucketPolicy], (policy) => {
      const open = list(at(parsed(policy.inputs.policy), "Statement")).some(
        (statement) =>
          at(statement, "Effect") === "Allow" &&
          (at(statement, "Principal") === "*" || at(statement, "Principal.AWS") === "*"),
      );
      return open ? "allows everyone" : undefined;
    }),
  ],
};

export const onlyNeighboursTalk: Rule = {
  id: "only-neighbours-talk",
  sentence: "Security groups let single ports of named neighbours through, never all protocols or a range.",
  check: (view) =>
    view.find([types.ingressRule, types.egressRule], (rule) => {
      if (rule.inputs.ipProtocol !== "tcp") return `lets protocol ${rule.inputs.ipProtocol} through`;
      if (rule.inputs.fromPort !== rule.inputs.toPort) return "lets a range of ports through";
      if (rule.type === types.egressRule && everywhere.some((cidr) => rule.inputs.cidrIpv4 === cidr)) {
        return "lets connections out to the whole internet";
      }
      return undefined;
    }),
};

export const publishedOnLoopback: Rule = {
  id: "published-on-loopback",
  sentence: "A container publishes ports on 127.0.0.1 only.",
  check: (view) =>
    view.find([types.container], (container) => {
      const open = list(container.inputs.ports).find((port) => at(port, "ip") !== "127.0.0.1");
      if (open !== undefined)
        return `publishes port ${at(open, "external")} on ${at(open, "ip") ?? "every address"}`;
      return container.inputs.networkMode === "host" ? "shares the machine's network" : undefined;
    }),
};
