import { describe, expect, test } from "vitest";
import { collectAws } from "../aws/aws-graph.ts";

/** What is refused, and the whole sentence that a person reads. */
const refusals: [Record<string, string>, string][] = [
  [
    { domain: "", hostedZoneId: "" },
    "capstone:domain is not set, so there is no certificate; set capstone:domain and capstone:hostedZoneId, or capstone:allowPlainHttp to true for a trial whose passwords cross the internet unencrypted.",
  ],
  [
    { hostedZoneId: "" },
    "capstone:domain is set and capstone:hostedZoneId is not; a certificate needs both.",
  ],
  [{ domain: "" }, "capstone:hostedZoneId is set and capstone:domain is not; a certificate needs both."],
  [
    { domain: "Example.com" },
    'capstone:domain is "Example.com"; allowed is a lower-case domain name, as in api.example.com.',
  ],
  [{ availabilityZones: "5" }, 'capstone:availabilityZones is "5"; allowed is a whole number from 2 to 4.'],
  [{ availabilityZones: "1" }, 'capstone:availabilityZones is "1"; allowed is a whole number from 2 to 4.'],
  [
    { "aws:region": "mars" },
    'aws:region is "mars"; allowed is the name of an AWS region, as in eu-central-1.',
  ],
  [
    { vpcCidr: "8.8.0.0/16" },
    'capstone:vpcCidr is "8.8.0.0/16"; allowed is a private network of /16 to /20 on its boundary, as in 10.20.0.0/16.',
  ],
  [
    { vpcCidr: "10.20.1.0/16" },
    'capstone:vpcCidr is "10.20.1.0/16"; allowed is a private network of /16 to /20 on its boundary, as in 10.20.0.0/16.',
  ],
  [
    { vpcCidr: "10.20.0.0/24" },
    'capstone:vpcCidr is "10.20.0.0/24"; allowed is a private network of /16 to /20 on its boundary, as in 10.20.0.0/16.',
  ],
  [{ natGateways: "two" }, 'capstone:natGateways is "two"; allowed is one of perZone, single, none.'],
  [
    { natGateways: "none", interfaceEndpoints: "false" },
    'capstone:natGateways is "none" and capstone:interfaceEndpoints is false; tasks need one of them to fetch their image.',
  ],
  [{ interfaceEndpoints: "yes" }, 'capstone:interfaceEndpoints is "yes"; allowed is true or false.'],
  [
    { databaseAvailability: "cluster", availabilityZones: "2" },
    'capstone:databaseAvailability is "cluster" and capstone:availabilityZones is 2; a cluster has a node in each of three zones.',
  ],
  [
    { databaseAvailability: "cluster", databaseInstanceClass: "db.t4g.micro" },
    'capstone:databaseInstanceClass is "db.t4g.micro"; allowed for capstone:databaseAvailability cluster is a class with local disks, as in db.m6gd.large.',
  ],
  [
    { backupRetentionDays: "7" },
    'capstone:backupRetentionDays is "7"; allowed is a whole number from 14 to 35.',
  ],
  [
    { backupCopyRegion: "Ireland" },
    'capstone:backupCopyRegion is "Ireland"; allowed is the name of an AWS region, as in eu-central-1.',
  ],
  [
    { backupCopyRegion: "eu-central-1" },
    'capstone:backupCopyRegion is "eu-central-1", as is aws:region; allowed is another region, which is not lost with this one.',
  ],
  [
    { backupCopyRegion: "eu-west-1", databaseAvailability: "cluster" },
    'capstone:backupCopyRegion is "eu-west-1" and capstone:databaseAvailability is "cluster"; AWS Backup copies no snapshot of a Multi-AZ cluster to another region.',
  ],
  [{ taskCpuUnits: "300" }, 'capstone:taskCpuUnits is "300"; allowed is one of 256, 512, 1024, 2048, 4096.'],
  [
    { taskCpuUnits: "1024", taskMemoryMegabytes: "2500" },
    'capstone:taskMemoryMegabytes is "2500"; allowed with 1024 CPU units is 2048 to 8192 in steps of 1024.',
  ],
  [
    { appNodes: "6", appNodesMax: "4" },
    'capstone:appNodesMax is "4"; allowed is a whole number from 6 to 64.',
  ],
  [
    { zonalAutoshift: "true" },
    'capstone:zonalAutoshift is "true" and capstone:appNodes is 2 in 3 zones, so that 1 would be left while AWS leaves one zone out; allowed are so many that 2 are left.',
  ],
  [
    { zonalAutoshift: "true", appNodes: "3", availabilityZones: "2" },
    'capstone:zonalAutoshift is "true" and capstone:appNodes is 3 in 2 zones, so that 1 would be left while AWS leaves one zone out; allowed are so many that 2 are left.',
  ],
  [{ alarmEmail: "nobody" }, 'capstone:alarmEmail is "nobody"; allowed is one e-mail address.'],
  [
    { githubRepository: "capstone" },
    'capstone:githubRepository is "capstone"; allowed is owner/name, or owner@id/name@id.',
  ],
  [
    { githubRepository: "someone/*" },
    'capstone:githubRepository is "someone/*"; allowed is owner/name, or owner@id/name@id.',
  ],
  // A secret's value is in no sentence.
  [
    { applicationPassword: "hunter2" },
    "capstone:applicationPassword has 7 characters; at least 16 are needed.",
  ],
  // What AWS alone knows.
  [
    { hostedZoneId: "Z0PRIVATE" },
    "capstone:hostedZoneId Z0PRIVATE is a private hosted zone, whose records no certificate authority sees; allowed is a public one.",
  ],
  [
    { domain: "capstone.example.net", hostedZoneId: "Z0EXAMPLECOM" },
    'capstone:domain is "capstone.example.net"; hosted zone Z0EXAMPLECOM holds example.com, so allowed is a name in that.',
  ],
];

describe("a wrong config value is refused with a sentence", () => {
  test.each(refusals)("%j", async (changes, sentence) => {
    await expect(collectAws(changes)).rejects.toHaveProperty("message", sentence);
  });

  test("all that is wrong is said at once", async () => {
    await expect(collectAws({ availabilityZones: "9", natGateways: "two" })).rejects.toThrow(
      'capstone:availabilityZones is "9"; allowed is a whole number from 2 to 4.\n' +
        'capstone:natGateways is "two"; allowed is one of perZone, single, none.',
    );
  });
});
