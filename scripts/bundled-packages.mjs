// What the bundles are made of beside src/, as esbuild tells: the packages, each with what the lock file knows of it.
import { readFileSync } from 'node:fs';

/** `{ name, version, packages: [{ name, version, license, integrity }] }` of this package and of those bundled by `results`, by name and version. */
export function bundledPackages(results) {
  const { packages: locked } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { name, version } = locked[''];
  const folders = new Set(results.flatMap(({ metafile }) => Object.keys(metafile.inputs)).flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const packages = [...folders].sort().map((folder) => {
    const entry = locked[folder];
    if (entry === undefined) throw new Error(`${folder} is bundled, and not in package-lock.json`);
    return { name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length), version: entry.version, license: entry.license, integrity: entry.integrity };
  });
  return { name, version, packages };
}
