const names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/** What is on this machine is never behind the proxy: the stack's own ports. */
const here = ["127.0.0.1", "localhost"];

/**
 * What makes Node, which ignores a proxy unless it is told, use the one that the environment names, as npm, Go and curl do.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Record<string, string>} empty without a proxy
 */
export function proxyEnvironment(environment) {
  if (!names.some((name) => environment[name])) return {};
  const direct = (environment.NO_PROXY || environment.no_proxy || "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const value = [...direct, ...here.filter((name) => !direct.includes(name))].join(",");
  return {
    NODE_USE_ENV_PROXY: environment.NODE_USE_ENV_PROXY ?? "1",
    NO_PROXY: value,
    no_proxy: value,
  };
}
