import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../../src/diag/error.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';
import type { ReadOptions } from '../../../src/provenance/parse.ts';
import type { Platform } from '../../../src/spec/platform.ts';
import { referenceToString } from '../../../src/spec/reference.ts';

const HEX = 'a'.repeat(64);
const COMMIT = 'b'.repeat(40);
const fixture = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, 'fixtures', name));
const encode = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const parse = (value: unknown) => parseProvenance(encode(value), 'p.json');

const MATERIALS = [
  { uri: `pkg:docker/debian@12?digest=sha256:${HEX}&platform=linux%2Famd64`, digest: { sha256: HEX } },
  { uri: 'pkg:docker/localhost%3A5000/a/b@v1?platform=linux%2Farm64%2Fv8', digest: { sha256: HEX } },
  { uri: `pkg:oci/store@latest?digest=sha256:${HEX}`, digest: { sha256: HEX } },
  { uri: `pkg:docker/x@latest?ref_type=blob`, digest: { sha256: HEX } },
  { uri: 'https://github.com/o/r.git#refs/heads/main', digest: { sha1: COMMIT } },
  { uri: 'git@github.com:o/r.git', digest: { sha1: COMMIT } },
  { uri: 'https://example.com/f.tar.gz?x=1', digest: { sha256: HEX } },
  { uri: 'pkg:generic/thing', digest: { sha512: 'x' } },
];
const V1 = { buildDefinition: { resolvedDependencies: MATERIALS, externalParameters: { request: { args: { target: 't' } } } }, runDetails: { metadata: { startedOn: '2024-01-02T03:04:05.6Z' } } };
const V02 = { buildType: 'https://mobyproject.org/buildkit@v1', materials: MATERIALS, invocation: { parameters: { args: { target: 't' } } }, metadata: { buildStartedOn: '2024-01-02T04:04:05+01:00' } };
const statement = (predicate: unknown, version: string) => ({ _type: 'https://in-toto.io/Statement/v1', predicateType: `https://slsa.dev/provenance/${version}`, subject: [{ name: 'pkg:docker/app', digest: { sha256: HEX } }], predicate });
const dsse = (value: unknown) => ({ payloadType: 'application/vnd.in-toto+json', payload: encode(value).toString(), signatures: [] });
const envelope = (value: unknown) => ({ ...dsse(value), payload: Buffer.from(encode(value)).toString('base64') });

test('what BuildKit writes, in both versions and modes', () => {
  for (const version of ['v1', 'v0.2']) {
    const max = parseProvenance(fixture(`buildkit-max-${version}.json`), 'x');
    assert.is(max.form, `slsa-${version}`);
    assert.is(max.request.frontend, 'dockerfile.v0');
    assert.equal([...max.request.args], [['build-arg:FOO', '1'], ['label:x', 'y']]);
    assert.equal(max.request.locals, ['context', 'dockerfile']);
    assert.equal([...max.request.root?.request?.args ?? []], [['build-arg:FOO', '1'], ['label:x', 'y']]);
    assert.is(max.builderPlatform, 'linux/amd64');
    assert.equal(max.sourceFiles.map(({ filename, language, data }) => [filename, language, Buffer.from(data).toString()]), [['Dockerfile', 'Dockerfile', 'FROM scratch\nCOPY w/run /\n']]);
    assert.ok(max.startedOn !== undefined && max.finishedOn !== undefined && max.finishedOn - max.startedOn < 5n);
    const min = parseProvenance(fixture(`buildkit-min-${version}.json`), 'x');
    assert.is(min.request.args.size, 0);
    assert.equal(min.sourceFiles, []);
    assert.equal(min.complete, { request: false, materials: false });
  }
});

test('materials are typed', () => {
  const { materials } = parse(V1);
  assert.equal(materials.map((material) => {
    switch (material.kind) {
      case 'image': return [material.kind, material.local, referenceToString(material.reference), material.platform, material.digest];
      case 'git': return [material.kind, material.remote, material.ref, material.commit];
      case 'http': return [material.kind, material.uri, material.digest];
      case 'other': return [material.kind, material.uri];
    }
  }), [
    ['image', false, `docker.io/library/debian:12@sha256:${HEX}`, { os: 'linux', architecture: 'amd64' }, `sha256:${HEX}`],
    ['image', false, 'localhost:5000/a/b:v1', { os: 'linux', architecture: 'arm64' }, `sha256:${HEX}`],
    ['image', true, `docker.io/library/store:latest@sha256:${HEX}`, undefined, `sha256:${HEX}`],
    ['other', 'pkg:docker/x@latest?ref_type=blob'],
    ['git', 'https://github.com/o/r.git', 'refs/heads/main', COMMIT],
    ['git', 'git@github.com:o/r.git', '', COMMIT],
    ['http', 'https://example.com/f.tar.gz?x=1', `sha256:${HEX}`],
    ['other', 'pkg:generic/thing'],
  ]);
});

