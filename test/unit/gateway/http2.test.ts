/** Our HTTP/2 client against Node's own implementation as the server, and HPACK against the examples of its specification. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { once } from 'node:events';
import { constants, createServer } from 'node:http2';
import type { ServerHttp2Session, ServerHttp2Stream, ServerOptions } from 'node:http2';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '../../../src/gateway/error.ts';
import { createHeaderDecoder, encodeHeaders } from '../../../src/gateway/hpack.ts';
import { openHttp2 } from '../../../src/gateway/http2.ts';
import type { Http2Answer, Http2Connection } from '../../../src/gateway/http2.ts';

interface Peer {
  readonly connection: Http2Connection;
  readonly session: ServerHttp2Session;
  /** The server's end of the connection. */
  readonly remote: net.Socket;
}

async function withServer(answer: (stream: ServerHttp2Stream, body: Buffer) => void, run: (peer: Peer) => Promise<void>, options: ServerOptions = {}): Promise<void> {
  const server = createServer(options).listen(0, '127.0.0.1');
  server.on('stream', (stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => answer(stream, Buffer.concat(chunks)));
    stream.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  const opened = once(server, 'session') as Promise<[ServerHttp2Session]>;
  const connection = openHttp2({ input: socket, output: socket });
  try {
    const [[session], [remote]] = await Promise.all([opened, accepted]);
    await run({ connection, session, remote });
  } finally {
    socket.destroy();
    server.close();
  }
}

function request({ connection }: Peer, body: Buffer = Buffer.from('?'), rest: { timeoutMs?: number; maxAnswerBytes?: number } = {}): Promise<Http2Answer> {
  const headers = encodeHeaders([[':method', 'POST'], [':scheme', 'http'], [':path', '/'], [':authority', 'x'], ['te', 'trailers']]);
  return connection.request({ headers, body, maxAnswerBytes: 64 << 20, ...rest });
}

async function failure(promise: Promise<unknown>): Promise<GatewayError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  assert.instance(error, GatewayError);
  return error as GatewayError;
}

const echo = (stream: ServerHttp2Stream, body: Buffer): void => {
  stream.respond({ ':status': 200 }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(body);
};

test('the examples of RFC 7541 appendix C.4: Huffman codes and a shared table', () => {
  const decode = createHeaderDecoder();
  const hex = (text: string) => decode(Buffer.from(text.replaceAll(' ', ''), 'hex'));
  const first = [[':method', 'GET'], [':scheme', 'http'], [':path', '/'], [':authority', 'www.example.com']];
  assert.equal(hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'), first);
  assert.equal(hex('8286 84be 5886 a8eb 1064 9cbf'), [...first, ['cache-control', 'no-cache']]);
  assert.equal(hex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'), [
    [':method', 'GET'], [':scheme', 'https'], [':path', '/index.html'], [':authority', 'www.example.com'], ['custom-key', 'custom-value'],
  ]);
});

test('header fields come back as they were encoded, however long', () => {
  for (const length of [0, 1, 126, 127, 128, 254, 255, 256, 20_000]) {
    const fields = [[':path', 'p'.repeat(length)], [':method', 'POST'], ['other', 'v'], ['content-type', 'x']] as const;
    assert.equal(createHeaderDecoder()(encodeHeaders(fields)), fields);
  }
});

test('malformed header blocks are RangeErrors', () => {
  for (const hex of ['be', '80', '7f', '0003', '00 01 61 8100', '3fe21f', '00ffffffffffffffff7f', '000161 84ffffffff']) {
    assert.throws(() => createHeaderDecoder()(Buffer.from(hex.replaceAll(' ', ''), 'hex')), (error: unknown) => error instanceof RangeError, hex);
  }
});

test('every printable byte of a header value, Huffman coded, and values that push others out of the table', async () => {
  const text = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('').trim();
  await withServer((stream) => {
    stream.respond({ ':status': 200, text, [`field-${stream.id}`]: text.repeat(10) });
    stream.end();
  }, async (peer) => {
    for (let id = 1; id < 30; id += 2) {
      const { headers } = await request(peer);
      assert.is(headers.get('text'), text);
      assert.is(headers.get(`field-${id}`), text.repeat(10));
    }
  });
});

test('bodies of megabytes go both ways, within small windows and with padding', async () => {
  const body = Buffer.alloc(5 << 20, 'repro');
  for (const options of [{}, { settings: { initialWindowSize: 1000, maxFrameSize: 20_000 } }, { paddingStrategy: constants.PADDING_STRATEGY_MAX }]) {
    await withServer(echo, async (peer) => {
      const answers = await Promise.all([request(peer, body), request(peer, Buffer.alloc(0x10000)), request(peer, body)]);
      assert.equal(answers.map((answer) => answer.body.length), [body.length, 0x10000, body.length]);
      assert.ok(answers[0]?.body.equals(body));
      assert.is(answers[2]?.trailers.get('grpc-status'), '0');
    }, options);
  }
});

test('more requests at once than the peer has streams for', async () => {
  let open = 0;
  let most = 0;
  await withServer((stream, body) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      echo(stream, body);
    }, 1);
  }, async (peer) => {
    await request(peer);
    const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => request(peer, Buffer.from(String(index)))));
    assert.equal(answers.map(({ body }) => body.toString()), Array.from({ length: 300 }, (_, index) => String(index)));
    assert.ok(most <= 7, `${most} streams at once`);
  }, { settings: { maxConcurrentStreams: 7 } });
});

