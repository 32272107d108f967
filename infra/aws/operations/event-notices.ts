import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Notices } from "./notices.ts";

export interface EventNoticesArgs {
  description: string;
  /** Which events, as EventBridge matches them. */
  pattern: object;
  notices: Notices;
}

/** Passes events of the stack's own region on to whoever is notified. */
export function passOnEvents(
  name: string,
  { description, pattern, notices }: EventNoticesArgs,
  options: pulumi.CustomResourceOptions,
): void {
  const eventPattern = pulumi.jsonStringify(pattern);
  const rule = new aws.cloudwatch.EventRule(name, { description, eventPattern }, options);
  new aws.cloudwatch.EventTarget(
    name,
    { rule: rule.name, arn: notices.topicArn },
    { ...options, dependsOn: notices.ready },
  );
}
