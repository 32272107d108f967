import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../account/policy-document.ts";

export interface NoticesArgs {
  accountId: string;
  region: string;
  /** In another region than the stack's. */
  elsewhere?: boolean;
  keyArn: pulumi.Input<string>;
  /** Who is notified; must be confirmed once from the mailbox. */
  email: string | undefined;
}

/** The services of AWS that publish there. The key lets the same ones encrypt what they say. */
export const noticeServices = [
  "cloudwatch.amazonaws.com",
  "events.rds.amazonaws.com",
  "budgets.amazonaws.com",
  "backup.amazonaws.com",
];

/** EventBridge publishes as well; neither topics nor keys can hold it to an account. */
export const eventService = "events.amazonaws.com";

/** Where alarms, the database, the backups and the budget say that something needs a person. */
export class Notices extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Publishing is refused until this is there. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: NoticesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Notices", name, {}, options);

    const there = args.elsewhere ? { region: args.region } : {};
    const topic = new aws.sns.Topic(name, { kmsMasterKeyId: args.keyArn, ...there }, { parent: this });
    this.ready = new aws.sns.TopicPolicy(
      name,
      {
        arn: topic.arn,
        policy: policyDocument([
          {
            Sid: "ServicesOfThisAccountPublish",
            Effect: "Allow",
            Principal: {
              Service: noticeServices,
            },
            Action: "sns:Publish",
            Resource: topic.arn,
            Condition: { StringEquals: { "aws:SourceAccount": args.accountId } },
          },
          {
            Sid: "EventsPublish",
            Effect: "Allow",
            Principal: { Service: eventService },
            Action: "sns:Publish",
            Resource: topic.arn,
          },
        ]),
        ...there,
      },
      { parent: this },
    );
    if (args.email) {
      new aws.sns.TopicSubscription(
        name,
        { topic: topic.arn, protocol: "email", endpoint: args.email, ...there },
        { parent: this },
      );
    }
    this.topicArn = topic.arn;

    this.registerOutputs({ topicArn: this.topicArn });
  }
}
