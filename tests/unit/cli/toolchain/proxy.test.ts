import { expect, it } from "vitest";
import { proxyEnvironment } from "../../../../cli/toolchain/proxy.mjs";

it("Node is told of a proxy, and of what is never behind it", () => {
  expect(proxyEnvironment({ PATH: "/bin" })).toEqual({});
  expect(proxyEnvironment({ https_proxy: "http://proxy:3128" })).toEqual({
    NODE_USE_ENV_PROXY: "1",
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
  });
});

it.each([
  [{ NO_PROXY: "intern.example, 127.0.0.1 ,", no_proxy: "other" }, "intern.example,127.0.0.1,localhost"],
  [{ NO_PROXY: "", no_proxy: "intern.example" }, "intern.example,127.0.0.1,localhost"],
])("exceptions are kept: %j", (environment, expected) => {
  const { NO_PROXY, no_proxy } = proxyEnvironment({ HTTP_PROXY: "http://proxy:3128", ...environment });
  expect(NO_PROXY).toBe(expected);
  expect(no_proxy).toBe(expected);
});
