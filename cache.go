package weft

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"weak"

	"weft/internal/cache"
	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/validate"
)

// A Cache spares engines work that was done before for the same bytes and the
// same configuration. See [Config.WithCache]. It is safe for concurrent use.
//
// In memory it keeps modules that were read and validated, for all engines that
// have the cache. Two compilations by one engine also share the code, as long as
// one of their modules is in use. In a directory it keeps, for later runs, that a
// module is valid, and the machine code of the functions that were compiled; for
// engines with the same configuration, on processors with the same features. An
// error of a module is never cached.
//
// A directory may be used by several processes at the same time. An entry that is
// damaged is as good as absent. But whoever can write to the directory can have
// invalid modules run, and so do anything. So, where files have owners and modes, the directory must belong to
// the user who runs the program, or to root, and nobody else may write to it; nor to the directories above
// it, unless those are sticky, like /tmp. Entries that others can have written are as good as absent.
type Cache struct {
	build  []byte     // which program runs
	dir    *cache.Dir // nil for none
	secret *cache.Secret

	mu       sync.Mutex
	maxBytes int64
	bytes    int64                       // of the sources of entries
	entries  map[cache.Key]*cachedModule // the most recently used
	uses     uint64
}

// CacheOptions say what a cache keeps. For bounds that are 0 there are defaults.
type CacheOptions struct {
	// Dir is a directory, which is made if need be; "" keeps nothing for later.
	Dir string
	// DirBytes bounds the files in the directory. The default is 1 GiB.
	DirBytes int64
	// MemoryBytes bounds the modules in memory, by the bytes that they were
	// compiled from; what is made of them takes about as much again. The default is
	// 64 MiB. The least recently used go first.
	MemoryBytes int64
}

// NewCache makes a cache. The error is that the directory cannot be made, or that
// others may write to it or put another in its place. That it cannot be read or written later is no error:
// then it is of no use.
func NewCache(o CacheOptions) (*Cache, error) {
	if o.DirBytes == 0 {
		o.DirBytes = 1 << 30
	}
	if o.MemoryBytes == 0 {
		o.MemoryBytes = 64 << 20
	}
	c := &Cache{maxBytes: o.MemoryBytes, entries: map[cache.Key]*cachedModule{}}
	if o.Dir == "" {
		c.secret = cache.NewSecret()
	} else {
		dir, err := cache.Open(o.Dir, o.DirBytes)
		if err != nil {
			return nil, err
		}
		c.dir, c.build, c.secret = dir, identifyBuild(), dir.Secret()
	}
	return c, nil
}

// identifyBuild says which program runs. What one build has found out must not be
// believed by another, which may contain another validator. Versions do not tell
// development builds apart; the time and size of the executable do.
func identifyBuild() []byte {
	var id []byte
	if name, err := os.Executable(); err == nil {
		if info, err := os.Stat(name); err == nil {
			id = fmt.Appendf(id, "%d %d\n", info.Size(), info.ModTime().UnixNano())
		}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		id = append(id, info.String()...)
	}
	return id
}

// key returns the key of a kind of result for a source with a digest.
func (c *Cache) key(kind string, source cache.Digest, f wasm.Features) cache.Key {
	var features [8]byte
	binary.LittleEndian.PutUint64(features[:], uint64(f))
	return cache.NewKey(kind, c.build, []byte(runtime.GOARCH), features[:], source[:])
}

// A cachedModule is a valid module, and what engines have made of it.
type cachedModule struct {
	wasm    *wasm.Module
	size    int64
	lastUse uint64

	mu      sync.Mutex // held while an engine makes something of it, which others wait for
	modules map[weak.Pointer[Engine]]weak.Pointer[store.Module]
}

// compile returns the module that a source is compiled to. The digest of
// the bytes is made while they are read.
func (c *Cache) compile(e *Engine, source []byte) (*store.Module, error) {
	digested := make(chan cache.Digest, 1)
	go func() { digested <- c.secret.Digest(source) }()
	m, err := e.Parse(source)
	digest := <-digested
	key := c.key("valid", digest, e.config.features)
	if err != nil {
		return nil, err
	}
	known := c.find(key)
	if known == nil {
		if err := c.validate(key, m, e.config.features); err != nil {
			return nil, err
		}
		known = c.add(key, m, int64(len(source)))
	}
	return known.prepare(e, c.saved(digest, e.config.features)), nil
}

// saved returns where an engine keeps what it makes of a source for later runs; nil for nowhere.
func (c *Cache) saved(source cache.Digest, f wasm.Features) store.Saved {
	if c.dir == nil {
		return nil
	}
	return func(configuration string) store.SavedFunctions {
		return c.dir.Records(c.key("functions "+configuration, source, f))
	}
}

// Flush writes to the directory what engines have compiled and not written yet, which
// they also do from time to time. Call it before the program ends. Without a directory it does
// nothing.
func (c *Cache) Flush() error {
	if c == nil || c.dir == nil {
		return nil
	}
	return c.dir.Flush()
}

// validate validates a module, unless the directory says that it is valid.
func (c *Cache) validate(key cache.Key, m *wasm.Module, f wasm.Features) error {
	if c.dir == nil {
		return validate.Module(m, f)
	}
	if _, valid := c.dir.Get(key); valid {
		return nil
	}
	if err := validate.Module(m, f); err != nil {
		return err
	}
	_ = c.dir.Put(key, nil) // what cannot be kept is found out again
	return nil
}

// find returns the module in memory for a key; nil if there is none.
func (c *Cache) find(key cache.Key) *cachedModule {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.entries[key]
	if found != nil {
		c.uses++
		found.lastUse = c.uses
	}
	return found
}

// add keeps a module in memory, if it is not too large, and forgets the least
// recently used instead. It returns the one that was added before, if there is one.
func (c *Cache) add(key cache.Key, m *wasm.Module, size int64) *cachedModule {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.entries[key]; found != nil {
		return found
	}
	c.uses++
	added := &cachedModule{wasm: m, size: size, lastUse: c.uses}
	added.modules = map[weak.Pointer[Engine]]weak.Pointer[store.Module]{}
	if size > c.maxBytes {
		return added
	}
	for c.bytes+size > c.maxBytes {
		var oldest cache.Key
		least := c.uses
		for k, entry := range c.entries {
			if entry.lastUse < least {
				oldest, least = k, entry.lastUse
			}
		}
		c.bytes -= c.entries[oldest].size
		delete(c.entries, oldest)
	}
	c.entries[key] = added
	c.bytes += size
	return added
}

// prepare returns what an engine has made of a module, or makes it.
func (m *cachedModule) prepare(e *Engine, saved store.Saved) *store.Module {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := weak.Make(e)
	if made := m.modules[key].Value(); made != nil {
		return made
	}
	for engine, made := range m.modules {
		if made.Value() == nil {
			delete(m.modules, engine)
		}
	}
	made := e.prepare(m.wasm, saved)
	m.modules[key] = weak.Make(made)
	return made
}
