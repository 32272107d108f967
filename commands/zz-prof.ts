import { RunningStack } from "/work/main/drills/stack/running-stack.ts";
import { makeAccounts } from "/work/main/drills/bench/accounts.ts";
import { BenchContainers } from "/work/main/drills/bench/containers.ts";
import { ask } from "/work/main/drills/bench/requests.ts";
import { cleanUp } from "/work/main/drills/check/check.ts";
import { randomPicture } from "/work/main/drills/load/picture.ts";
import { Random } from "/work/main/drills/random.ts";
import { execFileSync, spawn } from "node:child_process";
const stack = await RunningStack.open("dev");
const handlePrefix = "drill-prof-" ;
stack.undoLater(() => cleanUp(stack, handlePrefix));
try {
  const accounts = await makeAccounts(stack.outputs.apiUrl, handlePrefix);
  const c = await BenchContainers.start(stack, { accounts, "avatar.png": randomPicture(new Random(2)) });
  stack.undoLater(()=>c.remove());
  for (const [kind, route, connections] of JSON.parse(process.argv[2]!)) {
    let p: any;
    if (process.argv[3]) { p = spawn("bash", ["-c", `pid=$(docker inspect -f '{{.State.Pid}}' capstone-dev-app-1); np=$(ps -o pid= --ppid $pid | head -1); np=\${np:-$pid}; kill -USR1 $np; sleep 1.5; nsenter -t $np -n /root/.cache/capstone/node/24.21.0/bin/node /tmp/prof/prof.mjs`], {stdio:"inherit"}); }
    const seconds = process.argv[3] ? 10 : 4;
    const cpu0 = cpu();
    const r = await ask(c, { kind, route, nodes: 1, connections }, seconds);
    const cpu1 = cpu();
    console.log(kind, route, connections, Math.round((r.requests-r.failed)/r.seconds), "rps", r.medianMs, "ms p99", r.p99Ms, "failed", r.failed);
    console.log("   cpu ms/request:", Object.entries(cpu1).map(([n,v])=>`${n.replace("capstone-dev-","")}=${((v-(cpu0[n]??0))/1e3/r.requests).toFixed(3)}`).filter(s=>!s.endsWith("=0.000")).join(" "));
    if (p) await new Promise(r=>p.on("exit",r));
  }
} finally { console.log(await stack.restore()); }
function cpu(): Record<string, number> {
  const out: Record<string, number> = {};
  for (const line of execFileSync("docker",["ps","--no-trunc","--format","{{.ID}} {{.Names}}"]).toString().trim().split("\n")) {
    const [id,name]=line.split(" ");
    for (const f of [`/sys/fs/cgroup/cpu/docker/${id}/cpuacct.usage`,`/sys/fs/cgroup/cpuacct/docker/${id}/cpuacct.usage`,`/sys/fs/cgroup/docker/${id}/cpu.stat`,`/sys/fs/cgroup/system.slice/docker-${id}.scope/cpu.stat`]) {
      try { const t = execFileSync("cat",[f],{stdio:["ignore","pipe","ignore"]}).toString(); out[name!] = f.endsWith("stat") ? Number(/usage_usec (\d+)/.exec(t)![1]) : Number(t)/1000; break; } catch {}
    }
  }
  return out;
}
