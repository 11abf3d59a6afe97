/** A small Arch Linux repository, made by the test: packages and the database that names them, unsigned. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { writeTar } from './tar.ts';

/** One package. It installs `/usr/share/NAME/version`, with its version inside. */
export interface PacmanPackage {
  readonly name: string;
  readonly version: string;
}

const MTIME = 1_700_000_000;

/** File contents by path below a mirror: `REPOSITORY/os/x86_64/REPOSITORY.db`, and the packages beside it. */
export function pacmanRepository(repository: string, packages: readonly PacmanPackage[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const folder = `${repository}/os/x86_64`;
  const entries = packages.map((each) => {
    const bytes = packageFile(each);
    const filename = `${each.name}-${each.version}-1-any.pkg.tar.gz`;
    files.set(`${folder}/${filename}`, bytes);
    const fields = {
      FILENAME: filename, NAME: each.name, BASE: each.name, VERSION: `${each.version}-1`, DESC: 'a package of the tests', CSIZE: bytes.length, ISIZE: 4,
      SHA256SUM: createHash('sha256').update(bytes).digest('hex'), ARCH: 'any', BUILDDATE: MTIME, PACKAGER: 'Test <test@archive.invalid>',
    };
    return { path: `${each.name}-${each.version}-1/desc`, content: Object.entries(fields).map(([key, value]) => `%${key}%\n${value}\n\n`).join(''), mtime: MTIME };
  });
  files.set(`${folder}/${repository}.db`, gzipSync(writeTar(entries)));
  return files;
}

function packageFile({ name, version }: PacmanPackage): Buffer {
  const info = { pkgname: name, pkgbase: name, pkgver: `${version}-1`, pkgdesc: 'a package of the tests', builddate: MTIME, size: 4, arch: 'any' };
  return gzipSync(writeTar([
    { path: '.PKGINFO', content: Object.entries(info).map(([key, value]) => `${key} = ${value}\n`).join(''), mtime: MTIME },
    { path: `usr/share/${name}/version`, content: `${version}\n`, mtime: MTIME },
  ]));
}
