import { PassThrough } from 'node:stream';
import { constants, gzipSync } from 'node:zlib';
import { causeOfContent, diffContents, makeDiffEffort } from '../../../src/compare/content.ts';
import { parseIgnoreRules } from '../../../src/compare/ignore.ts';
import { makePackageWatch } from '../../../src/compare/packages.ts';
import { FLAG, FRAME, frameHeader, numberFrame } from '../../../src/gateway/frames.ts';
import { encodeHeaders } from '../../../src/gateway/hpack.ts';
import { openHttp2 } from '../../../src/gateway/http2.ts';
import { decodeHuffman } from '../../../src/gateway/huffman.ts';
import { decompress } from '../../../src/oci/decompress.ts';
import { unzstd } from '../../../src/oci/zstd.ts';
import { printable } from '../../../src/report/printable.ts';
import type { LayerEntry } from '../../../src/spec/layer-entry.ts';
import { comparisonTarget } from './comparison-target.ts';
import { bytes, bytesOf, text } from './target.ts';
import type { Target } from './target.ts';
import { ZSTD_FRAMES } from './zstd-seeds.ts';

/** More is thrown away: a bomb is read piece by piece, whatever it unpacks to. */
const MAX_UNPACKED = 1 << 24;
const LINES = Array.from({ length: 60 }, (_, at) => `line ${at * at} of a file\n`).join('');
/** One member, two, and blocks of each kind: stored, with fixed and with own tables. */
const GZIPPED = [gzipSync('hello'.repeat(50)), gzipSync(LINES, { level: 9 }), gzipSync('abcdefgh', { strategy: constants.Z_FIXED }), Buffer.concat([gzipSync('a'), gzipSync(LINES.slice(0, 80), { level: 0 })])];

/** Readers of images' bytes, and of the gateway's. */
export function imageTargets(): readonly Target[] {
  const answer = [encodeHeaders([[':status', '200'], ['content-type', 'application/grpc']]), encodeHeaders([['grpc-status', '0'], ['grpc-message', 'a%20b']])] as const;
  const refused = encodeHeaders([[':status', '200'], ['content-type', 'application/grpc'], ['grpc-status', '5'], ['grpc-message', 'no%20such'], ['grpc-status-details-bin', 'CAUSB25vIHN1Y2g']]);
  const wholeAnswer = Buffer.concat([
    frameHeader(FRAME.settings, 0, 0, 0), frameHeader(FRAME.headers, 4, 1, answer[0].length), answer[0],
    frameHeader(FRAME.data, 0, 1, 7), Buffer.from([0, 0, 0, 0, 2, 10, 0]), frameHeader(FRAME.headers, 5, 1, answer[1].length), answer[1],
  ]);
  const refusal = Buffer.concat([frameHeader(FRAME.settings, 0, 0, 0), frameHeader(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, refused.length), refused]);
  return [
    // Zstandard has a target of its own, with less patience than decompress has.
    bytes('unpacked layer', (input) => drained(decompress(pieces(input), 'x')), [...GZIPPED, Buffer.from('plain')], ['\u001f\u008b']),
    bytes('zstd', (input) => drained(unzstd(pieces(input), 300)), [...ZSTD_FRAMES, Buffer.concat([...ZSTD_FRAMES.slice(0, 3)])], ['(\u00b5/\u00fd', 'P*M\u0018']),
    bytes('Huffman', (input) => decodeHuffman(input), [Buffer.from('f1e3c2e5f23a6ba0ab90f4ff', 'hex'), Buffer.from('25a849e95ba97d7f', 'hex')]),
    bytes('HTTP/2 connection', talk, [wholeAnswer, cutAnswer(answer[0]), refusal, Buffer.concat([numberFrame(FRAME.windowUpdate, 0, 100), wholeAnswer]), numberFrame(FRAME.goAway, 0, 1, 2), numberFrame(FRAME.resetStream, 1, 8)], [], 4096),
    bytes('packages', (input) => {
      const watch = makePackageWatch();
      for (const path of ['var/lib/dpkg/status', 'lib/apk/db/installed', 'var/lib/dpkg/info/a.list']) {
        for (const side of ['a', 'b'] as const) watch.entry(side, { path, content: side === 'a' ? input : input.subarray(input.length >> 2) } as LayerEntry);
      }
      return watch.finish();
    }, bytesOf(['Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2-3\n\nPackage: b\nVersion: 2\n', 'P:musl\nV:1.2\nF:lib\nR:ld.so\n\nP:x\nV:1\n', '/.\n/usr\n/usr/bin/a\n', Array.from({ length: 40 }, (_, at) => `Package: p${at}\nStatus: ${at % 7 === 0 ? 'deinstall ok config-files' : 'install ok installed'}\nArchitecture: ${at % 3 === 0 ? 'all' : 'amd64'}\nVersion: ${at}\nDescription: x\n more\n`).join('\n'), Array.from({ length: 20 }, (_, at) => `P:p${at}\nV:${at}-r0\nF:usr/lib/p${at}\nR:a\na:0:0:755\n`).join('\n')]), ['Package: ', 'Status: ', 'Version: ', '\n\n', ' installed', 'P:', 'F:'], 512),
    bytes('contents', (input) => {
      const half = input.length >> 1;
      const contents = { a: input.subarray(0, half), b: input.subarray(half) };
      return ['etc/shadow', 'var/log/a.log', 'usr/x'].map((path) => [causeOfContent(path, contents), diffContents(path, contents, makeDiffEffort())]);
    }, bytesOf(['root:*:19000:0:99999:7:::\nroot:*:19001:0:99999:7:::\n', 'built on Mon Jan  2 15:04:05 2006\nbuilt on Tue Jan  3 2007-01-02T03:04:05Z 1700000000\n', '!<arch>\na.o/            0           0     0     644     3         `\nabc\n', '-----BEGIN PRIVATE KEY-----\nx\n-----BEGIN PRIVATE KEY-----\n']), ['\n', ':', 'Jan ', '2024-01-02', '12:34', '-----BEGIN ', '1700000000'], 4096),
    comparisonTarget(),
    text('rules for diff', (input) => parseIgnoreRules(input.split('\n')), ['cause=timestamp\npath=/var/log/**', '/etc/x'], ['cause=', 'path=', '**', '*', '/']),
    text('printable', (input) => printable(input), ['a\u001b[31mb', '\u202ea', 'x\ty\r\n'], ['\u001b', '\u009b', '\u2028']),
  ];
}

