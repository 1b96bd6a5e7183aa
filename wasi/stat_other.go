//go:build !linux && !darwin

package wasi

import "io/fs"

func addSystemStat(*filestat, fs.FileInfo) {}
