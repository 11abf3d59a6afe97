/** A reachable buildkitd. */
export interface Daemon {
  /** What buildctl takes as --addr. */
  readonly address: string;
  /** The daemon's own log so far ('' when somebody else's). */
  log(): string;
  /** Stops it if this process started it. */
  stop(): Promise<void>;
}

/** What may be unlike the first daemon, to shake out what depends on the machine. */
export interface DaemonOptions {
  /** Root folder on a tmpfs: another directory order. */
  readonly tmpfs?: boolean;
  /** CPU list for taskset, such as '0'. */
  readonly cpus?: string;
  /** More text for buildkitd.toml. */
  readonly config?: string;
}
