import { CodedError } from '../diag/error.ts';
import { wireTypeOf, zeroOf } from './scalar.ts';
import { SCHEMA } from './schema.ts';
import type { FieldRow } from './schema.ts';

/** How one field goes over the wire. */
export interface FieldPlan {
  readonly number: number;
  /** Where it comes among the fields of its message on the wire, from 0. */
  readonly place: number;
  readonly name: string;
  /** The message's name and the field's, for errors. */
  readonly where: string;
  /** How its value goes over the wire; a map's and a list's, that of an item. */
  readonly wireType: number;
  /** A scalar's name, `enum`, or a message's full name. */
  readonly type: string;
  readonly isMessage: boolean;
  readonly kind: 'single' | 'optional' | 'oneof' | 'repeated' | 'packed' | 'map';
  /** The name of the oneof that the field is in, '' when none. */
  readonly oneof: string;
  /** The type of a map's keys, '' for other fields. */
  readonly keyType: string;
}

/** A message's fields in the order of the wire, by name and by number. */
export interface MessagePlan {
  readonly type: string;
  /** Strings have to be UTF-8, in this message and in all that are in it. */
  readonly isChecked: boolean;
  readonly fields: readonly FieldPlan[];
  /** A message with nothing in it, to be copied: lists and maps are undefined in it. */
  readonly empty: Readonly<Record<string, unknown>>;
  readonly listsAndMaps: readonly FieldPlan[];
  readonly byName: ReadonlyMap<string, FieldPlan>;
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
}

/** The deepest nesting of messages that is written or read. */
export const MAX_DEPTH = 100;

/**
 * What the reference marshals with Go's protobuf, which refuses strings that are not UTF-8: ops (client/llb deterministicMarshal), and
 * messages of other packages. The rest goes by vtprotobuf, which writes any bytes (util/grpcutil/encoding/proto). pb.Meta, pb.Mount and pb.FileActionCopy
 * are parts of ops, which are encoded by themselves.
 */
const CHECKED: ReadonlySet<string> = new Set(['pb.Op', 'pb.Meta', 'pb.Mount', 'pb.FileActionCopy', 'google.rpc.Status', 'fsutil.types.Stat']);

const plans = new Map<string, MessagePlan>();

/** The plan of the message with this full name; throws when proto/ has none. */
export function planOf(type: string): MessagePlan {
  return plans.get(type) ?? makePlan(type);
}

function makePlan(type: string): MessagePlan {
  const rows = SCHEMA.get(type);
  if (rows === undefined) throw new CodedError('internal', `unknown message type ${type}`);
  const fields = rows.map((row, place) => makeField(type, row, place));
  const listsAndMaps = fields.filter(({ kind }) => kind === 'repeated' || kind === 'packed' || kind === 'map');
  const present = fields.filter((field) => listsAndMaps.includes(field) || (field.kind === 'single' && !field.isMessage));
  const plan: MessagePlan = {
    type,
    isChecked: CHECKED.has(type),
    fields,
    empty: Object.fromEntries(present.map((field) => [field.name, field.kind === 'single' ? zeroOf(field.type) : undefined])),
    listsAndMaps,
    byName: new Map(fields.map((field) => [field.name, field])),
    byNumber: new Map(fields.map((field) => [field.number, field])),
  };
  plans.set(type, plan);
  return plan;
}

function makeField(message: string, [number, name, type, rule]: FieldRow, place: number): FieldPlan {
  const [word = '', detail = ''] = rule.split(' ');
  const isMessage = type.includes('.');
  return {
    number,
    place,
    name,
    where: `${message}.${name}`,
    wireType: isMessage ? 2 : wireTypeOf(type),
    type,
    isMessage,
    kind: word === '' ? 'single' : (word as FieldPlan['kind']),
    oneof: word === 'oneof' ? detail : '',
    keyType: word === 'map' ? detail : '',
  };
}
