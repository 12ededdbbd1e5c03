// Makes JavaScript modules of components: transpile.mjs FROM TO.
//
// By an older version of jco, because its modules are faster: later ones wrap each call in a task of the component model's
// asynchronous part (1.35.0's steps take 1.5 times the processor time, everything else being the same).
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { transpile } from "@bytecodealliance/jco";

const [from, to] = process.argv.slice(2);

// Texts are most of what goes into a component; this way to hand them over saves a third of a message's processor time.
const ENCODE = /function utf8Encode\(s, realloc, memory\) \{.*?return ptr;\n\s*\}/s;
const FASTER = `let bytes = Buffer.alloc(0);
  function utf8Encode(s, realloc, memory) {
    const length = Buffer.byteLength(s);
    utf8EncodedLen = length;
    if (length === 0) return 1;
    const ptr = realloc(0, 0, 1, length);
    if (bytes.buffer !== memory.buffer) bytes = Buffer.from(memory.buffer);
    if (length === s.length && length < 24) for (let i = 0; i < length; i++) bytes[ptr + i] = s.charCodeAt(i);
    else bytes.utf8Write(s, ptr, length);
    return ptr;
  }`;

for (const file of readdirSync(from).filter((file) => file.endsWith(".wasm"))) {
  const name = file.slice(0, -".wasm".length);
  const { files } = await transpile(readFileSync(`${from}/${file}`), {
    name,
    instantiation: "sync",
    validLiftingOptimization: true,
    typescript: false,
  });
  for (let [path, content] of Object.entries(files)) {
    if (path === `${name}.js`) {
      const text = Buffer.from(content).toString();
      content = text.replace(ENCODE, FASTER);
      if (content === text) throw new Error(`${path} encodes texts in another way than expected`);
    }
    mkdirSync(dirname(`${to}/${name}/${path}`), { recursive: true });
    writeFileSync(`${to}/${name}/${path}`, content);
  }
}
