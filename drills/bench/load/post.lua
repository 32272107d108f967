require("common")
function request()
  return wrk.format("POST", "/api/v1/me/posts", {
    ["authorization"] = "Bearer " .. anyone().token,
    ["content-type"] = "application/json",
    ["idempotency-key"] = newKey(),
  }, '{"body":"A post of the bench, about as long as people write them."}')
end
