import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../src/diag/error.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';
import { recordedRequest } from '../../../src/rewrite/from.ts';
import type { RecordedRequest } from '../../../src/rewrite/from.ts';

const COMMIT = 'c'.repeat(40);
const DIGEST = 'd'.repeat(64);
const IMAGE = `example.com/app@sha256:${DIGEST}`;
const DOCKERFILE = 'FROM scratch\nCOPY a /\n';

interface Recorded {
  readonly args?: Readonly<Record<string, string>>;
  readonly frontend?: string;
  readonly configSource?: object;
  readonly secrets?: readonly object[];
  readonly ssh?: readonly object[];
  readonly complete?: boolean;
  /** The texts of source files by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Arguments and environment of each command; undefined: no build graph. */
  readonly commands?: readonly { readonly args: readonly string[]; readonly env?: readonly string[] }[];
}

/** Provenance as BuildKit writes it. */
function provenance({ args = {}, frontend = 'dockerfile.v0', configSource = {}, secrets, ssh, complete = true, files = { Dockerfile: DOCKERFILE }, commands = [] }: Recorded) {
  const infos = Object.entries(files).map(([filename, text]) => ({ filename, language: 'Dockerfile', data: Buffer.from(text).toString('base64') }));
  const llbDefinition = commands.map((meta, index) => ({ id: `step${index}`, op: { Op: { exec: { meta } } } }));
  return parseProvenance(Buffer.from(JSON.stringify({
    buildDefinition: {
      externalParameters: { configSource, request: { frontend, args, secrets, ssh } },
      internalParameters: { buildConfig: { llbDefinition } },
    },
    runDetails: { metadata: { buildkit_completeness: { request: complete }, buildkit_metadata: { source: { infos } } } },
  })), 'p.json');
}

const EPOCH = { 'build-arg:SOURCE_DATE_EPOCH': '7' };

function read(recorded: Recorded, given: Readonly<Record<string, string>> = {}, override = false): RecordedRequest {
  return recordedRequest(IMAGE, provenance({ ...recorded, args: { ...EPOCH, ...recorded.args } }), new Map(Object.entries(given)), override);
}

/** The lines of the error. */
function problems(recorded: Recorded, given: Readonly<Record<string, string>> = {}, override = false): string[] {
  try {
    read(recorded, given, override);
  } catch (error) {
    assert.ok(error instanceof CodedError && error.code === 'provenance', String(error));
    const [head, ...lines] = error.message.split('\n');
    assert.is(head, `cannot build ${IMAGE} again from p.json:`);
    return lines.map((line) => line.trim());
  }
  return [];
}

const options = (request: RecordedRequest) => Object.fromEntries(request.options);
const told = ({ changes }: RecordedRequest) => changes.map(({ rule, was, becomes, warning }) => `${rule}${warning === true ? ' !' : ''} ${was}: ${becomes}`);

test('options: of the request, of the caller, and unknown', () => {
  const request = read(
    { frontend: 'gateway.v0', args: { target: 't', 'label:l': 'v', 'build-arg:A': '1', 'build-arg:BUILDKIT_SYNTAX': 'x', 'build-arg:REPRO': 'off', source: 'x', cmdline: 'x', 'vcs:source': 'x', 'add-hosts': 'h=1.2.3.4', 'build-arg:REPRO_STRIP': '+/x', 'build-arg:HTTP_PROXY': 'p', novelty: 'n', 'context:i': 'docker-image://i', 'context:repro-provenance': 'docker-image://x' } },
    { 'build-arg:REPRO_FROM': IMAGE, 'build-arg:HTTP_PROXY': 'mine', source: 'ours', platform: 'linux/amd64', filename: 'mine', context: 'mine', 'no-cache': '', 'build-arg:A': '1' },
  );
  assert.equal(options(request), {
    'build-arg:REPRO_FROM': IMAGE, 'build-arg:HTTP_PROXY': 'mine', source: 'ours', platform: 'linux/amd64', 'no-cache': '',
    'build-arg:SOURCE_DATE_EPOCH': '7', target: 't', 'label:l': 'v', 'build-arg:A': '1', 'add-hosts': 'h=1.2.3.4', 'build-arg:REPRO_STRIP': '+/x', 'context:i': 'docker-image://i',
  });
  assert.equal(told(request), [
    'from main context: none', `from Dockerfile: the text of Dockerfile, ${DOCKERFILE.length} bytes`, 'from build arg SOURCE_DATE_EPOCH: 7', 'from target: t', 'from label l: v', 'from build arg A: 1',
    'from option add-hosts: h=1.2.3.4', 'from build arg REPRO_STRIP: +/x', 'from ! option novelty: left out', 'from named context i: docker-image://i',
  ]);
});

