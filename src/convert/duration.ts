/** Units below a second, with their nanoseconds. */
const SMALL_UNITS: readonly (readonly [name: string, size: bigint])[] = [['ms', 1_000_000n], ['µs', 1_000n], ['ns', 1n]];
const SECOND = 1_000_000_000n;

/** `value` nanoseconds as Go's time.Duration prints them: `1h0m5.5s`, `300ms`, `0s`. */
export function formatDuration(value: bigint): string {
  if (value < 0n) return `-${formatPositive(-value)}`;
  return formatPositive(value);
}

function formatPositive(value: bigint): string {
  if (value === 0n) return '0s';
  const [unit, size] = SMALL_UNITS.find(([, smallest]) => value < SECOND && value >= smallest) ?? ['s', SECOND];
  if (unit !== 's') return `${decimal(value, size)}${unit}`;
  const minutes = value / (60n * SECOND);
  const seconds = `${decimal(value % (60n * SECOND), SECOND)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, size: bigint): string {
  const digits = size.toString().length - 1;
  const fraction = digits === 0 ? '' : (value % size).toString().padStart(digits, '0').replace(/0{1,9}$/, '');
  return `${value / size}${fraction === '' ? '' : `.${fraction}`}`;
}
