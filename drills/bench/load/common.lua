-- What every kind of request shares: the accounts, one line each as "HANDLE TOKEN", and the figures as one JSON line.
accounts = {}
for line in io.lines("/run/bench/accounts") do
  local handle, token = line:match("^(%S+) (%S+)$")
  accounts[#accounts + 1] = { handle = handle, token = token }
end

local seed = 0
function setup(thread)
  seed = seed + 1
  thread:set("number", seed)
end

local count = 0
function init(args)
  math.randomseed(os.time() * 100 + number)
end

function anyone()
  return accounts[math.random(#accounts)]
end

-- No two requests of any run have the same key.
function newKey()
  count = count + 1
  return string.format("bench-%d-%d-%d-%d", os.time(), number, count, math.random(1000000000))
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"medianMs":%.3f,"p99Ms":%.3f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
