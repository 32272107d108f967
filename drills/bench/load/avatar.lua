require("common")
local file = io.open("/run/bench/avatar.png", "rb")
local picture = file:read("*a")
file:close()
function request()
  return wrk.format("PUT", "/api/v1/me/avatar", {
    ["authorization"] = "Bearer " .. anyone().token,
    ["content-type"] = "image/png",
  }, picture)
end
