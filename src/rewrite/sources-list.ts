import type { RunFacts } from '../convert/options.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { SnapshotSettings } from '../runtime/snapshot.ts';
import type { Change, RunChange } from './change.ts';
import { snapshotTime } from './options.ts';
import type { ReproOptions } from './options.ts';

const DEBIAN_BASE = 'http://snapshot.debian.org/archive/';
const UBUNTU_BASE = 'http://snapshot.ubuntu.com/';
const ARCH_BASE = 'https://archive.archlinux.org/';

/** The secret by which a build asks for the snapshot and shows nothing of it in its digests (repro-sources-list.sh's convention). */
export const SOURCES_LIST_SECRET = 'enable-repro-sources-list';

export interface SourcesListFacts {
  readonly options: ReproOptions;
  readonly secretPresent: boolean;
  readonly provenance?: Provenance;
  readonly epoch?: bigint;
}

/** Where packages come from; undefined: from where the image's lists say. */
export function sourcesList(facts: SourcesListFacts): SnapshotSettings | undefined {
  const { options } = facts;
  if (!(options.sourcesList ?? facts.secretPresent)) return undefined;
  const time = snapshotOf(facts);
  return {
    ...(time === undefined ? {} : { time: time.time }),
    debianBase: options.archiveBase ?? DEBIAN_BASE,
    ubuntuBase: options.archiveBase ?? UBUNTU_BASE,
    archBase: options.archiveBase ?? ARCH_BASE,
    backports: options.backports,
    keepCache: options.keepCache,
  };
}

/** The first snapshot time that is given, and what gives it. Without one the RUN takes that of the image's own list. */
function snapshotOf({ options, provenance, epoch }: SourcesListFacts): { readonly time: string; readonly from: string } | undefined {
  if (options.snapshot !== undefined) return { time: options.snapshot, from: 'REPRO_SNAPSHOT' };
  const started = provenance?.startedOn === undefined ? undefined : snapshotTime(provenance.startedOn);
  if (started !== undefined) return { time: started, from: `the start of the build in ${provenance?.name ?? 'the provenance'}` };
  const time = epoch === undefined ? undefined : snapshotTime(epoch);
  return time === undefined ? undefined : { time, from: 'SOURCE_DATE_EPOCH' };
}

/** What {@link sourcesList} changes for a RUN that has a network. */
export function sourcesListChange(facts: SourcesListFacts): RunChange {
  const time = snapshotOf(facts);
  const becomes = time === undefined ? 'apt and pacman install from the snapshot of the time of the image\'s own list of sources'
    : `apt and pacman install from the snapshot ${time.time}, which is ${time.from}`;
  const why = facts.options.sourcesList === undefined ? `the secret ${SOURCES_LIST_SECRET} is given` : 'REPRO_SOURCES_LIST is on';
  return { rule: 'sources-list', becomes, why };
}

/** Programs that make a system of packages which they fetch past this system's apt and its configuration. */
const BOOTSTRAP = /(?:^|[\s;&|(/'"])(c?debootstrap|mmdebstrap|multistrap)(?=[\s;&|)'"]|$)/;

/** A RUN in which other programs than the image's own package manager fetch packages is warned of. */
export function bootstrapChange(run: RunFacts): RunChange | undefined {
  const program = BOOTSTRAP.exec(run.args.join(' '))?.[1];
  if (program === undefined) return undefined;
  return { rule: 'sources-list', becomes: run.code, why: `${program} does not install from the snapshot: give it the snapshot's URL`, warning: true };
}

/** The warning that it is not known whether the secret was given. */
export function secretChange(problem: string): Change {
  const why = `whether the secret ${SOURCES_LIST_SECRET} is given could not be found out (${problem}): packages do not come from the snapshot; REPRO_SOURCES_LIST=1 or 0 settles it`;
  return { rule: 'sources-list', line: 0, was: '', becomes: '', why, warning: true };
}
