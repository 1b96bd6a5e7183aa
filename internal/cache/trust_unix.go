//go:build unix

package cache

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

const (
	othersWrite = 0o022 // the permissions of group and others; lists of access show in those of the group
	root        = 0
)

// trust says why the content of a file or directory cannot be believed: others than the user who runs the
// program, and root, can have written it.
func trust(name string, info fs.FileInfo) error {
	if err := trustOwner(name, info); err != nil {
		return err
	}
	if info.Mode().Perm()&othersWrite != 0 {
		return fmt.Errorf("%s has mode %v: others may write to it, so its content cannot be believed (chmod go-w)", name, info.Mode())
	}
	return nil
}

// trustAbove says why a directory cannot be believed to hold the same things tomorrow. Others may write to it
// if it is sticky: they cannot rename what is not theirs.
func trustAbove(name string, info fs.FileInfo) error {
	if info.Mode()&fs.ModeSticky != 0 {
		return trustOwner(name, info)
	}
	return trust(name, info)
}

func trustOwner(name string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("%s: its owner is not known, so its content cannot be believed", name)
	}
	if user := os.Geteuid(); int(stat.Uid) != user && stat.Uid != root {
		return fmt.Errorf("%s belongs to user %d, not to %d who runs the program, so its content cannot be believed", name, stat.Uid, user)
	}
	return nil
}
