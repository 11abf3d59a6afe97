/** What must be undone when this process ends, however it ends. */

type Cleanup = () => Promise<void> | void;

const cleanups = new Map<symbol, Cleanup>();
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
let installed = false;
let ending = false;

/**
 * Registers something to undo on SIGINT, SIGTERM and SIGHUP, last in first out.
 * The returned function undoes it now and takes it from the list; calling it again does nothing.
 */
export function onEnd(cleanup: Cleanup): () => Promise<void> {
  install();
  const key = Symbol();
  cleanups.set(key, cleanup);
  return async () => {
    if (cleanups.delete(key)) await cleanup();
  };
}

function install(): void {
  if (installed) return;
  installed = true;
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      void undoAll().finally(() => process.exit(128 + number));
    });
  }
}

/** Undoes everything that is still registered; what fails is reported and does not stop the rest. */
export async function undoAll(): Promise<void> {
  for (const [key, cleanup] of [...cleanups].reverse()) {
    cleanups.delete(key);
    try {
      await cleanup();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}
