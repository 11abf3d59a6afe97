import { CodedError } from '../diag/error.ts';
import { byteLength } from '../spec/bytes.ts';

/**
 * Splits one line of comma-separated fields, which may be in double quotes (go-csvvalue, Fields).
 * Throws CodedError `syntax` with the words of Go's encoding/csv.
 */
export function csvFields(text: string): readonly string[] {
  const line = text.replace(/\r?\n$/, '');
  if (line === '') throw new CodedError('syntax', 'EOF');
  const fields: string[] = [];
  for (let position = 0; ;) {
    const { field, end } = line[position] === '"' ? quotedField(line, position) : plainField(line, position);
    fields.push(field);
    if (end >= line.length) return fields;
    position = end + 1;
    // A line that ends in a comma has an empty field behind it.
    if (position === line.length) return [...fields, ''];
  }
}

function plainField(line: string, start: number): { readonly field: string; readonly end: number } {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  const field = line.slice(start, end);
  const quote = field.indexOf('"');
  if (quote >= 0) throw csvError(line, start + quote, 'bare " in non-quoted-field');
  return { field, end };
}

function quotedField(line: string, start: number): { readonly field: string; readonly end: number } {
  const parts: string[] = [];
  for (let position = start + 1; ;) {
    const quote = line.indexOf('"', position);
    if (quote < 0) throw csvError(line, position, 'extraneous or missing " in quoted-field');
    parts.push(line.slice(position, quote));
    const next = line[quote + 1];
    if (next === undefined || next === ',') return { field: parts.join(''), end: quote + 1 };
    if (next !== '"') throw csvError(line, quote, 'extraneous or missing " in quoted-field');
    parts.push('"');
    position = quote + 2;
  }
}

function csvError(line: string, position: number, problem: string): CodedError {
  return new CodedError('syntax', `parse error on line 1, column ${byteLength(line.slice(0, position)) + 1}: ${problem}`);
}
