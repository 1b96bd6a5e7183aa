// What of WASI preview 1 the measured programs need: arguments, the standard
// streams, clocks and randomness. There are no files.
import fs from "node:fs";
import process from "node:process";
import { randomFillSync } from "node:crypto";

// Exit is thrown by proc_exit.
export class Exit extends Error {
  constructor(code) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

const SUCCESS = 0, BADF = 8, INVAL = 28, NOSYS = 52, SPIPE = 70;

export class System {
  memory = null;
  #args;
  #stdin;
  #stdout;
  #read = 0;

  constructor(args, stdin, stdout) {
    this.#args = args.map((arg) => Buffer.from(arg + "\0"));
    this.#stdin = stdin;
    this.#stdout = stdout;
  }

  get #view() {
    return new DataView(this.memory.buffer);
  }

  get #bytes() {
    return new Uint8Array(this.memory.buffer);
  }

  // The functions that the program imports. Those that are not here answer that
  // they do not exist.
  get functions() {
    return new Proxy(this.#functions, {
      get: (functions, name) => functions[name] ?? (() => NOSYS),
      has: () => true,
    });
  }

  #vectors(at, count) {
    const vectors = [];
    for (let i = 0; i < count; i++) {
      const start = this.#view.getUint32(at + 8 * i, true);
      vectors.push(this.#bytes.subarray(start, start + this.#view.getUint32(at + 8 * i + 4, true)));
    }
    return vectors;
  }

  #sizes(list, countAt, bytesAt) {
    this.#view.setUint32(countAt, list.length, true);
    this.#view.setUint32(bytesAt, list.reduce((sum, b) => sum + b.length, 0), true);
    return SUCCESS;
  }

  #functions = {
    args_sizes_get: (countAt, bytesAt) => this.#sizes(this.#args, countAt, bytesAt),
    args_get: (pointersAt, at) => {
      for (const arg of this.#args) {
        this.#view.setUint32(pointersAt, at, true);
        this.#bytes.set(arg, at);
        pointersAt += 4;
        at += arg.length;
      }
      return SUCCESS;
    },
    environ_sizes_get: (countAt, bytesAt) => this.#sizes([], countAt, bytesAt),
    environ_get: () => SUCCESS,
    clock_time_get: (id, precision, at) => {
      const now = id === 0 ? BigInt(Date.now()) * 1_000_000n : process.hrtime.bigint();
      this.#view.setBigUint64(at, now, true);
      return SUCCESS;
    },
    clock_res_get: (id, at) => {
      this.#view.setBigUint64(at, 1000n, true);
      return SUCCESS;
    },
    random_get: (at, length) => {
      randomFillSync(this.#bytes.subarray(at, at + length));
      return SUCCESS;
    },
    fd_write: (fd, vectors, count, writtenAt) => {
      let written = 0;
      for (const bytes of this.#vectors(vectors, count)) {
        if (fd === 1) this.#stdout(bytes);
        else if (fd === 2) fs.writeSync(2, bytes);
        else return BADF;
        written += bytes.length;
      }
      this.#view.setUint32(writtenAt, written, true);
      return SUCCESS;
    },
    fd_read: (fd, vectors, count, readAt) => {
      if (fd !== 0) return BADF;
      let read = 0;
      for (const bytes of this.#vectors(vectors, count)) {
        const part = this.#stdin.subarray(this.#read, this.#read + bytes.length);
        bytes.set(part);
        this.#read += part.length;
        read += part.length;
      }
      this.#view.setUint32(readAt, read, true);
      return SUCCESS;
    },
    fd_fdstat_get: (fd, at) => {
      if (fd > 2) return BADF;
      this.#bytes.fill(0, at, at + 24);
      this.#view.setUint8(at, 2); // a character device
      this.#view.setBigUint64(at + 8, 0xffffffffffffffffn, true);
      return SUCCESS;
    },
    fd_fdstat_set_flags: () => SUCCESS,
    fd_prestat_get: () => BADF,
    fd_prestat_dir_name: () => INVAL,
    fd_seek: () => SPIPE,
    fd_close: () => SUCCESS,
    sched_yield: () => SUCCESS,
    // The programs wait for nothing but timers: they are always due.
    poll_oneoff: (subscriptions, events, count, eventsAt) => {
      for (let i = 0; i < count; i++) {
        this.#bytes.fill(0, events + 32 * i, events + 32 * i + 32);
        this.#view.setBigUint64(events + 32 * i, this.#view.getBigUint64(subscriptions + 48 * i, true), true);
      }
      this.#view.setUint32(eventsAt, count, true);
      return SUCCESS;
    },
    proc_exit: (code) => {
      throw new Exit(code);
    },
  };
}
