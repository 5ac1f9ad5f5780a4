function ksr_request_route()
  if KSR.is_method("INVITE") then
    local options = KSR.hdr.get("X-Options") or ""
    local done = KSR.osrtp.offer(options)
    local state = KSR.pv.get("$osrtp(callee)") or "none"
    KSR.hdr.append("X-Code: " .. done .. "/" .. KSR.osrtp.manage("") .. "\r\nX-State: " .. state .. "\r\n")
    KSR.tm.t_on_reply("ksr_onreply")
  elseif KSR.is_method("BYE") then
    KSR.osrtp.delete("")
  end
  KSR.tm.t_relay()
end

function ksr_onreply()
  KSR.osrtp.answer("")
end
