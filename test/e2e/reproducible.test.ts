/** The main job: an ordinary Debian Dockerfile with real packages, built twice from nothing, is one image with us and two with the reference. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { rootfs } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const DOCKERFILE = readFileSync(new URL('fixtures/debian-packages/Dockerfile', import.meta.url), 'utf8');

/** Two builds one after the other: in parallel, equal steps of two builds would be one. */
async function twice(request: BuildRequest): Promise<readonly [BuildResult, BuildResult]> {
  const complete: BuildRequest = { dockerfile: DOCKERFILE, buildArgs: { BASE: env.bases.debian }, epoch: 1700000000, rewriteTimestamp: true, noCache: true, ...request };
  return [await env.mustBuild(complete), await env.mustBuild(complete)];
}

/** The paths whose entries differ between two images. */
function differences(one: BuildResult, two: BuildResult): string[] {
  const [a, b] = [rootfs(one.image, 1), rootfs(two.image, 1)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => {
    const [x, y] = [a.get(path), b.get(path)];
    return x === undefined || y === undefined || !x.content.equals(y.content) || x.mode !== y.mode || x.mtime !== y.mtime || x.uid !== y.uid || x.gid !== y.gid;
  }).sort();
}

/** Logs, caches and backups; fontconfig itself writes no caches when SOURCE_DATE_EPOCH is set. */
const STRIPPED = /^(var\/log\/|var\/cache\/(ldconfig|apt|debconf|fontconfig)\/|etc\/machine-id$|var\/lib\/dbus\/machine-id$|etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$|var\/lib\/dpkg\/.*-old$)/;
/** What has the day of the build, or random numbers, or no epoch, with the reference. */
const CHANGED = /^(home\/service\/started|etc\/shadow|etc\/machine-id|var\/lib\/dbus\/machine-id)$/;

let ours: BuildResult | undefined;
let theirs: BuildResult | undefined;

test('ours: one manifest digest', async () => {
  const [one, two] = await twice({ frontend: 'ours' });
  assert.equal(differences(one, two), []);
  assert.is(two.manifestDigest, one.manifestDigest);
  ours = one;
});

test('the reference: two', async () => {
  const [one, two] = await twice({ frontend: 'reference' });
  assert.is.not(two.manifestDigest, one.manifestDigest);
  assert.ok(differences(one, two).includes('var/cache/ldconfig/aux-cache'));
  theirs = one;
});

test('ours has the files of the reference but those that are stripped', () => {
  assert.ok(ours !== undefined && theirs !== undefined);
  const [mine, reference] = [rootfs(ours.image, 1), rootfs(theirs.image, 1)];
  const gone = [...reference.keys()].filter((path) => !mine.has(path) && reference.get(path)?.type !== 'directory');
  assert.equal(gone.filter((path) => !STRIPPED.test(path)), []);
  const changed = [...mine.keys()].filter((path) => reference.get(path)?.content.equals(mine.get(path)?.content ?? Buffer.of(0)) === false);
  assert.equal(changed.filter((path) => !CHANGED.test(path)), []);
  assert.equal([...mine.keys()].filter((path) => !reference.has(path)), []);
  assert.equal([...mine.keys()].filter((path) => /repro|^dev\//.test(path)), []);
  const users = mine.get('etc/passwd')?.content.toString() ?? '';
  for (const name of ['memcache', 'messagebus', 'service']) assert.match(users, `${name}:`);
  assert.is(mine.get('home/service/started')?.content.toString(), '1700000000\n');
  for (const path of ['etc/ld.so.cache', 'usr/bin/memcached', 'etc/alternatives/pager']) assert.ok(mine.has(path), path);
});

test('the history is the reference\'s', () => {
  assert.ok(ours !== undefined && theirs !== undefined);
  assert.equal(ours.image.config.history, theirs.image.config.history);
  assert.equal(ours.image.config.config, theirs.image.config.config);
});

test.run();
