// An RTCPeerConnection of its own, with the fake microphone and camera, and whoever drives it as its signalling.

let connection;

async function make() {
  connection = new RTCPeerConnection({ iceServers: [] }); // bundlePolicy: balanced, the default
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  stream.getTracks().forEach((track) => connection.addTrack(track, stream));
}

/** Sets the local description, and gives it with all its candidates. */
async function describe() {
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') {
    await new Promise((changed) => connection.addEventListener('icegatheringstatechange', changed, { once: true }));
  }
  return { sdp: connection.localDescription.sdp };
}

export const media = {
  async makeOffer() {
    await make();
    return describe();
  },

  async takeAnswer({ sdp }) {
    await connection.setRemoteDescription({ type: 'answer', sdp });
    return {};
  },

  async answerOffer({ sdp }) {
    await make();
    await connection.setRemoteDescription({ type: 'offer', sdp });
    return describe();
  },

  /** By kind of media: its transport, and packets; `transports`: how many there are. */
  async mediaStats() {
    const all = [...(await connection.getStats()).values()];
    const kinds = {};
    for (const { sender, receiver } of connection.getTransceivers()) {
      const { kind } = receiver.track;
      const inbound = all.find((one) => one.type === 'inbound-rtp' && one.kind === kind);
      const outbound = all.find((one) => one.type === 'outbound-rtp' && one.kind === kind);
      kinds[kind] = {
        dtls: sender.transport?.state,
        ice: sender.transport?.iceTransport.state,
        received: inbound?.packetsReceived ?? 0,
        sent: outbound?.packetsSent ?? 0,
      };
    }
    const transports = new Set(connection.getTransceivers().map(({ sender }) => sender.transport)).size;
    return { kinds, transports };
  },

  closeMedia() {
    connection.getSenders().forEach(({ track }) => track?.stop());
    connection.close();
    return {};
  },
};
