import type { GraphResource } from "./resource-graph/collect.ts";
import type { Rendered } from "./resource-graph/render.ts";

/** Terraform's JSON configuration: type, then name, then arguments. */
export interface TerraformJson {
  resource: Record<string, Record<string, Rendered>>;
}

/** Pulumi groups resources by service; where Terraform's name is not service and name, it is here. */
const typeNames: Record<string, string> = {
  "aws:appautoscaling/policy:Policy": "aws_appautoscaling_policy",
  "aws:cloudwatch/logDelivery:LogDelivery": "aws_cloudwatch_log_delivery",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
  "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:lb/targetGroup:TargetGroup": "aws_lb_target_group",
  "aws:rds/cluster:Cluster": "aws_rds_cluster",
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": "aws_rds_cluster_parameter_group",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "aws_vpc_security_group_egress_rule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
};

/** Services whose name Terraform leaves out, or writes otherwise. */
const serviceNames: Record<string, string> = { ec2: "", rds: "db", wafv2: "wafv2" };

/** Lists of blocks that Pulumi names in the plural where a rule of letters does not find the singular. */
const singulars: Record<string, string> = {
  aliases: "alias",
  filters: "filter",
  settings: "setting",
};

/** Maps whose keys are the person's own, and stay as they are. */
const maps = new Set(["tags", "dimensions", "restoreMetadataOverrides"]);

/** The AWS part of a graph as the Terraform configuration that would ask for the same. */
export function terraformJson(resources: GraphResource[]): TerraformJson {
  const resource: TerraformJson["resource"] = {};
  for (const { type, name, inputs } of resources) {
    if (!type.startsWith("aws:")) continue;
    const terraformType = terraformTypeOf(type);
    resource[terraformType] ??= {};
    // Pulumi makes the new one before it deletes the old one unless it is told otherwise.
    const lifecycle = [{ create_before_destroy: true }];
    resource[terraformType][identifier(name)] = { ...convertFields(inputs), lifecycle };
  }
  return { resource };
}

function terraformTypeOf(type: string): string {
  const known = typeNames[type];
  if (known) return known;
  const [, module = "", className = ""] = type.split(":");
  const service = module.split("/")[0] ?? "";
  return ["aws", serviceNames[service] ?? snakeCase(service), snakeCase(className)].filter(Boolean).join("_");
}

function convertFields(fields: Record<string, Rendered>): Record<string, Rendered> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => convertField(key, value)));
}

function convertField(key: string, value: Rendered): [string, Rendered] {
  if (maps.has(key)) return [snakeCase(key), convertReferences(value)];
  if (isObject(value)) return [snakeCase(key), [convertFields(value)]];
  if (Array.isArray(value) && value.some(isObject)) {
    return [
      snakeCase(singular(key)),
      value.map((item) => (isObject(item) ? convertFields(item) : convertReferences(item))),
    ];
  }
  return [snakeCase(key), convertReferences(value)];
}

function isObject(value: Rendered): value is { [key: string]: Rendered } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function singular(key: string): string {
  return singulars[key] ?? key.replace(/ies$/, "y").replace(/s$/, "");
}

/** `${aws:ec2/vpc:Vpc.name.id}` becomes `${aws_vpc.name.id}`. */
function convertReferences(value: Rendered): Rendered {
  if (typeof value === "string") {
    return value.replaceAll(
      /\$\{([^${}.]+:[^${}.]+)\.([^${}.]+)\.([^${}]+)\}/g,
      (_, type: string, name: string, property: string) => {
        const terraformType = type.startsWith("aws:")
          ? terraformTypeOf(type)
          : `other_${snakeCase(type.split(":").at(-1) ?? "")}`;
        return `\${${terraformType}.${identifier(name)}.${snakeCase(property)}}`;
      },
    );
  }
  if (Array.isArray(value)) return value.map(convertReferences);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convertReferences(item)]));
  }
  return value;
}

function identifier(name: string): string {
  return name.replaceAll("-", "_");
}

function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}
