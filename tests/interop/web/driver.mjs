// Browser phones under the command of a program: headless Chromium, a page for each phone.
//
//   node driver.mjs FOLDER TONE.wav     FOLDER holds node_modules and the bundled phone.js
//
// One JSON object a line. In:  {"id": 7, "phone": "web-1", "command": "dial", "target": "sip:b@127.0.0.1"}
//                         Out: {"id": 7, "result": {...}} or {"id": 7, "error": "..."}, and on its own
//                              {"phone": "web-1", "event": "established" | "closed" | "log", ...}
// `open` makes a phone; the other commands are those of `window.phone` in phone.js and media.js. It ends when its input does.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const TYPES = { '/phone.html': 'text/html; charset=utf-8', '/phone.js': 'text/javascript; charset=utf-8' };
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const [folder, tone] = process.argv.slice(2).map((path) => resolve(path));
const { chromium } = createRequire(join(folder, 'index.js'))('playwright-core');

const FLAGS = [
  '--no-sandbox', // root has none, and the only page is ours
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-default-apps',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${tone}`,
  '--ignore-certificate-errors', // the proxy's is self-signed
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection', // else a machine with loopback alone has no candidates
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*',
];

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** Serves the page. It has to come from loopback itself: getUserMedia wants a secure context, and Chromium lets no page
 * from elsewhere connect to a WebSocket on loopback. */
async function serve() {
  const server = createServer(async ({ url }, response) => {
    const known = url in TYPES;
    response.writeHead(known ? 200 : 404, { 'Content-Type': TYPES[url] ?? 'text/plain' });
    response.end(known ? await readFile(join(folder, url)) : '');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${server.address().port}/phone.html`;
}

async function open(context, address, phones, phone) {
  const page = await context.newPage();
  page.on('console', (line) => say({ phone, event: 'log', text: line.text() }));
  page.on('pageerror', (error) => say({ phone, event: 'log', text: String(error) }));
  await page.exposeFunction('report', (event) => say({ phone, ...event }));
  await page.goto(address);
  phones.set(phone, page);
  return {};
}

async function obey(context, address, phones, { phone, command, ...parameters }) {
  if (command === 'open') return open(context, address, phones, phone);
  const page = phones.get(phone);
  if (!page) throw new Error(`no phone ${phone}`);
  return page.evaluate(([name, values]) => window.phone[name](values), [command, parameters]);
}

const profile = await mkdtemp(join(tmpdir(), 'osrtp-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: CHROMIUM, headless: true, permissions: ['microphone', 'camera'], args: FLAGS,
});
const address = await serve();
const phones = new Map();
say({ event: 'ready' });

const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const { id, ...request } = JSON.parse(line);
  try {
    say({ id, result: await obey(context, address, phones, request) });
  } catch (error) {
    say({ id, error: String(error.message ?? error).split('\n')[0] });
  }
});
lines.on('close', async () => {
  await context.close();
  await rm(profile, { recursive: true, force: true });
  process.exit(0);
});
