-- The functions of KEMI scripts: those that go on elsewhere, and those that wait.

function ksr_request_route()
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
