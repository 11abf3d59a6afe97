import { utcTime } from '../spec/time.ts';
import type { ZonedTime } from '../spec/time.ts';
import { readTar, startsLikeTar } from './tar.ts';
import { packingOf, unpack } from './unpack.ts';
import type { Packing } from './unpack.ts';

const SECOND = 1_000_000_000n;

/** The packings by which the reference knows an archive: not zstd, which it unpacks all the same. */
const TELLING: readonly (Packing | undefined)[] = ['bzip2', 'gzip', 'xz'];

/** Whether a download that begins with `header` is an archive to unpack, and not a Dockerfile (dockerui isArchive). */
export function isArchive(header: Uint8Array): boolean {
  return TELLING.includes(packingOf(header)) || startsLikeTar(header);
}

/** The latest time of a file in a tar archive, which may be packed; undefined when it has none. Throws when it is malformed, or packed with xz. */
export async function latestFileTime(archive: Uint8Array): Promise<ZonedTime | undefined> {
  let latest: bigint | undefined;
  for (const { type, modified } of readTar(await unpack(archive))) {
    if (!['0', '1', '7', 'S'].includes(type)) continue;
    if (latest === undefined || modified > latest) latest = modified;
  }
  if (latest === undefined) return undefined;
  const nanoseconds = ((latest % SECOND) + SECOND) % SECOND;
  return utcTime((latest - nanoseconds) / SECOND, Number(nanoseconds));
}
