import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { BadInputError } from '../../domain/errors';
import type { ScriptStore } from '../../domain/ports';
import { isPathSegment, pathSegment } from '../shared/path-segment';
import { isWellFormed, quoted } from '../shared/text';
import { readFileIfThere, replaceFile } from './files';

const SCRIPT_NAME = /^(?<sha256>[0-9a-f]{64})\.sh$/;

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function assertText(what: string, body: string): void {
  if (isWellFormed(body)) return;
  throw new BadInputError(`${what} holds a lone surrogate, which has no UTF-8 form`, {
    hint: 'it would be read back as another text; drop the character',
  });
}

/**
 * Scripts and audit papers in a directory.
 *
 * URIs are relative to the root, so that a state directory can be moved: `scripts/<image>/<sha256>.sh` and
 * `audit/<image>/<name>`, where image and name are percent-encoded as a whole (`team/base` is `team%2Fbase`). They are
 * paths as they stand: nothing is decoded on the way to the file. Writes are atomic: a temporary file (`.tmp-…`)
 * beside the target, fsync, rename.
 */
export class FileScriptStore implements ScriptStore {
  private readonly root: string;

  /** @param root directory that holds everything; created with the first write */
  constructor(root: string) {
    this.root = resolve(root);
  }

  async putScript(image: string, script: string): Promise<{ uri: string; sha256: string }> {
    assertText(`the script of image ${quoted(image)}`, script);
    const sha256 = sha256Of(Buffer.from(script, 'utf8'));
    const uri = `scripts/${pathSegment('image name', image)}/${sha256}.sh`;
    const stored = await readFileIfThere(join(this.root, uri));
    if (stored === undefined) await replaceFile(join(this.root, uri), script);
    else this.verify(uri, stored, sha256);
    return { uri, sha256 };
  }

  async getScript(uri: string): Promise<string> {
    const sha256 = SCRIPT_NAME.exec(this.nameIn('scripts', uri))?.groups?.['sha256'];
    if (sha256 === undefined) throw new BadInputError(`${quoted(uri)} is not the URI of a script`);
    const bytes = await readFileIfThere(join(this.root, uri));
    if (bytes === undefined) {
      throw new BadInputError(`there is no script ${join(this.root, uri)}`, {
        hint: 'check that the state directory is the one of the patch; `patch` writes the script again',
      });
    }
    this.verify(uri, bytes, sha256);
    return bytes.toString('utf8');
  }

  async putAudit(image: string, name: string, body: string): Promise<string> {
    assertText(`the audit paper ${quoted(name)} of image ${quoted(image)}`, body);
    const uri = `audit/${pathSegment('image name', image)}/${pathSegment('audit name', name)}`;
    await replaceFile(join(this.root, uri), body);
    return uri;
  }

  async getAudit(uri: string): Promise<string | undefined> {
    this.nameIn('audit', uri);
    return (await readFileIfThere(join(this.root, uri)))?.toString('utf8');
  }

  /** The last segment of a URI that this store can have given out. */
  private nameIn(room: 'scripts' | 'audit', uri: string): string {
    const [first, image = '', name = '', ...rest] = uri.split('/');
    if (first !== room || rest.length > 0 || !isPathSegment(image) || !isPathSegment(name)) {
      throw new BadInputError(`${quoted(uri)} is not a URI of this store`, {
        hint: `it must be ${room}/<image>/<name>, relative to the state directory`,
      });
    }
    return name;
  }

  private verify(uri: string, bytes: Buffer, sha256: string): void {
    const actual = sha256Of(bytes);
    if (actual === sha256) return;
    throw new BadInputError(`${join(this.root, uri)} was changed: its bytes hash to ${actual}`, {
      hint: 'find out who changed it, then delete the file; `patch` writes the script again',
    });
  }
}
