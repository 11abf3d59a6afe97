import type { Random } from './random.ts';

/** What a generated Dockerfile may refer to, and how wrong it may be. */
export interface Scope {
  readonly random: Random;
  /** Probability that a place is made wrong on purpose. */
  readonly wrong: number;
  readonly escape: string;
  readonly stages: string[];
  readonly args: string[];
}

export const ARG_NAMES = ['BASE', 'VERSION', 'FOO', 'BAR', 'EMPTY', 'TARGETARCH', 'TARGETPLATFORM', 'BUILDPLATFORM', 'TARGETOS', 'TARGETVARIANT', 'TARGETSTAGE', 'PATH', 'HTTP_PROXY', 'SOURCE_DATE_EPOCH', 'NAME', 'x1', '_y', 'API_TOKEN', 'db_password', '__proto__', 'constructor'];
const LITERALS = ['a', 'foo', 'bar.txt', 'x-y', '1', '0', '2.10', 'hello', 'é', '日本', 'a/b', '/etc', 'x=y', '.', '-', '@', ':', '%', '#', '*', '?', '[a]', '{b}', '!', '~', '+', ',', ';', '&', '|', '(', ')', '<', '>'];
const PATTERNS = ['[', '\\[', '(', '.', '+', '^', '$', '日', '?*', '"a"', '*', '?', 'a', 'foo', '/*', '*/', '.*', '[ab]', '\\*', 'b*', '', '*o', '#', '%', '${FOO}'];

/** One variable reference, with any of the modifiers, nested up to `depth`. */
export function variable(scope: Scope, depth: number): string {
  const { random } = scope;
  const name = random.chance(0.6) && scope.args.length > 0 ? random.pick(scope.args) : random.pick(ARG_NAMES);
  if (random.chance(0.3)) return `$${name}`;
  if (random.chance(scope.wrong * 0.5)) return random.pick(['${', '$', '${}', '${FOO', '${FOO:', '${FOO:!x}', '${:-a}', '${FOO:-', '$1', '$@', '${@}', '${1}', '${FOO/a}', '${FOO//}', '$$', '${FOO#}', '${FOO^}', '${FOO:=x}', '${!FOO}', '${FOO bar}', '${FOO-{}', '$é', '$?', '$-', '$0', '$12', '${?}', '${*}', '${12}', '${#FOO}', '${FOO,,}', '${FOO:1}', '${FOO:0:1}', '${FOO@Q}', '${ FOO}', '${FOO }', '${FOO.x}', '${FOO:+', '${FOO%', '${FOO/a/b', '${FOO//a/}', '${FOO:-"a', '${1:-x}', '${FOO:?}', '${FOO?}']);
  const modifier = random.pick(['', '', ':-', '-', ':+', '+', ':?', '?', '#', '##', '%', '%%', '/', '//']);
  if (modifier === '') return `\${${name}}`;
  if (modifier.startsWith(':') && random.chance(0.15)) return `\${${name}${modifier}${random.pick(['"a b"', "'a b'", '\\}', '"}"', 'a\\ b', 'x y', '"${BAR}"', "'${BAR}'", '$$', '\\$BAR'])}}`;
  if (/[#%]/.test(modifier) && depth > 0 && random.chance(0.2)) return `\${${name}${modifier}${variable(scope, depth - 1)}}`;
  const inner = (): string => (depth > 0 ? word(scope, depth - 1, true) : random.pick(LITERALS)).replace(/[\s}]/g, '');
  if (modifier.startsWith('/')) return `\${${name}${modifier}${random.pick(PATTERNS).replaceAll('/', '\\/')}/${inner()}}`;
  if (modifier.startsWith('#') || modifier.startsWith('%')) return `\${${name}${modifier}${random.pick(PATTERNS)}}`;
  if (modifier.endsWith('?') && !random.chance(scope.wrong)) return `\${${name}:-${inner()}}`;
  return `\${${name}${modifier}${inner()}}`;
}

/** One word: literals, quotes, escapes and variables run together; no unquoted white space. */
export function word(scope: Scope, depth = 2, plain = false): string {
  const { random } = scope;
  return random.list(1, 3, () => {
    const kind = random.next();
    if (kind < 0.5) return random.pick(LITERALS.slice(0, plain ? 13 : 23));
    if (kind < 0.7) return variable(scope, depth);
    if (kind < 0.78) return `"${random.pick(['', 'a b', 'x', '\\"q\\"', "it's", variable(scope, depth)])}"`;
    if (kind < 0.86) return `'${random.pick(['', 'a b', 'x', '"', variable(scope, depth)])}'`;
    if (kind < 0.92) return scope.escape + random.pick(['$', 'n', '"', "'", ' ', scope.escape, 'x', '#', 't']);
    if (random.chance(scope.wrong)) return random.pick(['"', "'", '"abc', "'abc", scope.escape, '`', '\\', '\u0000', '\u00a0', '\ud83d\ude00']);
    return random.pick(LITERALS);
  }).join('');
}

/** A path, mostly a sane one. */
export function path(scope: Scope): string {
  const { random } = scope;
  if (random.chance(0.75)) return random.pick(['.', '/', './', 'a', 'a/b', '/app', '/app/', 'src/', '*.txt', '/etc/x', '../up', '/a b'.replace(' ', ''), 'dir', 'file.tar.gz', '/x/./y/../z', 'C:\\x', '/dest/', 'foo?', '"quoted"', '/$FOO', '${BAR}/x', '']) || '.';
  return word(scope, 1);
}

/** A JSON string array, or something that nearly is one. */
export function jsonForm(scope: Scope): string {
  const { random } = scope;
  const items = random.list(random.chance(scope.wrong) ? 0 : 1, 3, () => JSON.stringify(random.pick(['a', '/bin/sh', '-c', 'echo $FOO', 'é', 'x "y"', '', 'a\\b', '<&>', '\u2028', word(scope, 1)])));
  const text = `[${random.chance(0.2) ? ' ' : ''}${items.join(random.pick([',', ', ', ' , ']))}${random.chance(0.2) ? ' ' : ''}]`;
  if (!random.chance(scope.wrong)) return text;
  return random.pick([text.slice(0, -1), text.slice(1), text.replaceAll('"', "'"), `${text} x`, `${text},`, '[1]', '["a", 1]', '[null]', '[["a"]]', '{}', '["a",]', '["\\x"]', '[ ]', '[]', `x ${text}`, '["a" "b"]', '["a"]\t', '["\ud800"]']);
}
