//go:build !unix && !windows

package native

import "errors"

// There is no memory for code.

func reservePages(uintptr) (uintptr, error) { return 0, errors.ErrUnsupported }

func releasePages(span) {}

func makeWritable(span) error { return errors.ErrUnsupported }

func makeExecutable(span) error { return errors.ErrUnsupported }

func forgetPages(span) error { return errors.ErrUnsupported }
