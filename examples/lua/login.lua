-- SPDX-License-Identifier: MIT
-- login.lua - a phone logged in from Lua: sendCode, resendCode, cancelCode, the dead code
-- refused, sendCode, signIn with the code from the inbox, a call; and left in both ways:
-- resetAuth false logs out, resetAuth true only forgets what is kept here.
--
--   centigram lua login.lua +9996620001
--   CENTIGRAM_DC=dc.json CENTIGRAM_SESSION=me.session lua5.4 login.lua +9996620001
--
-- A second argument is a command that prints the code, in place of the inbox.

local phone, command = ...
assert(phone, "usage: login.lua PHONE [CODE-COMMAND]")
command = command or "centigram code --wait 10 --phone " .. phone

local tg = _G -- under `centigram lua` the members of the session are globals
if not tg.get_authorization then
  local centigram = require "centigram"
  tg = assert(centigram.open{
    dc = os.getenv "CENTIGRAM_DC",
    session = os.getenv "CENTIGRAM_SESSION",
  })
end

-- Says what came of a step; ends the script if it failed.
local function report(step, answer)
  if type(answer) == "table" and answer.error then
    io.stderr:write(step, ": ", answer.error_code, " ", answer.error, "\n")
    os.exit(1, true)
  end
  local text = type(answer) == "table" and (answer._ or "a list of " .. #answer)
  print(step .. ": " .. (text or tostring(answer)))
  return answer
end

local function read_code()
  local pipe = assert(io.popen(command))
  local code = pipe:read "l"
  pipe:close()
  return assert(code, "no code came")
end

-- A change of mind: another medium, then the code is given up.
local sent = report("sendCode", tg.auth.sendCode{phone_number = phone})
local pending = {phone_number = phone, phone_code_hash = sent.phone_code_hash}
local code = read_code()
if sent.next_type then report("resendCode", tg.auth.resendCode(pending)) end
report("cancelCode", tg.auth.cancelCode(pending))

local dead = tg.auth.signIn{
  phone_number = phone,
  phone_code_hash = sent.phone_code_hash,
  phone_code = code,
}
assert(dead.error == "PHONE_CODE_EXPIRED", "a cancelled code is dead")
print("signIn with the cancelled code: " .. dead.error_code .. " " .. dead.error)

-- The login itself; the steps remember phone and hash.
local function log_in()
  report("sendCode", tg.phone_login(phone))
  report("signIn", tg.complete_phone_login(read_code()))
  if tg.get_authorization() == -1 then
    print("terms: " .. tg.get_terms().text)
    report("signUp", tg.complete_signup("Ada", "Lovelace", true))
  end
end

log_in()

local me = report("getUsers", tg.users.getUsers{id = {{_ = "inputUserSelf"}}})[1]
print(("  %s, +%s, id %d"):format(me.first_name, me.phone, me.id))
report("resetAuth false", tg.resetAuth{force = false})

log_in()
local left = tg.resetAuth{force = true}
assert(left.error == "Unauthorized", "nobody is logged in here")
print("resetAuth true: " .. left.error_code .. " " .. left.error)
