// The rules as a Pulumi policy pack: pulumi preview --policy-pack infra/policy/pack
import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";
import { checkPolicy } from "../check.ts";
import { rules } from "../rules.ts";
import { graphOf } from "./graph.ts";

const policies: StackValidationPolicy[] = rules.map((rule) => ({
  name: rule.id,
  description: rule.sentence,
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, report) => {
    for (const { resource, detail } of checkPolicy(graphOf(resources), [rule]).violations) {
      report(`${resource} ${detail}.`);
    }
  },
}));

new PolicyPack("capstone", { policies });
