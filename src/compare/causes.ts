import type { Cause } from '../spec/difference.ts';

/** What a cause is, whether it concerns the packing alone, and what removes it. */
export interface CauseFacts {
  readonly title: string;
  readonly isPacking: boolean;
  readonly remedy: string;
}

const EPOCH = 'SOURCE_DATE_EPOCH: the epoch rewrite hands it to every RUN';
const SNAPSHOT = 'the sources-list rewrite: --secret id=enable-repro-sources-list, or REPRO_SOURCES_LIST=1';
const STRIP = 'the strip rewrite, which is on by default (REPRO_STRIP=+PATH for a path that it does not know)';
const INPUT = 'building from the same context, Dockerfile, arguments and base images';

/** In the order in which reports show them: first what a rewrite removes. */
export const CAUSES: Readonly<Record<Cause, CauseFacts>> = {
  'timestamp': { title: 'time of a file or of the image', isPacking: false, remedy: 'SOURCE_DATE_EPOCH as a build arg, with rewrite-timestamp=true on the exporter or REPRO_TIMESTAMPS=clamp' },
  'log': { title: 'log file', isPacking: false, remedy: STRIP },
  'ldconfig-cache': { title: 'ldconfig\'s auxiliary cache: inode numbers and times', isPacking: false, remedy: STRIP },
  'package-cache': { title: 'package manager\'s cache or lists', isPacking: false, remedy: 'remove the lists and caches in the same RUN' },
  'cache': { title: 'cache of a tool', isPacking: false, remedy: `${EPOCH}; REPRO_STRIP=+PATH where that is not enough` },
  'backup': { title: 'backup that a tool left', isPacking: false, remedy: STRIP },
  'machine-id': { title: 'random machine id', isPacking: false, remedy: STRIP },
  'tool-state': { title: 'state that a tool keeps for itself', isPacking: false, remedy: STRIP },
  'package-version': { title: 'package in another version', isPacking: false, remedy: SNAPSHOT },
  'package-database': { title: 'database of installed packages', isPacking: false, remedy: SNAPSHOT },
  'shadow-date': { title: 'day of the last change of a password', isPacking: false, remedy: EPOCH },
  'pyc': { title: 'compiled Python: time of its source', isPacking: false, remedy: EPOCH },
  'embedded-date': { title: 'date or time inside a file', isPacking: false, remedy: EPOCH },
  'archive-timestamp': { title: 'time inside an archive or a compressed file', isPacking: false, remedy: `${EPOCH}; gzip -n` },
  'line-order': { title: 'same lines in another order', isPacking: false, remedy: 'sort what makes the file; directory order differs between machines' },
  'host-name': { title: 'name or address of the machine', isPacking: false, remedy: 'these files are mounts in a build; do not copy them' },
  'key-material': { title: 'key or secret, made at random', isPacking: false, remedy: 'none: make keys when the container starts, not in the image' },
  'keystore': { title: 'Java keystore: times of its entries', isPacking: false, remedy: 'none in general: rebuild it with fixed times' },
  'database': { title: 'database file: ids, salts, times', isPacking: false, remedy: 'none in general: fill it when the container starts' },
  'content': { title: 'content of a file', isPacking: false, remedy: INPUT },
  'only-one-side': { title: 'file on one side only', isPacking: false, remedy: INPUT },
  'mode': { title: 'permissions', isPacking: false, remedy: 'COPY --chmod, or a git context: a checkout takes the umask of its machine' },
  'owner': { title: 'owner or group', isPacking: false, remedy: 'COPY --chown, or fixed ids in useradd and groupadd' },
  'type': { title: 'type of a file', isPacking: false, remedy: INPUT },
  'link': { title: 'target of a link', isPacking: false, remedy: INPUT },
  'hard-link': { title: 'hard link on one side, a file on the other', isPacking: false, remedy: 'none known: it depends on the order in which the files were read' },
  'device': { title: 'device numbers', isPacking: false, remedy: INPUT },
  'extended-attribute': { title: 'extended attribute', isPacking: false, remedy: 'build on a file system that keeps the same attributes' },
  'config': { title: 'image config', isPacking: false, remedy: 'the same Dockerfile and build arguments' },
  'history': { title: 'history of the image config', isPacking: false, remedy: 'the same Dockerfile and version of BuildKit' },
  'platform': { title: 'platform on one side only', isPacking: false, remedy: 'build for the same platforms, or choose one with --platform' },
  'compression': { title: 'compression of a layer', isPacking: true, remedy: 'compression, compression-level and force-compression of the exporter, and the same version of BuildKit' },
  'order': { title: 'order of entries in a layer', isPacking: true, remedy: 'the same version of BuildKit and the same snapshotter' },
  'layer-split': { title: 'borders of layers', isPacking: true, remedy: 'the same Dockerfile and no --squash' },
  'tar-header': { title: 'form of a tar header', isPacking: true, remedy: 'the same version of BuildKit' },
  'access-time': { title: 'access or change time in a tar header', isPacking: true, remedy: 'rewrite-timestamp=true on the exporter' },
  'media-type': { title: 'media types', isPacking: true, remedy: 'oci-mediatypes=true or false on the exporter' },
  'annotation': { title: 'annotations', isPacking: true, remedy: 'annotation.* of the exporter' },
  'json-encoding': { title: 'spelling of the same JSON', isPacking: true, remedy: 'the same version of BuildKit' },
  'attestation': { title: 'attestations beside the image', isPacking: true, remedy: 'none needed: compare manifests of platforms, not indexes' },
};

/** Whether a text is the name of a cause. */
export function isCause(text: string): text is Cause {
  return Object.hasOwn(CAUSES, text);
}
