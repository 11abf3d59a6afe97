import { CodedError } from '../diag/error.ts';
import type { Messages } from '../pb/schema.ts';
import type { GatewayMessage, MessageInput } from './bridge.ts';
import type { Reference } from './reference.ts';

/** What a build or another frontend gives: references by platform or a single one, metadata for exporters, attestations. */
export interface Result {
  readonly ref?: Reference | undefined;
  /** Set in place of `ref` when the result is for several platforms; undefined stands for an empty file system. */
  readonly refs?: ReadonlyMap<string, Reference | undefined> | undefined;
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  readonly attestations?: ReadonlyMap<string, readonly Attestation[]> | undefined;
}

/** A statement about a reference, or a folder of such (solver/result.Attestation). */
export interface Attestation {
  readonly kind: AttestationKind;
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  readonly ref?: Reference | undefined;
  readonly path: string;
  readonly predicateType: string;
  readonly subjects: readonly Messages['moby.buildkit.v1.frontend.InTotoSubject'][];
}

export type AttestationKind = 'in-toto' | 'bundle';

const KINDS: readonly AttestationKind[] = ['in-toto', 'bundle'];

/** The result that holds nothing but metadata. */
export function metadataResult(metadata: ReadonlyMap<string, Uint8Array>): Result {
  return { metadata };
}

/** The one reference of a result; undefined is an empty file system. Throws when there are several. */
export function singleRef(result: Result): Reference | undefined {
  if (result.refs !== undefined && result.ref === undefined) throw new CodedError('gateway', 'invalid map result');
  return result.ref;
}

/** All references of a result. */
export function allRefs(result: Result): readonly Reference[] {
  const attested = [...(result.attestations?.values() ?? [])].flatMap((list) => list.map((attestation) => attestation.ref));
  return [result.ref, ...(result.refs?.values() ?? []), ...attested].filter((ref) => ref !== undefined);
}

/** Reads a result from the wire; `toReference` makes a reference of an id that is not empty. */
export function resultFromMessage(message: GatewayMessage<'Result'>, toReference: (id: string) => Reference): Result {
  const make = (id: string | undefined): Reference | undefined => (id === undefined || id === '' ? undefined : toReference(id));
  const refs = message.refs === undefined
    ? message.refsDeprecated && [...message.refsDeprecated.refs].map(([key, id]) => [key, make(id)] as const)
    : [...message.refs.refs].map(([key, ref]) => [key, make(ref.id)] as const);
  const attestations = [...message.attestations].map(([key, list]) => [key, list.attestation.map((item) => attestationFromMessage(item, make))] as const);
  return {
    ref: make(message.ref?.id ?? message.refDeprecated),
    refs: refs === undefined || refs.length === 0 ? undefined : new Map(refs),
    metadata: message.metadata,
    attestations: attestations.length === 0 ? undefined : new Map(attestations),
  };
}

function attestationFromMessage(message: GatewayMessage<'Attestation'>, make: (id: string | undefined) => Reference | undefined): Attestation {
  return {
    kind: KINDS[message.kind] ?? 'in-toto',
    metadata: message.metadata,
    ref: make(message.ref?.id),
    path: message.path,
    predicateType: message.inTotoPredicateType,
    subjects: message.inTotoSubjects,
  };
}

/** A result for Return. Without `refArrays` (capability proto.refarray) references go in the form that older daemons read. */
export function resultMessage(result: Result, refArrays: boolean): MessageInput<GatewayMessage<'Result'>> {
  return {
    ...(refArrays ? refFields(result) : deprecatedRefFields(result)),
    metadata: result.metadata,
    ...(result.attestations === undefined ? {} : { attestations: attestationsMessage(result.attestations) }),
  };
}

function refFields(result: Result): MessageInput<GatewayMessage<'Result'>> {
  if (result.refs === undefined) return { ref: refMessage(result.ref) };
  return { refs: { refs: new Map([...result.refs].map(([key, ref]) => [key, refMessage(ref)])) } };
}

function deprecatedRefFields(result: Result): MessageInput<GatewayMessage<'Result'>> {
  if (result.refs === undefined) return { refDeprecated: result.ref?.id ?? '' };
  return { refsDeprecated: { refs: new Map([...result.refs].map(([key, ref]) => [key, ref?.id ?? ''])) } };
}

/** The definition of a reference stays away: the daemon that gave it looks at the id alone. */
function refMessage(ref: Reference | undefined): MessageInput<GatewayMessage<'Ref'>> {
  return { id: ref?.id ?? '' };
}

function attestationsMessage(attestations: ReadonlyMap<string, readonly Attestation[]>): ReadonlyMap<string, MessageInput<GatewayMessage<'Attestations'>>> {
  return new Map([...attestations].map(([key, list]) => [key, { attestation: list.map(attestationMessage) }]));
}

function attestationMessage(attestation: Attestation): MessageInput<GatewayMessage<'Attestation'>> {
  return {
    kind: KINDS.indexOf(attestation.kind),
    metadata: attestation.metadata,
    ref: refMessage(attestation.ref),
    path: attestation.path,
    inTotoPredicateType: attestation.predicateType,
    inTotoSubjects: attestation.subjects,
  };
}
