/**
 * The versions of what set-up installs, in one place; npm packages are in package.json, Go modules in pulumi/go.mod.
 * An integrity is npm's: the SHA-512 of the package, base64.
 */
export const versions = {
  node: "24.21.0",
  /** The npm packages that carry the node binary. */
  nodeIntegrity: /** @type {Record<string, string>} */ ({
    "linux-x64":
      "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    "linux-arm64":
      "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  }),
  npm: "11.19.1",
  npmIntegrity:
    "sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==",
  pulumi: "3.259.0",
  pulumiPlugins: { docker: "5.2.0", random: "4.21.2" },
  debian: "trixie",
  garage: "2.5.0",
};

/** The base images of our Dockerfiles and containers. */
export const baseImages = {
  debian: `debian:${versions.debian}-slim`,
  node: `node:${versions.node}-${versions.debian}-slim`,
  garage: `dxflrs/garage:v${versions.garage}`,
};
