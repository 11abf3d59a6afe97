import { REPRO_RULES } from '../lint/repro-rules.ts';
import type { LintRule } from '../lint/rules.ts';
import type { ShellCommand } from '../lint/shell.ts';

/** One thing that a check found in a RUN. */
export interface Finding {
  readonly rule: LintRule;
  readonly message: string;
}

/** How a package manager is called, as far as the checks need it. */
interface Manager {
  /** Subcommands that install what the archive has. */
  readonly installs: ReadonlySet<string>;
  /** Which snapshot rewrite covers it. */
  readonly snapshot?: 'apt' | 'pacman';
}

const set = (...names: string[]): ReadonlySet<string> => new Set(names);
const RPM_INSTALLS = set('install', 'update', 'upgrade', 'groupinstall', 'reinstall', 'distro-sync', 'localinstall', 'in', 'up', 'dup', 'patch');
const APT: Manager = { installs: set('install', 'upgrade', 'dist-upgrade', 'full-upgrade', 'build-dep', 'safe-upgrade', 'source'), snapshot: 'apt' };

const MANAGERS: ReadonlyMap<string, Manager> = new Map([
  ['apt-get', APT], ['apt', APT], ['aptitude', APT],
  ['apk', { installs: set('add', 'upgrade') }],
  ['dnf', { installs: RPM_INSTALLS }], ['yum', { installs: RPM_INSTALLS }], ['microdnf', { installs: RPM_INSTALLS }], ['tdnf', { installs: RPM_INSTALLS }],
  ['zypper', { installs: RPM_INSTALLS }],
]);

/** The programs that {@link checkSystemPackages} is about. */
export const SYSTEM_MANAGERS: readonly string[] = [...MANAGERS.keys(), 'pacman'];

/** What is installed from a live archive of a distribution. `snapshots` names the managers that the sources list points at a snapshot. */
export function checkSystemPackages({ name, words }: ShellCommand, snapshots: boolean): Finding | undefined {
  if (name === 'pacman') return pacman(words, snapshots);
  const manager = MANAGERS.get(name);
  if (manager === undefined) return undefined;
  const subcommand = words.slice(1).find((word) => manager.installs.has(word));
  if (subcommand === undefined) return undefined;
  const packages = words.slice(words.indexOf(subcommand) + 1).filter((word) => !word.startsWith('-'));
  // Only files that are there already: nothing is chosen from an archive but their dependencies.
  if (packages.length > 0 && packages.every(isFile)) return undefined;
  return live(name, manager.snapshot === 'apt', snapshots);
}

function pacman(words: readonly string[], snapshots: boolean): Finding | undefined {
  return words.some((word) => /^-S[a-z]*$/.test(word) && !/[csil]/.test(word.slice(2)) && word !== '-Sy') ? live('pacman', true, snapshots) : undefined;
}

function live(manager: string, covered: boolean, snapshots: boolean): Finding | undefined {
  if (covered && snapshots) return undefined;
  const help = covered ? '; the secret enable-repro-sources-list (or REPRO_SOURCES_LIST=1) makes it a snapshot' : ', and no snapshot server keeps that';
  return { rule: REPRO_RULES.ReproLivePackages, message: REPRO_RULES.ReproLivePackages.format(manager, help) };
}

function isFile(word: string): boolean {
  return /^(?:\.{0,2}\/|https?:)/.test(word) || /\.(?:deb|rpm|apk)$/.test(word);
}

/** How the packages of a language are installed, and which of the names have no version. */
interface LanguageManager {
  readonly pattern: RegExp;
  /** Options that take the next word. */
  readonly values: ReadonlySet<string>;
  /** With one of these, versions come from elsewhere. */
  readonly settled: RegExp;
  hasVersion(name: string): boolean;
}

const PIP: Omit<LanguageManager, 'pattern'> = {
  values: set('-r', '--requirement', '-c', '--constraint', '-e', '--editable', '-i', '--index-url', '--extra-index-url', '-f', '--find-links', '-t', '--target', '--prefix', '--root', '--platform', '--python-version',
    '--implementation', '--abi', '--no-binary', '--only-binary', '--trusted-host', '--timeout', '--retries', '--cache-dir', '--progress-bar', '--global-option', '--install-option', '--build-option', '--config-settings', '--src', '--upgrade-strategy', '--cert', '--proxy', '--log', '--python', '-p', '--root-user-action', '--use-feature', '--group'),
  settled: /^(?:-c.*|--constraint.*|--no-index|--require-hashes|-h|--help)$/,
  hasVersion: (name) => /[=<>!~@]/.test(name) && !/^[^=<>!~@]*(?:>=?|!=)[^,]*$/.test(name),
};

