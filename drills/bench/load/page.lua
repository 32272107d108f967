require("common")
function request()
  return wrk.format("GET", "/u/" .. anyone().handle)
end
