import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCacheImports } from '../../../src/build/cache-imports.ts';
import { parseExtraHosts, parsePlatforms, parseUlimits } from '../../../src/build/attributes.ts';
import { parseIgnoreFile } from '../../../src/build/ignore-file.ts';
import { readTar } from '../../../src/build/tar.ts';
import { csvFields } from '../../../src/dockerfile/csv.ts';
import { parseDuration } from '../../../src/dockerfile/duration.ts';
import { envFromList } from '../../../src/dockerfile/env.ts';
import { expandInstruction } from '../../../src/dockerfile/expand.ts';
import { readJson } from '../../../src/dockerfile/json.ts';
import { parseMount } from '../../../src/dockerfile/mount.ts';
import { parseDockerfile } from '../../../src/dockerfile/parse.ts';
import { scanDockerfile } from '../../../src/dockerfile/scan.ts';
import { processWord, processWords } from '../../../src/dockerfile/words.ts';
import { createFrameReader, framePayload } from '../../../src/gateway/frames.ts';
import { createHeaderDecoder } from '../../../src/gateway/hpack.ts';
import { shellCommands } from '../../../src/lint/shell.ts';
import { TarReader } from '../../../src/oci/tar-reader.ts';
import { decodeMessage } from '../../../src/pb/codec.ts';
import { findAttested, readAttestationManifest } from '../../../src/provenance/attached.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';
import { parseImagePurl } from '../../../src/provenance/purl.ts';
import { trustedSigner } from '../../../src/provenance/sigstore.ts';
import { parseHook } from '../../../src/rewrite/hook-spec.ts';
import { parseTrust } from '../../../src/rewrite/trust-option.ts';
import { parseImageConfig } from '../../../src/spec/config.ts';
import { parseManifest } from '../../../src/spec/descriptor.ts';
import { parseGitRef } from '../../../src/spec/git-ref.ts';
import { IgnoreMatcher } from '../../../src/spec/ignore.ts';
import { parsePlatform } from '../../../src/spec/platform.ts';
import { parseNormalizedNamed } from '../../../src/spec/reference.ts';
import { parseQuery, parseUrl, urlToString } from '../../../src/spec/url.ts';
import { buildTargets } from './build-targets.ts';
import { imageTargets } from './image-targets.ts';
import { provenanceSeeds, signingKey } from './provenance-seeds.ts';
import { snapshotTarget } from './snapshot-target.ts';
import { repairChecksums, tarSeeds } from './tar-seeds.ts';
import { bytes, bytesOf, text } from './target.ts';
import type { Target } from './target.ts';

const ENV = envFromList(['HOME=/root', 'EMPTY=', 'A=aaaa/bbbb*cc', 'LONG=abababababababababab', '__proto__=x']);
const lines = (path: string): readonly Record<string, unknown>[] =>
  readFileSync(join(import.meta.dirname, '../../unit', path), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
/** The texts in a row of a fixture, however it calls them. */
const texts = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];

