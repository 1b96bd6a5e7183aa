//go:build !linux && !darwin

package wasi

import (
	"os"
	"time"
)

func setOpenTimes(*os.File, time.Time, time.Time) error { return eNotSup }

func setLinkTimes(*os.File, string, time.Time, time.Time) error { return eNotSup }

const openNonblock = 0
