import { createHash } from 'node:crypto';
import { BadInputError } from '../../domain/errors';
import type { ScriptStore } from '../../domain/ports';

/** Scripts and audit papers in memory: for `replay`, which must leave nothing behind. */
export class MemoryScriptStore implements ScriptStore {
  private readonly texts = new Map<string, string>();

  async putScript(image: string, script: string): Promise<{ uri: string; sha256: string }> {
    const sha256 = createHash('sha256').update(script).digest('hex');
    const uri = `scripts/${encodeURIComponent(image)}/${sha256}.sh`;
    this.texts.set(uri, script);
    return await Promise.resolve({ uri, sha256 });
  }

  async getScript(uri: string): Promise<string> {
    const script = this.texts.get(uri);
    if (script === undefined) throw new BadInputError(`there is no script ${uri}`);
    return await Promise.resolve(script);
  }

  async putAudit(image: string, name: string, body: string): Promise<string> {
    const uri = `audit/${encodeURIComponent(image)}/${encodeURIComponent(name)}`;
    this.texts.set(uri, body);
    return await Promise.resolve(uri);
  }

  async getAudit(uri: string): Promise<string | undefined> {
    return await Promise.resolve(this.texts.get(uri));
  }
}
