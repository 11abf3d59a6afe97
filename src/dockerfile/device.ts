import { CodedError, messageOf } from '../diag/error.ts';
import { cut, parseBool, toLower } from '../spec/strings.ts';
import type { CdiDevice } from './ast.ts';
import { csvFields } from './csv.ts';
import { withSuggestion } from './suggest.ts';

/** Reads the value of `RUN --device` (instructions/commands_rundevice.go). Throws CodedError `syntax`. */
export function parseDevice(text: string): CdiDevice {
  let name = '';
  let required = false;
  for (const field of deviceFields(text)) {
    const { before, after } = cut(field, '=');
    const key = toLower(before);
    if (after === undefined) {
      if (key === 'required') required = true;
      else if (name === '') name = field;
      else throw new CodedError('syntax', `invalid field '${field}' must be a key=value pair`);
    } else if (key === 'name') {
      if (name !== '') throw new CodedError('syntax', `device name already set to ${name}`);
      name = after;
    } else if (key === 'required') {
      const value = parseBool(after);
      if (value === undefined) throw new CodedError('syntax', `invalid value for ${key}: ${after}`);
      required = value;
    } else if (name === '') {
      name = field;
    } else {
      throw withSuggestion(new CodedError('syntax', `unexpected key '${key}' in '${field}'`), key, ['name', 'required'], true);
    }
  }
  return { name, required };
}

function deviceFields(text: string): readonly string[] {
  try {
    return csvFields(text);
  } catch (error) {
    throw new CodedError('syntax', `failed to parse csv devices: ${messageOf(error)}`, { cause: error });
  }
}
