import { chmodSync, copyFileSync, cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cached, cacheFolder } from '../support/cache.ts';
import { mustRun } from '../support/command.ts';
import { digestOf } from '../support/layout.ts';
import { unpackedPackage, which } from '../support/packages.ts';
import { startRegistry } from '../support/registry.ts';
import { makeImage, packFolder, pushImage } from './image.ts';
import type { BuiltImage, ImageWords } from './image.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const TIMES = ['2023-05-18T22:34:17Z', '2023-05-18T22:34:17Z'];
/** The times in the history of the Debian image, which a test looks for. */
const DEBIAN_TIMES = ['2023-01-11T02:34:44.402266175Z', '2023-01-11T02:34:44.829692296Z'];

const words = (times: readonly string[], ...command: readonly string[]): ImageWords => ({ times, config: { Env: [PATH], ...(command.length > 0 ? { Cmd: command } : {}) } });

/** A registry's folder with an image for each name that the tests pull. */
export interface StandIns {
  readonly folder: string;
  /** Digest of the layer of the stand-in for Debian. */
  readonly debianLayer: string;
}

/**
 * Makes the images that the tests expect from Docker Hub out of a static busybox and a few of this machine's programs,
 * and stores them below `.cache`; nothing else is fetched. Digests are not the real ones: no test but one looks (see changes.ts).
 */
