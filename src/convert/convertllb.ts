import type { Dockerfile } from '../dockerfile/ast.ts';
import type { Definition } from '../llb/types.ts';
import { convertDockerfile, marshalState } from './convert.ts';
import type { ConvertOptions } from './options.ts';

/** The LLB of a Dockerfile, for the subrequest that shows it (DockerfileConvertLLB). Throws what conversion and marshalling throw. */
export async function convertToLlb(dockerfile: Dockerfile, options: ConvertOptions): Promise<Definition> {
  const { conversion, state } = await convertDockerfile(dockerfile, options);
  return marshalState(conversion, state);
}
