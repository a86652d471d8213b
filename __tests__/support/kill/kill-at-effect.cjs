// Loaded with --require before the command line. Counts its side effects (files, SQLite statements, child processes) and
// ends the process with SIGKILL right before the one whose number is in KILL_AT. Without KILL_AT, the effects' names are
// written to KILL_LOG, one a line, for a counting run.
const childProcess = require('node:child_process');
const fs = require('node:fs');
const files = require('node:fs/promises');
const sqlite = require('node:sqlite');

const killAt = Number(process.env.KILL_AT ?? 0);
const log = process.env.KILL_LOG === undefined ? undefined : fs.openSync(process.env.KILL_LOG, 'a');
const writeSync = fs.writeSync;
let count = 0;

function effect(name) {
  count += 1;
  if (log !== undefined) writeSync(log, `${name}\n`);
  if (count === killAt) process.kill(process.pid, 'SIGKILL');
}

function before(target, method, name = method) {
  const original = target[method];
  target[method] = function (...args) {
    effect(typeof name === 'function' ? name(this, args) : name);
    return Reflect.apply(original, this, args);
  };
}

for (const method of ['mkdir', 'mkdtemp', 'writeFile', 'rename', 'link', 'rm', 'cp']) before(files, method);
for (const method of ['mkdirSync', 'writeFileSync', 'createWriteStream']) before(fs, method);

// A file handle's own writes: the class is only to be had from a handle.
const open = files.open;
files.open = async function (...args) {
  effect('open');
  const handle = await Reflect.apply(open, this, args);
  for (const method of ['writeFile', 'sync']) before(handle, method, () => `handle.${method}`);
  return handle;
};

before(sqlite.StatementSync.prototype, 'run', (statement) => `sqlite ${statement.sourceSQL.trim().split(/\s/)[0]}`);
before(sqlite.DatabaseSync.prototype, 'exec', (_database, [text]) => `sqlite ${text.trim().split(/\s/)[0]}`);

// A command has three points: before it starts, while it runs, and when it has ended.
const spawn = childProcess.spawn;
childProcess.spawn = function (...args) {
  const name = `${args[0]} ${args[1]?.[0] ?? ''}`;
  effect(`before ${name}`);
  const child = Reflect.apply(spawn, this, args);
  effect(`during ${name}`);
  child.prependListener('close', () => {
    effect(`after ${name}`);
  });
  return child;
};
