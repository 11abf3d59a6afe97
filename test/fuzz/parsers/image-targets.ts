import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { causeOfContent, diffContents } from '../../../src/compare/content.ts';
import { parseIgnoreRules } from '../../../src/compare/ignore.ts';
import { makePackageWatch } from '../../../src/compare/packages.ts';
import { FRAME, frameHeader, numberFrame } from '../../../src/gateway/frames.ts';
import { encodeHeaders } from '../../../src/gateway/hpack.ts';
import { openHttp2 } from '../../../src/gateway/http2.ts';
import { decodeHuffman } from '../../../src/gateway/huffman.ts';
import { decompress } from '../../../src/oci/decompress.ts';
import { unzstd } from '../../../src/oci/zstd.ts';
import { printable } from '../../../src/report/printable.ts';
import type { LayerEntry } from '../../../src/spec/layer-entry.ts';
import { bytes, bytesOf, text } from './target.ts';
import type { Target } from './target.ts';

/** More is thrown away: a bomb is read piece by piece, whatever it unpacks to. */
const MAX_UNPACKED = 1 << 24;
/** "hello hello hello …" by the program zstd. */
const ZSTD = Buffer.from('28b52ffd04586d00003868656c6c6f200a0100b94b116b1f0867', 'hex');

/** Readers of images' bytes, and of the gateway's. */
export function imageTargets(): readonly Target[] {
  const answer = [encodeHeaders([[':status', '200'], ['content-type', 'application/grpc']]), encodeHeaders([['grpc-status', '0'], ['grpc-message', 'a%20b']])] as const;
  const wholeAnswer = Buffer.concat([
    frameHeader(FRAME.settings, 0, 0, 0), frameHeader(FRAME.headers, 4, 1, answer[0].length), answer[0],
    frameHeader(FRAME.data, 0, 1, 7), Buffer.from([0, 0, 0, 0, 2, 10, 0]), frameHeader(FRAME.headers, 5, 1, answer[1].length), answer[1],
  ]);
  return [
    bytes('unpacked layer', (input) => drained(decompress(pieces(input), 'x')), [gzipSync('hello'.repeat(50)), ZSTD, Buffer.from('plain')], ['\u001f\u008b', '(\u00b5/\u00fd']),
    bytes('zstd', (input) => drained(unzstd(pieces(input), 300)), [ZSTD, Buffer.concat([ZSTD, ZSTD])], ['(\u00b5/\u00fd']),
    bytes('Huffman', (input) => decodeHuffman(input), [Buffer.from('f1e3c2e5f23a6ba0ab90f4ff', 'hex'), Buffer.from('25a849e95ba97d7f', 'hex')]),
    bytes('HTTP/2 connection', talk, [wholeAnswer, Buffer.concat([numberFrame(FRAME.windowUpdate, 0, 100), wholeAnswer]), numberFrame(FRAME.goAway, 0, 1, 2), numberFrame(FRAME.resetStream, 1, 8)], [], 4096),
    bytes('packages', (input) => {
      const watch = makePackageWatch();
      for (const path of ['var/lib/dpkg/status', 'lib/apk/db/installed', 'var/lib/dpkg/info/a.list']) {
        for (const side of ['a', 'b'] as const) watch.entry(side, { path, content: side === 'a' ? input : input.subarray(input.length >> 2) } as LayerEntry);
      }
      return watch.finish();
    }, bytesOf(['Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2-3\n\nPackage: b\nVersion: 2\n', 'P:musl\nV:1.2\nF:lib\nR:ld.so\n\nP:x\nV:1\n', '/.\n/usr\n/usr/bin/a\n']), ['Package: ', 'Status: ', 'Version: ', '\n\n', ' installed', 'P:', 'F:'], 512),
    bytes('contents', (input) => {
      const half = input.length >> 1;
      const contents = { a: input.subarray(0, half), b: input.subarray(half) };
      return ['etc/shadow', 'var/log/a.log', 'usr/x'].map((path) => [causeOfContent(path, contents), diffContents(path, contents)]);
    }, bytesOf(['root:*:19000:0:99999:7:::\nroot:*:19001:0:99999:7:::\n', 'built on Mon Jan  2 15:04:05 2006\nbuilt on Tue Jan  3 2007-01-02T03:04:05Z 1700000000\n', '!<arch>\na.o/            0           0     0     644     3         `\nabc\n', '-----BEGIN PRIVATE KEY-----\nx\n-----BEGIN PRIVATE KEY-----\n']), ['\n', ':', 'Jan ', '2024-01-02', '12:34', '-----BEGIN ', '1700000000'], 4096),
    text('rules for diff', (input) => parseIgnoreRules(input.split('\n')), ['cause=timestamp\npath=/var/log/**', '/etc/x'], ['cause=', 'path=', '**', '*', '/']),
    text('printable', (input) => printable(input), ['a\u001b[31mb', '\u202ea', 'x\ty\r\n'], ['\u001b', '\u009b', '\u2028']),
  ];
}

async function* pieces(input: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += 1000) yield input.subarray(at, at + 1000);
}

/** How much comes, without keeping it. */
async function drained(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_UNPACKED) break;
  }
  return size;
}

/** What our client makes of what a daemon writes; two requests are open. */
async function talk(input: Uint8Array): Promise<unknown> {
  const [from, to] = [new PassThrough(), new PassThrough()];
  to.resume();
  const connection = openHttp2({ input: from, output: to });
  const request = { headers: [[':path', '/']] as const, body: Buffer.from('?'), maxAnswerBytes: 1 << 16 };
  const answers = Promise.allSettled([connection.request(request), connection.request(request)]);
  for (let at = 0; at < input.length; at += 500) from.write(Buffer.from(input.subarray(at, at + 500)));
  from.end();
  return (await answers).map((each) => {
    if (each.status === 'fulfilled') return each.value;
    if (each.reason instanceof Error && each.reason.name !== 'TypeError') return each.reason.message;
    throw each.reason;
  });
}
