package cache

import (
	"errors"
	"os"
	"time"
)

// Bounds of the time for which somebody waits for the lock of a directory, and between two attempts.
const (
	lockPatience = 10 * time.Second
	lockPause    = 20 * time.Millisecond
)

// errLocked is the error of a lock that another process has.
var errLocked = errors.New("the cache is locked by another process")

// locked does something while nobody else does, in this process or another, that locks the directory.
func (d *Dir) locked(do func() error) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	f, err := d.root.OpenFile("lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close() // which gives the lock back
	pause := time.Millisecond
	for end := time.Now().Add(lockPatience); ; time.Sleep(pause) {
		if err = tryLock(f); err != errLocked {
			break
		}
		if time.Now().After(end) {
			return err
		}
		pause = min(2*pause, lockPause)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) { // not all file systems have locks
		return err
	}
	return do()
}
