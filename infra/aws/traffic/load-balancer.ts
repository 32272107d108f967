import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { hiddenPath, isOwn, type Service } from "../../configuration/service.ts";
import { ports } from "../network/ports.ts";
import { logPrefixes } from "../storage/log-bucket.ts";
import type { PrivateBucket } from "../storage/private-bucket.ts";
import { Certificate, createAliasRecords } from "./certificate.ts";
import { WebFirewall } from "./web-firewall.ts";

export interface LoadBalancerArgs {
  vpcId: pulumi.Input<string>;
  subnets: aws.ec2.Subnet[];
  securityGroup: aws.ec2.SecurityGroup;
  /** Undefined serves plain HTTP: the configuration allows that only where it is said in so many words. */
  domain: { name: string; hostedZoneId: string } | undefined;
  webFirewall: boolean;
  service: Service;
  logBucket: PrivateBucket;
  keyArn: pulumi.Input<string>;
  logRetentionDays: number;
  deletionProtection: boolean;
}

/** Two failed checks 10 s apart take a node out: 20 s, where the defaults take a minute. */
const healthCheck = { intervalSeconds: 10, timeoutSeconds: 5, misses: 2 };

/** One address over all zones; only nodes that say they are ready get requests. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly loadBalancer: aws.lb.LoadBalancer;
  readonly targetGroup: aws.lb.TargetGroup;
  /** A service can join the target group once a listener leads to it. */
  readonly listener: aws.lb.Listener;
  readonly certificateArn: pulumi.Output<string> | undefined;
  /** Of the web firewall in front; undefined where there is none. */
  readonly firewallName: pulumi.Output<string> | undefined;
  /** Without a trailing slash. */
  readonly url: pulumi.Output<string>;
  readonly healthUrl: pulumi.Output<string>;
  private readonly name: string;

  constructor(name: string, args: LoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:LoadBalancer", name, {}, options);
    this.name = name;

    this.loadBalancer = this.createLoadBalancer(args);
    this.targetGroup = this.createTargetGroup(args);
    this.certificateArn = args.domain && new Certificate(name, { domain: args.domain }, { parent: this }).arn;
    this.listener = this.certificateArn ? this.listenTls(this.certificateArn) : this.listenPlain();
    this.hideMetrics(hiddenPath(args.service));
    this.url = this.publish(args);
    this.healthUrl = pulumi.interpolate`${this.url}${args.service.health}`;
    this.firewallName = args.webFirewall ? this.protect(args).firewallName : undefined;

    this.registerOutputs({ url: this.url });
  }

  private createLoadBalancer(args: LoadBalancerArgs): aws.lb.LoadBalancer {
    const logs = { bucket: args.logBucket.bucket.bucket, enabled: true };
    return new aws.lb.LoadBalancer(
      this.name,
      {
        loadBalancerType: "application",
        internal: false,
        subnets: args.subnets.map((subnet) => subnet.id),
        securityGroups: [args.securityGroup.id],
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "defensive",
        // The client's address goes on to the nodes, which believe the load balancer alone.
        xffHeaderProcessingMode: "append",
        // Shorter than the nodes keep a connection, so that a node never closes one with a request on its way.
        idleTimeout: 60,
        enableHttp2: true,
        enableCrossZoneLoadBalancing: true,
        enableZonalShift: true,
        enableDeletionProtection: args.deletionProtection,
        accessLogs: { ...logs, prefix: logPrefixes.requests },
        connectionLogs: { ...logs, prefix: logPrefixes.connections },
      },
      // The log bucket refuses the load balancer's first test write until its policy is there.
      { parent: this, dependsOn: args.logBucket },
    );
  }

  private createTargetGroup({ vpcId, service }: LoadBalancerArgs): aws.lb.TargetGroup {
    return new aws.lb.TargetGroup(
      this.name,
      {
        vpcId,
        targetType: "ip",
        protocol: "HTTP",
        port: service.port,
        // Says what the node itself can do, never what the database can: a failover there takes no node out.
        healthCheck: {
          path: service.health,
          protocol: "HTTP",
          matcher: "200",
          interval: healthCheck.intervalSeconds,
          timeout: healthCheck.timeoutSeconds,
          healthyThreshold: healthCheck.misses,
          unhealthyThreshold: healthCheck.misses,
        },
        // As long as a node may finish its requests after it was told to stop.
        deregistrationDelay: service.stopSeconds,
        loadBalancingAlgorithmType: "least_outstanding_requests",
        // Sessions are in the tokens, so any node will do.
        stickiness: { type: "lb_cookie", enabled: false },
      },
      { parent: this },
    );
  }

  private listenTls(certificateArn: pulumi.Output<string>): aws.lb.Listener {
    new aws.lb.Listener(
      `${this.name}-http`,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port: ports.http,
        protocol: "HTTP",
        defaultActions: [
          {
            type: "redirect",
            redirect: { protocol: "HTTPS", port: String(ports.https), statusCode: "HTTP_301" },
          },
        ],
      },
      { parent: this },
    );
    return new aws.lb.Listener(
      `${this.name}-https`,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port: ports.https,
        protocol: "HTTPS",
        // TLS 1.3 and 1.2, forward secrecy only, with a post-quantum key exchange for whoever can.
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        routingHttpResponseStrictTransportSecurityHeaderValue: `max-age=${2 * 365 * 86_400}`,
        certificateArn,
        defaultActions: [{ type: "forward", targetGroupArn: this.targetGroup.arn }],
      },
      { parent: this },
    );
  }

  private listenPlain(): aws.lb.Listener {
    return new aws.lb.Listener(
      `${this.name}-http`,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port: ports.http,
        protocol: "HTTP",
        defaultActions: [{ type: "forward", targetGroupArn: this.targetGroup.arn }],
      },
      { parent: this },
    );
  }

  /** Metrics are for inside the network. */
  private hideMetrics(path: string): void {
    new aws.lb.ListenerRule(
      `${this.name}-metrics`,
      {
        listenerArn: this.listener.arn,
        priority: 1,
        conditions: [{ pathPattern: { values: [path, `${path}/*`] } }],
        actions: [
          {
            type: "fixed-response",
            fixedResponse: {
              statusCode: "404",
              // The nearest to a problem document's type that a load balancer can say.
              contentType: "application/json",
              messageBody: JSON.stringify({
                type: "about:blank",
                title: "Not Found",
                status: 404,
                detail: "There is no such page.",
              }),
            },
          },
        ],
      },
      { parent: this },
    );
  }

  private publish({ domain }: LoadBalancerArgs): pulumi.Output<string> {
    if (!domain) return pulumi.interpolate`http://${this.loadBalancer.dnsName}`;
    const target = {
      name: this.loadBalancer.dnsName,
      zoneId: this.loadBalancer.zoneId,
      evaluateTargetHealth: true,
    };
    createAliasRecords(this.name, domain, target, ["A"], { parent: this });
    return pulumi.output(`https://${domain.name}`);
  }

  private protect({ keyArn, logRetentionDays, service }: LoadBalancerArgs): WebFirewall {
    return new WebFirewall(
      `${this.name}-firewall`,
      { loadBalancerArn: this.loadBalancer.arn, keyArn, logRetentionDays, avatars: isOwn(service) },
      { parent: this },
    );
  }
}
