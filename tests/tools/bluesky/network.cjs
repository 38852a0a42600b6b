// A whole Bluesky network on loopback: the directory of identities (PLC), a server of accounts (PDS), and the AppView
// that reads it, as their makers ship them for tests. tests/tools/bluesky_network.py starts it and says what to do.
//
// DB_POSTGRES_URL names an empty PostgreSQL. Standard input takes one command a line, standard output answers one JSON a line:
//   (start)            -> {"pds": URL, "appview": URL}
//   settle             -> {"settled": N} once the AppView has taken in everything that the PDS was told so far
//   feed NAME URI...   -> {"did": DID} of a service whose custom feed at://DID/app.bsky.feed.generator/NAME gives these
//                         posts, whoever publishes its record; again with the same NAME replaces them
//   (end of input)     stops
'use strict';

const http = require('node:http');
const net = require('node:net');
const readline = require('node:readline');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (where, ...rest) {
  // They listen on every interface; this machine's own is enough.
  return typeof where === 'number' ? listen.call(this, where, '127.0.0.1', ...rest) : listen.call(this, where, ...rest);
};

const { Secp256k1Keypair } = require('@atproto/crypto');
const { TestBsky, TestPds, TestPlc, mockNetworkUtilities } = require('@atproto/dev-env');
const plcLib = require('@did-plc/lib');

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

async function start() {
  const plc = await TestPlc.create({});
  const pdsPort = await freePort();
  const appview = await TestBsky.create({
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: process.env.DB_POSTGRES_URL,
    dbPostgresSchema: 'appview',
  });
  const pds = await TestPds.create({
    port: pdsPort,
    didPlcUrl: plc.url,
    bskyAppViewUrl: appview.url,
    bskyAppViewDid: appview.serverDid,
  });
  mockNetworkUtilities(pds, appview); // handles are looked up at our own PDS, not in the world's DNS
  return { plc, pds, appview, chosen: new Map() };
}

async function settle({ pds, appview }) {
  await pds.processAll();
  const last = await pds.ctx.sequencer.curr();
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    await appview.sub.processAll();
    const done = await appview.sub.runner.getCursor();
    if (!last || (done && done >= last)) return { settled: last };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the AppView does not get to event ${last}`);
}

// A custom feed is somebody's own service: the AppView asks it for addresses of posts and shows those.
async function feedService(plc, chosen) {
  const port = await freePort();
  http
    .createServer((request, response) => {
      const feed = new URL(request.url, 'http://localhost').searchParams.get('feed') ?? '';
      const skeleton = { feed: (chosen.get(feed.split('/').pop()) ?? []).map((post) => ({ post })) };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(skeleton));
    })
    .listen(port);
  const key = await Secp256k1Keypair.create();
  const operation = {
    type: 'plc_operation',
    verificationMethods: { atproto: key.did() },
    rotationKeys: [key.did()],
    alsoKnownAs: [],
    services: { bsky_fg: { type: 'BskyFeedGenerator', endpoint: `http://localhost:${port}` } },
    prev: null,
  };
  const signed = await plcLib.signOperation(operation, key);
  const did = await plcLib.didForCreateOp(signed);
  await new plcLib.Client(plc.url).sendOperation(did, signed);
  return did;
}

async function feed(network, name, uris) {
  network.chosen.set(name, uris);
  network.feedService ??= await feedService(network.plc, network.chosen);
  return { did: network.feedService };
}

async function main() {
  const network = await start();
  const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ pds: network.pds.url, appview: network.appview.url });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, name, ...rest] = line.split(' ');
    say(command === 'feed' ? await feed(network, name, rest) : await settle(network));
  }
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
