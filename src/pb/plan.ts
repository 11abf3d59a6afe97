import { CodedError } from '../diag/error.ts';
import { SCHEMA } from './schema.ts';

/** How one field goes over the wire. */
export interface FieldPlan {
  readonly number: number;
  readonly name: string;
  /** A scalar's name, `enum`, or a message's full name. */
  readonly type: string;
  readonly isMessage: boolean;
  readonly kind: 'single' | 'optional' | 'oneof' | 'repeated' | 'packed' | 'map';
  /** The name of the oneof that the field is in, '' when none. */
  readonly oneof: string;
  /** The type of a map's keys, '' for other fields. */
  readonly keyType: string;
  /** A string may hold any bytes; they go out as they are. */
  readonly anyBytes: boolean;
}

/** A message's fields in the order of the wire, by name and by number. */
export interface MessagePlan {
  readonly type: string;
  readonly fields: readonly FieldPlan[];
  readonly byName: ReadonlyMap<string, FieldPlan>;
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
}

/** The deepest nesting of messages that is written or read. */
export const MAX_DEPTH = 100;

/** Messages that the reference's gRPC client sends without a look at their strings; ops it marshals by itself, and strictly. */
const UNCHECKED: ReadonlySet<string> = new Set(['pb.OpMetadata']);

const plans = new Map<string, MessagePlan>();

/** The plan of the message with this full name; throws when proto/ has none. */
export function planOf(type: string): MessagePlan {
  const known = plans.get(type);
  if (known !== undefined) return known;
  const rows = SCHEMA.get(type);
  if (rows === undefined) throw new CodedError('internal', `unknown message type ${type}`);
  const fields = rows.map(([number, name, fieldType, rule]) => makeField(number, name, fieldType, rule, UNCHECKED.has(type)));
  const plan: MessagePlan = {
    type,
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
    byNumber: new Map(fields.map((field) => [field.number, field])),
  };
  plans.set(type, plan);
  return plan;
}

function makeField(number: number, name: string, type: string, rule: string, anyBytes: boolean): FieldPlan {
  const [word = '', detail = ''] = rule.split(' ');
  return {
    number,
    name,
    type,
    isMessage: type.includes('.'),
    kind: word === '' ? 'single' : (word as FieldPlan['kind']),
    oneof: word === 'oneof' ? detail : '',
    keyType: word === 'map' ? detail : '',
    anyBytes,
  };
}