test('what only the caller may say is never taken from a provenance', () => {
  const theirs = {
    'build-arg:REPRO': 'off', 'build-arg:REPRO_PIN': 'lax', 'build-arg:REPRO_TRUST': 'key=x', 'build-arg:REPRO_OVERRIDE': '1', 'build-arg:BUILDKIT_SYNTAX': 'evil',
    'context:repro-provenance': 'https://evil.example/', 'context:repro-trust': 'https://evil.example/', 'context:repro-dockerfile': 'https://evil.example/', source: 'evil', cmdline: 'evil',
    'cache-imports': '[{"Type":"registry","Attrs":{"ref":"evil"}}]', 'attest:sbom': 'generator=evil', 'sharedkey:x': 'evil', 'local-sessionid:context': 'evil',
  };
  assert.equal(options(read({ args: theirs })), EPOCH);
  const mine = { 'build-arg:REPRO_PIN': 'strict', 'build-arg:REPRO_TRUST': 'key=mine' };
  assert.equal(options(read({ args: theirs }, mine)), { ...mine, ...EPOCH });
});

test('names such as __proto__ are data', () => {
  const request = read({ args: { 'build-arg:__proto__': 'x', 'label:constructor': 'y' } });
  assert.equal([...request.options].slice(1), [['build-arg:__proto__', 'x'], ['label:constructor', 'y']]);
});

test('what the caller gives wins only with override', () => {
  const recorded = { args: { target: 't', 'build-arg:A': '1' } };
  const given = { target: 'u', 'build-arg:A': '2', 'build-arg:B': '3', 'label:l': '4', 'build-arg:SOURCE_DATE_EPOCH': '7' };
  assert.equal(problems(recorded, given), [
    'the target is given as "u", and the first build had "t": leave it out, or say REPRO_OVERRIDE=1',
    'the build arg A is given as "2", and the first build had "1": leave it out, or say REPRO_OVERRIDE=1',
    'the build arg B is given as "3", and the first build had none: leave it out, or say REPRO_OVERRIDE=1',
    'the label l is given as "4", and the first build had none: leave it out, or say REPRO_OVERRIDE=1',
  ]);
  assert.equal(options(read(recorded, given, true)), { ...given });
});

test('the main context: a repository, a download, a folder', () => {
  const git = { uri: 'https://e/r.git#main:sub/dir', digest: { sha1: COMMIT }, path: 'D' };
  assert.equal(read({ configSource: git }).context, { kind: 'git', remote: 'https://e/r.git', commit: COMMIT, subDir: 'sub/dir' });
  assert.is(read({ configSource: git }).path, 'D');
  assert.equal(read({ configSource: { uri: 'https://xxxxx:xxxxx@e/r.git', digest: { sha1: COMMIT } } }).context, { kind: 'git', remote: 'https://e/r.git', commit: COMMIT, subDir: '' });
  assert.equal(read({ configSource: { uri: 'https://e/c.tar', digest: { sha256: DIGEST } } }).context, { kind: 'http', url: 'https://e/c.tar', digest: `sha256:${DIGEST}` });
  assert.equal(read({}).context, { kind: 'client' });
  for (const configSource of [{ uri: 'https://e/r.git#main' }, { uri: 'https://e/c.tar' }, { uri: 'https://e/c.tar', digest: { sha256: 'x' } }]) {
    assert.equal(problems({ configSource }), [`its main context ${configSource.uri} is recorded without a commit or digest: supply it as the named context repro-context, with REPRO_OVERRIDE=1`]);
  }
  assert.match(problems({ configSource: { uri: 'input:base' } })[0]!, 'its main context input:base is the output of another build: supply it');
});

test('what the client supplies: only what is not recorded, or with override', () => {
  const supply = { 'context:repro-context': 'local:repro-context', 'context:repro-dockerfile': 'local:d' };
  const git = { uri: 'https://e/r.git', digest: { sha1: COMMIT } };
  assert.equal(problems({ configSource: git }, supply), [
    'the context repro-context is given, and the main context was https://e/r.git: REPRO_OVERRIDE=1 puts what is given in its place',
    'the context repro-dockerfile is given, and the Dockerfile is recorded: REPRO_OVERRIDE=1 puts what is given in its place',
  ]);
  const request = read({ configSource: git }, supply, true);
  assert.equal([request.context.kind, request.dockerfile], ['client', undefined]);
  assert.equal(problems({ files: {} }), ['it does not hold the Dockerfile: give its folder as the named context repro-dockerfile (--build-context repro-dockerfile=FOLDER)']);
  assert.equal(problems({ files: {} }, supply), []);
  assert.equal(problems({ files: {} }, { 'context:repro-context': 'local:c' }), []);
  assert.is(read({ files: {}, configSource: git }).dockerfile, undefined);
});

