"""The telephone line over SIP: answers calls on UDP, plays what the gateway's turns say, and sends back the digits.

It holds no logic of the dialogue and no state of a call beyond the call itself: what is said, which keys count and what
follows is decided by `gateway/ivr/`, which it asks over HTTP. `python -m telephony`, in the gateway's environment.

From outside come aiosipua (SIP messages, dialogs, SDP) and aiortp (RTP packets, telephone events, media clock).
aiosipua's own user agent is not used: it answers a repeated INVITE with 481, a Via with a port above 65535 closes its
socket for good, refused calls are never forgotten, and it does not repeat a BYE or REFER that got lost.
"""
