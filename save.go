package weft

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"weft/internal/cache"
	"weft/internal/store"
	"weft/wasm"
	wasmbinary "weft/wasm/binary"
)

// A saved module is, after savedMagic: the SHA-256 of all behind it; a key of what made it, as entries of a Cache have
// one; the module in binary form; and machine code by the configuration of the engine that made it, each a list
// of functions.

// savedMagic begins saved modules; it changes with their format.
var savedMagic = []byte("weft module 1\n")

// IsSaved reports whether bytes begin as those of [Module.Save] do. Others are for [Engine.Compile].
func IsSaved(b []byte) bool { return bytes.HasPrefix(b, savedMagic) }

// Save returns the module as bytes, for [Engine.Load]: the module itself, that it is valid, and if its engine executes
// natively the machine code of all of its functions, which Save compiles on all processors. Bytes can be kept in a
// file, or in a program by go:embed; [Engine.CompileFile] and weft run take them, too.
//
// The bytes stand for what this build of Weft has made. What another one loads is validated and compiled anew: see
// [Module.Precompiled].
func (m *Module) Save() ([]byte, error) {
	if m == nil {
		return nil, errNoModule
	}
	source := m.source
	if source == nil {
		source = wasmbinary.Encode(m.module.Wasm)
	}
	code := &savedCode{configurations: map[string]savedFunctions{}}
	if ahead, ok := m.engine.executor.(store.AheadCompiler); ok && m.module.Interpreted == nil {
		if err := ahead.CompileAll(m.engine.prepare(m.module.Wasm, code.open)); err != nil {
			return nil, fmt.Errorf("weft: compiling: %w", err)
		}
	}
	made := savedKey(m.engine.config.features)
	b := binary.AppendUvarint(made[:], uint64(len(source)))
	b = code.append(append(b, source...))
	sum := sha256.Sum256(b)
	return slices.Concat(savedMagic, sum[:], b), nil
}

// Load makes a module of what [Module.Save] has returned, which must not change afterwards. If this build of Weft has
// made it, for engines with the same features, the module is taken for valid; and if it was for the same options and
// the same features of the processor, so is its machine code. Otherwise it is validated and compiled as by
// [Engine.Compile], which takes longer and does the same. The error says that the bytes are damaged, or is that of the
// module.
//
// So load only what you have saved yourself: who makes the bytes can have the program do anything. A checksum
// protects from accidents, not from attackers. For modules of others there is [Engine.Compile].
func (e *Engine) Load(saved []byte) (*Module, error) {
	if e == nil {
		return nil, errNoEngine
	}
	s, err := readSaved(saved)
	if err != nil {
		return nil, err
	}
	if s.made != savedKey(e.config.features) {
		return e.Compile(s.source)
	}
	m, err := e.Parse(s.source)
	if err != nil {
		return nil, err
	}
	module := e.prepare(m, s.code.open)
	_, compiles := e.executor.(store.AheadCompiler)
	module.Precompiled = !compiles || s.code.found
	return &Module{engine: e, source: s.source, module: module}, nil
}

