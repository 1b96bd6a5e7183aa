// Runs a job (see package job) in a JavaScript engine: V8 through Deno or Node, or
// JavaScriptCore through Bun.
import fs from "node:fs";
import process from "node:process";
import path from "node:path";
import { createHash } from "node:crypto";
import { System, Exit, FOLDER } from "./wasi.mjs";

const [mode, program, exported, targetMicros, repeat, ...sizes] = process.argv.slice(2);
const result = { compile: 0, instantiate: 0, steps: [], runs: [] };

const nanos = () => process.hrtime.bigint();
const since = (start) => Number(nanos() - start);

// From /proc and not by getrusage: see PeakKB in package runner.
function peakKB() {
  const match = /^VmHWM:\s*(\d+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"));
  return match ? Number(match[1]) : 0;
}

function sample(size, step) {
  const start = nanos();
  const value = step(size);
  return { size, time: since(start), value: String(value), peak_kb: peakKB() };
}

function write() {
  fs.writeFileSync(process.env.WEFT_BENCH_RESULT, JSON.stringify(result));
}

function ladder(step) {
  let last;
  for (const size of sizes.map(Number)) {
    if (last && (last.time * size) / last.size > Number(targetMicros) * 1000) break;
    last = sample(size, step);
    result.steps.push(last);
    write();
  }
  for (let i = 0; i < Number(repeat); i++) {
    result.runs.push(sample(last.size, step));
    write();
  }
}

const code = fs.readFileSync(program);
const imports = { env: { nop: (x) => x } };

function compile() {
  const start = nanos();
  const module = new WebAssembly.Module(code);
  result.compile = since(start);
  return module;
}

function instantiate(module) {
  const start = nanos();
  const instance = new WebAssembly.Instance(module, imports);
  result.instantiate = since(start);
  return instance;
}

// wasi returns what runs a WASI program once, with a function that gets its output.
function wasi(module) {
  const beside = program.replace(/\.wasm$/, "");
  const stdin = fs.existsSync(beside + ".stdin") ? fs.readFileSync(beside + ".stdin") : Buffer.alloc(0);
  const root = fs.existsSync(path.join(beside + ".files", FOLDER)) ? beside + ".files" : null;
  const args = ["program", ...exported.split(" ").filter(Boolean)];
  return (stdout) => {
    const system = new System({ args, stdin, stdout, root });
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: system.functions });
    system.memory = instance.exports.memory;
    try {
      instance.exports._start();
    } catch (e) {
      if (!(e instanceof Exit)) throw e;
      if (e.code !== 0) throw new Error(`exit code ${e.code}`);
    }
  };
}

const modes = {
  run() {
    const f = instantiate(compile()).exports[exported];
    ladder((size) => f(size));
  },
  call() {
    const f = instantiate(compile()).exports[exported];
    ladder((size) => {
      let sum = 0n;
      for (let i = 0; i < size; i++) sum += f(1);
      return sum;
    });
  },
  trap() {
    const f = instantiate(compile()).exports[exported];
    ladder((size) => {
      for (let i = 0; i < size; i++) {
        try {
          f(1);
        } catch (e) {
          if (e instanceof WebAssembly.RuntimeError) continue;
          throw e;
        }
        throw new Error(`call ${i} did not trap`);
      }
      return size;
    });
  },
  compile() {
    // Changed at the end, by a custom section that tells the modules apart, so that none
    // comes from the engine's cache.
    let serial = 0;
    ladder((size) => {
      for (let i = 0; i < size; i++) {
        const id = Buffer.from(String(1e9 + serial++));
        new WebAssembly.Module(Buffer.concat([code, Buffer.from([0, id.length + 2, 1, 0x78]), id]));
      }
      return size;
    });
  },
  instantiate() {
    const module = compile();
    ladder((size) => {
      for (let i = 0; i < size; i++) new WebAssembly.Instance(module, imports);
      return size;
    });
  },
  program() {
    const run = wasi(compile());
    ladder((size) => {
      const hash = createHash("sha256");
      for (let i = 0; i < size; i++) run((bytes) => hash.update(bytes));
      return hash.digest("hex").slice(0, 16);
    });
  },
  benchmark() {
    const run = wasi(compile());
    const decoder = new TextDecoder();
    result.output = "";
    try {
      run((bytes) => (result.output += decoder.decode(bytes, { stream: true })));
    } catch (e) {
      // Failures of Go's tests are on the standard output.
      console.error(`error: ${e.message}: the program wrote ${JSON.stringify(result.output.slice(0, 300))}`);
      process.exit(1);
    }
    result.steps.push({ size: 1, time: 0, value: "", peak_kb: peakKB() });
    write();
  },
};

if (!modes[mode]) {
  console.error(`no mode ${mode} in JavaScript`);
  process.exit(1);
}
modes[mode]();
