import type { Dockerfile } from '../dockerfile/ast.ts';
import type { Definition } from '../llb/types.ts';
import { convert } from './convert.ts';
import type { ConvertOptions } from './options.ts';

/** The LLB of a Dockerfile, for the subrequest that shows it (DockerfileConvertLLB). Throws what convert and marshalling throw. */
export async function convertToLlb(dockerfile: Dockerfile, options: ConvertOptions): Promise<Definition> {
  return (await convert(dockerfile, options)).marshal();
}
