"""A small laboratory for real SIP calls through the relay: baresip phones, a Kamailio, osrtpd,
and the means to look at what they do (packets on the wire, recordings, the relay's own reports).

Only the standard library is used, so that Debian's /usr/bin/python3 is enough.
"""
