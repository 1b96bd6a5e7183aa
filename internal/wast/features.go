package wast

import (
	"path/filepath"
	"strings"

	"weft/wasm"
)

// featureRules say which scripts are written for another set of features than
// [wasm.AllFeatures]. The first rule whose path is part of the script's decides.
var featureRules = []struct {
	path        string
	with, minus wasm.Features
}{
	// Written in the spelling of 2023, with (tag $t $l) and barrier.
	{path: "wasmfx-legacy/", with: wasm.TypedContinuations2023},
	// Asserts that tags have no results, which stack switching lifts.
	{path: "spec/core/exceptions/tag.wast", minus: wasm.StackSwitching},
}

// FeaturesFor returns the features that the script at a path is written for.
func FeaturesFor(path string) wasm.Features {
	path = filepath.ToSlash(path)
	for _, rule := range featureRules {
		if strings.Contains(path, rule.path) {
			return wasm.AllFeatures&^rule.minus | rule.with
		}
	}
	return wasm.AllFeatures
}