test('every wrapping', () => {
  for (const [name, value] of Object.entries({
    'v1 predicate': V1, 'v0.2 predicate': V02, 'v1 statement': statement(V1, 'v1'), 'v0.2 statement': statement(V02, 'v0.2'),
    envelope: envelope(statement(V1, 'v1')), bundle: { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: {}, dsseEnvelope: envelope(statement(V1, 'v1')) },
    metadata: { 'buildx.build.ref': 'x', 'buildx.build.provenance': V02, 'containerimage.digest': 'x' },
  })) {
    const provenance = parse(value);
    assert.is(provenance.materials.length, MATERIALS.length, name);
    assert.is(provenance.startedOn, 1_704_164_645n, name);
    assert.is(provenance.request.args.get('target'), 't', name);
  }
  assert.equal(parse(statement(V1, 'v1')).subjects.map(({ name, digest }) => [name, [...digest]]), [['pkg:docker/app', [['sha256', HEX]]]]);
});

test('metadata of several platforms is one provenance', () => {
  const earlier = { ...V02, materials: MATERIALS.slice(0, 1), metadata: { buildStartedOn: '2024-01-01T00:00:00Z' } };
  const provenance = parse({ 'buildx.build.provenance/linux/arm64': V02, 'buildx.build.provenance/linux/amd64': earlier });
  assert.is(provenance.materials.length, MATERIALS.length + 1);
  assert.is(provenance.startedOn, 1_704_067_200n);
});

test('of metadata of several platforms the wanted one counts', () => {
  const text = encode({ 'buildx.build.provenance/linux/arm64': V02, 'buildx.build.provenance/linux/amd64': { ...V02, materials: [] } });
  const of = (platform: Platform) => parseProvenance(text, 'm.json', { platform }).materials.length;
  assert.is(of({ os: 'linux', architecture: 'arm64' }), MATERIALS.length);
  assert.is(of({ os: 'linux', architecture: 'arm64', variant: 'v8' }), MATERIALS.length);
  assert.is(of({ os: 'linux', architecture: 'amd64' }), 0);
  assert.throws(() => of({ os: 'linux', architecture: 's390x' }), /^m\.json: is no provenance: it has no provenance for linux\/s390x, only for linux\/amd64, linux\/arm64$/);
  assert.is(parseProvenance(encode({ 'buildx.build.provenance': V02 }), 'm.json', { platform: { os: 'linux', architecture: 's390x' } }).materials.length, MATERIALS.length);
});

const lines = (...values: unknown[]): Uint8Array => Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join('\n'));
const about = (digest: string, platform: string) => [{ name: `pkg:docker/app@1?platform=${encodeURIComponent(platform)}`, digest: { sha256: digest } }];
const full = (predicate: typeof V1) => ({ ...predicate, runDetails: { metadata: { ...predicate.runDetails.metadata, buildkit_completeness: { request: true } } } });

test('of several attestations', () => {
  const read = (bytes: Uint8Array, options: ReadOptions = {}) => parseProvenance(bytes, 'a.jsonl', options);
  const other = { predicateType: 'https://spdx.dev/Document', predicate: {} };
  const fewer = { ...V1, buildDefinition: { ...V1.buildDefinition, resolvedDependencies: [] } };
  assert.is(read(lines(other, statement(V02, 'v0.2'), statement(fewer, 'v1'))).form, 'slsa-v1', 'v1 before v0.2');
  assert.is(read(lines(statement(fewer, 'v1'), statement(full(V1), 'v1'))).materials.length, MATERIALS.length, 'mode=max before mode=min');
  assert.is(read(lines(statement(V1, 'v1'), envelope(statement(V1, 'v1')))).materials.length, MATERIALS.length, 'the same twice');
  assert.throws(() => read(lines(statement(V1, 'v1'), statement(fewer, 'v1'))), (error: Error) => error.message ===
    'a.jsonl: has provenances that differ, and nothing says which counts; supply one of them:\n  line 1: of a build that started 2024-01-02T03:04:05.000Z, with 8 materials\n  line 3: of a build that started 2024-01-02T03:04:05.000Z, with 0 materials');
  assert.throws(() => read(lines(other, other)), /^a\.jsonl: has no provenance that counts:\n {2}line 1: its predicate is "https:\/\/spdx.dev\/Document", expected .*\n {2}line 3: /);
  assert.throws(() => read(Buffer.from(`${JSON.stringify(V1)}\n{"buildDefinition":\n`)), /^a\.jsonl: is no provenance: line 2: /);
  assert.throws(() => read(lines(V1, { buildDefinition: 1 })), /^a\.jsonl: has wrong fields:\n {2}line 3: buildDefinition: expected an object, found 1$/);

  const two = lines({ ...statement(V1, 'v1'), subject: about(HEX, 'linux/amd64') }, { ...statement(fewer, 'v1'), subject: about('c'.repeat(64), 'linux/arm64') });
  assert.is(read(two, { platform: { os: 'linux', architecture: 'amd64' } }).materials.length, MATERIALS.length);
  assert.is(read(two, { platform: { os: 'linux', architecture: 'arm64' } }).materials.length, 0);
  assert.is(read(two, { subject: `sha256:${'c'.repeat(64)}` }).materials.length, 0);
  assert.throws(() => read(two, { subject: `sha256:${'d'.repeat(64)}` }), (error: Error) => error.message === `a.jsonl: is about something else: expected the subject sha256:${'d'.repeat(64)}, found sha256:${HEX}, sha256:${'c'.repeat(64)}`);
});

