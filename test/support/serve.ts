/** Starts an environment, prints how to join it as one line of JSON, and stops it when stdin ends or a signal comes. */
import { share, startEnvironment } from './environment.ts';

const environment = await startEnvironment();
process.stdout.write(`${JSON.stringify(share(environment))}\n`);
process.stdin.resume();
process.stdin.once('end', () => {
  void environment.stop().finally(() => process.exit(0));
});
