// Writes src/pb/schema.ts from proto/*.proto: the wire as data, and the types of decoded messages.
// Usage: node scripts/generate-schema.mjs [--check] ; --check exits 1 when the file is not what would be written.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import protobuf from 'protobufjs';

const protoFolder = new URL('../proto/', import.meta.url).pathname;
const outputPath = new URL('../src/pb/schema.ts', import.meta.url).pathname;

function loadProtos() {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => (/^google\/protobuf\//.test(target) ? target : join(protoFolder, basename(target)));
  const files = readdirSync(protoFolder).filter((name) => name.endsWith('.proto')).sort();
  root.loadSync(files, { keepCase: true });
  root.resolveAll();
  return root;
}

function collect(namespace, messages, enums) {
  for (const child of namespace.nestedArray) {
    if (child instanceof protobuf.Type) messages.push(child);
    if (child instanceof protobuf.Enum) enums.push(child);
    if (child.nestedArray !== undefined) collect(child, messages, enums);
  }
}

const fullName = (object) => object.fullName.replace(/^\./, '');
const byName = (a, b) => (fullName(a) < fullName(b) ? -1 : 1);

/** The JSON name of protobuf: underscores go, the letter after one becomes upper case, all else stays. */
const jsonName = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

function typeOf(field) {
  if (field.resolvedType instanceof protobuf.Enum) return 'enum';
  return field.resolvedType === null ? field.type : fullName(field.resolvedType);
}

function ruleOf(field) {
  if (field.map) return `map ${field.keyType}`;
  if (field.repeated) return typeOf(field) !== 'string' && typeOf(field) !== 'bytes' && !(field.resolvedType instanceof protobuf.Type) ? 'packed' : 'repeated';
  if (field.partOf && !field.options?.proto3_optional) return `oneof ${field.partOf.name}`;
  return field.options?.proto3_optional ? 'optional' : '';
}

/** Go's order on the wire: by number, members of a oneof after all other fields, oneof by oneof. */
function fieldsOf(message) {
  const oneofIndex = (field) => (ruleOf(field).startsWith('oneof') ? message.oneofsArray.indexOf(field.partOf) : -1);
  return [...message.fieldsArray].sort((a, b) => oneofIndex(a) - oneofIndex(b) || a.id - b.id);
}

const SCALARS = { string: 'string', bytes: 'Uint8Array', bool: 'boolean', int64: 'number | bigint', uint64: 'number | bigint', sint64: 'number | bigint', fixed64: 'number | bigint', sfixed64: 'number | bigint' };

function scriptType(type) {
  return type.includes('.') ? `Messages['${type}']` : (SCALARS[type] ?? 'number');
}

function propertyOf(field) {
  const rule = ruleOf(field);
  const type = scriptType(typeOf(field));
  const name = jsonName(field.name);
  if (field.map) return `readonly ${name}: ReadonlyMap<${scriptType(field.keyType)}, ${type}>`;
  if (field.repeated) return `readonly ${name}: readonly ${type.includes('|') ? `(${type})` : type}[]`;
  const absent = rule !== '' || field.resolvedType instanceof protobuf.Type;
  return `readonly ${name}${absent ? '?' : ''}: ${type}`;
}

export function generate() {
  const messages = [];
  const enums = [];
  collect(loadProtos(), messages, enums);
  messages.sort(byName);
  enums.sort(byName);
  const rows = messages.map((message) => {
    const fields = fieldsOf(message).map((field) => `    [${field.id}, '${jsonName(field.name)}', '${typeOf(field)}', '${ruleOf(field)}'],\n`);
    return `  ['${fullName(message)}', [${fields.length === 0 ? '' : `\n${fields.join('')}  `}]],\n`;
  });
  const types = messages.map((message) => `  '${fullName(message)}': {${fieldsOf(message).map((field) => `\n    ${propertyOf(field)};`).join('')}${message.fieldsArray.length === 0 ? '' : '\n  '}};\n`);
  const values = enums.map((item) => `  '${fullName(item)}': { ${Object.entries(item.values).map(([name, number]) => `${name}: ${number}`).join(', ')} },\n`);
  return `// Made from proto/*.proto by scripts/generate-schema.mjs; do not edit.

/** A field: number, name (the JSON name of protobuf), type, and rule: '', optional, repeated, packed, \`oneof NAME\` or \`map KEYTYPE\`. */
export type FieldRow = readonly [number: number, name: string, type: string, rule: string];

/** All messages by full name, each with its fields in the order of the wire. */
export const SCHEMA: ReadonlyMap<string, readonly FieldRow[]> = new Map<string, readonly FieldRow[]>([
${rows.join('')}]);

/** All enums by full name. */
export const ENUMS = {
${values.join('')}} as const;

/** What decoding gives for each message. */
export interface Messages {
${types.join('')}}
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const text = generate();
  if (!process.argv.includes('--check')) writeFileSync(outputPath, text);
  else if (readFileSync(outputPath, 'utf8') !== text) {
    console.error('src/pb/schema.ts is not current: run node scripts/generate-schema.mjs');
    process.exitCode = 1;
  }
}