test('a source policy', () => {
  const provenance = parse({ version: 1, rules: [
    { action: 'CONVERT', selector: { identifier: 'docker-image://docker.io/library/alpine:latest' }, updates: { identifier: `docker-image://docker.io/library/alpine:latest@sha256:${HEX}` } },
    { action: 'CONVERT', selector: { identifier: 'https://example.com/f' }, updates: { attrs: { 'http.checksum': `sha256:${HEX}` } } },
    { action: 'DENY', selector: { identifier: '*' } },
  ] });
  assert.equal(provenance.materials.map((material) => [material.kind, material.uri]), [['image', 'docker-image://docker.io/library/alpine:latest'], ['http', 'https://example.com/f']]);
});

test('what is no provenance is one clear error', () => {
  for (const [value, message] of [
    ['', /is no provenance: Unexpected end of JSON input$/],
    ['{"buildDefinition": {', /is no provenance: /],
    ['[]', /expected a JSON object, found a list$/],
    ['null', /expected a JSON object, found null$/],
    ['{}', /it is neither an in-toto statement nor /],
    ['"\ud800"', /is no provenance/],
    [{ predicateType: 'https://example.com/other', predicate: {} }, /its predicate is "https:\/\/example.com\/other", expected https:\/\/slsa.dev\/provenance\/v1 or /],
    [{ predicateType: 'https://slsa.dev/provenance/v1' }, /has wrong fields:\n {2}predicate: is missing$/],
    [{ payloadType: 'x', payload: '***' }, /its payload is not base64$/],
    [envelope(envelope(envelope(envelope(envelope(envelope(V1)))))), /wrapped too many times$/],
    ['['.repeat(200_000), /is no provenance/],
  ] as const) {
    assert.throws(() => parse(value), (error: unknown) => error instanceof CodedError && error.code === 'provenance' && error.message.startsWith('p.json: ') && message.test(error.message), String(message));
  }
  assert.throws(() => parseProvenance(Uint8Array.of(0x22, 0xff, 0x22), 'p.json'), /is no provenance: it is not UTF-8 text$/);
  assert.throws(() => parseProvenance({ length: 1 << 30 } as Uint8Array, 'p.json'), /is too large for a provenance/);
});

test('all wrong fields are told together', () => {
  const bad = { buildDefinition: { externalParameters: { request: { args: { a: 1, b: ['x'] }, secrets: {} } }, resolvedDependencies: [
    { uri: 7 }, {}, { uri: 'pkg:docker/', digest: { sha256: HEX } }, { uri: 'pkg:docker/UPPER@x', digest: { sha256: HEX } }, { uri: 'https://e/x' }, { uri: 'https://e/r.git', digest: { sha1: 'zz' } },
    { uri: `pkg:docker/a?digest=sha256:${'c'.repeat(64)}`, digest: { sha256: HEX } }, { uri: 'pkg:docker/%ff@1', digest: { sha256: HEX } }, 'text', { uri: 'https://e/y', digest: { sha256: '../../x' } },
  ] }, runDetails: { metadata: { startedOn: 'yesterday', buildkit_metadata: { source: { infos: [{ data: '!' }] } } } } };
  let message = '';
  try {
    parse(bad);
  } catch (error) {
    message = (error as Error).message;
  }
  const lines = message.split('\n');
  assert.is(lines[0], 'p.json: has wrong fields:');
  for (const path of ['request.args.a: expected a string, found 1', 'request.args.b: expected a string, found a list', 'request.secrets: expected a list, found an object',
    'resolvedDependencies[0].uri: expected a string, found 7', 'resolvedDependencies[1].uri: is missing', 'resolvedDependencies[2].uri: "pkg:docker/": the name is missing',
    'resolvedDependencies[3].uri: "pkg:docker/UPPER@x": invalid reference format', 'resolvedDependencies[4].uri: "https://e/x": it has no digest', 'resolvedDependencies[5].uri: "https://e/r.git": "zz" is no commit',
    'resolvedDependencies[6].uri: ', 'resolvedDependencies[7].uri: ', 'resolvedDependencies[8]: expected an object, found "text"', 'resolvedDependencies[9].uri: "https://e/y": "sha256:../../x" is no digest',
    'startedOn: expected a time', 'source.infos[0].data: expected base64']) {
    assert.ok(lines.some((line) => line.includes(path)), `${path}\n${message}`);
  }
  assert.throws(() => parse({ buildDefinition: { resolvedDependencies: Array(5000).fill({ uri: 1 }) } }), (error: Error) => error.message.length < 5000 && /and \d+ more$/.test(error.message));
});

