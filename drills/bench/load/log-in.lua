require("common")
function request()
  local handle = anyone().handle
  local body = string.format('{"handle":"%s","password":"correct horse %s"}', handle, handle)
  return wrk.format("POST", "/api/v1/sessions", { ["content-type"] = "application/json" }, body)
end
