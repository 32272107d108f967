import {
  bucketLifecycle,
  budget,
  distribution,
  flowLog,
  type Inputs,
  listener,
  listenerRule,
  loadBalancer,
  record,
  targetGroup,
} from "./adapted.ts";

/** What CloudFormation calls a resource of Pulumi's AWS provider, where the rule of names does not say it. */
export interface Counterpart {
  /** CloudFormation's type, where it is not the service and the class. */
  type?: string;
  /** Where everything but the tags is, as in `DistributionConfig`. */
  under?: string;
  /** Pulumi's property at any depth, and CloudFormation's path from the same place; `.` puts its fields there. */
  names?: Record<string, string>;
  /** The required property that Pulumi fills with a name of its own making. */
  named?: string;
  /** It is a part of the resource that this property leads to. */
  partOf?: string;
  /** What CloudFormation cannot say of this type, and why that does no harm. */
  without?: Record<string, string>;
  /** What a program can read of it, and CloudFormation's attribute; `Ref` is what a reference gives. */
  outputs?: Record<string, string>;
  /** The same, where CloudFormation has no attribute and the text is known; `$REF` is what a reference gives. */
  texts?: Record<string, string>;
  /** A second resource that CloudFormation needs for the same. */
  beside?: (inputs: Inputs, reference: string) => { type: string; inputs: Inputs };
  /** Inputs of another form, where names alone do not do. */
  adapt?: (inputs: Inputs) => Inputs;
}

/** Types that CloudFormation has no resource for. */
export const withoutCounterpart: Record<string, string> = {
  "aws:acm/certificateValidation:CertificateValidation":
    "CloudFormation's certificate waits for its proof by itself.",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
    "CloudFormation cannot take over what a VPC is born with.",
};

/** What a program reads of a resource, and no template can: a parameter stands for it. */
export const withoutAttribute: Record<string, string> = {
  "aws:acm/certificate:Certificate.domainValidationOptions[0].resourceRecordName": "Known to ACM alone.",
  "aws:acm/certificate:Certificate.domainValidationOptions[0].resourceRecordType": "Known to ACM alone.",
  "aws:acm/certificate:Certificate.domainValidationOptions[0].resourceRecordValue": "Known to ACM alone.",
  "aws:secretsmanager/secretVersion:SecretVersion.versionId": "The version is a part of the secret.",
};

/** Properties that say how the provider works, and are no property of AWS's resource. */
export const ofTheProvider: Record<string, string> = {
  allowOverwrite: "The proof of a certificate may be there from an earlier stack.",
  finalSnapshotIdentifier: "CloudFormation's DeletionPolicy names the snapshot itself.",
  forceDelete: "CloudFormation deletes what is empty.",
  forceDestroy: "CloudFormation deletes what is empty.",
  recoveryWindowInDays: "CloudFormation has no such setting.",
  region: "A template is of one region.",
  skipFinalSnapshot: "CloudFormation's DeletionPolicy.",
  waitForDeployment: "CloudFormation always waits.",
  waitForSteadyState: "CloudFormation always waits.",
};

/** Services by Pulumi's module. */
export const services: Record<string, string> = {
  acm: "CertificateManager",
  appautoscaling: "ApplicationAutoScaling",
  backup: "Backup",
  budgets: "Budgets",
  cloudfront: "CloudFront",
  cloudwatch: "CloudWatch",
  ec2: "EC2",
  ecr: "ECR",
  ecs: "ECS",
  fis: "FIS",
  iam: "IAM",
  kms: "KMS",
  lb: "ElasticLoadBalancingV2",
  rds: "RDS",
  route53: "Route53",
  s3: "S3",
  secretsmanager: "SecretsManager",
  sns: "SNS",
  vpc: "EC2",
  wafv2: "WAFv2",
};

const securityGroupRule = {
  cidrIpv4: "CidrIp",
  securityGroupId: "GroupId",
};

