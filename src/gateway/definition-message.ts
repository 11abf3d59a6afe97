import type { Range } from '../diag/range.ts';
import { encodeDefinition } from '../llb/definition-pb.ts';
import type { SourceMap } from '../llb/types.ts';
import { ENUMS } from '../pb/schema.ts';
import type { Messages } from '../pb/schema.ts';
import type { Platform } from '../spec/platform.ts';
import type { Policy, PolicyRule } from '../spec/source-policy.ts';
import type { MessageInput } from './bridge.ts';

/** A source file with the definition that it was read from (pb.SourceInfo). */
export function sourceInfoMessage(sourceMap: SourceMap): MessageInput<Messages['pb.SourceInfo']> {
  const { filename, data, language, definition } = sourceMap;
  return { filename, data, language, definition: definition === undefined ? {} : encodeDefinition(definition) };
}

/** A range of lines (pb.Range). */
export function rangeMessage(range: Range): MessageInput<Messages['pb.Range']> {
  return { start: range.start, end: range.end };
}

/** A platform (pb.Platform). */
export function platformMessage(platform: Platform): MessageInput<Messages['pb.Platform']> {
  const { os, architecture, variant, osVersion, osFeatures } = platform;
  return { OS: os, Architecture: architecture, Variant: variant, OSVersion: osVersion, OSFeatures: osFeatures };
}

/** A source policy (moby.buildkit.v1.sourcepolicy.Policy). */
export function policyMessage({ version, rules }: Policy): MessageInput<Messages['moby.buildkit.v1.sourcepolicy.Policy']> {
  return { version, rules: rules.map(ruleMessage) };
}

function ruleMessage({ action, selector, updates }: PolicyRule): MessageInput<Messages['moby.buildkit.v1.sourcepolicy.Rule']> {
  const { identifier, match_type: matchType, constraints = [] } = selector;
  return {
    action: ENUMS['moby.buildkit.v1.sourcepolicy.PolicyAction'][action],
    selector: {
      identifier,
      matchType: ENUMS['moby.buildkit.v1.sourcepolicy.MatchType'][matchType],
      constraints: constraints.map(({ key, value, condition }) => ({ key, value, condition: ENUMS['moby.buildkit.v1.sourcepolicy.AttrMatch'][condition] })),
    },
    ...(updates === undefined ? {} : { updates: { identifier: updates.identifier, attrs: new Map(Object.entries(updates.attrs ?? {})) } }),
  };
}
