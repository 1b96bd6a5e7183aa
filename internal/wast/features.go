package wast

import (
	"path/filepath"
	"strings"

	"weft/wasm"
)

// featureRules say which scripts are written for another set of features than
// [wasm.AllFeatures]: the first rule whose path is part of the script's decides.
var featureRules = []struct {
	path     string
	features wasm.Features
}{
	// Written in the spelling of 2023, with (tag $t $l) and barrier.
	{"wasmfx-legacy/", wasm.AllFeatures | wasm.TypedContinuations2023},
	// Asserts that tags have no results, which stack switching lifts.
	{"spec/core/exceptions/tag.wast", wasm.AllFeatures &^ wasm.StackSwitching},
	// Asserts that a branch on a cast leads to a subtype, which custom descriptors lift.
	{"spec/core/gc/br_on_cast", wasm.AllFeatures &^ wasm.CustomDescriptors},
	// From before modules could have several tables and memories.
	{"testsuite-proposals/proposals/threads/", wasm.MutableGlobals | wasm.SignExtension |
		wasm.SaturatingTruncation | wasm.MultiValue | wasm.BulkMemory | wasm.Threads},
}

// FeaturesFor returns the features that the script at a path is written for.
func FeaturesFor(path string) wasm.Features {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	path = filepath.ToSlash(path)
	for _, rule := range featureRules {
		if strings.Contains(path, rule.path) {
			return rule.features
		}
	}
	return wasm.AllFeatures
}
