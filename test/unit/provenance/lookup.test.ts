import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contentOf, findDownloads, findImages, findRepositories, hasContent, listMaterials } from '../../../src/provenance/lookup.ts';
import type { AskedMaterial } from '../../../src/provenance/lookup.ts';
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
  { uri: 'https://xxxxx@example.com/r.git', digest: { sha1: COMMIT } },
  { uri: 'git@github.com:o/r.git#v1', digest: { sha1: COMMIT } },
  { uri: 'https://example.com/f', digest: { sha256: B } },
  { uri: 'https://xxxxx:xxxxx@example.com/p', digest: { sha256: A } },
] } })), 'p.json');

const contents = (found: readonly AskedMaterial[]): readonly string[] => found.map(contentOf);

test('images by name, tag and platform', () => {
  for (const [ref, platform, digest] of [
    ['debian:12', AMD64, [A, A]], ['docker.io/library/debian:12', AMD64, [A, A]], ['index.docker.io/debian:12', AMD64, [A, A]], ['debian:12', ARM64, [B]],
    ['debian', AMD64, []], ['debian:11', AMD64, []], ['debian:12', { os: 'linux', architecture: 'riscv64' }, []],
    ['localhost:5000/x', AMD64, [C]], ['localhost:5000/x:latest', ARM64, [C]], ['x', AMD64, []], ['local:1', AMD64, []],
    [`pinned@sha256:${C}`, AMD64, [C]], [`debian:12@sha256:${C}`, AMD64, []], ['two:1', AMD64, [A, B]],
  ] as const) {
    assert.equal(contents(findImages(provenance, ref, platform)), digest.map((hex) => `sha256:${hex}`), ref);
  }
});

test('files and repositories', () => {
  assert.equal(contents(findDownloads(provenance, 'https://example.com/f')), [`sha256:${B}`]);
  assert.equal(contents(findDownloads(provenance, 'https://example.com/g')), []);
  assert.equal(contents(findDownloads(provenance, 'https://me:secret@example.com/p')), [`sha256:${A}`]);
  assert.equal(contents(findRepositories(provenance, 'https://github.com/o/r.git', 'main')), [COMMIT]);
  assert.equal(contents(findRepositories(provenance, 'github.com/o/r.git', 'main')), [COMMIT]);
  assert.equal(contents(findRepositories(provenance, 'https://github.com/o/r.git', '')), []);
  assert.equal(contents(findRepositories(provenance, 'https://token@example.com/r.git', '')), [COMMIT]);
  assert.equal(contents(findRepositories(provenance, 'git@github.com:o/r.git', 'v1')), [COMMIT]);
});

test('content that is written down already', () => {
  assert.ok(hasContent(provenance, 'image', `sha256:${C}`));
  assert.not.ok(hasContent(provenance, 'http', `sha256:${C}`));
  assert.ok(hasContent(provenance, 'git', COMMIT));
  assert.not.ok(hasContent(provenance, 'git', COMMIT.slice(0, 7)), 'any repository may have a commit that begins so');
});

test('the list for messages', () => {
  assert.is(listMaterials(provenance, 'http'), 'https://example.com/f, https://xxxxx:xxxxx@example.com/p');
  assert.match(listMaterials(provenance, 'image'), 'docker.io/library/debian:12 (linux/amd64)');
});

test.run();
