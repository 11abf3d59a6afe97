import type { PackageChange } from '../spec/difference.ts';
import type { EntryHeader, LayerEntry } from '../spec/layer-entry.ts';

/** A package that a database names, and the files that are its own as far as the database says. */
interface Installed {
  readonly version: string;
  readonly files: readonly string[];
}

/** Collects the databases of packages of both sides as their files come by. */
export interface PackageWatch {
  wants(header: EntryHeader): boolean;
  entry(side: 'a' | 'b', entry: LayerEntry): void;
  /** Which packages are of another version, and the package of each file that they own. */
  finish(): { readonly packages: readonly PackageChange[]; readonly owners: ReadonlyMap<string, PackageChange> };
}

const MAX_DATABASE = 16 << 20;
/** For all lists of one side together. */
const MAX_LISTS = 24 << 20;

const STATUS = /^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)$/;
const LIST = /^var\/lib\/dpkg\/info\/([^/]+)\.list$/;
const SUMS = /\.md5sums$/;
const APK = /^(?:usr\/)?lib\/apk\/db\/installed$/;

type Database = Map<string, Installed>;

function isStatus(path: string): boolean {
  return STATUS.test(path) && !SUMS.test(path);
}

/** Makes a watch. A database that a later layer writes again takes the earlier one's place. */
export function makePackageWatch(): PackageWatch {
  const sides = { a: makeSide(), b: makeSide() };
  return {
    wants: ({ path, type, size }) => type === 'file' && ((size <= MAX_DATABASE && (isStatus(path) || APK.test(path))) || (size <= MAX_LISTS && LIST.test(path))),
    entry: (side, entry) => sides[side].take(entry),
    finish: () => {
      const packages: PackageChange[] = [];
      const owners = new Map<string, PackageChange>();
      for (const system of ['dpkg', 'apk'] as const) {
        const [a, b] = [sides.a[system](), sides.b[system]()];
        if (a === undefined || b === undefined) continue;
        for (const name of [...new Set([...a.keys(), ...b.keys()])].sort()) {
          const change: PackageChange = { system, name, a: a.get(name)?.version ?? '', b: b.get(name)?.version ?? '' };
          if (change.a === change.b) continue;
          packages.push(change);
          for (const side of [sides.a, sides.b]) for (const path of side.filesOf(system, name)) owners.set(path, change);
        }
      }
      return { packages, owners };
    },
  };
}

interface SideWatch {
  take(entry: LayerEntry): void;
  dpkg(): Database | undefined;
  apk(): Database | undefined;
  filesOf(system: 'dpkg' | 'apk', name: string): readonly string[];
}

function makeSide(): SideWatch {
  const statuses = new Map<string, Database>();
  const lists = new Map<string, Uint8Array>();
  let apk: Database | undefined;
  let size = 0;
  const text = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  return {
    take: ({ path, content }) => {
      if (content === undefined || !/^(var\/lib\/dpkg|lib\/apk|usr\/lib\/apk)\//.test(path)) return;
      const list = LIST.exec(path)?.[1];
      if (isStatus(path)) statuses.set(path, parseStatus(text(content)));
      else if (APK.test(path)) apk = parseInstalled(text(content));
      else if (list !== undefined && size + content.length <= MAX_LISTS) {
        size += content.length;
        lists.set(list, content);
      }
    },
    dpkg: () => (statuses.size === 0 ? undefined : new Map([...statuses.values()].flatMap((each) => [...each]))),
    apk: () => apk,
    filesOf: (system, name) => {
      if (system === 'apk') return apk?.get(name)?.files ?? [];
      // The key of a status is NAME:ARCHITECTURE; a list has the architecture where several may be installed at once.
      const bytes = lists.get(name) ?? lists.get(name.replace(/:[^:]*$/, ''));
      return text(bytes).split('\n').filter((line) => line.startsWith('/') && line !== '/.').map((line) => line.slice(1));
    },
  };
}

/** dpkg's status: stanzas of fields (deb-control(5)). */
function parseStatus(text: string): Database {
  const found: Database = new Map();
  for (const stanza of text.split(/\n{2,}/)) {
    const lines = stanza.split('\n');
    const field = (name: string): string => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim() ?? '';
    const status = field('Status');
    if (field('Package') === '' || (status !== '' && !status.endsWith(' installed'))) continue;
    found.set(`${field('Package')}:${field('Architecture')}`, { version: field('Version'), files: [] });
  }
  return found;
}

/** apk's installed database: `P:` name, `V:` version, `F:` folder, `R:` file in it (apk-v2(5)). */
function parseInstalled(text: string): Database {
  const found: Database = new Map();
  for (const stanza of text.split(/\n{2,}/)) {
    let [name, version, folder] = ['', '', ''];
    const files: string[] = [];
    for (const line of stanza.split('\n')) {
      const value = line.slice(2);
      if (line.startsWith('P:')) name = value;
      else if (line.startsWith('V:')) version = value;
      else if (line.startsWith('F:')) folder = value;
      else if (line.startsWith('R:')) files.push(folder === '' ? value : `${folder}/${value}`);
    }
    if (name !== '') found.set(name, { version, files });
  }
  return found;
}
