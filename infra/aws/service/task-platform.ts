/** What every task definition says of the machine it runs on. */
export function taskPlatform(architecture: "X86_64" | "ARM64") {
  return {
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: architecture },
  };
}

/** The newest platform of Fargate, with its security fixes; a task keeps the one that it was started on. */
export const fargatePlatformVersion = "LATEST";

/** Where the image keeps the certificates of RDS's authorities, relative to its working directory. */
export const databaseCertificateFile = "app/certificates/amazon-rds.pem";
