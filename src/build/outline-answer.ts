import type { Outline, OutlineRequest } from '../convert/outline.ts';
import type { Target } from '../convert/targets.ts';
import type { Range } from '../diag/range.ts';
import type { Result } from '../gateway/result.ts';
import { replaceBroken } from '../spec/bytes.ts';
import type { JsonValue } from './json-text.ts';
import { locationJson, present, subrequestAnswer } from './subrequest-answer.ts';
import { layOutTable } from './table.ts';

/** The answer to `frontend.outline` (frontend/subrequests/outline). Its text is made from its JSON there, where broken characters are replaced. */
export function outlineAnswer(outline: Outline, source: Uint8Array, version: string): Result {
  const json = {
    name: present(outline.name),
    description: present(outline.description),
    args: list(outline.args.map(({ name, description, value, location }) =>
      ({ name, description: present(description), value: present(value), location: optionalLocation(location) }))),
    secrets: list(outline.secrets.map(requestJson)),
    ssh: list(outline.ssh.map(requestJson)),
    sources: [source],
  };
  return subrequestAnswer(json, version, [['result.txt', replaceBroken(outlineText(outline))]]);
}

function list(items: readonly JsonValue[]): readonly JsonValue[] | undefined {
  return items.length === 0 ? undefined : items;
}

function requestJson({ name, required, location }: OutlineRequest): JsonValue {
  return { name, required: present(required), location: optionalLocation(location) };
}

function optionalLocation(ranges: readonly Range[]): JsonValue | undefined {
  return ranges.length === 0 ? undefined : locationJson(ranges);
}

function outlineText({ name, description, args, secrets, ssh }: Outline): string {
  const title = name === '' && description === '' ? '' : `${layOutTable(titleRows(name, description), 1)}\n`;
  return title + table('BUILD ARG\tVALUE\tDESCRIPTION', args.map((arg) => `${arg.name}\t${arg.value}\t${arg.description}`)) +
    table('SECRET\tREQUIRED', secrets.map(requestRow)) + table('SSH\tREQUIRED', ssh.map(requestRow));
}

function titleRows(name: string, description: string): string {
  return `TARGET:\t${name === '' ? '(default)' : name}\n${description === '' ? '' : `DESCRIPTION:\t${description}\n`}`;
}

function requestRow({ name, required }: OutlineRequest): string {
  return `${name}\t${required ? 'true' : ''}`;
}

function table(header: string, rows: readonly string[]): string {
  return rows.length === 0 ? '' : `${layOutTable(`${[header, ...rows].join('\n')}\n`, 3)}\n`;
}

/** The answer to `frontend.targets` (frontend/subrequests/targets). */
export function targetsAnswer(targets: readonly Target[], source: Uint8Array, version: string): Result {
  const json = {
    // Go writes a list that nothing was added to as null.
    targets: targets.length === 0 ? null : targets.map(({ name, isDefault, description, base, platform, location }) => ({
      name: present(name), default: present(isDefault), description: present(description), base: present(base), platform: present(platform),
      location: optionalLocation(location),
    })),
    sources: [source],
  };
  const rows = targets.map((target) => `${targetName(target)}\t${target.description}\n`);
  return subrequestAnswer(json, version, [['result.txt', replaceBroken(layOutTable(`TARGET\tDESCRIPTION\n${rows.join('')}`, 1))]]);
}

function targetName({ name, isDefault }: Target): string {
  if (!isDefault) return name;
  return name === '' ? '(default)' : `${name} (default)`;
}
