import type { Writable } from 'node:stream';

/** A progress bar over packed bytes of layers; silent where there is no terminal. */
export interface Progress {
  /** Says that so many more bytes are to be read. */
  expect(bytes: number): void;
  advance(bytes: number): void;
  stop(): void;
}

/** A bar on `stream`, which is a terminal; none when it is absent. It appears with the first bytes that are expected. */
export function makeProgress(stream: Writable | undefined): Progress {
  if (stream === undefined) return { expect: () => undefined, advance: () => undefined, stop: () => undefined };
  let total = 0;
  let done = 0;
  let isStopped = false;
  let bar: { setTotal(total: number): void; update(value: number): void; stop(): void } | undefined;
  const open = async (): Promise<void> => {
    const { SingleBar, Presets } = (await import('cli-progress')).default;
    if (isStopped || bar !== undefined) return;
    const made = new SingleBar({ stream: stream as NodeJS.WriteStream, format: 'comparing {bar} {percentage}% | {eta_formatted}', clearOnComplete: true, hideCursor: true, etaBuffer: 100 }, Presets.shades_classic);
    made.start(total, done);
    bar = made;
  };
  return {
    expect: (bytes) => {
      total += bytes;
      if (bar === undefined) void open();
      else bar.setTotal(total);
    },
    advance: (bytes) => {
      done += bytes;
      bar?.update(done);
    },
    stop: () => {
      isStopped = true;
      bar?.stop();
    },
  };
}
