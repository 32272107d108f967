import type { Service } from "../configuration/service.ts";

/** Asks with whatever the image has; bash first, since it starts the fastest. `$1` is the port and `$2` the path. */
const script = `url="http://127.0.0.1:$1$2"
if command -v bash >/dev/null; then
  exec bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "GET %s HTTP/1.0\\r\\nhost: health-check\\r\\n\\r\\n" "$1" >&3 && read -r -t 3 _ status _ <&3 && [ "$status" = 200 ]' "$1" "$2"
elif command -v curl >/dev/null; then exec curl --silent --fail --max-time 3 --output /dev/null "$url"
elif command -v wget >/dev/null; then exec wget -q -T 3 -O /dev/null "$url"
else exec python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=3)' "$url"
fi`;

/** The program in a service's container that ends with 0 while its health answers 200. */
export function healthCheckOf({
  healthCheck,
  port,
  health,
}: Pick<Service, "port" | "health"> & { healthCheck?: string[] }): string[] {
  return healthCheck ?? ["sh", "-c", script, "sh", String(port), health];
}
