package wasi

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"slices"
	"strings"

	"weft"
	"weft/threads"
)

// A Config says what a guest gets from its system. Begin with [NewConfig]; the
// methods return a changed copy.
type Config struct {
	args, env      []string
	stdin          io.Reader
	stdout, stderr io.Writer
	preopens       []preopen
	listeners      []net.Listener
	clock          Clock
	random         io.Reader
	threads        int
	descriptors    int
	limits         weft.Limits
	green          *threads.Config // nil: threads run in parallel
	unstable       bool            // there is wasi_unstable, too
	trace          *tracer         // nil: calls are not written down
}

// A preopen is a directory that a guest finds open.
type preopen struct {
	name string
	dir  directory
}

// NewConfig returns a configuration with no arguments, no environment, no
// directories, an empty standard input, outputs that go nowhere, the clock of the
// host, and its randomness.
func NewConfig() Config {
	return Config{stdin: bytes.NewReader(nil), stdout: io.Discard, stderr: io.Discard,
		clock: SystemClock(), random: rand.Reader, descriptors: DefaultMaxDescriptors, limits: weft.DefaultLimits()}
}

// WithArgs sets the arguments. The first is by convention the program's name.
func (c Config) WithArgs(args ...string) Config {
	c.args = slices.Clone(args)
	return c
}

// WithEnv sets a variable of the environment.
func (c Config) WithEnv(name, value string) Config {
	c.env = slices.DeleteFunc(slices.Clone(c.env), func(s string) bool { return strings.HasPrefix(s, name+"=") })
	c.env = append(c.env, name+"="+value)
	return c
}

// WithInheritedEnv sets all variables that the environment of this process has.
func (c Config) WithInheritedEnv() Config {
	for _, v := range os.Environ() {
		if name, value, ok := strings.Cut(v, "="); ok && name != "" { // Windows has some that begin so
			c = c.WithEnv(name, value)
		}
	}
	return c
}

// WithUnstable provides the functions of wasi_unstable, too, which programs of 2019 import.
func (c Config) WithUnstable() Config {
	c.unstable = true
	return c
}

// WithTrace writes a line for each call of the guest, as strace does: the function, its arguments, the errno, and what
// it has told. Writes come one at a time, in the order in which calls return.
//
//	path_open(fd=3, dirflags=1, path="data.txt", oflags=0, …, fdflags=0) = success, opened=4
//	fd_write(fd=1, iovs=0x400, iovs_len=1) = success, nwritten=14
func (c Config) WithTrace(w io.Writer) Config {
	c.trace = nil
	if w != nil {
		c.trace = &tracer{w: w}
	}
	return c
}

// WithStdin sets the standard input. A reader that may block is read in a goroutine
// of its own, when the guest asks for data. What such a read gets after the guest has
// ended is lost, unless the reader is an [Input] or one of those that need none.
func (c Config) WithStdin(r io.Reader) Config {
	c.stdin = r
	return c
}

// WithStdout sets the standard output.
func (c Config) WithStdout(w io.Writer) Config {
	c.stdout = w
	return c
}

// WithStderr sets the standard error output.
func (c Config) WithStderr(w io.Writer) Config {
	c.stderr = w
	return c
}

// WithDir gives the guest a directory under a name that begins, by convention,
// with a slash. The name "." becomes "/": C libraries find the same files below
// both, and Go programs find none below ".". The root stays the caller's to close, after the System.
func (c Config) WithDir(name string, root *os.Root) Config {
	return c.withRoot(name, root, false)
}

// WithReadOnlyDir is like [Config.WithDir], but nothing can be changed.
func (c Config) WithReadOnlyDir(name string, root *os.Root) Config {
	return c.withRoot(name, root, true)
}

func (c Config) withRoot(name string, root *os.Root, readOnly bool) Config {
	if root == nil {
		return c.withPreopen(name, nil) // Define says so
	}
	return c.withPreopen(name, &rootDirectory{root: root, readOnly: readOnly})
}

// WithFS gives the guest a file system to read. One to write is for [Config.WithWritableFS].
func (c Config) WithFS(name string, fsys fs.FS) Config {
	if fsys == nil {
		return c.withPreopen(name, nil)
	}
	return c.withPreopen(name, &fsDirectory{fsys: fsys, rel: "."})
}

// WithWritableFS gives the guest a file system that it may change, such as one of [NewMemFS].
func (c Config) WithWritableFS(name string, fsys WritableFS) Config {
	if fsys == nil {
		return c.withPreopen(name, nil)
	}
	return c.withPreopen(name, newWritableDirectory(fsys))
}

func (c Config) withPreopen(name string, dir directory) Config {
	if path.Clean(name) == "." {
		name = "/"
	}
	c.preopens = append(slices.Clip(c.preopens), preopen{name, dir})
	return c
}

// WithListener gives the guest a socket that listens; its descriptors come after
// those of the directories. It does not block until the guest says so. The listener stays the caller's to close, which
// ends a wait for a connection. Listeners that are not TCP or Unix ones of package net, or not on Linux or macOS, may
// accept one connection more than the guest, which System.Close closes.
func (c Config) WithListener(l net.Listener) Config {
	c.listeners = append(slices.Clip(c.listeners), l)
	return c
}

// WithClock sets the clock.
func (c Config) WithClock(clock Clock) Config {
	c.clock = clock
	return c
}

// WithRandom sets the source of randomness. It is used by one goroutine at a time.
func (c Config) WithRandom(r io.Reader) Config {
	c.random = r
	return c
}

// DefaultMaxDescriptors is how many descriptors a guest may have open if its [Config] does not say.
const DefaultMaxDescriptors = 512

// WithMaxDescriptors bounds the descriptors that the guest has open at a time, with those of the
// standard streams, directories and listeners that it begins with. Each may take one of the process's.
// At the limit the guest gets EMFILE; a limit below what it begins with lets it open nothing more.
func (c Config) WithMaxDescriptors(n int) Config {
	c.descriptors = n
	return c
}

// WithThreads lets the guest have up to n threads beside the first (wasi-threads), each
// in a store of its own with the given limits.
func (c Config) WithThreads(n int, limits weft.Limits) Config {
	c.threads, c.limits = n, limits
	return c
}

// check refuses what cannot be handed to a guest.
func (c *Config) check() error {
	for what, missing := range map[string]bool{"standard input": c.stdin == nil, "standard output": c.stdout == nil,
		"standard error output": c.stderr == nil, "clock": c.clock == nil, "source of randomness": c.random == nil} {
		if missing {
			return fmt.Errorf("wasi: the %s is nil (the zero Config has none: begin with NewConfig)", what)
		}
	}
	for _, p := range c.preopens {
		if p.dir == nil {
			return fmt.Errorf("wasi: the directory %s is nil", p.name)
		}
	}
	for _, l := range c.listeners {
		if l == nil {
			return errors.New("wasi: a listener is nil")
		}
	}
	for _, s := range slices.Concat(c.args, c.env) {
		if strings.Contains(s, "\x00") {
			return fmt.Errorf("wasi: %q contains a zero byte", s)
		}
	}
	if sizeOf(c.args) >= 1<<31 || sizeOf(c.env) >= 1<<31 {
		return fmt.Errorf("wasi: the arguments or the environment are larger than a memory")
	}
	return nil
}
