-- The functions of KEMI scripts: those that go on elsewhere, and those that wait.

function ksr_request_route()
  if KSR.hdr.is_present("X-Waits") > 0 then
    return ksr_request_that_waits()
  end
  if KSR.hdr.is_present("X-Manage") > 0 then
    KSR.tm.t_on_reply("ksr_onreply_manages")
    return KSR.osrtp.manage_route("", "ksr_ask")
  end
  if KSR.is_method("INVITE") then
    KSR.hdr.append("X-Set: " .. KSR.osrtp.set(0) .. "/" .. KSR.osrtp.set(5) .. "\r\n")
    KSR.tm.t_on_branch("ksr_branch")
    KSR.tm.t_on_reply("ksr_onreply")
    KSR.tm.t_on_failure("ksr_failure")
    KSR.osrtp.offer_route(KSR.hdr.get("X-Options") or "", "ksr_send")
  elseif KSR.is_method("ACK") then
    KSR.osrtp.manage("")
    KSR.tm.t_relay()
  else
    KSR.osrtp.delete_route("", "ksr_send")
  end
end

function ksr_send()
  KSR.hdr.append("X-Came-To: " .. (KSR.pv.get("$osrtp(code)") or "none") .. "\r\n")
  KSR.tm.t_relay()
end

function ksr_branch()
  local done = KSR.osrtp.manage("")
  local state = KSR.pv.get("$osrtp(callee.state)") or "none"
  KSR.hdr.append("X-Code: " .. done .. "\r\nX-State: " .. state .. "\r\n")
end

function ksr_failure()
  KSR.tm.t_on_branch("ksr_branch")
  if KSR.osrtp.retry_route("", "ksr_send") < 0 then
    KSR.osrtp.manage("")
  end
end

function ksr_onreply()
  KSR.osrtp.answer_route("", "ksr_reply")
end

function ksr_reply()
end

function ksr_osrtp_event(name)
  local call, leg = KSR.pv.get("$osrtp(event.callid)"), KSR.pv.get("$osrtp(event.leg)")
  KSR.warn(name .. " of " .. call .. " in " .. leg .. "\n")
end

-- The forms that wait.

function ksr_request_that_waits()
  KSR.tm.t_on_branch("ksr_branch_that_waits")
  KSR.tm.t_on_reply("ksr_onreply_that_waits")
  KSR.tm.t_on_failure("ksr_failure_that_waits")
  if KSR.is_method("BYE") then
    KSR.hdr.append("X-Came-To: " .. KSR.osrtp.query("") .. "/" .. KSR.osrtp.delete("mode=block") .. "\r\n")
  end
  KSR.tm.t_relay()
end

function ksr_branch_that_waits()
  if KSR.is_method("INVITE") then
    KSR.hdr.append("X-Code: " .. KSR.osrtp.offer("") .. "\r\n")
  end
end

function ksr_onreply_that_waits()
  if KSR.is_method("INVITE") and tostring(KSR.pv.get("$rs")) == "200" then
    KSR.hdr.append("X-Code: " .. KSR.osrtp.answer("") .. "\r\n")
  end
end

function ksr_failure_that_waits()
  KSR.tm.t_on_reply("ksr_onreply_that_waits")
  if KSR.osrtp.retry("mode=block") > 0 then
    KSR.tm.t_relay()
  end
end

-- One after the other: what goes on asks again.

function ksr_ask()
  if KSR.is_method("BYE") then
    KSR.tm.t_relay()
  else
    KSR.osrtp.query_route("", "ksr_send")
  end
end

function ksr_onreply_manages()
  KSR.osrtp.manage_route("", "ksr_reply")
end
