import { Command } from 'commander';
import { runPolicy } from './cmd/policy.ts';
import { messageOf } from './diag/error.ts';

const out = (text: string): void => void process.stdout.write(text);
const log = (text: string): void => void process.stderr.write(`${text}\n`);

const program = new Command('repro-dockerfile').description('Reproduces images that were built from Dockerfiles').showHelpAfterError();
program
  .command('policy')
  .description('print a BuildKit source policy that pins every material of a provenance')
  .argument('<file>', 'the provenance: in-toto statement, SLSA predicate, DSSE envelope, Sigstore bundle or buildx metadata; - is standard input')
  .option('--strict', 'deny every source from outside that the provenance does not list')
  .action((file: string, options: { strict?: boolean }) => runPolicy(file, options, out, log));

program.parseAsync().catch((error: unknown) => {
  log(`repro-dockerfile: ${messageOf(error)}`);
  process.exitCode = 1;
});