// CompileFile is [Engine.Compile] for the content of a file, or [Engine.Load] if it has what [Module.Save] has made:
// then the file is to be trusted. Errors have the name of the file.
func (e *Engine) CompileFile(name string) (*Module, error) {
	if e == nil {
		return nil, errNoEngine
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	compile := e.Compile
	if IsSaved(source) {
		compile = e.Load
	}
	m, err := compile(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// Precompiled reports whether the module was loaded with what this build of Weft has made of it: nothing was
// validated, and functions that were saved are not compiled. See [Engine.Load].
func (m *Module) Precompiled() bool { return m != nil && m.module.Precompiled }

// savedKey tells builds of Weft and sets of features apart.
func savedKey(f wasm.Features) cache.Key {
	var features [8]byte
	binary.LittleEndian.PutUint64(features[:], uint64(f))
	return cache.NewKey("saved", identifyLibrary(), []byte(runtime.GOARCH), features[:])
}

// identifyLibrary says which Weft this is. Unlike a cache, what is saved goes from one program to another. So it is
// the module's version that counts, if that stands for one source: a sum vouches for it, or a commit from which
// nothing was changed. Otherwise, as with a replaced module, it is the program.
func identifyLibrary() []byte {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return identifyBuild()
	}
	path := reflect.TypeFor[Engine]().PkgPath()
	if version := sourceVersion(info, path); version != "" {
		return fmt.Appendf(nil, "%s %s %s", path, version, info.GoVersion)
	}
	return identifyBuild()
}

// sourceVersion returns what names the source of a module, "" if nothing does.
func sourceVersion(info *debug.BuildInfo, path string) string {
	for _, dep := range info.Deps {
		if dep.Path == path && dep.Replace != nil {
			return dep.Replace.Sum
		}
		if dep.Path == path {
			return dep.Sum
		}
	}
	if info.Main.Path != path {
		return ""
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if info.Main.Sum == "" && settings["vcs.modified"] == "false" {
		return settings["vcs.revision"]
	}
	return info.Main.Sum
}

// savedCode is the machine code of a module by configuration, as it is made or was saved.
type savedCode struct {
	mu             sync.Mutex
	configurations map[string]savedFunctions
	loaded         bool // it was saved: what is compiled besides is not kept
	found          bool // an engine has asked for a configuration that was saved
}

// open is a [store.Saved].
func (c *savedCode) open(configuration string) store.SavedFunctions {
	c.mu.Lock()
	defer c.mu.Unlock()
	functions, ok := c.configurations[configuration]
	if c.loaded {
		c.found = c.found || ok
		return loadedFunctions(functions)
	}
	if !ok {
		functions = savedFunctions{}
		c.configurations[configuration] = functions
	}
	return &collectedFunctions{functions: functions}
}

// savedFunctions are the codes of functions by index among the module's own.
type savedFunctions map[int][]byte

// loadedFunctions are [store.SavedFunctions] that nothing is added to.
type loadedFunctions savedFunctions

func (f loadedFunctions) Get(own int) []byte { return f[own] }
func (f loadedFunctions) Add(int, []byte)    {}

// collectedFunctions are those to which compilers add.
type collectedFunctions struct {
	mu        sync.Mutex
	functions savedFunctions
}

func (f *collectedFunctions) Get(own int) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.functions[own]
}

func (f *collectedFunctions) Add(own int, content []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.functions[own] = content
}

// append appends configurations, in an order that does not change.
func (c *savedCode) append(b []byte) []byte {
	for _, name := range sortedKeys(c.configurations) {
		functions := c.configurations[name]
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
		b = binary.AppendUvarint(b, uint64(len(functions)))
		for _, own := range sortedKeys(functions) {
			b = binary.AppendUvarint(b, uint64(own))
			b = binary.AppendUvarint(b, uint64(len(functions[own])))
			b = append(b, functions[own]...)
		}
	}
	return b
}

func sortedKeys[K int | string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// A savedModule is what bytes contain.
type savedModule struct {
	made   cache.Key
	source []byte
	code   *savedCode
}

var errNotSaved = errors.New("weft: this is no saved module: Module.Save, or weft compile -o, makes one")

// readSaved checks and reads what Save has written.
func readSaved(b []byte) (*savedModule, error) {
	if !IsSaved(b) {
		return nil, errNotSaved
	}
	r := savedReader{b[len(savedMagic):]}
	sum := r.bytes(sha256.Size)
	if sum == nil || sha256.Sum256(r.left) != [sha256.Size]byte(sum) {
		return nil, errors.New("weft: the saved module is damaged: its checksum is another one")
	}
	made := r.bytes(uint64(len(cache.Key{})))
	source := r.bytes(r.number())
	if made == nil || source == nil {
		return nil, errors.New("weft: the saved module is cut short")
	}
	s := &savedModule{made: cache.Key(made), source: source}
	s.code = &savedCode{loaded: true, configurations: map[string]savedFunctions{}}
	for len(r.left) > 0 {
		name, n := r.bytes(r.number()), r.number()
		functions := savedFunctions{}
		for ; n > 0 && len(r.left) > 0; n-- {
			own := int(r.number())
			if functions[own] = r.bytes(r.number()); functions[own] == nil {
				break
			}
		}
		if n > 0 || name == nil {
			return nil, errors.New("weft: the code of the saved module is cut short")
		}
		s.code.configurations[string(name)] = functions
	}
	return s, nil
}

// A savedReader takes bytes from the front. What is not there is nil, or 0.
type savedReader struct{ left []byte }

func (r *savedReader) bytes(n uint64) []byte {
	if n > uint64(len(r.left)) {
		r.left = nil
		return nil
	}
	b := r.left[:n:n]
	r.left = r.left[n:]
	return b
}

func (r *savedReader) number() uint64 {
	v, n := binary.Uvarint(r.left)
	if n <= 0 {
		r.left = nil
		return 0
	}
	r.left = r.left[n:]
	return v
}
