/** The frontend's own image: what is in it, and that it builds itself to one digest. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { attestedImage, pushSbomGenerator } from '../support/attested-image.ts';
import { startEnvironment } from '../support/environment.ts';
import { compareRecords, readRecord, recordOf, RECORD_EPOCH, RECORD_PLATFORM } from '../support/image-record.ts';
import { imageSources } from '../support/image.ts';
import { architecture } from '../support/registry.ts';
import { rootfs } from '../support/rootfs.ts';
import { versions } from '../support/versions.ts';

interface Sbom {
  readonly packages: readonly { readonly name: string; readonly versionInfo: string }[];
  readonly files: readonly { readonly SPDXID: string; readonly fileName: string }[];
  readonly relationships: readonly { readonly relationshipType: string; readonly relatedSpdxElement: string }[];
}

const env = await startEnvironment();
test.after(() => env.stop());

const SOURCES = { ...(await imageSources(env.registry, env.bases.debian)), epoch: RECORD_EPOCH, noCache: true };
/** Cached where the daemon has it: what the reference makes of it. */
const reference = async () => env.mustBuild({ ...SOURCES, noCache: false, frontend: 'reference' });

test('built by itself twice it is one image, and has the layers that the reference makes', async () => {
  const one = await env.mustBuild({ ...SOURCES, frontend: 'ours' });
  const two = await env.mustBuild({ ...SOURCES, frontend: 'ours' });
  assert.is(two.manifestDigest, one.manifestDigest);
  assert.is((await reference()).manifestDigest, one.manifestDigest);
});

test('it has Node, the libraries that Node loads, and the startup snapshot', async () => {
  const { image } = await reference();
  const files = [...rootfs(image)].filter(([, entry]) => entry.type === 'file').map(([path]) => path);
  assert.equal(files.filter((path) => !/^lib(64)?\//.test(path)).sort(), ['frontend.blob', 'node', 'sigstore.cjs']);
  assert.ok(files.some((path) => /^lib\/[^/]+\/libc\.so\.6$/.test(path)));
  assert.ok(files.every((path) => !/^lib/.test(path) || /\.so(\.\d+)*$/.test(path)), files.join(' '));
});

test('its labels are those of the reference', async () => {
  const { image } = await reference();
  assert.equal(image.config.config.Labels, {
    'moby.buildkit.frontend.network.none': 'true',
    'moby.buildkit.frontend.caps': 'moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring',
  });
});

test('the other architecture is built here too: nothing of it runs, so it has the program in place of a snapshot', async () => {
  const other = architecture() === 'amd64' ? 'arm64' : 'amd64';
  const { image } = await env.mustBuild({ ...(await imageSources(env.registry, env.bases.debian, other)), epoch: RECORD_EPOCH, frontend: 'ours' });
  assert.is(image.config.architecture, other);
  assert.equal(image.config.config.Entrypoint, ['/node', '--no-rehash-snapshot', '--initial-heap-size=64', '--max-semi-space-size=4', '--baseline-batch-compilation-threshold=49152', '--invocation-count-for-maglev=1000', '--no-opt', '--v8-pool-size=1', '--disable-sigusr1', '/frontend.cjs']);
  const machine = { amd64: 0x3e, arm64: 0xb7 }[other];
  for (const [path, { type, content }] of rootfs(image)) {
    if (type === 'file' && !path.endsWith('.cjs')) assert.is(content.readUInt16LE(18), machine, path);
  }
});

test('its SBOM has every file, and the package of each; its provenance has every material; its digest is the recorded one', async () => {
  const generator = env.image('sbom');
  await pushSbomGenerator(env, generator);
  const built = await env.mustBuild(await attestedImage(env, generator, SOURCES.epoch));
  assert.is(built.manifestDigest, (await reference()).manifestDigest, 'attestations leave the image as it is');
  const record = readRecord();
  if (record === undefined) console.log(`frontend.digest.json has no image for ${RECORD_PLATFORM}: make image-digest`);
  else {
    const { changed, wrong } = compareRecords(record, recordOf(built));
    assert.equal(wrong, []);
    console.log(changed.length === 0 ? 'the image is the recorded one' : `not comparable in full with frontend.digest.json, made with other ${changed.join(', ')}: make image-digest`);
  }
  const attestations = built.layout.attestations(built.manifestDigest);
  const sbom = attestations.find(({ predicateType }) => predicateType === 'https://spdx.dev/Document')?.statement['predicate'] as Sbom;
  const files = [...rootfs(built.image)].filter(([, entry]) => entry.type === 'file').map(([path]) => `./${path}`).sort();
  assert.equal(sbom.files.map(({ fileName }) => fileName), files);
  const versionOf = (name: string) => sbom.packages.find((each) => each.name === name)?.versionInfo;
  const locked = (JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { version: string }> }).packages;
  for (const name of ['docker-file-parser', '@sigstore/verify', '@sigstore/protobuf-specs']) assert.is(versionOf(name), locked[`node_modules/${name}`]?.version, name);
  assert.is(versionOf('node'), versions.node);
  assert.match(versionOf('libc6') ?? '', /^2\.36-/);
  assert.match(versionOf('openssl') ?? '', /^\d+\.\d+/);
  for (const { SPDXID, fileName } of sbom.files) assert.is(sbom.relationships.filter(({ relatedSpdxElement, relationshipType }) => relatedSpdxElement === SPDXID && relationshipType === 'CONTAINS').length, 1, fileName);
  const provenance = JSON.stringify(attestations.find(({ predicateType }) => predicateType.startsWith('https://slsa.dev/provenance/'))?.statement);
  for (const material of [`node%3A${versions.node}`, 'debian', 'sbom']) assert.ok(provenance.includes(material) || provenance.includes(decodeURIComponent(material)), material);
});

test.run();
