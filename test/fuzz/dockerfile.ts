import { arg, INSTRUCTIONS } from './instructions.ts';
import { odd } from './odd.ts';
import type { Random } from './random.ts';
import { type Scope, word } from './words.ts';

const IMAGES = ['scratch', 'alpine', 'debian:12', 'busybox:latest', 'docker.io/library/golang:1.22', 'ghcr.io/a/b:v1', 'localhost:5000/x', 'node@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d', 'onbuild/base', 'x/onbuild:2', 'ubuntu', 'python:3.12-slim'];
const STAGE_NAMES = ['base', 'build', 'final', 'Mixed', 'stage-1', 'a.b', 'x_y'];
const PLATFORMS = ['linux/arm64/v8', 'linux/x86_64', 'linux/amd64/v2', 'windows(10.0.17763)/amd64', 'linux(+feature)/amd64', 'armhf', 'LINUX/AMD64', 'linux/amd64', 'linux/arm64', '$BUILDPLATFORM', '$TARGETPLATFORM', '${TARGETPLATFORM}', 'linux/arm/v7', 'windows/amd64', 'linux'];

/** A bare variable as base is mostly an error: often where the head declares ARGs, else as seldom as other mistakes. */
function wrongOr(scope: Scope, declared: number): number {
  return scope.args.length > 0 ? declared : scope.wrong;
}

function from(scope: Scope): string {
  const { random } = scope;
  let base = random.chance(0.35) && scope.stages.length > 0 ? random.pick(scope.stages) : random.pick(IMAGES);
  if (random.chance(0.15)) base = random.pick(['${BASE:-alpine}', 'alpine:${VERSION:-3}', ...(random.chance(wrongOr(scope, 0.3)) ? ['$BASE', '${BASE}', 'debian:$VERSION'] : [])]);
  if (random.chance(scope.wrong * 0.3)) base = random.pick(['', 'UPPER', 'does-not-exist', 'later', ':x', 'a b', word(scope), '$NOPE', 'alpine:', 'alpine@sha256:1', '${', '0', 'context']);
  let line = 'FROM ';
  if (random.chance(0.15)) line += `--platform=${random.chance(scope.wrong) ? random.pick(['', 'x/y/z/w', '$NOPE', 'LINUX', '${FOO}', 'a b']) : random.pick(PLATFORMS)} `;
  line += base;
  if (random.chance(0.5)) {
    const name = random.chance(scope.wrong * 0.3) ? random.pick(['1bad', 'scratch', 'Scratch', 'context', 'dockerfile', '\u212a', 'x\u0130', '', 'a b', 'é', '$FOO', ...scope.stages]) : random.pick(STAGE_NAMES);
    line += ` ${random.pick(['AS', 'as', 'AS', 'As'])} ${name}`;
    scope.stages.push(name);
  }
  if (random.chance(scope.wrong * 0.1)) line += ' extra';
  return line;
}

/** `line` broken at spaces into continued lines, with comments and blank lines between them here and there. */
function broken(scope: Scope, line: string): string {
  const { random } = scope;
  const [head, ...bodies] = line.split('\n');
  const continued = head!.split(' ').reduce((text, part) => {
    if (!random.chance(0.12)) return `${text} ${part}`;
    return `${text} ${scope.escape}${random.pick(['', '', ' ', '\t'])}\n${random.pick(['', '', '# comment\n', '  # indented\n', '\n', '   \n', '#\n\n'])}${random.pick(['  ', '', '\t'])}${part}`;
  });
  return [continued, ...bodies].join('\n');
}

