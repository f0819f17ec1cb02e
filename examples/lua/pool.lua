-- SPDX-License-Identifier: MIT
-- A pool of workers in Neovim, which is a MessagePack-RPC client by itself.
--
-- nvim --headless -u NONE -S pool.lua -- work NAME [SECONDS]
-- nvim --headless -u NONE -S pool.lua -- ask COUNT
--
-- From Neovim 0.9 on, nvim -l pool.lua work NAME does as well.
local url = os.getenv("CHAND_URL") or "tcp://127.0.0.1:7411"

local function dial()
  local address = url:match("^tcp://(.*)")
  if address then
    return vim.fn.sockconnect("tcp", address, { rpc = true })
  end
  return vim.fn.sockconnect("pipe", url:match("^unix://(.*)"), { rpc = true })
end

local function say(...)
  io.write(string.format(...), "\n")
  io.flush()
end

local function work(daemon, name, seconds)
  local options = { ack = true }
  while true do
    -- Hands in the job before, if there was one, and waits for the next.
    -- Whoever asked is released by the reply, and not before: should we die
    -- meanwhile, the job goes to another worker.
    local taken = vim.rpcrequest(daemon, "recv", "jobs", options)
    local job, delivery, attempt = unpack(taken)
    say("%s: job %d, attempt %d", name, job, attempt)
    vim.wait(1000 * (tonumber(seconds) or 0))
    options.done = delivery
    options.reply = string.format("%d, by %s, attempt %d",
      job * job, name, attempt)
  end
end

local function ask(daemon, count)
  -- rpcrequest() stands still until it is answered. So that many jobs are out
  -- at once, the daemon makes each call in a task of its own.
  local tasks = {}
  for job = 1, tonumber(count) do
    tasks[job] = vim.rpcrequest(daemon, "task.spawn", "send", { "jobs", job })
  end
  for job, task in ipairs(tasks) do
    say("job %d: %s", job, vim.rpcrequest(daemon, "task.wait", task))
  end
end

local words = arg and arg[1] and arg or vim.fn.argv()
local verb = ({ work = work, ask = ask })[words[1]]
local ok, problem = pcall(function()
  assert(verb and words[2], "usage: work NAME [SECONDS] | ask COUNT")
  verb(dial(), words[2], words[3])
end)
if not ok then
  io.stderr:write(tostring(problem), "\n")
end
-- Without this, a Neovim without a screen would stay, and nobody see it.
vim.cmd(ok and "qall!" or "cquit")
