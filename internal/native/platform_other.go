//go:build !((linux || darwin || windows) && (amd64 || arm64))

package native

import "weft/internal/codegen"

// There is no engine for this system and processor: New says so. What else the package needs of them is here so that
// it compiles.

const supported = false

const (
	instanceRegister codegen.Reg = iota
	recordRegister
	tailCallerRegister
	continuationRegister
	numberRegister
	resultRegister
	firstFloat
	linkRegister
	pushesReturn           = true
	stackAlign, growFrame  = 8, 0
	savedInts, savedFloats = 0, 0
)

var processor codegen.Target

var convention codegen.Convention

func newTarget(bool) (codegen.Target, error) { return nil, errPlatform() }

func enter(*codegen.Context, *machine) {}

func hostEntries() (requests, calls uintptr) { return 0, 0 }
