import type { State } from '../llb/state.ts';
import { parseBool } from '../spec/strings.ts';
import type { StageBuild } from './context.ts';
import type { ConvertedDockerfile } from './converted.ts';
import { SBOM_SCAN_CONTEXT, SBOM_SCAN_STAGE } from './environment.ts';
import type { ConvertResult } from './options.ts';

/** What an SBOM scanner is to look at beside the result, and whether the result or any of that is built without the cache. */
export function sbomTargets({ conversion, graph, target, builds, state }: ConvertedDockerfile): Pick<ConvertResult, 'sbom' | 'ignoreCache'> {
  const extras = new Map<string, State>();
  const own = builds.get(target);
  if (own !== undefined && isAskedFor(own, SBOM_SCAN_CONTEXT)) extras.set('context', conversion.mainContext);
  let ignoreCache = own?.ignoreCache === true;
  for (const node of graph.reachable(target)) {
    const stage = builds.get(node);
    if (stage === undefined || stage === own || !isAskedFor(stage, SBOM_SCAN_STAGE)) continue;
    extras.set(node.origin.steps.label, stage.state);
    ignoreCache ||= stage.ignoreCache;
  }
  return { sbom: { core: state, extras }, ignoreCache };
}

/** Whether an ARG, of the stage or else global, says yes for this stage: as a boolean, or as a list of stages. */
function isAskedFor({ args, conversion, node }: StageBuild, key: string): boolean {
  const own = args.findLast((arg) => arg.key === key && arg.value !== undefined);
  const value = own?.value ?? conversion.globalArgs.get(key);
  if (value === undefined) return false;
  return parseBool(value) ?? value.split(',').includes(node.origin.steps.label);
}
