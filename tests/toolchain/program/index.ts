import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const length = new pulumi.Config().requireNumber("length");
const made = new random.RandomPassword("password", { length, special: false, minNumeric: 3 });
const symbols = new random.RandomString("symbols", {
  length: 12,
  lower: false,
  upper: false,
  numeric: false,
});
const tag = new random.RandomId("tag", { byteLength: 4, prefix: "tag-" });

const upperCase: pulumi.dynamic.ResourceProvider = {
  create: async ({ text }) => ({ id: "upper-case", outs: { text, result: text.toUpperCase() } }),
  diff: async (_id, before, after) => ({ changes: before.text !== after.text }),
};

class UpperCase extends pulumi.dynamic.Resource {
  declare readonly result: pulumi.Output<string>;
  constructor(name: string, text: pulumi.Input<string>) {
    super(upperCase, name, { text, result: undefined });
  }
}

export const password = made.result;
export const bcryptHash = made.bcryptHash;
export const string = symbols.result;
export const hex = tag.hex;
export const dynamic = new UpperCase("upper-case", "a dynamic resource").result;
