import type * as pulumi from "@pulumi/pulumi";
import type { ConfigurationReader } from "./reader.ts";

/** Who is notified of alerts; without any, alerts are only shown. Webhook addresses are secret. */
export interface AlertReceivers {
  webhookUrl: pulumi.Output<string> | undefined;
  slackUrl: pulumi.Output<string> | undefined;
  email: EmailReceiver | undefined;
}

export interface EmailReceiver {
  to: string;
  from: string;
  /** `host:port`. */
  server: string;
  requireTls: boolean;
  user: string | undefined;
  password: pulumi.Output<string> | undefined;
}

/** What the local target's monitoring needs; ports are on 127.0.0.1. */
export interface MonitoringSettings {
  metricsPort: number;
  alertsPort: number;
  dashboardsPort: number;
  dashboards: boolean;
  metricsRetentionDays: number;
  receivers: AlertReceivers;
}

const mailAddress = /^[^\s@<>"]+@[^\s@<>"]+$/;

/** Reads the alert receivers; errors go to the reader. */
export function readReceivers(reader: ConfigurationReader): AlertReceivers {
  return {
    webhookUrl: reader.secret("alertWebhookUrl", 10),
    slackUrl: reader.secret("alertSlackUrl", 10),
    email: readEmail(reader),
  };
}

function readEmail(reader: ConfigurationReader): EmailReceiver | undefined {
  const to = reader.text("alarmEmail", mailAddress, "a mail address, as in operators@example.com");
  const server = reader.text(
    "smtpServer",
    /^[A-Za-z0-9.-]+:\d{1,5}$/,
    "HOST:PORT, as in mail.example.com:587",
  );
  const from = reader.text("smtpFrom", mailAddress, "a mail address, as in capstone@example.com");
  const user = reader.text("smtpUser", /^[^\s"\\]+$/, "a name without spaces and quotes");
  const password = reader.secret("smtpPassword", 1);
  const requireTls = reader.boolean("smtpTls", true);
  if ((user === undefined) !== (password === undefined)) {
    reader.refuse("capstone:smtpUser and capstone:smtpPassword belong together; only one of them is set.");
  }
  if (to === undefined || server === undefined) {
    if (server !== undefined)
      reader.refuse("capstone:smtpServer is set, and capstone:alarmEmail is not; both are needed.");
    return undefined;
  }
  return { to, server, from: from ?? to, requireTls, user, password };
}