export async function makeStandIns(testdata: string, hellofs: string): Promise<StandIns> {
  const busybox = join(await unpackedPackage('busybox-static'), 'bin/busybox');
  const scratch = mkdtempSync(join(cacheFolder, 'standins-'));
  try {
    const roots = join(testdata, 'standins');
    const small = makeImage(await busyboxRoot(join(scratch, 'busybox'), roots, busybox), words(TIMES, 'sh'));
    const alpine = makeImage(await alpineRoot(join(scratch, 'alpine'), roots, busybox), words(TIMES, '/bin/sh'));
    const debian = makeImage(await debianRoot(join(scratch, 'debian'), busybox), words(DEBIAN_TIMES, 'bash'));
    mkdirSync(join(scratch, 'hellofs'));
    copyFileSync(hellofs, join(scratch, 'hellofs/hellofs'));
    const images = new Map<string, BuiltImage>([
      ['library/busybox:latest', small],
      ['library/busybox:stable-musl', small],
      ['library/alpine:latest', alpine],
      ['amd64/debian:bullseye-20230109-slim', debian],
      ['tonistiigi/hellofs:latest', makeImage(await packFolder(join(scratch, 'hellofs')), words(TIMES))],
    ]);
    const key = digestOf([...images.values()].map((image) => digestOf(image.manifest)).join());
    const folder = await cached(`conformance/mirror-${key.slice('sha256:'.length, 'sha256:'.length + 12)}`, (path) => fillRegistry(path, images));
    return { folder, debianLayer: digestOf(debian.layer) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function fillRegistry(folder: string, images: ReadonlyMap<string, BuiltImage>): Promise<void> {
  const registry = await startRegistry(folder);
  try {
    for (const [name, image] of images) await pushImage(image, `${registry.host}/${name}`);
  } finally {
    await registry.stop();
  }
}

/** Copies a registry's folder, with the configuration that the tests' own start of it looks for. */
export async function copyMirror(from: string, to: string): Promise<void> {
  await mustRun('cp', ['-a', from, to]);
  chmodSync(to, 0o700);
  const data = join(to, 'data');
  writeFileSync(join(to, 'config.yaml'), `version: 0.1\nloglevel: info\nstorage:\n    filesystem:\n        rootdirectory: ${data}\nhttp:\n    addr: 127.0.0.1:0\n`);
}

async function applets(busybox: string): Promise<string[]> {
  const names = (await mustRun(busybox, ['--list'])).stdout.split('\n');
  return names.filter((name) => name !== '' && name !== 'busybox');
}

function makeFolders(root: string, ...names: readonly string[]): void {
  for (const name of names) mkdirSync(join(root, name), { recursive: true, mode: 0o755 });
}

/** Copies a program and makes sure of its mode, whatever the umask of the checkout was. */
function install(from: string, to: string, mode = 0o755): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

function copyTexts(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const name of readdirSync(from)) chmodSync(join(to, name), name === 'shadow' ? 0o640 : 0o644);
}

/** As the busybox image: every applet a hard link in /bin. */
async function busyboxRoot(root: string, roots: string, busybox: string): Promise<Buffer> {
  makeFolders(root, 'bin', 'dev', 'etc', 'home', 'lib', 'root', 'tmp', 'usr/bin', 'usr/sbin', 'var/spool/mail', 'var/www');
  install(busybox, join(root, 'bin/busybox'));
  for (const name of await applets(busybox)) linkSync(join(root, 'bin/busybox'), join(root, 'bin', name));
  for (const name of ['adduser', 'addgroup']) install(join(roots, 'shared', name), join(root, 'bin', name));
  symlinkSync('lib', join(root, 'lib64'));
  symlinkSync('../../bin/env', join(root, 'usr/bin/env'));
  copyTexts(join(roots, 'busybox/etc'), join(root, 'etc'));
  chmodSync(join(root, 'root'), 0o700);
  chmodSync(join(root, 'tmp'), 0o1777);
  return packFolder(root);
}

/** As the alpine image: every applet a symbolic link, /etc/alpine-release, and an apk that knows the packages that the tests add. */
async function alpineRoot(root: string, roots: string, busybox: string): Promise<Buffer> {
  await linkedRoot(root, busybox);
  makeFolders(root, 'etc/apk', 'media', 'usr/share/apk', 'var/cache/apk');
  for (const name of ['adduser', 'addgroup']) install(join(roots, 'shared', name), join(root, 'usr/sbin', name));
  copyTexts(join(roots, 'alpine/etc'), join(root, 'etc'));
  install(join(roots, 'alpine/sbin/apk'), join(root, 'sbin/apk'));
  const packages = join(root, 'usr/share/apk');
  const texts: Readonly<Record<string, string>> = {
    // No github.com here: a key that is none, and an ssh that asks the forwarded agent for its keys, which is what the test is about.
    'usr/bin/ssh-keyscan': '#!/bin/sh\necho "$1 ssh-ed25519 AAAA"\n',
    'usr/bin/ssh': '#!/bin/sh\nssh-add -l\nexit 255\n',
  };
  await packProgram(join(packages, 'git.tar'), `${root}-git`, 'git');
  await packProgram(join(packages, 'e2fsprogs.tar'), `${root}-e2fsprogs`, 'mkfs.ext4');
  await packProgram(join(packages, 'openssh-client-default.tar'), `${root}-openssh`, 'ssh-add', texts);
  mkdirSync(`${root}-fuse`);
  writeFileSync(join(packages, 'fuse.tar'), await packFolder(`${root}-fuse`));
  return packFolder(root);
}

/** No Debian: a root without hard links that has /bin/sh and touch, which is what the test wants of it. */
async function debianRoot(root: string, busybox: string): Promise<Buffer> {
  await linkedRoot(root, busybox);
  return packFolder(root);
}

async function linkedRoot(root: string, busybox: string): Promise<void> {
  makeFolders(root, 'bin', 'sbin', 'dev', 'etc', 'home', 'lib', 'mnt', 'opt', 'proc', 'root', 'run', 'srv', 'sys', 'tmp', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/local/bin', 'var/lib', 'var/log', 'var/tmp');
  install(busybox, join(root, 'bin/busybox'));
  for (const name of await applets(busybox)) symlinkSync('/bin/busybox', join(root, 'bin', name));
  for (const name of ['env', 'awk', 'id', 'find', 'timeout', 'test']) symlinkSync('/bin/busybox', join(root, 'usr/bin', name));
  chmodSync(join(root, 'root'), 0o700);
  for (const name of ['tmp', 'var/tmp']) chmodSync(join(root, name), 0o1777);
}

/** Packs one of this machine's programs with the libraries that it loads, at the paths that it loads them from. */
async function packProgram(tar: string, folder: string, program: string, texts: Readonly<Record<string, string>> = {}): Promise<void> {
  const path = which(program);
  if (path === undefined) throw new Error(`${program} is not on this machine`);
  install(realpathSync(path), join(folder, path));
  const libraries = (await mustRun('ldd', [path])).stdout.match(/\/[^ ]+\.so[^ ]*/g) ?? [];
  for (const library of new Set(libraries)) install(realpathSync(library), join(folder, library));
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(tar, await packFolder(folder));
}
