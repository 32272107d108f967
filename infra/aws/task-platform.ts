/** What every task definition says of the machine it runs on. */
export function taskPlatform(architecture: "X86_64" | "ARM64") {
  return {
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: architecture },
  };
}

/** Fargate's platform, pinned: `LATEST` would change under a deployment. */
export const fargatePlatformVersion = "1.4.0";

/** Where the image keeps the certificates of RDS's authorities, relative to its working directory. */
export const databaseCertificateFile = "app/certificates/amazon-rds.pem";
