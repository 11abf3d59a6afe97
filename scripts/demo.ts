// The main job: one ordinary Debian Dockerfile, built twice from nothing, with the reference and with our frontend.
import { readFileSync } from 'node:fs';
import type { BuildResult, FrontendChoice } from '../test/support/build.ts';
import type { TarEntry } from '../test/support/tar.ts';
import { startEnvironment } from '../test/support/environment.ts';

const DOCKERFILE = 'test/e2e/fixtures/debian-packages/Dockerfile';
const EPOCH = 1700000000;

const environment = await startEnvironment();

async function twice(name: string, frontend: FrontendChoice): Promise<readonly [BuildResult, BuildResult]> {
  const build = async (): Promise<BuildResult> => {
    const result = await environment.mustBuild({
      frontend,
      dockerfile: readFileSync(DOCKERFILE, 'utf8'),
      buildArgs: { BASE: environment.bases.debian },
      epoch: EPOCH,
      rewriteTimestamp: true,
      noCache: true,
    });
    console.log(`  ${name.padEnd(14)} ${result.manifestDigest}   ${(result.milliseconds / 1000).toFixed(0)} s`);
    return result;
  };
  return [await build(), await build()];
}

/** The paths of the layers that differ between two images of the same Dockerfile. */
function differingPaths([one, two]: readonly [BuildResult, BuildResult]): string[] {
  const paths = new Set<string>();
  one.image.layers.forEach((layer, at) => {
    const other = two.image.layers[at];
    if (other === undefined || layer.diffId === other.diffId) return;
    const [a, b] = [layer.entries(), other.entries()];
    for (const path of new Set([...a.keys(), ...b.keys()])) if (!sameEntry(a.get(path), b.get(path))) paths.add(path);
  });
  return [...paths].sort();
}

function sameEntry(a: TarEntry | undefined, b: TarEntry | undefined): boolean {
  return a !== undefined && b !== undefined && a.mode === b.mode && a.mtime === b.mtime && a.linkname === b.linkname && a.content.equals(b.content);
}

console.log(`\n${DOCKERFILE}, SOURCE_DATE_EPOCH=${EPOCH}, no cache, rewrite-timestamp=true; manifest digests:\n`);
const reference = await twice('dockerfile.v0', 'reference');
const ours = await twice('ours', 'ours');

const different = reference[0].manifestDigest !== reference[1].manifestDigest;
const equal = ours[0].manifestDigest === ours[1].manifestDigest;
console.log(`\ndockerfile.v0: ${different ? 'two digests' : 'one digest'}; what differs: ${differingPaths(reference).map((path) => `/${path}`).join(' ') || 'nothing'}`);
console.log(`ours: ${equal ? 'one digest' : `two digests; what differs: ${differingPaths(ours).map((path) => `/${path}`).join(' ')}`}`);
await environment.stop();
process.exit(equal && different ? 0 : 1);
