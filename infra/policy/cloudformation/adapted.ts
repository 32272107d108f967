import type { Rendered } from "../resource-graph/render.ts";

/** Properties by name, as Pulumi or as CloudFormation writes them. */
export type Inputs = { [property: string]: Rendered };

// Inputs that CloudFormation takes in another form than Pulumi's provider. What is not named here is left to the names.

export function budget({ notifications, limitAmount, limitUnit, tags, ...inputs }: Inputs): Inputs {
  return {
    budget: { ...inputs, budgetLimit: { amount: limitAmount ?? null, unit: limitUnit ?? null } },
    notificationsWithSubscribers: lists(notifications).map(({ subscriberSnsTopicArns, ...notification }) => ({
      notification,
      subscribers: [subscriberSnsTopicArns ?? []]
        .flat()
        .map((address) => ({ address, subscriptionType: "SNS" })),
    })),
    tags: tags ?? null,
  };
}

/** An S3 origin with access control has to say that it has no older identity. */
export function distribution({ origins, ...inputs }: Inputs): Inputs {
  return {
    ...inputs,
    origins: lists(origins).map(({ originId, ...origin }) => ({
      ...origin,
      id: originId ?? null,
      s3OriginConfig: { originAccessIdentity: "" },
    })),
  };
}

/** The gateway is one thing for CloudFormation, and its being attached to a network another. */
export function internetGateway({ vpcId: _, ...inputs }: Inputs): Inputs {
  return inputs;
}

export function cluster({ name = null, ...inputs }: Inputs): Inputs {
  return { ...inputs, clusterName: name };
}

export function service(inputs: Inputs): Inputs {
  return {
    ...inputs,
    networkConfiguration: { ...(inputs.networkConfiguration as Inputs), assignPublicIp: "DISABLED" },
  };
}

/** What an alarm works out: CloudFormation parts a metric from how it is summed up. */
export function metricAlarm({ metricQueries, ...inputs }: Inputs): Inputs {
  if (metricQueries === undefined) return inputs;
  const metrics = lists(metricQueries).map(({ metric, ...query }) => {
    if (!metric) return query;
    const { stat = null, period = null, ...of } = metric as Inputs;
    return { ...query, metricStat: { metric: of, stat, period } };
  });
  return { ...inputs, metrics };
}

export function flowLog(inputs: Inputs): Inputs {
  return { ...inputs, resourceType: "VPC" };
}

const listenerAttributes: Record<string, string> = {
  routingHttpResponseStrictTransportSecurityHeaderValue:
    "routing.http.response.strict_transport_security.header_value",
};

export function listener({ certificateArn, ...inputs }: Inputs): Inputs {
  const { attributes, rest } = split(inputs, listenerAttributes);
  return {
    ...rest,
    ...(attributes.length > 0 && { listenerAttributes: attributes }),
    ...(certificateArn && { certificates: [{ certificateArn }] }),
  };
}

/** A rule of EventBridge has its targets within it. */
export function eventTarget({ arn = null, ...inputs }: Inputs): Inputs {
  return { ...inputs, targets: [{ arn, id: "notices" }] };
}

export function listenerRule({ conditions, ...inputs }: Inputs): Inputs {
  return {
    ...inputs,
    conditions: lists(conditions).map((condition) => ({ ...condition, field: "path-pattern" })),
  };
}

export function record({ aliases, ...inputs }: Inputs): Inputs {
  const [alias] = lists(aliases);
  if (!alias) return inputs;
  const { name, ...target } = alias;
  return { ...inputs, aliasTarget: { ...target, dnsName: name ?? null } };
}

export function bucketLifecycle({ rules, ...inputs }: Inputs): Inputs {
  return {
    ...inputs,
    rules: lists(rules).map(({ expiration, filter, ...rule }) => {
      const { days, ...rest } = (expiration ?? {}) as Inputs;
      return {
        ...rule,
        ...rest,
        ...(filter as Inputs),
        ...(days === undefined ? {} : { expirationInDays: days }),
      };
    }),
  };
}

const balancerAttributes: Record<string, string> = {
  desyncMitigationMode: "routing.http.desync_mitigation_mode",
  dropInvalidHeaderFields: "routing.http.drop_invalid_header_fields.enabled",
  enableCrossZoneLoadBalancing: "load_balancing.cross_zone.enabled",
  enableDeletionProtection: "deletion_protection.enabled",
  enableHttp2: "routing.http2.enabled",
  enableZonalShift: "zonal_shift.config.enabled",
  idleTimeout: "idle_timeout.timeout_seconds",
  xffHeaderProcessingMode: "routing.http.xff_header_processing.mode",
};

export function loadBalancer({ internal, accessLogs, connectionLogs, ...inputs }: Inputs): Inputs {
  const { attributes, rest } = split(inputs, balancerAttributes);
  return {
    ...rest,
    scheme: internal ? "internal" : "internet-facing",
    loadBalancerAttributes: [
      ...attributes,
      ...logs("access_logs.s3", accessLogs),
      ...logs("connection_logs.s3", connectionLogs),
    ],
  };
}

function logs(prefix: string, settings: Rendered | undefined): Inputs[] {
  return Object.entries((settings ?? {}) as Inputs).map(([key, value]) => ({
    key: `${prefix}.${key}`,
    value: text(value),
  }));
}

const groupAttributes: Record<string, string> = {
  deregistrationDelay: "deregistration_delay.timeout_seconds",
  loadBalancingAlgorithmType: "load_balancing.algorithm.type",
  slowStart: "slow_start.duration_seconds",
};

export function targetGroup({ healthCheck, stickiness, ...inputs }: Inputs): Inputs {
  const { attributes, rest } = split(inputs, groupAttributes);
  const check = (healthCheck ?? {}) as Inputs;
  const sticky = (stickiness ?? {}) as Inputs;
  return {
    ...rest,
    healthCheckIntervalSeconds: check.interval ?? null,
    healthCheckTimeoutSeconds: check.timeout ?? null,
    healthCheckPath: check.path ?? null,
    healthCheckProtocol: check.protocol ?? null,
    healthyThresholdCount: check.healthyThreshold ?? null,
    unhealthyThresholdCount: check.unhealthyThreshold ?? null,
    matcher: { httpCode: check.matcher ?? null },
    targetGroupAttributes: [
      ...attributes,
      ...Object.entries(sticky).map(([key, value]) => ({ key: `stickiness.${key}`, value: text(value) })),
    ],
  };
}

/** Properties that are attributes for AWS, and those that are not. */
function split(inputs: Inputs, names: Record<string, string>): { attributes: Inputs[]; rest: Inputs } {
  const entries = Object.entries(inputs);
  return {
    attributes: entries.flatMap(([key, value]) =>
      names[key] ? [{ key: names[key], value: text(value) }] : [],
    ),
    rest: Object.fromEntries(entries.filter(([key]) => !names[key])),
  };
}

function lists(value: Rendered | undefined): Inputs[] {
  return [value ?? []].flat() as Inputs[];
}

/** Attributes are texts, numbers and truths too. */
function text(value: Rendered): Rendered {
  return typeof value === "object" ? value : String(value);
}
