// Runs Yosys, which is a WebAssembly program with a file system of its own: `yosys_run.mjs DIRECTORY SCRIPT`.
// Every file of DIRECTORY is visible to the script under its plain name; files that the script writes appear in DIRECTORY.
// The log goes to standard output. The exit status is that of Yosys.
import fs from 'node:fs';
import path from 'node:path';
import {runYosys, Exit} from '@yowasp/yosys';

const [directory, script] = process.argv.slice(2);
const tree = {};
for (const name of fs.readdirSync(directory)) {
  const file = path.join(directory, name);
  // The log of this very run may lie there, too.
  if (fs.statSync(file).isFile() && !name.endsWith('.log')) tree[name] = fs.readFileSync(file);
}

const print = (bytes) => {
  if (bytes !== null) fs.writeSync(1, bytes);
};
const save = (files) => {
  for (const [name, content] of Object.entries(files ?? {})) {
    const is_file = typeof content === 'string' || content instanceof Uint8Array;
    // What comes back includes what went in.
    if (is_file && !(name in tree && tree[name].equals(Buffer.from(content)))) {
      fs.writeFileSync(path.join(directory, name), content);
    }
  }
};

try {
  save(await runYosys(['-s', script], tree, {stdout: print, stderr: print}));
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  save(error.files);
  process.exitCode = error.code;
}
