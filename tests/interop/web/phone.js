// The page: one SIP phone over WebSocket, JsSIP unmodified. driver.mjs calls `window.phone` and gets told of events
// through `window.report`.

import JsSIP from 'jssip';

import { media } from './media.js';

const GATHERING_MS = 300; // silence after the last ICE candidate that ends gathering
const LISTEN_EVERY_MS = 100;
// A tone is noise for what cleans up speech.
const AUDIO = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const MEDIA = { mediaConstraints: { audio: AUDIO, video: false }, pcConfig: { iceServers: [] } };

let agent;
let session;
let listener;
const peaks = []; // Hz, one for each LISTEN_EVERY_MS of remote audio that is no silence

/** The strongest frequency in Hz; 0: silence. */
function peak(analyser, bins) {
  analyser.getFloatFrequencyData(bins);
  const strongest = bins.reduce((best, level, at) => (level > bins[best] ? at : best), 0);
  return bins[strongest] < -60 ? 0 : (strongest * analyser.context.sampleRate) / analyser.fftSize;
}

function listen(stream) {
  // Chromium feeds a remote stream to Web Audio only while an element plays it.
  const element = new Audio();
  element.srcObject = stream;
  element.muted = true;
  element.play();
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  clearInterval(listener);
  listener = setInterval(() => {
    const loudest = peak(analyser, bins);
    if (loudest > 0) peaks.push(Math.round(loudest));
  }, LISTEN_EVERY_MS);
}

function watch(connection) {
  connection.addEventListener('track', ({ streams: [stream] }) => listen(stream));
}

function take({ session: started, request, originator }) {
  session = started;
  if (session.connection) watch(session.connection);
  else session.on('peerconnection', ({ peerconnection }) => watch(peerconnection));
  let gathered;
  session.on('icecandidate', ({ ready }) => {
    clearTimeout(gathered);
    gathered = setTimeout(ready, GATHERING_MS);
  });
  session.on('confirmed', () => window.report({ event: 'established', call: request.call_id }));
  session.on('ended', ({ cause, originator: by }) => window.report({ event: 'closed', cause, by }));
  session.on('failed', ({ cause, originator: by, message }) => {
    window.report({ event: 'closed', cause: message?.status_code ? `${message.status_code} ${cause}` : cause, by });
  });
  if (originator === 'remote') session.answer(MEDIA);
}

window.phone = {
  ...media,

  register({ uri, socket }) {
    agent = new JsSIP.UA({ uri, sockets: [new JsSIP.WebSocketInterface(socket)], session_timers: false });
    agent.on('newRTCSession', take);
    return new Promise((resolve, reject) => {
      agent.on('registered', () => resolve({}));
      agent.on('registrationFailed', ({ cause }) => reject(new Error(`not registered: ${cause}`)));
      agent.start();
    });
  },

  dial({ target }) {
    agent.call(target, MEDIA);
    return {};
  },

  hangup() {
    session.terminate();
    return {};
  },

  /** What the browser says of its media: DTLS, cipher, packets, its own port, and the peaks heard so far. */
  async stats() {
    const all = [...(await session.connection.getStats()).values()];
    const first = (type, wanted = () => true) => all.find((one) => one.type === type && wanted(one)) ?? {};
    const transport = first('transport');
    const pair = first('candidate-pair', (one) => one.id === transport.selectedCandidatePairId);
    const local = first('local-candidate', (one) => one.id === pair.localCandidateId);
    return {
      dtlsState: transport.dtlsState,
      dtlsRole: transport.dtlsRole,
      dtlsCipher: transport.dtlsCipher,
      srtpCipher: transport.srtpCipher,
      iceState: transport.iceState,
      port: local.port,
      packetsReceived: first('inbound-rtp').packetsReceived ?? 0,
      packetsLost: first('inbound-rtp').packetsLost ?? 0,
      packetsSent: first('outbound-rtp').packetsSent ?? 0,
      listenSeconds: LISTEN_EVERY_MS / 1000,
      peaks,
    };
  },

  unregister() {
    agent.stop();
    return {};
  },
};
