import { REPRO_RULES } from '../lint/repro-rules.ts';
import type { ShellCommand } from '../lint/shell.ts';
import { checkLanguagePackages, checkSystemPackages, LANGUAGE_PROGRAMS, SYSTEM_MANAGERS } from './check-packages.ts';
import type { Finding } from './check-packages.ts';

/** What the later RUNs of a stage do, too: a download may be checked, and a clone brought to its commit, after the RUN that makes it. */
export interface StageFacts {
  readonly verifies: boolean;
  readonly checksOut: boolean;
  /** apt and pacman install from a snapshot. */
  readonly snapshots: boolean;
}

const VERIFIERS: ReadonlySet<string> = new Set([
  'sha1sum', 'sha224sum', 'sha256sum', 'sha384sum', 'sha512sum', 'shasum', 'md5sum', 'b2sum', 'cksum', 'sha256', 'gpg', 'gpg2', 'gpgv', 'cosign', 'minisign', 'signify', 'rhash', 'slsa-verifier', 'rpmkeys',
]);

/** The programs, beside package managers, that a check or a fact of the stage is about: those of {@link checkDownload}, {@link checkClone} and so on. */
const PROGRAMS: readonly string[] = [
  'openssl', 'rpm', 'git', 'curl', 'wget', 'date', 'uuidgen', 'dbus-uuidgen', 'systemd-machine-id-setup', 'ssh-keygen', 'keytool', 'wg', 'dd', 'chpasswd', 'mkpasswd', 'htpasswd', 'random',
];

/** What stands in every text with a finding, or with a command that verifies or checks out, unless quotes hide it: in most it does not. */
const SIGN = new RegExp([...new Set([...PROGRAMS, ...VERIFIERS, ...SYSTEM_MANAGERS, ...LANGUAGE_PROGRAMS])].join('|') + `|['"\\\\]`);

/** Whether something may be found in a RUN's text; its words need not be read where not. */
export function mayHaveFindings(text: string): boolean {
  return SIGN.test(text);
}

/** Whether a command checks a file against a checksum or a signature. */
export function verifies({ name, words }: ShellCommand): boolean {
  return VERIFIERS.has(name) || (name === 'openssl' && words[1] === 'dgst') || (name === 'rpm' && words.some((word) => /^(?:-K|--checksig)$/.test(word)));
}

/** Whether a command brings a clone to a commit. */
export function checksOut({ name, words }: ShellCommand): boolean {
  return name === 'git' && words.some((word) => ['checkout', 'reset', 'switch', 'rev-parse', 'verify-tag', 'verify-commit', 'submodule', 'worktree'].includes(word));
}

/** What stands in the way of reproducing one command of a RUN. */
export function checkCommand(command: ShellCommand, next: ShellCommand | undefined, stage: StageFacts): readonly Finding[] {
  return [
    checkSystemPackages(command, stage.snapshots),
    checkLanguagePackages(command),
    stage.verifies ? undefined : checkDownload(command, next),
    stage.checksOut ? undefined : checkClone(command),
    checkRandom(command),
  ].filter((finding) => finding !== undefined);
}

/** Requests that bring no file: questions, uploads, probes. */
const NO_DOWNLOAD = /^(?:-X|--request|-I|--head|--spider|-d|--data.*|-F|--form|-T|--upload-file|--post-.*|--method.*|-V|--version|-h|--help)$/;

function checkDownload({ name, words, piped }: ShellCommand, next: ShellCommand | undefined): Finding | undefined {
  if (name !== 'curl' && name !== 'wget') return undefined;
  const rest = words.slice(1);
  if (rest.some((word) => NO_DOWNLOAD.test(word) || word === '/dev/null')) return undefined;
  const url = rest.find((word, at) => /^(?:https?|ftp):\/\/./.test(word) && !VALUE_OPTIONS.has(rest[at - 1] ?? ''));
  if (url === undefined || LOOPBACK.test(url) || NAMES_CONTENT.test(url)) return undefined;
  // What only asks for a version or a list is no file of the build: `VERSION=$(curl … | jq …)`.
  if (piped && next !== undefined && QUESTIONS.has(next.name)) return undefined;
  return { rule: REPRO_RULES.ReproUnverifiedDownload, message: REPRO_RULES.ReproUnverifiedDownload.format(name, url) };
}

