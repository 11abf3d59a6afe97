import { toUpper } from '../spec/strings.ts';
import { parseDecimal } from './numbers.ts';

const NAMES: ReadonlySet<string> = new Set(('ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP ' +
  'TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX').split(' '));
const REAL_TIME = /^(?:RTMIN\+(?:[1-9]|1[0-5])|RTMAX-(?:[1-9]|1[0-4]))$/;

/** Whether `text` is a signal of Linux: a number that is not 0, or a name with or without SIG (moby/sys/signal). */
export function isSignal(text: string): boolean {
  const number = parseDecimal(text);
  if (number !== undefined) return number !== 0n;
  const name = toUpper(text).replace(/^SIG/, '');
  return NAMES.has(name) || REAL_TIME.test(name);
}