test('no message is long, whatever the file has in it', () => {
  const long = 'x'.repeat(1 << 20);
  const told = (read: () => unknown): string => {
    try {
      read();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('nothing is wrong with it');
  };
  const many = { _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1', predicate: V1, subject: Array.from({ length: 50_000 }, (_, at) => ({ name: 'x', digest: { sha256: at.toString(16).padStart(64, '0') } })) };
  for (const [message, end] of [
    [told(() => parse({ buildDefinition: { resolvedDependencies: [{ uri: `pkg:docker/${long}@` }] } })), '…'],
    [told(() => parse({ buildDefinition: { externalParameters: { request: { args: { [long]: 1 } } } } })), '…'],
    [told(() => parse({ ...many, predicateType: long })), ''],
    [told(() => parseProvenance(lines(many), 'p.jsonl', { subject: `sha256:${'e'.repeat(64)}` })), 'and 49980 more'],
    [told(() => parseProvenance(lines(...Array<unknown>(3000).fill({ predicateType: long.slice(0, 1000), predicate: {} })), 'p.jsonl')), 'and 2980 more'],
    [told(() => parse(Array(1 << 20).fill(long.slice(0, 1)))), ''],
  ] as const) {
    assert.ok(message.length < 15_000, `${message.length} characters: ${message.slice(0, 300)}`);
    assert.ok(message.endsWith(end), message.slice(-200));
  }
});

test('JSON that readers may take in two ways is an error', () => {
  const nest = (key: string, depth: number): string => `${`{"${key}":`.repeat(depth)}{}${'}'.repeat(depth)}`;
  for (const [text, message] of [
    [nest('buildDefinition', 50_000), 'it is nested more than 100 deep'],
    [`{"buildDefinition":${'['.repeat(200)}${']'.repeat(200)}}`, 'it is nested more than 100 deep'],
    ['{"buildDefinition":{"resolvedDependencies":[]},"buildDefinition":{}}', 'it has the member "buildDefinition" twice in one object'],
    ['{"buildDefinition":{"a\\u0062"   :1,"ab":2}}', 'it has the member "ab" twice in one object'],
    [`{"buildDefinition":{},"a"${' '.repeat(500)}:1,"a":2}`, 'it has the member "a" twice in one object'],
    ['{"__proto__":{},"buildDefinition":{},"__proto__":{}}', 'it has the member "__proto__" twice in one object'],
    [envelope('{"buildDefinition":{},"x":1,"x":2}'), 'it has the member "x" twice in one object'],
  ] as const) {
    assert.throws(() => parse(text), (error: Error) => error.message === `p.json: is no provenance: ${message}`, message);
  }
  const harmless = parse('{"buildDefinition":{"x":["a","a",{"a":"a:\\\\","b":"\\"a\\":"}]},"y":{"a":1},"a":1}');
  assert.equal(harmless.materials, []);
});

test('requests within requests end somewhere', () => {
  const request = parse(`{"buildDefinition":{"externalParameters":{"request":${`{"root":{"request":`.repeat(30)}{}${'}}'.repeat(30)}}}}`).request;
  assert.is(request.root?.request?.root?.request?.root?.request?.root?.request?.root, undefined);
});

test('keys that name parts of JavaScript are data', () => {
  const provenance = parse('{"buildDefinition":{"externalParameters":{"request":{"args":{"__proto__":"a","constructor":"b"}}},"resolvedDependencies":[]},"__proto__":{"predicateType":"x"}}');
  assert.equal([...provenance.request.args], [['__proto__', 'a'], ['constructor', 'b']]);
});

test.run();