test('pings are answered', async () => {
  await withServer(echo, async ({ session }) => {
    await new Promise<void>((resolve, reject) => session.ping((error) => (error === null ? resolve() : reject(error))));
  });
});

test('a stream that the peer resets, and one that is late, fail alone', async () => {
  await withServer((stream, body) => {
    if (body.toString() === 'reset') stream.close(constants.NGHTTP2_CANCEL);
    else if (body.toString() !== 'late') echo(stream, body);
  }, async (peer) => {
    const [reset, late, whole] = await Promise.all([
      failure(request(peer, Buffer.from('reset'))), failure(request(peer, Buffer.from('late'), { timeoutMs: 30 })), request(peer, Buffer.from('whole')),
    ]);
    assert.is(reset.message, 'Canceled: stream terminated by RST_STREAM with error code: CANCEL');
    assert.is(late.message, 'DeadlineExceeded: context deadline exceeded');
    assert.is(whole.body.toString(), 'whole');
    assert.is((await request(peer, Buffer.from('after'))).body.toString(), 'after');
  });
});

test('an answer that is too long fails', async () => {
  await withServer(echo, async (peer) => {
    const error = await failure(request(peer, Buffer.alloc(100_000), { maxAnswerBytes: 99_999 }));
    assert.match(error.message, /^ResourceExhausted: grpc: received message larger than max \(\d+ vs\. 99999\)$/);
    assert.is((await request(peer)).body.toString(), '?');
  });
});

test('when the peer goes away, what it did not begin with fails', async () => {
  await withServer((stream, body) => {
    stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id ?? 0);
    setTimeout(() => echo(stream, body), 20);
  }, async (peer) => {
    assert.is((await request(peer)).body.toString(), '?');
    assert.is((await failure(request(peer))).message, 'Unavailable: the server ended the connection: NO_ERROR');
  });
});

test('when the connection ends, all fails', async () => {
  await withServer(() => undefined, async (peer) => {
    const pending = failure(request(peer));
    peer.remote.destroy();
    assert.is((await pending).message, 'Unavailable: error reading from server: EOF');
    assert.is((await failure(request(peer))).message, 'Unavailable: error reading from server: EOF');
  });
});

test('bytes that are no HTTP/2 end the connection', async () => {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const error = await failure(request({ connection: openHttp2({ input: socket, output: socket }) } as Peer));
  assert.match(error.message, /^Unavailable: malformed HTTP\/2: a frame of \d+ bytes was not agreed on$/);
  server.close();
});

test.run();
