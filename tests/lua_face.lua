-- SPDX-License-Identifier: MIT
-- lua_face.lua - what the Lua face promises, against a real server; lua.sh runs it with
-- `centigram lua` and with plain lua5.4. Prints "ok - NAME" or "not ok - NAME".
-- Argument: a phone.

local phone = ...
local tg = _G
local plain = not tg.get_authorization
local centigram = require "centigram"
if plain then
  tg = assert(centigram.open{dc = os.getenv "CENTIGRAM_DC",
                             session = os.getenv "CENTIGRAM_SESSION"})
end

local function check(name, good)
  print((good and "ok - " or "not ok - ") .. name)
end

local function refused(name, answer, code, text)
  local right = type(answer) == "table" and answer.error_code == code and
                answer.error:find(text, 1, true)
  check(name, right)
  if not right and type(answer) == "table" then print("# " .. tostring(answer.error)) end
end

-- Errors are values.
refused("an unknown field is named", tg.auth.cancelCode{phone = "1"}, -108, 'no field "phone"')
refused("a wrong type is named", tg.auth.cancelCode{phone_number = 5}, -105,
        "auth.cancelCode.phone_number: a string is wanted, not a number")
refused("a table is no text", tg.auth.cancelCode{phone_number = {}}, -105, "phone_number")
refused("a function is no value", tg.auth.cancelCode{phone_number = print}, -105,
        "a function has no place here")
refused("a method wants a table", tg.auth.cancelCode("1"), -501, "auth.cancelCode")
refused("elements count from one", tg.users.getUsers{id = {{_ = "inputUserSelf"}, {_ = "user"}}},
        -105, "users.getUsers.id[2]: ")
refused("a field without a default is named", tg.account.setPrivacy{}, -107,
        "account.setPrivacy.key: is missing")
refused("an unknown method is named", tg.madeline_function{_ = "auth.cancelcode"}, -108,
        "did you mean auth.cancelCode?")
check("what the schema does not have is nil",
      tg.auth.cancelcode == nil and tg.nothing == nil and tg["auth.cancelCode"] == nil)
check("a method is found once", tg.auth.cancelCode == tg.auth.cancelCode)
refused("a step in the wrong state sends nothing", tg.complete_phone_login("1"), -502,
        "authorizationStateWaitPhoneNumber")

-- The life of a code.
local sent = tg.auth.sendCode{phone_number = phone}
check("sendCode answers auth.sentCode", sent._ == "auth.sentCode" and sent.type.length == 5)
local number, info = tg.get_authorization()
check("a raw call moves the login state", number == 1 and info.type == "sms" and
      info.phone_code_hash == sent.phone_code_hash)
local pending = {phone_number = phone, phone_code_hash = sent.phone_code_hash}
check("resendCode keeps the hash",
      tg.auth.resendCode(pending).phone_code_hash == sent.phone_code_hash)
check("cancelCode is true", tg.auth.cancelCode(pending) == true)
check("a cancelled code is forgotten", tg.get_authorization() == 0)
refused("a second cancelCode is an error", tg.auth.cancelCode(pending), 400, "PHONE_CODE_EXPIRED")
local called
check("madeline_function answers and calls back",
      tg.madeline_function({_ = "auth.sendCode", phone_number = phone},
                           function(a, x) called = a._ .. x end, "!")._ == "auth.sentCode" and
      called == "auth.sentCode!")
check("cancel_code remembers what is pending", tg.cancel_code() == true)
refused("missing texts are empty", tg.auth.cancelCode(), 406, "PHONE_NUMBER_INVALID")

-- Logging in.
tg.phone_login(phone)
refused("a wrong code is refused", tg.complete_phone_login("11111"), 400, "PHONE_CODE_INVALID")
check("the code logs in", tg.complete_phone_login("22222")._ == "auth.authorization")
check("the state is MadelineProto's", tg.get_authorization() == 3)
local me = tg.get_self()
check("a long is an integer", math.type(me.id) == "integer" and math.type(me.access_hash) == "integer")
local users = tg.users.getUsers{id = {{_ = "inputUserSelf"}}}
check("vectors begin at one", #users == 1 and users[1].id == me.id)
check("a long may be a string", tg.users.getUsers{id = {
  {_ = "inputUser", user_id = tostring(me.id), access_hash = tostring(me.access_hash)}}}[1].id == me.id)

-- Waiting for updates (lua_session_test.c has some come).
tg.on_update(function() tg.stop() end)
check("run() ends with its time", math.type(tg.run(0.05)) == "integer")
refused("a handler is a function", tg.on_update(1), -501, "on_update")
tg.on_update(nil)

-- `nil, error`, logging out, closing.
tg.nil_errors(true)
local nothing, err = tg.auth.cancelCode(pending)
check("errors may be nil and a table", nothing == nil and err.error_code == 400)
check("an error prints as its text", tostring(err) == "PHONE_CODE_EXPIRED")
tg.nil_errors(false)
check("logOut", tg.auth.logOut()._ == "auth.loggedOut")
check("the state is logged out", tg.get_authorization() == 4)
refused("calls after a log-out are refused", tg.get_self(), 401, "AUTH_KEY_UNREGISTERED")

-- resetAuth, as TDLib had it.
tg.phone_login(phone)
refused("resetAuth by force answers 401", tg.resetAuth{force = true}, 401, "Unauthorized")
check("nothing is left here", tg.get_authorization() == 4)
tg.phone_login(phone)
tg.complete_phone_login("22222")
check("resetAuth answers the state", tg.resetAuth({force = false, })._ == "authStateLoggingOut")
check("the account is logged out", tg.get_authorization() == 4)
refused("resetAuth names a wrong field", tg.resetAuth{forced = true}, -108, "forced")

local cancel = tg.auth.cancelCode
tg.close()
tg.close()
refused("a closed session says so", tg.auth.cancelCode(pending), -404, "closed")
refused("so does a function of it", cancel(pending), -404, "closed")
refused("so does run", tg.run(1), -404, "closed")

-- Sessions of one's own.
local none, why = centigram.open{session = "x"}
check("open names what is missing", none == nil and tostring(why):find("dc", 1, true))
none, why = centigram.open{dc = "/nowhere.json"}
check("open names the file", none == nil and why.error:find("/nowhere.json", 1, true))
none, why = centigram.open{dc = os.getenv "CENTIGRAM_DC", sesion = "x"}
check("open names an unknown option", none == nil and why.error:find("sesion", 1, true))
do
  local second <close> = assert(centigram.open{dc = os.getenv "CENTIGRAM_DC"})
  check("a session without a file", second.help.getConfig{}._ == "config")
  second.nil_errors(true)
  check("it has settings of its own", select("#", second.auth.cancelCode(1)) == 2)
end
