/** The frontend's own image: what is in it, and that it builds itself to one digest. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startEnvironment } from '../support/environment.ts';
import { imageSources } from '../support/image.ts';
import { architecture } from '../support/registry.ts';
import { rootfs } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const SOURCES = { ...(await imageSources(env.registry, env.bases.debian)), epoch: 1700000000, noCache: true };
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
  const { image } = await env.mustBuild({ ...(await imageSources(env.registry, env.bases.debian, other)), epoch: 1700000000, frontend: 'ours' });
  assert.is(image.config.architecture, other);
  assert.equal(image.config.config.Entrypoint, ['/node', '--no-rehash-snapshot', '/frontend.cjs']);
  const machine = { amd64: 0x3e, arm64: 0xb7 }[other];
  for (const [path, { type, content }] of rootfs(image)) {
    if (type === 'file' && !path.endsWith('.cjs')) assert.is(content.readUInt16LE(18), machine, path);
  }
});

test.run();