/** Headers in two frames, data in two that are padded, settings of each kind and a ping between them, and an answer on the second stream. */
function cutAnswer(headers: Uint8Array): Buffer {
  const settings = Buffer.from('000100001000000200000000000300000064000400100000000500004000', 'hex');
  const padded = (part: Uint8Array, stream: number, flags = 0): Buffer => Buffer.concat([frameHeader(FRAME.data, FLAG.padded | flags, stream, part.length + 4), Buffer.from([3]), part, Buffer.alloc(3)]);
  const half = headers.length >> 1;
  return Buffer.concat([
    frameHeader(FRAME.settings, 0, 0, settings.length), settings, frameHeader(FRAME.settings, FLAG.ack, 0, 0),
    frameHeader(FRAME.headers, 0, 1, half), headers.subarray(0, half), frameHeader(FRAME.continuation, FLAG.endHeaders, 1, headers.length - half), headers.subarray(half),
    padded(Buffer.from([0, 0, 0]), 1), frameHeader(FRAME.ping, 0, 0, 8), Buffer.alloc(8), padded(Buffer.from([0, 2, 10, 0]), 1, FLAG.endStream),
    frameHeader(FRAME.headers, FLAG.endHeaders | FLAG.priority, 3, headers.length + 5), Buffer.from([0, 0, 0, 0, 15]), headers, numberFrame(FRAME.resetStream, 3, 8),
  ]);
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
  const request = { headers: encodeHeaders([[':path', '/']]), body: Buffer.from('?'), maxAnswerBytes: 1 << 16 };
  const answers = Promise.allSettled([connection.request(request), connection.request(request)]);
  for (let at = 0; at < input.length; at += 500) from.write(Buffer.from(input.subarray(at, at + 500)));
  from.end();
  return (await answers).map((each) => {
    if (each.status === 'fulfilled') return each.value;
    if (each.reason instanceof Error && each.reason.name !== 'TypeError') return each.reason.message;
    throw each.reason;
  });
}