export const counterparts: Record<string, Counterpart> = {
  "aws:appautoscaling/policy:Policy": {
    type: "AWS::ApplicationAutoScaling::ScalingPolicy",
    named: "PolicyName",
  },
  "aws:appautoscaling/target:Target": { type: "AWS::ApplicationAutoScaling::ScalableTarget" },
  "aws:backup/plan:Plan": {
    type: "AWS::Backup::BackupPlan",
    under: "BackupPlan",
    names: {
      name: "BackupPlanName",
      rules: "BackupPlanRule",
      completionWindow: "CompletionWindowMinutes",
      startWindow: "StartWindowMinutes",
      schedule: "ScheduleExpression",
      targetVaultName: "TargetBackupVault",
      deleteAfter: "DeleteAfterDays",
      coldStorageAfter: "MoveToColdStorageAfterDays",
      destinationVaultArn: "DestinationBackupVaultArn",
    },
  },
  "aws:backup/restoreTestingPlan:RestoreTestingPlan": { names: { name: "RestoreTestingPlanName" } },
  "aws:backup/restoreTestingSelection:RestoreTestingSelection": {
    names: { name: "RestoreTestingSelectionName" },
  },
  "aws:backup/selection:Selection": {
    type: "AWS::Backup::BackupSelection",
    names: {
      planId: "BackupPlanId",
      name: "BackupSelection.SelectionName",
      iamRoleArn: "BackupSelection.IamRoleArn",
      resources: "BackupSelection.Resources",
    },
  },
  "aws:backup/vault:Vault": {
    type: "AWS::Backup::BackupVault",
    names: { name: "BackupVaultName", kmsKeyArn: "EncryptionKeyArn" },
    named: "BackupVaultName",
  },
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": {
    partOf: "backupVaultName",
    under: "LockConfiguration",
  },
  "aws:backup/vaultNotifications:VaultNotifications": { partOf: "backupVaultName", under: "Notifications" },
  "aws:budgets/budget:Budget": { adapt: budget },
  "aws:cloudfront/distribution:Distribution": {
    under: "DistributionConfig",
    names: { isIpv6Enabled: "IPV6Enabled" },
    texts: { arn: "arn:aws:cloudfront::123456789012:distribution/$REF", hostedZoneId: "Z2FDTNDATAQYW2" },
    adapt: distribution,
  },
  "aws:cloudfront/originAccessControl:OriginAccessControl": {
    under: "OriginAccessControlConfig",
    named: "Name",
  },
  "aws:cloudwatch/logDelivery:LogDelivery": { type: "AWS::Logs::Delivery" },
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": {
    type: "AWS::Logs::DeliveryDestination",
    names: { deliveryDestinationConfiguration: "." },
  },
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": { type: "AWS::Logs::DeliverySource" },
  "aws:cloudwatch/logGroup:LogGroup": { type: "AWS::Logs::LogGroup", names: { name: "LogGroupName" } },
  "aws:cloudwatch/metricAlarm:MetricAlarm": { type: "AWS::CloudWatch::Alarm" },
  "aws:ec2/eip:Eip": { type: "AWS::EC2::EIP", outputs: { id: "AllocationId" } },
  "aws:ec2/flowLog:FlowLog": {
    names: { iamRoleArn: "DeliverLogsPermissionArn", vpcId: "ResourceId" },
    adapt: flowLog,
  },
  "aws:ec2/internetGateway:InternetGateway": {
    adapt: ({ vpcId: _, ...inputs }) => inputs,
    beside: ({ vpcId = null }, internetGatewayId) => ({
      type: "AWS::EC2::VPCGatewayAttachment",
      inputs: { vpcId, internetGatewayId },
    }),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { type: "AWS::EC2::SubnetRouteTableAssociation" },
  "aws:ec2/securityGroup:SecurityGroup": {
    names: { description: "GroupDescription" },
    outputs: { id: "GroupId" },
  },
  "aws:ec2/subnet:Subnet": { texts: { arn: "arn:aws:ec2:eu-central-1:123456789012:subnet/$REF" } },
  "aws:ec2/vpc:Vpc": {
    type: "AWS::EC2::VPC",
    texts: { arn: "arn:aws:ec2:eu-central-1:123456789012:vpc/$REF" },
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    type: "AWS::EC2::VPCEndpoint",
    texts: { prefixListId: "pl-6ea54007" },
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    partOf: "repository",
    names: { policy: "LifecyclePolicy.LifecyclePolicyText" },
  },
  "aws:ecr/repository:Repository": { outputs: { repositoryUrl: "RepositoryUri" } },
  "aws:ecs/cluster:Cluster": {
    names: { settings: "ClusterSettings" },
    adapt: ({ name = null, ...inputs }) => ({ ...inputs, clusterName: name }),
  },
  "aws:ecs/service:Service": {
    names: {
      name: "ServiceName",
      alarms: "DeploymentConfiguration.Alarms",
      deploymentCircuitBreaker: "DeploymentConfiguration.DeploymentCircuitBreaker",
      deploymentMaximumPercent: "DeploymentConfiguration.MaximumPercent",
      deploymentMinimumHealthyPercent: "DeploymentConfiguration.MinimumHealthyPercent",
      networkConfiguration: "NetworkConfiguration.AwsvpcConfiguration",
    },
    adapt: (inputs) => ({
      ...inputs,
      networkConfiguration: { ...(inputs.networkConfiguration as Inputs), assignPublicIp: "DISABLED" },
    }),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": { type: "AWS::IAM::OIDCProvider" },
  "aws:iam/role:Role": { names: { name: "RoleName", assumeRolePolicy: "AssumeRolePolicyDocument" } },
  "aws:iam/rolePolicy:RolePolicy": {
    names: { policy: "PolicyDocument", role: "RoleName" },
    named: "PolicyName",
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    partOf: "role",
    names: { policyArn: "ManagedPolicyArns" },
  },
  "aws:kms/alias:Alias": { names: { name: "AliasName" } },
  "aws:kms/key:Key": { names: { policy: "KeyPolicy", deletionWindowInDays: "PendingWindowInDays" } },
  "aws:lb/listener:Listener": {
    names: { redirect: "RedirectConfig", fixedResponse: "FixedResponseConfig" },
    adapt: listener,
  },
  "aws:lb/listenerRule:ListenerRule": {
    names: { fixedResponse: "FixedResponseConfig", pathPattern: "PathPatternConfig" },
    adapt: listenerRule,
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    names: { loadBalancerType: "Type" },
    outputs: { arnSuffix: "LoadBalancerFullName", zoneId: "CanonicalHostedZoneID" },
    adapt: loadBalancer,
  },
  "aws:lb/targetGroup:TargetGroup": { outputs: { arnSuffix: "TargetGroupFullName" }, adapt: targetGroup },
  "aws:rds/cluster:Cluster": {
    type: "AWS::RDS::DBCluster",
    without: {
      allowMajorVersionUpgrade:
        "CloudFormation has it for instances only; false is what AWS takes otherwise.",
      caCertificateIdentifier: "CloudFormation has it for instances only.",
    },
    names: {
      clusterIdentifier: "DBClusterIdentifier",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
      masterUserSecretKmsKeyId: "MasterUserSecret.KmsKeyId",
    },
    outputs: {
      endpoint: "Endpoint.Address",
      readerEndpoint: "ReadEndpoint.Address",
      port: "Endpoint.Port",
      "masterUserSecrets[0].secretArn": "MasterUserSecret.SecretArn",
    },
  },
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": { type: "AWS::RDS::DBClusterParameterGroup" },
  "aws:rds/eventSubscription:EventSubscription": { names: { snsTopic: "SnsTopicArn" } },
  "aws:rds/instance:Instance": {
    type: "AWS::RDS::DBInstance",
    names: {
      identifier: "DBInstanceIdentifier",
      instanceClass: "DBInstanceClass",
      username: "MasterUsername",
      parameterGroupName: "DBParameterGroupName",
      backupWindow: "PreferredBackupWindow",
      maintenanceWindow: "PreferredMaintenanceWindow",
      caCertIdentifier: "CACertificateIdentifier",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
      iamDatabaseAuthenticationEnabled: "EnableIAMDatabaseAuthentication",
      masterUserSecretKmsKeyId: "MasterUserSecret.KmsKeyId",
      performanceInsightsEnabled: "EnablePerformanceInsights",
      vpcSecurityGroupIds: "VPCSecurityGroups",
    },
    outputs: {
      address: "Endpoint.Address",
      port: "Endpoint.Port",
      "masterUserSecrets[0].secretArn": "MasterUserSecret.SecretArn",
    },
  },
  "aws:rds/parameterGroup:ParameterGroup": { type: "AWS::RDS::DBParameterGroup" },
  "aws:rds/subnetGroup:SubnetGroup": {
    type: "AWS::RDS::DBSubnetGroup",
    names: { name: "DBSubnetGroupName", description: "DBSubnetGroupDescription" },
  },
  "aws:route53/record:Record": {
    type: "AWS::Route53::RecordSet",
    names: { zoneId: "HostedZoneId", records: "ResourceRecords" },
    adapt: record,
  },
  "aws:s3/bucket:Bucket": {
    names: { bucket: "BucketName" },
    outputs: { bucketRegionalDomainName: "RegionalDomainName" },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    partOf: "bucket",
    under: "LifecycleConfiguration",
    adapt: bucketLifecycle,
  },
  "aws:s3/bucketLogging:BucketLogging": {
    partOf: "bucket",
    under: "LoggingConfiguration",
    names: { targetBucket: "DestinationBucketName", targetPrefix: "LogFilePrefix" },
  },
  "aws:s3/bucketNotification:BucketNotification": {
    partOf: "bucket",
    names: { eventbridge: "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled" },
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    partOf: "bucket",
    names: { rule: "OwnershipControls.Rules" },
  },
  "aws:s3/bucketPolicy:BucketPolicy": { names: { policy: "PolicyDocument" } },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    partOf: "bucket",
    under: "PublicAccessBlockConfiguration",
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    partOf: "bucket",
    names: {
      rules: "BucketEncryption.ServerSideEncryptionConfiguration",
      applyServerSideEncryptionByDefault: "ServerSideEncryptionByDefault",
    },
  },
  "aws:s3/bucketVersioning:BucketVersioning": { partOf: "bucket" },
  "aws:secretsmanager/secret:Secret": { outputs: { arn: "Ref" } },
  "aws:secretsmanager/secretVersion:SecretVersion": { partOf: "secretId" },
  "aws:sns/topic:Topic": { outputs: { arn: "Ref" } },
  "aws:sns/topicPolicy:TopicPolicy": { names: { arn: "Topics", policy: "PolicyDocument" } },
  "aws:sns/topicSubscription:TopicSubscription": {
    type: "AWS::SNS::Subscription",
    names: { topic: "TopicArn" },
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    type: "AWS::EC2::SecurityGroupEgress",
    names: {
      ...securityGroupRule,
      prefixListId: "DestinationPrefixListId",
      referencedSecurityGroupId: "DestinationSecurityGroupId",
    },
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    type: "AWS::EC2::SecurityGroupIngress",
    names: {
      ...securityGroupRule,
      prefixListId: "SourcePrefixListId",
      referencedSecurityGroupId: "SourceSecurityGroupId",
    },
  },
  "aws:wafv2/webAcl:WebAcl": { type: "AWS::WAFv2::WebACL", named: "Name" },
  "aws:wafv2/webAclAssociation:WebAclAssociation": { type: "AWS::WAFv2::WebACLAssociation" },
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
    type: "AWS::WAFv2::LoggingConfiguration",
  },
};
