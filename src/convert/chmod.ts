import { CodedError } from '../diag/error.ts';

const MAX_MODE = 0o7777;

/** A clause names whom it is for, then operations with permissions: `u+rw`, `go=`, `a-x+X`. */
const SYMBOLIC = /^[augo]*(?:[-+=][rstwXxugo]*)+(?:,[augo]*(?:[-+=][rstwXxugo]*)+)*$/;

/** The permissions that `--chmod` asks for, by number or by symbols; nothing when it is not given. Throws the reference's text. */
export function parseChmod(text: string): { readonly mode?: number; readonly modeString?: string } {
  if (text === '') return {};
  if (/^[0-7]+$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    if (mode <= MAX_MODE) return { mode };
  }
  if (/^[0-9]/.test(text)) {
    throw new CodedError('convert', `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
  }
  if (!SYMBOLIC.test(text)) throw new CodedError('convert', 'invalid syntax');
  return { modeString: text };
}
