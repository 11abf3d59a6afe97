const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})([.,]\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** A time as Go prints it in JSON: RFC 3339, no zeros at the end of the fraction, the offset it was given with. */
export type Timestamp = string;

/** `text` (an hour may have one digit, a fraction a comma) as Go prints it after reading it (time.Time's UnmarshalJSON and MarshalJSON); undefined when Go does not read it. */
export function canonicalTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] = match;
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > days) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (zone !== 'Z' && (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(4)) > 59)) return undefined;
  const nanos = fraction.slice(1, 10).replace(/0{1,9}$/, '');
  const offset = /^[+-]00:00$/.test(zone) ? 'Z' : zone;
  return `${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute}:${second}${nanos === '' ? '' : `.${nanos}`}${offset}`;
}

/** A moment, and the clock that it is read on (Go's time.Time). */
export interface ZonedTime {
  /** Since 1970. */
  readonly seconds: bigint;
  readonly nanoseconds: number;
  /** How many seconds the clock is ahead of UTC. */
  readonly offset: number;
}

/** The time `seconds` and `nanoseconds` after 1970 in UTC. */
export function utcTime(seconds: bigint, nanoseconds = 0): ZonedTime {
  return { seconds, nanoseconds, offset: 0 };
}

/** Nanoseconds from 1970, as far as 64 bits hold them (time.Time's UnixNano). */
export function unixNanoseconds({ seconds, nanoseconds }: ZonedTime): bigint {
  return BigInt.asIntN(64, seconds * 1_000_000_000n + BigInt(nanoseconds));
}

/** A time as Go prints it in JSON. Throws a RangeError, in Go's words, when its year or its offset has no such form. */
export function timestampOf({ seconds, nanoseconds, offset }: ZonedTime): Timestamp {
  const date = new Date(Number(seconds + BigInt(offset)) * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new RangeError('Time.MarshalJSON: year outside of range [0,9999]');
  const minutes = Math.floor(Math.abs(offset) / 60);
  if (minutes >= 24 * 60) throw new RangeError('Time.MarshalJSON: timezone hour outside of range [0,23]');
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0{1,8}$/, '')}`;
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  const day = `${String(year).padStart(4, '0')}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
  return `${day}T${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}:${twoDigits(date.getUTCSeconds())}${fraction}${zone}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** Whole seconds from 1970 to a canonical timestamp. */
export function timestampSeconds(timestamp: Timestamp): bigint {
  const milliseconds = Date.parse(timestamp.replace(/\.\d+/, ''));
  return BigInt(Math.floor(milliseconds / 1000));
}