const DOCKERFILES = bytesOf([
  ...lines('dockerfile/fixtures/files.jsonl').flatMap(texts).filter((each) => each.length < 4096).slice(0, 400),
  '# syntax=docker/dockerfile:1\n# escape=`\nARG A=1\nFROM --platform=$BUILDPLATFORM debian:12 AS base\nRUN --mount=type=cache,target=/c,id=x <<EOF\necho $A\nEOF\n',
  'FROM scratch\nCOPY --from=base --chown=1:2 --chmod=u+x,g=rw ["a b", "c"] /d/\nENV A=b C="d e" F=g\\ h\nLABEL x=y\nHEALTHCHECK --interval=1m30s CMD true\nONBUILD RUN x\nEXPOSE 1-5/tcp\n',
]);
const KEYWORDS = ['FROM ', 'RUN ', 'COPY ', 'ADD ', 'ENV ', 'ARG ', 'LABEL ', 'ONBUILD ', 'HEALTHCHECK ', 'SHELL ["', 'EXPOSE ', 'USER ', 'WORKDIR ', 'STOPSIGNAL ', 'VOLUME ', '--mount=type=bind,', '--from=', '--chmod=', '<<EOF\n', 'EOF\n', '\\\n', '# escape=`\n', '# check=skip=all\n', '\n'];
const VARIABLES = ['${', '}', '$A', ':-', ':+', ':?', '#', '##', '%', '%%', '/', '//', '*', '?', '\\', "'", '"', '${LONG//a*b/', '${A#*', '${A%%*'];
const PROVENANCE_WORDS = ['"predicateType":', '"subject":', '"materials":', '"uri":', '"digest":', '{"sha256":"', 'pkg:docker/', 'buildDefinition', '"__proto__":', 'resolvedDependencies', '"payload":"', '\n'];
const signer = trustedSigner({ kind: 'key', key: signingKey.pem });
const MESSAGES = ['pb.Definition', 'pb.Op', 'moby.buildkit.v1.frontend.SolveResponse', 'moby.buildkit.v1.frontend.ResolveSourceMetaResponse', 'google.rpc.Status'] as const;
const OP = Buffer.from('0a490a4773686132353a0a0012210a1f646f636b65722d696d6167653a2f2f646f636b65722e696f2f6c696272617279', 'hex');