test('of several source files the one at the path is the Dockerfile', () => {
  const files = { Dockerfile: 'FROM a', other: 'FROM b' };
  assert.is(Buffer.from(read({ files, configSource: { path: 'other' } }).dockerfile?.data ?? []).toString(), 'FROM b');
  assert.match(problems({ files, configSource: { path: 'third' } })[0]!, 'it does not hold the Dockerfile');
});

test('named contexts that only the client had are asked for by name', () => {
  const args = { 'context:n': 'local:n', 'context:l': 'oci-layout://l@sha256:x', 'context:o::linux/arm64': 'input:0' };
  assert.equal(problems({ args }), [
    'the named context n was a folder of the client, and its content is not recorded: supply it (--build-context n=FOLDER)',
    'the named context l was an OCI layout of the client, and its content is not recorded: supply it (--build-context l=FOLDER)',
    'the named context o was the output of another build, and its content is not recorded: supply it (--build-context o=FOLDER)',
  ]);
  assert.is(read({ args: { 'context:n': 'local:n' } }, { 'context:n': 'local:mine' }).options.get('context:n'), 'local:mine');
});

test('mode=min: build args and labels are missing, and the caller vouches for its own', () => {
  const recorded = { complete: false, files: {}, args: {} };
  const given = { 'build-arg:A': '1', 'context:repro-dockerfile': 'local:d' };
  assert.match(problems(recorded, given)[0]!, 'it leaves out build args, labels and secrets of the request (mode=min): give those of the first build');
  const request = read(recorded, given, true);
  assert.is(request.options.get('build-arg:A'), '1');
  assert.is(request.declared, undefined);
});

test('secrets: those that must be there, and all that are declared', () => {
  const request = read({ secrets: [{ id: 'a' }, { id: 'b', optional: true }, { id: 'GIT_AUTH_TOKEN', optional: true }], ssh: [{ id: 'default' }] });
  assert.equal(request.requiredSecrets, ['a']);
  assert.equal([[...request.declared!.secrets], [...request.declared!.ssh]], [['a', 'b', 'GIT_AUTH_TOKEN'], ['default']]);
  assert.equal(told(request).slice(-3), ['from secret a: asked of the client', 'from secret b: asked of the client', 'from SSH agent default: asked of the client']);
});

test('RUNs are rewritten as those of the first build were', () => {
  const switches = (recorded: Recorded, given = {}, override = false) => {
    const found = read(recorded, given, override).options;
    return [found.get('build-arg:REPRO_STRIP'), found.get('build-arg:REPRO_EPOCH')];
  };
  const plain = { args: ['/bin/sh', '-c', 'true'] };
  const wrapped = { args: ['/dev/.repro/exec', '/bin/sh', '-c', 'true'], env: ['PATH=/bin', 'SOURCE_DATE_EPOCH=7'] };
  assert.equal(switches({ commands: [] }), [undefined, undefined]);
  assert.equal(switches({ commands: [plain] }), ['none', 'off']);
  assert.equal(switches({ commands: [plain, wrapped] }), [undefined, undefined]);
  assert.equal(switches({ commands: [{ args: ['/bin/sh', '/dev/.repro/run', 'x'], env: [] }] }), [undefined, 'off']);
  assert.equal(switches({ commands: [{ ...plain, env: ['SOURCE_DATE_EPOCH=7'] }] }), ['none', undefined]);
  assert.equal(switches({ commands: [plain] }, { 'build-arg:REPRO_STRIP': '+/x', 'build-arg:REPRO_EPOCH': 'on' }), ['+/x', 'on']);
});

test('without SOURCE_DATE_EPOCH it says that the digests cannot be equal', () => {
  const warned = (files: Readonly<Record<string, string>>) => recordedRequest(IMAGE, provenance({ files }), new Map(), false).changes.some(({ warning }) => warning === true);
  assert.ok(warned({ Dockerfile: DOCKERFILE }));
  assert.not(warned({ Dockerfile: `ARG SOURCE_DATE_EPOCH=1\n${DOCKERFILE}` }));
});

test('what is no Dockerfile build, and what was itself built again', () => {
  assert.equal(problems({ frontend: '' }), ["it is not of a Dockerfile's build: its frontend is none"]);
  assert.equal(problems({ frontend: 'other.v0' }), ['it is not of a Dockerfile\'s build: its frontend is "other.v0"']);
  assert.equal(problems({ args: { 'build-arg:REPRO_FROM': 'x@sha256:1' } }), ['it was itself built again from x@sha256:1: use REPRO_FROM=x@sha256:1']);
  assert.throws(() => recordedRequest(IMAGE, parseProvenance(Buffer.from('{"rules":[]}'), 'policy.json'), new Map(), true), /a source policy has no request: expected SLSA provenance/);
});

test.run();
