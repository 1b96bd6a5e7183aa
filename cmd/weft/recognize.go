package main

import (
	"bytes"
	"errors"
	"fmt"
)

// A foreignFormat is one of files that are taken for modules.
type foreignFormat struct {
	prefix string
	is     string // what it is, and what to do
}

var foreignFormats = []foreignFormat{
	{"\x1f\x8b", "this is compressed by gzip: gunzip it first"},
	{"\x28\xb5\x2f\xfd", "this is compressed by zstd: decompress it first (zstd -d)"},
	{"\xfd7zXZ\x00", "this is compressed by xz: decompress it first (xz -d)"},
	{"BZh", "this is compressed by bzip2: decompress it first (bzip2 -d)"},
	{"PK\x03\x04", "this is a zip archive: unzip it, and give the module that is in it"},
	{"!<arch>\n", "this is an archive of object files: link it to a module first (wasm-ld)"},
	{"\x7fELF", "this is an ELF file, a program or object code of a native system, or what Wasmtime has compiled ahead: " +
		"build it for a target of WebAssembly, such as wasm32-wasip1, or give the module that it was made from"},
	{"MZ", "this is a program for Windows: build it for a target of WebAssembly, such as wasm32-wasip1"},
	{"\xcf\xfa\xed\xfe", "this is a program or object code for macOS: " +
		"build it for a target of WebAssembly, such as wasm32-wasip1"},
	{"BC\xc0\xde", "this is bitcode of LLVM: compile and link it to a module first (clang, wasm-ld)"},
	{"\xef\xbb\xbf", "this begins with a byte order mark, which the formats of modules do not have: " +
		"save the file as UTF-8 without one"},
	{"\xff\xfe", "this is text in UTF-16, with a byte order mark: save the file as UTF-8 without one"},
	{"\xfe\xff", "this is text in UTF-16, with a byte order mark: save the file as UTF-8 without one"},
	{"<", "this is a page of HTML, or XML: probably the answer of a server that did not find the module; fetch it anew"},
	{"#!", "this is a script with a line for its interpreter: give the module itself"},
}

var errComponent = errors.New("this is a component (of the component model), which Weft does not run: " +
	"build a module for WASI preview 1 (target wasm32-wasip1), " +
	"or take the core module out of it (wasm-tools component unbundle, weft inspect shows what it has)")

// recognize returns an error that says what a file is if that is no module: its first bytes tell. It does not say
// whether other files are modules.
func recognize(source []byte) error {
	if len(source) == 0 {
		return errors.New("the file is empty: it was not written, or not fetched, to its end")
	}
	for _, f := range foreignFormats {
		if bytes.HasPrefix(source, []byte(f.prefix)) {
			return errors.New(f.is)
		}
	}
	switch {
	case len(source) < len("\x00asm") && bytes.HasPrefix([]byte("\x00asm"), source),
		isBinary(source) && len(source) < preambleSize:
		return cutError(len(source), "a module has a preamble of 8")
	case isComponent(source):
		return errComponent
	case isBinary(source) && string(source[4:8]) != moduleVersion:
		return fmt.Errorf("this is a module of version %d of the binary format; 1 is known: build it with newer tools",
			uint32(source[4])|uint32(source[5])<<8|uint32(source[6])<<16|uint32(source[7])<<24)
	case isBinary(source):
		return wasCut(source)
	}
	return nil
}

// wasCut returns an error if a binary ends in the middle of a section. What is wrong with it otherwise, the decoder
// says.
func wasCut(source []byte) error {
	var cut *cutFile
	if _, err := readSections(source); errors.As(err, &cut) {
		return err
	}
	return nil
}
