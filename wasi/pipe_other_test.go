//go:build !linux && !darwin

package wasi

import "errors"

func makePipe(string) error { return errors.ErrUnsupported }
