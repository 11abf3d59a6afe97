import { CodedError } from '../diag/error.ts';

/** What `verify` does: build again and compare, build twice and compare, or count the statements of others. */
export type VerifyMode = 'rebuild' | 'twice' | 'policy';

const REPORT = ['ignore', 'format', 'output', 'limit', 'acceptRepacked', 'progress'];
const BUILD = ['frontend', 'client', 'platform', 'sourcesList', 'buildArg'];

/** The options of each way, as commander names them. */
const OPTIONS: Readonly<Record<VerifyMode, readonly string[]>> = {
  rebuild: [...BUILD, ...REPORT, 'set', 'keep', 'statement', 'key', 'verifier', 'attach', 'plainHttp'],
  twice: [...BUILD, ...REPORT, 'twice', 'file', 'target'],
  policy: ['policy', 'statementFile', 'platform', 'plainHttp'],
};

const WORDS: Readonly<Record<VerifyMode, string>> = { rebuild: 'without --twice or --policy', twice: 'with --twice', policy: 'with --policy' };

/**
 * Which of them these options ask for; `given` are those of the command line. Throws (code `option`) when one of them would be ignored: a statement that
 * nobody writes, a key that signs nothing.
 */
export function verifyMode(given: readonly string[], hasClientArgs: boolean): VerifyMode {
  if (given.includes('twice') && given.includes('policy')) throw new CodedError('option', '--twice builds, --policy builds nothing: expected one of them');
  const mode = given.includes('twice') ? 'twice' : given.includes('policy') ? 'policy' : 'rebuild';
  const useless = given.filter((name) => !OPTIONS[mode].includes(name));
  if (useless.length > 0) throw new CodedError('option', `${useless.map(flagOf).join(', ')}: means nothing ${WORDS[mode]}`);
  if (hasClientArgs && mode === 'policy') throw new CodedError('option', 'arguments for a client mean nothing with --policy, which runs none');
  const isStated = given.includes('statement') || given.includes('attach');
  const [unused] = isStated ? [] : given.filter((name) => name === 'key' || name === 'verifier');
  if (unused !== undefined) throw new CodedError('option', `${flagOf(unused)}: there is no statement; ask for one with --statement FILE or --attach`);
  return mode;
}

/** `statementFile` → `--statement-file`. */
function flagOf(name: string): string {
  return `--${name === 'progress' ? 'no-' : ''}${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
