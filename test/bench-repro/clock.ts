import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, mustRun } from '../support/command.ts';
import { cached } from '../support/cache.ts';
import { which } from '../support/packages.ts';

/** Where the clock's library is in a RUN: the container's own tmpfs, so that no layer has a trace of it. */
const FOLDER = '/dev/.clock';
const LIBRARY = 'libfaketime.so.1';

/**
 * A program for a daemon to use in runc's place: in containers with Debian's package manager the clock is `days` ahead, as programs see it
 * who ask the C library. Build graphs and file times stay as they are. `proxy` leads to Debian's archive, for the library of each release.
 */
export async function runtimeWithClock(folder: string, days: number, releases: readonly string[], proxy: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const libraries: Record<string, string> = {};
  for (const release of releases) libraries[release] = await faketime(release, proxy);
  const environment = [`LD_PRELOAD=${FOLDER}/${LIBRARY}`, `FAKETIME=+${days}d`, 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'NO_FAKE_STAT=1'];
  const edit = join(folder, 'edit.mjs');
  writeFileSync(edit, `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const file = process.argv[2] + '/config.json';
const config = JSON.parse(readFileSync(file, 'utf8'));
const root = config.root.path.startsWith('/') ? config.root.path : process.argv[2] + '/' + config.root.path;
const release = existsSync(root + '/usr/bin/dpkg') ? /^VERSION_CODENAME=(.*)$/m.exec(readFileSync(root + '/usr/lib/os-release', 'utf8'))?.[1] : undefined;
const library = ${JSON.stringify(libraries)}[release];
if (library !== undefined) {
  config.process.env.push(...${JSON.stringify(environment)});
  config.mounts.push({ destination: '${FOLDER}', type: 'bind', source: library, options: ['rbind', 'ro'] });
  writeFileSync(file, JSON.stringify(config));
}
`);
  const runtime = join(folder, 'runc');
  writeFileSync(runtime, `#!/bin/sh
previous=
for word; do
  [ "$previous" != --bundle ] || '${process.execPath}' '${edit}' "$word" || exit
  previous=$word
done
exec '${which('runc')}' "$@"
`);
  chmodSync(runtime, 0o755);
  return runtime;
}

/** A folder with libfaketime of a Debian release. */
async function faketime(release: string, proxy: string): Promise<string> {
  const folder = await cached(`deb/libfaketime-${release}`, async (path) => {
    const base = 'http://deb.debian.org/debian/';
    const architecture = (await mustRun('dpkg', ['--print-architecture'])).stdout.trim();
    const index = await run('sh', ['-c', `curl -fsS -x "$1" "$2" | xz -dc`, 'sh', proxy, `${base}dists/${release}/main/binary-${architecture}/Packages.xz`]);
    const file = /^Package: libfaketime\n(?:.+\n)*?Filename: (.+)$/m.exec(index.stdout)?.[1];
    if (file === undefined) throw new Error(`no libfaketime in Debian ${release}: ${index.stderr}`);
    await mustRun('sh', ['-ec', `curl -fsS -x "$1" -o "$3.deb" "$2"; dpkg-deb --extract "$3.deb" "$3"`, 'sh', proxy, base + file, path]);
  });
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith(`/${LIBRARY}`));
  if (found === undefined) throw new Error(`${folder} has no ${LIBRARY}`);
  return dirname(join(folder, found));
}