const LOOPBACK = /^\w+:\/\/(?:localhost|127\.|\[::1\])/;
/** A commit or a digest, or a variable that is named as if it held one. */
const NAMES_CONTENT = /[0-9a-f]{40}|\$\{?\w*(?:COMMIT|SHA|DIGEST|REV\b|REVISION)/i;
const VALUE_OPTIONS: ReadonlySet<string> = new Set(['--proxy', '-x', '-e', '--referer', '-A', '--user-agent', '-U', '-H', '--header']);
const QUESTIONS: ReadonlySet<string> = new Set(['jq', 'grep', 'egrep', 'sed', 'awk', 'cut', 'head', 'tail', 'sort', 'wc']);

function checkClone({ name, words }: ShellCommand): Finding | undefined {
  if (name !== 'git') return undefined;
  const at = words.indexOf('clone');
  if (at < 0 || words.some((word) => word.startsWith('--revision'))) return undefined;
  const repository = words.slice(at + 1).find((word) => /^(?:[a-z+]+:\/\/|git@)/.test(word));
  return repository === undefined ? undefined : { rule: REPRO_RULES.ReproUnpinnedClone, message: REPRO_RULES.ReproUnpinnedClone.format(repository) };
}

function checkRandom(command: ShellCommand): Finding | undefined {
  const what = randomCommand(command);
  return what === undefined ? undefined : { rule: REPRO_RULES.ReproRandomCommand, message: REPRO_RULES.ReproRandomCommand.format(what) };
}

function randomCommand({ name, words }: ShellCommand): string | undefined {
  const rest = words.slice(1);
  switch (name) {
    // A time given, or a file's, or of the epoch, is no clock.
    case 'date': return rest.some((word) => /^(?:-d|--date|-r|--reference|-s|--set|--help|--version)|SOURCE_DATE_EPOCH/.test(word)) ? undefined : 'date';
    case 'uuidgen': case 'dbus-uuidgen': case 'systemd-machine-id-setup': return name;
    case 'openssl': return randomOpenssl(rest);
    case 'ssh-keygen': return rest.some((word) => /^-(?:t|A|b|H)/.test(word)) ? name : undefined;
    case 'keytool': return rest.some((word) => /^-gen(?:key(?:pair)?|seckey)$/.test(word)) ? `keytool ${rest.find((word) => word.startsWith('-gen')) ?? ''}` : undefined;
    case 'gpg': case 'gpg2': return rest.some((word) => /^--(?:quick-|full-)?gen(?:erate)?-key$/.test(word)) ? `${name} --generate-key` : undefined;
    case 'wg': return ['genkey', 'genpsk'].includes(rest[0] ?? '') ? `wg ${rest[0] ?? ''}` : undefined;
    case 'dd': return rest.some((word) => /^if=\/dev\/u?random$/.test(word)) ? 'dd if=/dev/urandom' : undefined;
    default: return saltsPassword(name, rest) ? name : randomWord(name, rest);
  }
}

function randomOpenssl([command = '', ...options]: readonly string[]): string | undefined {
  const isRandom = command === 'passwd' ? !options.some((word) => /^--?salt$/.test(word)) : ['rand', 'genrsa', 'genpkey', 'req', 'dhparam', 'gendsa'].includes(command);
  return isRandom && !options.includes('-help') ? `openssl ${command}` : undefined;
}

/** Whether a command makes the hash of a password with a salt of its own. */
function saltsPassword(name: string, words: readonly string[]): boolean {
  switch (name) {
    case 'chpasswd': return !words.some((word) => /^(?:-[a-z]*e|--encrypted)$/.test(word));
    case 'mkpasswd': return !words.some((word) => /^(?:-S|--salt|--help|--version)/.test(word));
    // Not what deletes, checks, or is for hashes without a salt.
    case 'htpasswd': return words.length > 0 && !words.some((word) => /^-[A-Za-z]*[Dvsp]/.test(word));
    default: return false;
  }
}

const READERS: ReadonlySet<string> = new Set(['cat', 'head', 'tr', 'od', 'base64', 'xxd', 'hexdump']);

function randomWord(name: string, words: readonly string[]): string | undefined {
  const device = words.findIndex((word) => /^\/dev\/u?random$/.test(word));
  if (device >= 0 && (READERS.has(name) || words[device - 1] === '<')) return `${name} ${words[device] ?? ''}`;
  return undefined;
}
