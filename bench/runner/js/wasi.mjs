// What of WASI preview 1 the measured programs need: arguments, the standard
// streams, clocks and randomness, and files of one folder to read.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { randomFillSync } from "node:crypto";

// Exit is thrown by proc_exit.
export class Exit extends Error {
  constructor(code) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

const SUCCESS = 0, BADF = 8, INVAL = 28, NOENT = 44, NOSYS = 52, SPIPE = 70;

// FOLDER is where a program with files starts: see Folder in package runner.
export const FOLDER = "src/here";

// The descriptor of the folder, and the types of files.
const ROOT = 3;
const CHARACTERS = 2, DIRECTORY = 3, REGULAR = 4;

export class System {
  memory = null;
  #args;
  #stdout;
  #root;
  #environment;
  #open = new Map(); // of files by descriptor: { content, at, type }

  // The root is a folder that the program sees as /, and starts in FOLDER of it; or null.
  constructor({ args, stdin, stdout, root }) {
    const terminated = (s) => Buffer.from(s + "\0");
    this.#args = args.map(terminated);
    this.#environment = (root ? [`PWD=/${FOLDER}`] : []).map(terminated);
    this.#stdout = stdout;
    this.#root = root;
    this.#open.set(0, { content: stdin, at: 0, type: CHARACTERS });
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

  #list(list, pointersAt, at) {
    for (const bytes of list) {
      this.#view.setUint32(pointersAt, at, true);
      this.#bytes.set(bytes, at);
      pointersAt += 4;
      at += bytes.length;
    }
    return SUCCESS;
  }

  // The path on this machine of one that the program names; null if it is outside.
  #resolve(fd, at, length) {
    if (fd !== ROOT || !this.#root) return null;
    const name = Buffer.from(this.#bytes.subarray(at, at + length)).toString();
    return path.join(this.#root, path.join("/", name));
  }

  #stat(type, size, at) {
    this.#bytes.fill(0, at, at + 64);
    this.#view.setUint8(at + 16, type);
    this.#view.setBigUint64(at + 24, 1n, true); // links
    this.#view.setBigUint64(at + 32, BigInt(size), true);
    return SUCCESS;
  }

  #functions = {
    args_sizes_get: (countAt, bytesAt) => this.#sizes(this.#args, countAt, bytesAt),
    args_get: (pointersAt, at) => this.#list(this.#args, pointersAt, at),
    environ_sizes_get: (countAt, bytesAt) => this.#sizes(this.#environment, countAt, bytesAt),
    environ_get: (pointersAt, at) => this.#list(this.#environment, pointersAt, at),
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
      const file = this.#open.get(fd);
      if (!file) return BADF;
      let read = 0;
      for (const bytes of this.#vectors(vectors, count)) {
        const part = file.content.subarray(file.at, file.at + bytes.length);
        bytes.set(part);
        file.at += part.length;
        read += part.length;
      }
      this.#view.setUint32(readAt, read, true);
      return SUCCESS;
    },
    fd_fdstat_get: (fd, at) => {
      const root = fd === ROOT && this.#root;
      if (fd > 2 && !root && !this.#open.has(fd)) return BADF;
      this.#bytes.fill(0, at, at + 24);
      this.#view.setUint8(at, root ? DIRECTORY : this.#open.get(fd)?.type ?? CHARACTERS);
      this.#view.setBigUint64(at + 8, 0xffffffffffffffffn, true);
      return SUCCESS;
    },
    fd_fdstat_set_flags: () => SUCCESS,
    fd_prestat_get: (fd, at) => {
      if (fd !== ROOT || !this.#root) return BADF;
      this.#view.setUint32(at, 0, true); // a directory
      this.#view.setUint32(at + 4, 1, true); // the length of its name
      return SUCCESS;
    },
    fd_prestat_dir_name: (fd, at, length) => {
      if (fd !== ROOT || length < 1) return INVAL;
      this.#bytes[at] = "/".charCodeAt(0);
      return SUCCESS;
    },
    path_open: (fd, flags, at, length, openFlags, rights, inheriting, fdFlags, openedAt) => {
      const name = this.#resolve(fd, at, length);
      if (!name || !fs.statSync(name, { throwIfNoEntry: false })?.isFile()) return NOENT;
      let opened = ROOT + 1;
      while (this.#open.has(opened)) opened++;
      this.#open.set(opened, { content: fs.readFileSync(name), at: 0, type: REGULAR });
      this.#view.setUint32(openedAt, opened, true);
      return SUCCESS;
    },
    path_filestat_get: (fd, flags, at, length, statAt) => {
      const name = this.#resolve(fd, at, length);
      const stat = name && fs.statSync(name, { throwIfNoEntry: false });
      if (!stat) return NOENT;
      return this.#stat(stat.isDirectory() ? DIRECTORY : REGULAR, stat.size, statAt);
    },
    fd_filestat_get: (fd, at) => {
      const file = this.#open.get(fd);
      if (file) return this.#stat(file.type, file.content.length, at);
      if (fd === ROOT && this.#root) return this.#stat(DIRECTORY, 0, at);
      return fd <= 2 ? this.#stat(CHARACTERS, 0, at) : BADF;
    },
    fd_seek: () => SPIPE,
    fd_close: (fd) => (this.#open.delete(fd) ? SUCCESS : BADF),
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