function decorated(scope: Scope, line: string): string {
  const { random } = scope;
  let text = random.chance(0.3) ? broken(scope, line) : line;
  if (random.chance(0.05)) text = text.replace(/^[A-Z]+/, (keyword) => random.pick([keyword.toLowerCase(), keyword[0]! + keyword.slice(1).toLowerCase()]));
  if (random.chance(0.05)) text = `${random.pick([' ', '\t', '   '])}${text}`;
  if (random.chance(0.05)) text += random.pick([' ', '\t', '  ']);
  if (random.chance(0.12)) text = `# ${random.pick(['a comment', 'FOO is an arg', 'check=skip=all', 'check=skip=JSONArgsRecommended,StageNameCasing', 'base the first stage', 'VERSION which one'])}\n${text}`;
  if (random.chance(0.08)) text = `\n${text}`;
  return text;
}

function directives(scope: Scope): string {
  const { random } = scope;
  const lines: string[] = [];
  if (random.chance(0.12)) lines.push(`# check=${random.pick(['skip=all', 'error=true', 'skip=none', 'skip=JSONArgsRecommended;error=true', 'experimental=all', 'skip=StageNameCasing,FromAsCasing', ...(random.chance(scope.wrong) ? ['bogus=1', 'error=x', ';', 'skip', 'skip=all; error=true', 'skip=all # why', ' skip = all', 'SKIP=ALL', 'skip=all;', 'error=true;error=false', 'skip=', 'experimental=Nope'] : [])])}`);
  if (scope.escape === '`') lines.push(random.pick(['# escape=`', '#escape=`', '# Escape = `']));
  else if (random.chance(0.05)) lines.push('# escape=\\');
  else if (random.chance(scope.wrong * 0.1)) lines.push(random.pick(['# escape=x', '# escape=', '# escape=\\\n# escape=\\']));
  if (random.chance(scope.wrong * 0.05)) lines.push(random.pick(['# syntax=other/frontend:1', '# syntax=other/frontend --flag x', '// syntax=other', '# syntax=', '{"syntax": "other/frontend"}', '  //syntax = other/frontend x=y', '#syntax=UPPER', '/* syntax=other */']));
  if (random.chance(0.05)) lines.push(random.pick(['# unknown=1', '#!/bin/foo', '# just a comment', '// not ours', '#', '']));
  if (lines.length > 1 && random.chance(scope.wrong * 0.2)) lines.reverse();
  return lines.map((line) => `${line}\n`).join('');
}

/** One Dockerfile's text. `wrong` is the probability that a place is made wrong on purpose. */
export function dockerfile(random: Random, wrong: number): string {
  const scope: Scope = { random, wrong, escape: random.chance(0.12) ? '`' : '\\', stages: [], args: [] };
  const lines: string[] = [];
  lines.push(...random.list(0, 2, () => arg(scope)));
  for (const _ of random.list(1, 4, () => 0)) {
    if (!random.chance(wrong * 0.1)) lines.push(from(scope));
    lines.push(...random.list(0, 6, () => random.pick(INSTRUCTIONS)(scope)));
  }
  if (random.chance(wrong * 0.15)) lines.splice(random.int(0, lines.length), 0, random.pick(['BOGUS x', 'RUNN x', 'copy', 'RUN', 'ENV', 'FROM', 'LABEL', 'ARG', '<<EOF', 'ONBUILD', 'ONBUILD FROM x', 'ONBUILD ONBUILD RUN x', 'ONBUILD MAINTAINER x', 'INSERT a', 'CMD', 'HEALTHCHECK', 'SHELL /bin/sh', 'WORKDIR', 'USER', 'EXPOSE', 'VOLUME', 'STOPSIGNAL a b', 'ADD', 'ADD x', '\\']));
  let text = directives(scope) + lines.map((line) => decorated(scope, line)).join('\n') + random.pick(['\n', '\n', '', '\n\n']);
  if (random.chance(0.05)) text = text.replaceAll('\n', '\r\n');
  if (random.chance(0.03)) text = `\ufeff${text}`;
  if (random.chance(wrong * 0.03)) text = text.slice(0, random.int(0, text.length));
  for (let times = random.chance(0.08 + wrong * 0.3) ? random.int(1, 2) : 0; times > 0; times--) text = odd(random, text);
  return text;
}
