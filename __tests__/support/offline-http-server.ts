import { spawn } from 'node:child_process';

/** A web server on the loopback interface that serves a directory. */
export interface DirectoryServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): void;
}

const PROGRAM = `
  const { createServer } = require('node:http');
  const { readFile } = require('node:fs');
  const { join, normalize } = require('node:path');
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname));
    readFile(join(process.argv[1], path), (error, body) => {
      response.writeHead(error ? 404 : 200).end(error ? '' : body);
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** Serves a directory from a process of its own, so that tests may block; what is not there is a 404. */
export async function serveDirectory(directory: string): Promise<DirectoryServer> {
  const server = spawn(process.execPath, ['-e', PROGRAM, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    server.stdout.once('data', (data: Buffer) => {
      resolve(data.toString().trim());
    });
    server.once('error', reject);
  });
  return { url: `http://127.0.0.1:${port}`, close: () => server.kill() };
}