export const TARGETS: readonly Target[] = [
  bytes('scanner', scanDockerfile, DOCKERFILES, KEYWORDS),
  bytes('dockerfile', (input) => parseDockerfile(input), DOCKERFILES, KEYWORDS, 512),
  bytes('expand', (input) => {
    const expand = (word: string): string => processWord(word, ENV, { escape: '\\' }).result;
    return parseDockerfile(input).dockerfile.stages.map((stage) => stage.instructions.map((instruction) => expandInstruction(instruction, expand)));
  }, DOCKERFILES, [...KEYWORDS, ...VARIABLES], 1024),
  text('shell words', (word) => [processWord(word, ENV, { escape: '\\' }), processWords(word, ENV, { escape: '`', rawQuotes: true })],
    [...lines('dockerfile/fixtures/words.jsonl').flatMap(texts).filter((each) => each.length < 1024).slice(0, 400), '${A//b*/x}', '${A:-${HOME:+"$EMPTY"}}', "a'b'\"$A\"\\ c"], VARIABLES, 4096),
  text('shell commands', (script) => shellCommands(script), ['apt-get update && apt-get install -y x=1 | tee log; (cd /; make)', 'for i in a b; do echo "$i"; done', 'curl -fsSL https://x | sh', 'cat <<E\nx\nE\n$(pip install x)'], ['&&', '||', ';', '|', '$(', ')', '`', '"', "'", '<<E\n', '\nE\n', 'do ', 'done']),
  text('JSON form', (form) => readJson(form), ['["a","b\\u0000"]', '[1e308,-0,null,true]', '{"a":[{"__proto__":1}]}', '[[[[[]]]]]'], ['[', ']', '{', '}', ':', ',', '\\ud800', '1e309']),
  bytes('.dockerignore', (input) => {
    const patterns = parseIgnoreFile(input);
    const matcher = new IgnoreMatcher(patterns);
    return [patterns, ...['a', 'a/b/c.txt', 'src/x/y/z.log', `${'a/'.repeat(12)}b`].map((path) => matcher.matchesPathOrParent(path))];
  }, bytesOf(['*.log\n!keep.log\n# no\n/src/**\n**/x\n', '[a-z]?\\*\n!a/*/b\n', '\ufeff./a/../b//c\n', '**/a*b*c*d\n', '*\n!src/**/*.[ch]\n!src/x/[^a-f]?z/**/\n\\#a\n!!b\n', 'a/**/b/**/c\n**/**/x\n!**/y.log\n']), ['**', '*', '?', '[a-', ']', '!', '\\', '/', '**/', '\n']),
  text('reference', parseNormalizedNamed, ['debian:12', 'docker.io/library/gcc@sha256:' + '1'.repeat(64), 'localhost:5000/a/b__c.d-e:tag', '[::1]:5000/x', `a/${'b'.repeat(250)}`], [':', '@sha256:', '/', '__', '--', '.', 'localhost']),
  text('platform', parsePlatform, ['linux/amd64', 'linux/arm/v7', 'windows(10.0.17763+win32k)/amd64', 'arm64', 'x86_64'], ['linux', '/', '(', ')', '+', '%', 'v8']),
  text('platform list', parsePlatforms, ['linux/amd64,linux/arm64', 'windows(10.0)/amd64,arm'], [',', 'linux', '/', '(', ')', '+']),
  bytes('provenance', (input) => parseProvenance(input, 'p.json'), provenanceSeeds(), PROVENANCE_WORDS),
  bytes('provenance, signed', (input) => parseProvenance(input, 'p.json', { trust: signer, platform: { os: 'linux', architecture: 'amd64' } }), provenanceSeeds(), PROVENANCE_WORDS),
  bytes('attestation manifest', (input) => readAttestationManifest(input, 'x'), bytesOf([
    JSON.stringify({ schemaVersion: 2, layers: [{ mediaType: 'application/vnd.in-toto+json', digest: `sha256:${'2'.repeat(64)}`, size: 3, annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' } }], subject: { digest: `sha256:${'1'.repeat(64)}` } }),
  ]), ['"layers":', '"digest":', 'sha256:', '{}', '[]', '"annotations":']),
  bytes('attested index', (input) => findAttested(input, { os: 'linux', architecture: 'amd64' }, 'x'), bytesOf([
    JSON.stringify({ manifests: [{ digest: `sha256:${'1'.repeat(64)}`, platform: { os: 'linux', architecture: 'amd64' } }, { digest: `sha256:${'2'.repeat(64)}`, platform: { os: 'unknown', architecture: 'unknown' }, annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': `sha256:${'1'.repeat(64)}` } }] }),
  ]), ['"manifests":', '"digest":', '"platform":', '{}', '[]', '"annotations":']),
  text('purl', parseImagePurl, ['pkg:docker/debian@12?platform=linux%2Famd64', `pkg:oci/a/b?digest=sha256:${'1'.repeat(64)}&ref_type=blob#x`, 'pkg:docker/localhost%3A5000/x@latest'], ['pkg:docker/', '@', '?digest=', '&platform=', '%2F', '#', '/']),
  { ...bytes('tar of a context', (input) => [...readTar(input)], tarSeeds(), ['ustar', '00000000000', '12 path=abc\n', '30 size=99999999999999999999\n']), repair: repairChecksums },
  { ...bytes('tar of a layer', (input) => {
    const reader = new TarReader(({ size }) => size < 4096);
    const half = Buffer.from(input).subarray(0, input.length >> 1);
    const found = [...reader.push(half), ...reader.push(Buffer.from(input).subarray(half.length))];
    reader.end();
    return found;
  }, tarSeeds(), ['ustar', '00000000000', '12 path=abc\n', '22 SCHILY.xattr.user=x\n']), repair: repairChecksums },
  text('git ref', parseGitRef, ['https://github.com/a/b.git#v1:sub', 'git@host:a/b?branch=main&checksum=' + 'a'.repeat(40), 'ssh://git@h:22/x.git?tag=v1&submodules=false', 'github.com/a/b#:x'], ['#', ':', '?ref=', '&subdir=', '.git', '@', 'git://']),
  text('URL', (input) => {
    const url = parseUrl(input);
    return url === undefined ? undefined : [urlToString(url), parseQuery(input)];
  }, ['https://u:p@h:1/a%20b?c=d&e#f', '//h/p', 'http://[::1%25x]/', 'mailto:a@b'], ['://', '%2f', '[', ']', '@', ':', '?', '#', ';', '&']),
  text('duration', parseDuration, ['1h30m', '-1.5s', '9223372036854775807ns', '.5us', '1\u00b5s'], ['h', 'm', 's', 'ms', '.', '-']),
  text('CSV', csvFields, ['a,b,"c ""d""",', 'type=bind,"source=a,b"', '"x'], [',', '"', '""', '\n']),
  text('mount', (input) => [parseMount(input), parseMount(input, (word) => processWord(word, ENV, { escape: '\\' }).result)], ['type=cache,target=/x,sharing=locked,mode=0755', 'type=secret,id=a,env=B,required', 'type=tmpfs,target=/t,size=10m', 'type=bind,from=x,source=/,target=/y,rw'], ['type=', 'target=', 'from=', ',', '=', 'readonly', 'uid=', '$A'], 256),
  text('cache imports', (input) => parseCacheImports(input, input), ['[{"Type":"registry","Attrs":{"ref":"x"}}]', 'a,b', '[null]'], ['{"Type":', '"Attrs":', ',', '[', ']']),
  text('hosts and limits', (input) => [input.includes(':') ? parseUlimits(input) : parseExtraHosts(input)], ['a=1.2.3.4,b=fe80', 'nofile=1024:2048,core=0'], ['=', ',', '::1', ':']),
  text('hook', (input) => parseHook(input, 'REPRO_HOOK'), ['{"RUN":{"entrypoint":["/x"],"mounts":[{"type":"bind","from":"a","target":"/y"}]}}', '{"RUN":{"mounts":[{"type":"secret","source":"s","target":"/z","env":"E"}]}}'], ['"RUN":', '"mounts":', '"type":', '"__proto__":', '{', '[']),
  text('trust', (input) => parseTrust(input), ['key=a.pub,root=r.json', 'identity=x,issuer=https://y,root=z', `key=${Buffer.from(signingKey.pem).toString('base64')},subject=sha256:${'1'.repeat(64)}`], ['key=', ',', 'root=', '../']),
  bytes('manifest', (input) => parseManifest(input, 'x'), bytesOf([JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { mediaType: 'a', digest: `sha256:${'1'.repeat(64)}`, size: 1 }, layers: [] }), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: 'a', digest: `sha256:${'1'.repeat(64)}`, size: 2, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }] })]), ['"digest":', '"size":', '-1', '1e999', '"platform":', 'null']),
  bytes('image config', (input) => parseImageConfig(input), bytesOf([JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Env: ['A=b'], Cmd: ['x'], Labels: { __proto__x: 'y' }, Healthcheck: { Test: ['CMD'], Interval: 1e9 } }, history: [{ created: '2024-01-01T00:00:00Z', created_by: 'x' }], rootfs: { type: 'layers', diff_ids: ['sha256:00'] } })]), ['"Env":', '"Healthcheck":', '"Interval":', 'null', '1e30', '"ENV":']),
  bytes('protobuf', (input) => decodeMessage(MESSAGES[(input[0] ?? 0) % MESSAGES.length]!, input.subarray(1)), [Buffer.concat([Buffer.from([1]), OP]), Buffer.concat([Buffer.from([0, 0x0a, OP.length]), OP])], ['\n', '\u0012', '\u001a'], 512),
  bytes('HTTP/2 headers', (input) => createHeaderDecoder()(input), [Buffer.from('828684410f7777772e6578616d706c652e636f6d', 'hex'), Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff', 'hex'), Buffer.from('3fe11f0f0d023230', 'hex')], [], 8192),
  bytes('HTTP/2 frames', (input) => {
    const payloads: Buffer[] = [];
    const read = createFrameReader((frame) => void payloads.push(framePayload(frame)));
    for (let at = 0; at < input.length; at += 100) read(Buffer.from(input.subarray(at, at + 100)));
    return payloads;
  }, [Buffer.from('00000604000000000000040000ffff000008060000000000deadbeefdeadbeef', 'hex'), Buffer.from('000005000d00000001020a0b0000', 'hex')]),
  ...buildTargets(DOCKERFILES, KEYWORDS),
  ...imageTargets(),
  snapshotTarget(),
];