const NODE: Omit<LanguageManager, 'pattern'> = {
  values: set('--prefix', '--registry', '--cache', '--tag', '--omit', '--include', '--loglevel', '-C'),
  settled: /^--help$/,
  hasVersion: (name) => name.lastIndexOf('@') > 0 && !['', 'latest', 'next', '*'].includes(name.slice(name.lastIndexOf('@') + 1)),
};

const LANGUAGES: readonly LanguageManager[] = [
  { pattern: /^(?:pip[0-9.]*|python[0-9.]* -m pip|uv pip) (?:\S+ )*?install$/, ...PIP },
  { pattern: /^pipx install$/, ...PIP },
  { pattern: /^npm (?:-g |--global )?(?:install|i|add)$/, ...NODE },
  { pattern: /^(?:yarn global|pnpm) add$/, ...NODE },
  {
    pattern: /^gem install$/, values: set('-i', '--install-dir', '-n', '--bindir', '--source', '-s', '-P', '--platform', '--version', '-v'),
    settled: /^(?:-v.*|--version.*|--local|-g|--file.*|--help)$/, hasVersion: (name) => /:[0-9]/.test(name) || name.endsWith('.gem'),
  },
  { pattern: /^go (?:install|get)$/, values: set('-ldflags', '-tags', '-o', '-mod', '-gcflags', '-buildmode'), settled: /^--help$/, hasVersion: (name) => !/@(?:latest|main|master|HEAD)$/.test(name) },
  {
    pattern: /^cargo (?:install|binstall)$/, values: set('--features', '-F', '--root', '--target', '--bin', '--profile', '--registry', '--branch', '--tag', '--rev', '-j', '--jobs', '--git', '--path', '--index', '--target-dir', '--example'),
    settled: /^(?:--version.*|--vers.*|--git.*|--path.*|--list|--help)$/, hasVersion: (name) => name.includes('@'),
  },
];

/** What the patterns above begin with: most commands are none of these. */
export const LANGUAGE_PROGRAMS: readonly string[] = ['pip', 'python', 'uv', 'npm', 'yarn', 'pnpm', 'gem', 'go', 'cargo'];
const LANGUAGE_PROGRAM = new RegExp(`^(?:${LANGUAGE_PROGRAMS.join('|')})`);

/** Packages of a language (pip, npm, gem, go, cargo) that are installed by name with no version. */
export function checkLanguagePackages({ name: program, words }: ShellCommand): Finding | undefined {
  if (!LANGUAGE_PROGRAM.test(program)) return undefined;
  const plain = [program, ...words.slice(1)];
  for (const manager of LANGUAGES) {
    const length = [2, 3, 4, 5].find((count) => count <= plain.length && manager.pattern.test(plain.slice(0, count).join(' ')));
    if (length === undefined) continue;
    const rest = plain.slice(length);
    if (rest.some((word) => manager.settled.test(word))) return undefined;
    const names = packageNames(rest, manager.values).filter((name) => !manager.hasVersion(name));
    if (names.length === 0) return undefined;
    return { rule: REPRO_RULES.ReproUnversionedPackage, message: REPRO_RULES.ReproUnversionedPackage.format(plain.slice(0, length).join(' '), names.join(', ')) };
  }
  return undefined;
}

/** Names that say which package: not options and their values, not files, URLs, or what a variable holds. */
function packageNames(words: readonly string[], values: ReadonlySet<string>): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (/^(?:[<>]|>>|[<>]&|<<<)$/.test(word)) break;
    if (word.startsWith('-')) at += values.has(word) ? 1 : 0;
    else if (/^@?[A-Za-z0-9][\w.@/\[\],:=<>!~^*+-]*$/.test(word) && !isLocal(word)) names.push(word);
  }
  return names;
}

function isLocal(word: string): boolean {
  return /\.(?:whl|tgz|tar\.gz|zip|gem|txt)$/.test(word) || word.includes('://') || /^(?:git\+|file:|[\w-]+\/\.)/.test(word) || word === '.';
}
