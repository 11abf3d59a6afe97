import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findGit, findHttp, findImage, listMaterials } from '../../../src/provenance/lookup.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const COMMIT = 'd'.repeat(40);
const AMD64 = { os: 'linux', architecture: 'amd64' };
const ARM64 = { os: 'linux', architecture: 'arm64', variant: 'v8' };

const provenance = parseProvenance(Buffer.from(JSON.stringify({ buildDefinition: { resolvedDependencies: [
  { uri: 'pkg:docker/debian@12?platform=linux%2Famd64', digest: { sha256: A } },
  { uri: 'pkg:docker/debian@12?platform=linux%2Farm64', digest: { sha256: B } },
  { uri: `pkg:docker/debian@12?digest=sha256:${A}&platform=linux%2Famd64`, digest: { sha256: A } },
  { uri: 'pkg:docker/localhost%3A5000/x@latest', digest: { sha256: C } },
  { uri: 'pkg:docker/two@1', digest: { sha256: A } },
  { uri: 'pkg:docker/two@1', digest: { sha256: B } },
  { uri: 'pkg:oci/local@1', digest: { sha256: A } },
  { uri: `pkg:docker/pinned?digest=sha256:${C}&platform=linux%2Famd64`, digest: { sha256: C } },
  { uri: 'https://github.com/o/r.git#main', digest: { sha1: COMMIT } },
  { uri: 'https://example.com/f', digest: { sha256: B } },
] } })), 'p.json');

test('images by name, tag and platform', () => {
  for (const [ref, platform, digest] of [
    ['debian:12', AMD64, A], ['docker.io/library/debian:12', AMD64, A], ['index.docker.io/debian:12', AMD64, A], ['debian:12', ARM64, B],
    ['debian', AMD64, undefined], ['debian:11', AMD64, undefined], ['debian:12', { os: 'linux', architecture: 'riscv64' }, undefined],
    ['localhost:5000/x', AMD64, C], ['localhost:5000/x:latest', ARM64, C], ['x', AMD64, undefined], ['local:1', AMD64, undefined],
    [`pinned@sha256:${C}`, AMD64, C], [`debian:12@sha256:${C}`, AMD64, undefined],
  ] as const) {
    assert.is(findImage(provenance, ref, platform), digest === undefined ? undefined : `sha256:${digest}`, ref);
  }
  assert.throws(() => findImage(provenance, 'two:1', AMD64), /^p\.json has more than one material for the image two:1 on linux\/amd64: sha256:a+, sha256:b+$/);
});

test('files and repositories', () => {
  assert.is(findHttp(provenance, 'https://example.com/f'), `sha256:${B}`);
  assert.is(findHttp(provenance, 'https://example.com/g'), undefined);
  assert.is(findGit(provenance, 'https://github.com/o/r.git', 'main'), COMMIT);
  assert.is(findGit(provenance, 'https://github.com/o/r.git', ''), undefined);
});

test('the list for messages', () => {
  assert.is(listMaterials(provenance, 'http'), 'https://example.com/f');
  assert.match(listMaterials(provenance, 'image'), 'docker.io/library/debian:12 (linux/amd64)');
});

test.run();
